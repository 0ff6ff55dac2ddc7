#include "train/prepare.hpp"

#include <fmt/ranges.h>
#include <unistd.h>
#include <utility>
#include <variant>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <span>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/error.hpp"
#include "train/plan.hpp"
#include "train/search.hpp"

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

// Whether two spaces have the same features, one having all of the other's.
bool have_the_same(const FeatureSpace& one, const FeatureSpace& other) {
  return one.plain().size == other.plain().size && one.index_base == other.index_base;
}

// Whether these have the same plain numbers in both.
bool same_space(const FeatureSpace& one, const FeatureSpace& other) {
  return have_the_same(one, other) && one.names == other.names && one.hashes == other.hashes;
}

}  // namespace

LabelPair labels_of_run(const Dataset& data, const TrainOptions& options) {
  const std::string name = data.source().name();
  const ClassNames& words = data.classes();
  require_labelled(data.seen_labels(), name);
  if (options.resume) {
    if (!words) require_labels(data.seen_labels(), options.resume->labels(), name);
    return options.resume->labels();
  }
  const LabelPair pair = binary_labels(data.seen_labels(), name, words);
  const auto name_of = [&](float label) {
    return words ? (*words)[static_cast<std::size_t>(label)] : class_name(label);
  };
  const std::string positive = canonical_class_name(options.positive);
  if (positive.empty() || positive == name_of(pair.positive)) return pair;
  if (positive == name_of(pair.negative)) return {pair.positive, pair.negative};
  throw OptionError(
      "positive", fmt::format("no row has the label {}; the labels are {} and {}", options.positive,
                              name_of(pair.negative), name_of(pair.positive)));
}

ClassNames classes_of_run(const Dataset& data, const TrainOptions& options) {
  if (!options.resume || !options.resume->classes()) return classes_of(data);
  const ClassNames known = options.resume->classes();
  if (!options.new_classes) {
    class_numbers(data, known);  // or it throws
    return known;
  }
  std::vector<std::string> all = *known;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  };
  if (data.classes()) {
    std::ranges::for_each(*data.classes(), add);
  } else {
    for (const auto& [label, name] : names_of_labels(data)) add(name);
  }
  if (all.size() == known->size()) return known;
  return std::make_shared<const std::vector<std::string>>(std::move(all));
}

Dataset with_features_of(const Model& model, Dataset rows) {
  const auto space = union_of(model.features(), rows.features());
  if (!space || have_the_same(*space, rows.features())) return rows;
  return in_space(rows, *space);
}

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
    const ClassNames classes = classes_of_run(data, options);
    if (data.classes() != classes) {
      prepared.data = data.with_classes(class_numbers(data, classes), classes);
    }
    auto& validation = prepared.options.validation;
    if (validation && validation->classes() != classes) {
      validation = validation->with_classes(class_numbers(*validation, classes), classes);
    }
  }
  if (has_two_labels(options) && data.classes()) {
    const ClassNames& words = options.resume && options.resume->label_names()
                                  ? options.resume->label_names()
                                  : data.classes();
    const auto numbered = [&](const Dataset& rows) {
      return rows.classes() == words ? rows : rows.with_classes(class_numbers(rows, words), words);
    };
    prepared.data = numbered(data);
    auto& validation = prepared.options.validation;
    if (validation) validation = numbered(*validation);
  }
  if (options.resume) {
    prepared.data = with_features_of(*options.resume, std::move(prepared.data));
  }
  auto& validation = prepared.options.validation;
  const FeatureSpace& space = prepared.data.features();
  const auto are_met = [](const FeatureSpace& its) { return its.names || its.hashes; };
  if (validation && !same_space(validation->features(), space) &&
      (options.resume || (are_met(space) && are_met(validation->features())) || space.hashes ||
       validation->features().hashes)) {
    validation = in_space(*validation, space.plain());
  }
  require_known(prepared.data, options.class_weights);
  prepared.data = with_class_weights(prepared.data, options.class_weights);
  prepared.options.class_weights.clear();
  return prepared;
}

void take_over_from_file(TrainOptions& options) {
  if (options.parameters.empty() || access(options.parameters.c_str(), F_OK) != 0) return;
  const ParameterKind there = ParameterFile::open(options.parameters)->kind();
  if (options.resume) {
    throw OptionError(
        "resume",
        fmt::format(
            "{} already has weights; leave the option out, or give a new file to --parameters",
            options.parameters));
  }
  if (!options.learning_rate) options.learning_rate = there.learning_rate;
  float* const here = epsilon_of_sum(options.update_rule);
  const float* const found = epsilon_of_sum(there.update_rule);
  if (here != nullptr && found != nullptr && options.find_epsilon && *here == kEpsilonOfSum) {
    *here = *found;
  }
}

std::shared_ptr<ParameterFile> join_parameters(FeatureSpace features, const LabelPair& labels,
                                               std::vector<Index> hot, TrainOptions& options,
                                               bool rate_was_found) {
  const Index least = features.size;
  for (;;) {
    const bool there = access(options.parameters.c_str(), F_OK) == 0;
    if (there && rate_was_found) {  // by another process, while this one was looking for a rate
      options.learning_rate.reset();
      if (float* const epsilon = epsilon_of_sum(options.update_rule);
          epsilon != nullptr && options.find_epsilon) {
        *epsilon = kEpsilonOfSum;
      }
      take_over_from_file(options);
    }
    features.size = least;
    if (!there && features.hash_bits == 0) {
      features.size = std::max(least, options.parameter_features);
    }
    const bool numbered = std::uint64_t{features.size} + hot.size() <= kMaxIndex;
    const ParameterKind kind{
        .features = features,
        .loss = options.loss,
        .labels = labels,
        .update_rule = options.update_rule,
        .learning_rate = options.learning_rate.value_or(
            std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule)),
        .bias = options.bias,
        .hot = numbered ? hot : std::vector<Index>()};
    try {
      return ParameterFile::join(options.parameters, kind);
    } catch (const OptionError&) {
      // If it has come to be since it was looked for, it may say what this one should be.
      if (there || access(options.parameters.c_str(), F_OK) != 0) throw;
    }
  }
}

}  // namespace hogwild
