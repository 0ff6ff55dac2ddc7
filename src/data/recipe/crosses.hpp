// Features of several columns of a row, multiplied.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/formats/parser.hpp"
#include "hogwild/data/recipe.hpp"

namespace hogwild {

/// For each row: note() for each feature of its columns, then add_to(), or forget().
class Crosses {
 public:
  explicit Crosses(const Recipe& recipe);

  /// Whether the features of that column are multiplied with others.
  bool has(std::size_t column) const noexcept { return crossed_[column]; }
  bool empty() const noexcept { return crosses_.empty(); }

  /// A feature of the open row, in a column of the recipe that is crossed.
  void note(std::size_t column, std::string_view name, float value);

  /// Adds the products to the open row, and forgets what was noted.
  void add_to(const ParseRules& rules, RowBatch& batch);

  void forget();

 private:
  struct Noted {
    std::string name;  // keeps its memory from row to row
    float value = 0;
  };

  // The features of one column, of which the first `count` are the open row's.
  struct Of {
    std::vector<Noted> features;
    std::size_t count = 0;
  };

  void multiply(const std::vector<std::size_t>& cross, std::size_t k, std::size_t from, float value,
                const ParseRules& rules, RowBatch& batch);

  std::vector<std::vector<std::size_t>> crosses_;  // positions of columns, those alike side by side
  std::vector<bool> crossed_;                      // by column
  std::vector<Of> of_;                             // by column
  std::string name_;
};

}  // namespace hogwild
