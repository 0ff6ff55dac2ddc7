// A row for a model, from what a program has of it: columns and their values, names, or a line of
// text.
#pragma once

#include <memory>
#include <string_view>

#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/row.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Builds rows one after the other, in the same memory. Features that the space lacks are left out.
///
///     hogwild::RowBuilder builder(model.features());
///     builder.add("city", "paris");
///     builder.add("age", 33);
///     float p = model.predict(builder.row());
///
/// Thread safety: none; give each thread one of its own.
class RowBuilder {
 public:
  /// features: a model's or a learner's, plain. Throws OptionError for a space whose features have
  /// numbers and no recipe: such a row is a SparseRow already.
  explicit RowBuilder(const FeatureSpace& features);
  ~RowBuilder();
  /// The other one may only be destroyed then.
  RowBuilder(RowBuilder&&) noexcept;
  /// The same.
  RowBuilder& operator=(RowBuilder&&) noexcept;

  /// A column's value, as a table has it. Where the space has no recipe: the feature column=value.
  /// Throws DataError for a value that the column can't have.
  void add(std::string_view column, std::string_view value);

  /// A column's value that is a number. Where the space has no recipe: the feature of that name and
  /// value; where its recipe is of namespaces: the feature that the model calls so, namespace and
  /// all. Throws DataError for a number that is not finite as a float.
  void add(std::string_view column, double value);

  /// A feature of a namespace, `name_space^name` (or `name` if there is no namespace), as VW text
  /// has it. Where the model's training left the namespace out it is left out here.
  void add(std::string_view name_space, std::string_view name, float value);

  /// A whole row, as the model's own data has it; its label may be missing. Throws ParseError.
  void add_line(std::string_view line);

  /// Ends the row: its features ascend, columns that were not added are missing. It is valid until
  /// the next call. Throws DataError if values that were added up are not finite.
  SparseRow row();

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace hogwild
