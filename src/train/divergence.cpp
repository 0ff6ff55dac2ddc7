#include "train/divergence.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/eval/evaluate.hpp"

namespace hogwild {
namespace {

constexpr double kDivergence = 10;

// Rows without their features.
Dataset labels_of(const Dataset& data, std::span<const Offset> rows) {
  Dataset::Arrays arrays;
  for (const Offset i : rows) {
    arrays.offsets.push_back(0);
    arrays.labels.push_back(data.row(i).label);
    arrays.weights.push_back(data.row(i).weight);
  }
  return Dataset(std::move(arrays), data.features(), data.source(), data.seen_labels(),
                 data.classes());
}

}  // namespace

double worst_loss(const Model& start, const Dataset& data, bool at_zero) {
  constexpr Offset kEnough = 10'000;
  const Offset stride = std::max<Offset>(1, data.rows() / kEnough);
  std::vector<Offset> rows;
  for (Offset i = 0; i < data.rows(); ++i) {
    if ((i % stride == 0 || rows.empty()) && data.row(i).weight > 0) rows.push_back(i);
  }
  if (rows.empty()) return std::numeric_limits<double>::infinity();
  const double loss = mean_loss(start, at_zero ? labels_of(data, rows) : data.select(rows));
  return loss > 0 ? kDivergence * loss : std::numeric_limits<double>::infinity();
}

}  // namespace hogwild
