#include "train/prepare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>

#include "hogwild/core/error.hpp"
#include "train/plan.hpp"

namespace hogwild {
namespace {

// The labels of the data, each once, as class_name() has them.
std::map<float, std::string> names_of_labels(const Dataset& data) {
  std::map<float, std::string> names;
  for (const float label : data.labels()) {
    if (std::isnan(label) || names.contains(label)) continue;
    names[label] =
        data.classes() ? (*data.classes())[static_cast<std::size_t>(label)] : class_name(label);
  }
  return names;
}

void require_known(const Dataset& data, const ClassWeights& weights) {
  if (weights.empty()) return;
  std::set<std::string> known;
  for (const auto& [label, name] : names_of_labels(data)) known.insert(name);
  for (const auto& [label, times] : weights) {
    if (known.contains(label)) continue;
    throw OptionError("class-weight",
                      known.size() > 30 ? fmt::format("no row has the label {}", label)
                                        : fmt::format("no row has the label {}; the labels are {}",
                                                      label, fmt::join(known, ", ")));
  }
}

}  // namespace

Dataset with_class_weights(const Dataset& data, const ClassWeights& weights) {
  if (weights.empty()) return data;
  std::map<float, float> factors;  // by label
  for (const auto& [label, name] : names_of_labels(data)) {
    const auto found = std::ranges::find(weights, name, &ClassWeights::value_type::first);
    factors[label] = found == weights.end() ? 1.0f : found->second;
  }
  Array<float> products;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    products.push_back(std::isnan(row.label) ? row.weight : row.weight * factors[row.label]);
  }
  return data.with_weights(std::move(products));
}

Prepared prepare(const Dataset& data, const TrainOptions& options) {
  require_valid(options);
  require_learnable(data, options);
  Prepared prepared{data, options};
  if (learns_classes(options)) {
    const ClassNames classes = classes_of(data);
    if (data.classes() != classes) {
      prepared.data = data.with_classes(class_numbers(data, classes), classes);
    }
    auto& validation = prepared.options.validation;
    if (validation && validation->classes() != classes) {
      validation = validation->with_classes(class_numbers(*validation, classes), classes);
    }
  }
  require_known(prepared.data, options.class_weights);
  prepared.data = with_class_weights(prepared.data, options.class_weights);
  prepared.options.class_weights.clear();
  return prepared;
}

}  // namespace hogwild
