// One example, as a view.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "hogwild/core/types.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// The label of a row that has none (rows to predict).
inline constexpr float kUnlabelled = std::numeric_limits<float>::quiet_NaN();

/// A sparse row: the features it holds and their values. A view: it owns nothing, and is valid as
/// long as what it was made from.
struct SparseRow {
  std::span<const Index> indices;  ///< [non-zeros]
  std::span<const float> values;   ///< [non-zeros], or empty: every value is 1
  float label = kUnlabelled;       ///< what is to be predicted
  float weight = 1;                ///< importance: the row counts as that many; >= 0

  std::size_t nonzeros() const noexcept { return indices.size(); }  ///< number of non-zeros
  /// Of the k-th non-zero.
  float value(std::size_t k) const noexcept { return values.empty() ? 1.0f : values[k]; }
};

}  // namespace hogwild
