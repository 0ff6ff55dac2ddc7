// What a value of a column becomes; the only registry of kinds. A new one is a file beside this, a
// word in Role and a row in kinds.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/formats/parser.hpp"
#include "data/recipe/change.hpp"
#include "data/recipe/crosses.hpp"
#include "hogwild/data/recipe.hpp"

namespace hogwild {

/// A column as features are named after it.
struct PreparedColumn {
  const Column& column;
  std::string name;         ///< as its features' names begin
  std::size_t number = 0;   ///< among the recipe's
  bool is_crossed = false;  ///< its features are multiplied with others
};

/// The features of the open row.
class FeatureSink {
 public:
  FeatureSink(const Recipe& recipe, const ParseRules& rules, RowBatch& batch)
      : recipe_(recipe), rules_(rules), batch_(batch), crosses_(recipe) {}

  /// The feature called column, between and word together. One of value 0 is none.
  void add(const PreparedColumn& column, std::string_view between, std::string_view word,
           float value) {
    if (value == 0) return;
    name_ = column.name;
    name_ += between;
    append_part(name_, word, rules_);
    add_whole(column, name_, value);
  }

  /// The feature of that name, as append_part() writes it.
  void add_whole(const PreparedColumn& column, const std::string& name, float value) {
    add_named(name, value, rules_, batch_);
    if (column.is_crossed) crosses_.note(column.number, name, value);
  }

  /// Adds the products of the row's features.
  void add_crosses() {
    crosses_.multiply(
        [this](const std::string& name, float value) { add_named(name, value, rules_, batch_); });
  }

  void add_missing(const PreparedColumn& column, bool with_mean = true) {
    if (recipe_.missing == Missing::indicator) add(column, "=", "?", 1);
    if (!with_mean) return;
    if (column.column.mean) add(column, "", "", changed(column.column, *column.column.mean));
  }

  Crosses& crosses() noexcept { return crosses_; }
  const Recipe& recipe() const noexcept { return recipe_; }
  const ParseRules& rules() const noexcept { return rules_; }
  RowBatch& batch() noexcept { return batch_; }

 private:
  const Recipe& recipe_;
  const ParseRules& rules_;
  RowBatch& batch_;
  Crosses crosses_;
  std::string name_;
};

struct ColumnKind {
  Role role;
  std::string_view name;     ///< as files and messages have it
  std::string_view expects;  ///< what a value should be, "a number"

  /// Whether a column whose values are like this one may be of this kind, if nobody says what it
  /// is.
  bool (*may_be)(std::string_view value);

  /// Adds the features of a value; false if it is not what is expected.
  bool (*make)(const PreparedColumn& column, std::string_view value, FeatureSink& sink);
};

/// In the order in which they are tried; the last takes any value.
std::span<const ColumnKind> column_kinds() noexcept;

/// The kind of that role, or null where a value becomes no features.
const ColumnKind* column_kind(Role role) noexcept;

/// The roles that are no kinds, too.
std::string_view name_of(Role role) noexcept;
std::optional<Role> role_named(std::string_view name) noexcept;

/// Whether the value stands for none: empty, ?, NA, N/A, NaN or null, in small or large letters.
bool is_missing(std::string_view value) noexcept;

bool may_be_number(std::string_view value);
bool make_number(const PreparedColumn& column, std::string_view value, FeatureSink& sink);
/// The same of a number that is one already. REQUIRES: it is finite.
void make_number(const PreparedColumn& column, float value, FeatureSink& sink);

bool make_category(const PreparedColumn& column, std::string_view value, FeatureSink& sink);

bool may_be_date(std::string_view value);
bool make_date(const PreparedColumn& column, std::string_view value, FeatureSink& sink);

bool may_be_text(std::string_view value);
bool make_text(const PreparedColumn& column, std::string_view value, FeatureSink& sink);

/// The number that value is, if it is no more than that.
std::optional<float> whole_number(std::string_view value) noexcept;

}  // namespace hogwild
