// What labels a data set holds, where each was first seen, and how a pair of them becomes -1, +1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hogwild/core/array.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Where in the input something stood.
struct Place {
  std::string path;          ///< of the file
  std::uint64_t line = 0;    ///< counted from 1; 0: not from a file
  std::uint64_t column = 0;  ///< in bytes, counted from 1
};

/// The different labels of a data set: the first three, which is what a binary loss needs to know;
/// of classes with names the first kMostClassPlaces.
class SeenLabels {
 public:
  static constexpr std::size_t kMostClassPlaces = 100;  ///< see note_class()

  /// A label and where it was first seen.
  struct Label {
    float value;  ///< as the data has it
    Place place;  ///< of its first row
  };

  /// Notes a label; place() is asked for only when it is a new one. NaN: the row has none.
  template <class WhereFunction>
  void note(float label, WhereFunction&& place) {
    if (label != label) {
      if (!unlabelled_) unlabelled_ = place();
      return;
    }
    for (const Label& seen : labels_) {
      if (seen.value == label) return;
    }
    if (labels_.size() < 3) labels_.push_back({label, place()});
  }

  /// Notes the number of a class, which must be a new one, and where it was first seen.
  void note_class(float number, Place place) {
    if (labels_.size() < kMostClassPlaces) labels_.push_back({number, std::move(place)});
  }

  /// Where a label was first seen, NaN standing for none; an empty Place if it is not among these.
  Place place_of(float label) const {
    if (label != label) return unlabelled_.value_or(Place{});
    for (const Label& seen : labels_) {
      if (seen.value == label) return seen.place;
    }
    return {};
  }

  /// The different labels that were noted, in order of appearance.
  const std::vector<Label>& labels() const noexcept { return labels_; }
  /// The first row without a label, if there is one.
  const std::optional<Place>& unlabelled() const noexcept { return unlabelled_; }

 private:
  std::vector<Label> labels_;
  std::optional<Place> unlabelled_;
};

/// The names of classes, by their numbers from 0; null: there are none.
using ClassNames = std::shared_ptr<const std::vector<std::string>>;

/// The names of a data set's classes: those that were read, or the different labels, as numbers, in
/// ascending order. Throws ParseError or DataError where a row has no label, where there are fewer
/// than two classes, or more than kMostClasses.
class Dataset;
ClassNames classes_of(const Dataset& data);
inline constexpr std::size_t kMostClasses = 100'000;

/// Classes of those names in the order of their numbers: numbers first, ascending, then words, as
/// texts. Throws DataError, naming the data so, where there are more than kMostClasses.
ClassNames in_class_order(const std::set<std::string>& names, const std::string& data);

/// The number of each row's class among those, [rows]. Throws DataError, or ParseError with the
/// place, for a label that is none of them.
Array<float> class_numbers(const Dataset& data, const ClassNames& classes);

/// A label that is a number as a class name has it: the shortest text.
std::string class_name(float label);

/// The text of a label as a class name: where it is a number that a float holds exactly as
/// class_name() writes it, so that 1, +1 and 1.0 are one class; else as it stands.
std::string canonical_class_name(std::string_view text);

/// The two labels of a binary problem as the data file writes them.
struct LabelPair {
  float negative = -1;  ///< the label that becomes -1
  float positive = 1;   ///< the label that becomes +1

  /// +1 for the positive label, -1 for any other.
  float sign(float label) const noexcept { return label == positive ? 1.0f : -1.0f; }

  bool operator==(const LabelPair&) const = default;  ///< whether both are equal
};

class Dataset;

/// The two labels of data for a binary loss, the larger one positive. Throws ParseError (DataError
/// for data made in memory) where a third label or a row without one stands, or when there is but
/// one label. Of labels with names they are the numbers 0 and 1.
LabelPair binary_labels(const Dataset& data);

/// Checks that every label of data is one of the pair. Throws as above.
void require_labels(const Dataset& data, const LabelPair& pair);

/// Checks that every row of data has a label, whatever it is. Throws as above.
void require_labelled(const Dataset& data);

/// The same where there are only the labels; name is that of the data, for messages.
LabelPair binary_labels(const SeenLabels& seen, const std::string& name,
                        const ClassNames& words = nullptr);
void require_labels(const SeenLabels& seen, const LabelPair& pair, const std::string& name);
void require_labelled(const SeenLabels& seen, const std::string& name);

}  // namespace hogwild
