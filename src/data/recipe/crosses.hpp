// Features of several columns of a row, multiplied.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hogwild/data/recipe.hpp"

namespace hogwild {

/// For each row: note() for each feature of its columns, then multiply(), or forget().
class Crosses {
 public:
  explicit Crosses(const Recipe& recipe);

  /// Whether the features of that column are multiplied with others.
  bool has(std::size_t column) const noexcept { return crossed_[column]; }
  bool empty() const noexcept { return crosses_.empty(); }

  /// A feature of the open row, in a column of the recipe that is crossed.
  void note(std::size_t column, std::string_view name, float value);

  /// take(name, value) for each product, and forgets what was noted.
  template <class Take>
  void multiply(const Take& take) {
    if (crosses_.empty()) return;
    for (const auto& cross : crosses_) {
      sort_those_met_twice(cross);
      name_.clear();
      multiply(cross, 0, 0, 1, take);
    }
    forget();
  }

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

  // Each pair of features of a column is met once, whatever order the row has them in.
  void sort_those_met_twice(const std::vector<std::size_t>& cross);

  // The products that begin as name_, with features of the k-th column and those behind it.
  template <class Take>
  void multiply(const std::vector<std::size_t>& cross, std::size_t k, std::size_t from, float value,
                const Take& take) {
    if (k == cross.size()) return take(std::as_const(name_), value);
    const Of& its = of_[cross[k]];
    const bool goes_on = k > 0 && cross[k - 1] == cross[k];
    const std::size_t size = name_.size();
    for (std::size_t i = goes_on ? from : 0; i < its.count; ++i) {
      const Noted& feature = its.features[i];
      if (goes_on && i == from && feature.value == 1) continue;  // a feature with itself
      if (k > 0) name_ += '*';
      name_ += feature.name;
      multiply(cross, k + 1, i, value * feature.value, take);
      name_.resize(size);
    }
  }

  std::vector<std::vector<std::size_t>> crosses_;  // positions of columns, those alike side by side
  std::vector<bool> crossed_;                      // by column
  std::vector<Of> of_;                             // by column
  std::string name_;
};

}  // namespace hogwild
