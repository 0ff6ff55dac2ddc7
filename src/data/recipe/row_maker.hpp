// The columns of a row, one after the other, to the label, the weight, the tag and the features of
// the row that is open in a batch.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/formats/parser.hpp"
#include "data/recipe/kinds.hpp"
#include "hogwild/data/recipe.hpp"

namespace hogwild {

/// For each row: a call for each column that it has, in any order, then end_row(). `at` is where
/// the value stands in the text, for faults.
class RowMaker {
 public:
  /// All must live as long. REQUIRES: rules.recipe.
  RowMaker(const ParseRules& rules, RowBatch& batch);
  RowMaker(const RowMaker&) = delete;
  RowMaker& operator=(const RowMaker&) = delete;

  /// The position of a column among the recipe's, or nothing: it lacks that one, or is of
  /// namespaces.
  std::optional<std::size_t> find(std::string_view name);

  /// The same of a namespace.
  std::optional<std::size_t> find_namespace(std::string_view name);

  /// A value as text has it. REQUIRES: column < recipe().columns.size().
  std::optional<Fault> take(std::size_t column, std::string_view value, const char* at);

  /// A value that is a number already.
  std::optional<Fault> take(std::size_t column, double value, const char* at);

  /// One of a list: a word of its own, whatever is in it.
  std::optional<Fault> take_word(std::size_t column, std::string_view word, const char* at);

  /// The same of a key that the recipe lacks: by what it is. A number is a feature of that name, a
  /// word is a category; nothing if the recipe has no others. Of a recipe of namespaces the name
  /// begins with one, as features are called.
  void take_unlisted(std::string_view name, std::string_view word);
  void take_unlisted(std::string_view name, double value);

  /// Whether features of that namespace are used; it may be one that the recipe lacks.
  bool uses(std::optional<std::size_t> name_space) const noexcept {
    return name_space ? columns_[*name_space].column.role == Role::features : recipe().has_others;
  }

  /// A feature of a namespace that is used, by its whole name, as append_part() writes it.
  void take_feature(std::optional<std::size_t> name_space, const std::string& name, float value);

  /// Adds the products of the features that were taken.
  void add_crosses() { sink_.add_crosses(); }

  /// The features that were taken of columns which are multiplied; others may be noted.
  Crosses& crosses() noexcept { return sink_.crosses(); }

  /// A label or a weight that stands in no column.
  std::optional<Fault> take_label(std::string_view value, const char* at);
  std::optional<Fault> take_weight(std::string_view value, const char* at);

  /// Ends the row. Columns of features that it lacked are missing.
  std::optional<Fault> end_row(const char* at, std::uint64_t line);

  /// Of the open row: those columns were taken, whether by this or not.
  void note_had(const std::vector<bool>& columns) { had_ = columns; }

  /// Forgets what was taken of the row.
  void drop_row();

  /// A column's name as its features have it.
  const PreparedColumn& prepared(std::size_t column) const noexcept { return columns_[column]; }

  const Recipe& recipe() const noexcept { return sink_.recipe(); }

 private:
  std::optional<Fault> unfit(std::size_t column, std::string_view value, const char* at) const;
  std::optional<std::size_t> place_of(std::string_view name);
  std::string in_column(Role role) const;
  void take_named(const std::string& name, float value);

  FeatureSink sink_;
  std::vector<PreparedColumn> columns_;                          // of the recipe
  std::map<std::string_view, std::size_t, std::less<>> places_;  // by name
  std::size_t next_ = 0;   // the column behind the last one that was found; likely the next
  std::vector<bool> had_;  // by the open row
  bool is_of_namespaces_;
  std::vector<std::size_t> patterns_{};  // columns that stand for namespaces the first rows lack
  float label_ = kUnlabelled;
  float weight_ = 1;
  const char* label_at_ = nullptr;
  std::string tag_;
};

}  // namespace hogwild
