#include "train/doubt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <variant>

#include "train/plan.hpp"

namespace hogwild {

std::optional<double> base_loss_of(const Dataset& rows, const TrainOptions& options) {
  std::map<float, double> weights;  // by label
  double all = 0, sum = 0, squares = 0;
  for (Offset i = 0; i < rows.rows(); ++i) {
    const SparseRow row = rows.row(i);
    const auto weight = static_cast<double>(row.weight), label = static_cast<double>(row.label);
    weights[row.label] += weight;
    all += weight;
    sum += weight * label;
    squares += weight * label * label;
  }
  if (!(all > 0)) return std::nullopt;
  if (std::holds_alternative<Squared>(options.loss)) {
    return (squares / all - sum / all * (sum / all)) / 2;
  }
  double entropy = 0, least = 1, product = 1;
  for (const auto& [label, weight] : weights) {
    const double share = weight / all;
    if (share > 0) entropy -= share * std::log(share);
    least = std::min(least, share);
    product *= share;
  }
  if (std::holds_alternative<Softmax>(options.loss)) return entropy;
  if (learns_classes(options)) return std::nullopt;
  if (weights.size() < 2) return 0.0;
  if (std::holds_alternative<Logistic>(options.loss)) return entropy;
  return std::holds_alternative<Hinge>(options.loss) ? 2 * least : 4 * product;
}

std::string doubt_about(const Dataset& rows, const TrainOptions& options) {
  if (rows.nonzeros() == 0) return "the rows have no features";
  const SparseRow first = rows.row(0);
  bool alike = true;
  float most = 0, least = std::numeric_limits<float>::max();
  for (Offset i = 0; i < rows.rows(); ++i) {
    const SparseRow row = rows.row(i);
    alike = alike && std::ranges::equal(row.indices, first.indices) &&
            std::ranges::equal(row.values, first.values);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      const float size = std::abs(row.value(k));
      if (size > 0) most = std::max(most, size), least = std::min(least, size);
    }
  }
  if (alike) return "all rows have the same features";
  if (options.scale == Scale::none && most > 1e3f * least) {
    return fmt::format("values are between {:g} and {:g}, and --scale none leaves them so", least,
                       most);
  }
  return "do the labels belong to these rows? if so, the features say little of them";
}

}  // namespace hogwild
