// Weights being learnt to a model.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/options.hpp"
#include "learn/descent.hpp"
#include "model/weights_in_use.hpp"
#include "objective/switched_loss.hpp"
#include "parallel/mapped_memory.hpp"
#include "train/plan.hpp"

namespace hogwild {

// Of a model, whose features have their plain numbers.
inline std::size_t weights_of(const FeatureSpace& plain, const TrainPlan& plan) {
  return std::size_t{plain.size} * plan.descent.outputs;
}

inline Model model_of(std::shared_ptr<const float[]> weights, std::vector<float> biases,
                      const TrainPlan& plan, const FeatureSpace& features, Provenance provenance) {
  const AnyLoss& loss = plan.descent.loss;
  if (plan.classes) {
    return Model(features, std::move(weights), std::move(biases), loss, plan.classes,
                 std::move(provenance));
  }
  return Model(features, std::move(weights), biases[0], loss, plan.labels, std::move(provenance),
               plan.label_names);
}

/// Copies the weights that are not zero, and leaves the other places as they are: a zero may be a
/// weight that another coordinate has. Where all of some weights are zero, memory is not touched.
inline void copy_nonzero(std::span<const float> weights, float* to) {
  constexpr std::size_t kBlock = 64;
  for (; !weights.empty(); weights = weights.subspan(std::min(kBlock, weights.size()))) {
    const std::span<const float> block = weights.first(std::min(kBlock, weights.size()));
    std::uint32_t any = 0;
    for (const float weight : block) any |= std::bit_cast<std::uint32_t>(weight) << 1;
    for (std::size_t k = 0; any != 0 && k < block.size(); ++k) {
      to[k] = block[k] != 0 ? block[k] : to[k];
    }
    to += block.size();
  }
}

/// The weights as they are now; *finite tells whether they are finite, unless it is null.
inline Model freeze(const Weights& trained, Pace now, const TrainPlan& plan,
                    const FeatureSpace& features, Provenance provenance, bool* finite = nullptr) {
  const Index outputs = plan.descent.outputs;
  bool all_finite = true;
  const Index biases_at = plan.descent.features * outputs;
  const FeatureSpace plain = features.plain();
  const auto weights = shared_zeroed_array<float>(weights_of(plain, plan));
  const std::size_t ranked = features.ranking ? features.ranking->features.size() : 0;
  trained.each_weight(
      std::size_t{features.size} * outputs, now, [&](Index first, std::span<const float> some) {
        all_finite = all_finite && are_finite(some);
        // Features behind the ranked ones follow each other in the plain space as well.
        Index j = first / outputs, output = first % outputs;
        std::size_t k = 0;
        for (; k < some.size() && j < ranked; ++k) {
          if (some[k] != 0) weights[std::size_t{features.plain(j)} * outputs + output] = some[k];
          if (++output != outputs) continue;
          output = 0;
          ++j;
        }
        if (k < some.size()) {
          copy_nonzero(some.subspan(k),
                       &weights[0] + std::size_t{features.plain(j)} * outputs + output);
        }
      });
  std::vector<float> biases;
  for (Index k = 0; k < outputs; ++k) {
    biases.push_back(trained.weight(biases_at + k, now));
    all_finite = all_finite && std::isfinite(biases.back());
  }
  if (finite != nullptr) *finite = all_finite;
  return model_of(weights, std::move(biases), plan, plain, std::move(provenance));
}

/// All weights zero.
inline Model zero_model(const TrainPlan& plan, const FeatureSpace& features,
                        Provenance provenance) {
  const FeatureSpace plain = features.plain();
  return model_of(shared_zeroed_array<float>(weights_of(plain, plan)),
                  std::vector<float>(plan.descent.outputs, 0.0f), plan, plain,
                  std::move(provenance));
}

/// The same model, with the features of a space that has its own by other numbers.
inline Model renumbered(const Model& model, const FeatureSpace& plain) {
  const std::size_t outputs = model.outputs();
  const auto weights = shared_zeroed_array<float>(plain.size * outputs);
  for (Index j = 0; j < model.features().size; ++j) {
    const auto number = same_feature(plain, model.features(), j);
    if (number)
      std::copy_n(&model.weights()[j * outputs], outputs, &weights[0] + *number * outputs);
  }
  if (model.classes()) {
    return Model(plain, weights, {model.biases().begin(), model.biases().end()}, model.loss(),
                 model.classes(), model.provenance());
  }
  return Model(plain, weights, model.bias(), model.loss(), model.labels(), model.provenance(),
               model.label_names());
}

/// Lets the weights of the features that rows hold start at random: see TrainOptions::init.
/// Features that no row to be learnt holds stay at zero: nothing would ever move them.
inline void start_at_random(Weights& trained, const Dataset& rows, const TrainPlan& plan,
                            const TrainOptions& options) {
  constexpr std::uint64_t kStarting = 0x696e6974;  // a stream apart from that of orders
  const Index outputs = plan.descent.outputs;
  for (Offset i = 0; i < rows.rows(); ++i) {
    if (rows.row(i).weight == 0) continue;
    for (const Index j : rows.row(i).indices) {
      for (Index k = 0; k < outputs; ++k) {
        const Index plain = rows.features().plain(j) * outputs + k;
        const double normal = Random(options.seed, kStarting, plain).normal();
        trained.start(j * outputs + k, options.init * static_cast<float>(normal));
      }
    }
  }
}

/// Lets all weights start at a model's, whose features are those of a space by what the data calls
/// them. Features that the model lacks start at zero.
inline void start_at(Weights& trained, const Model& model, const FeatureSpace& features,
                     const TrainPlan& plan) {
  const Index outputs = plan.descent.outputs;
  const auto known = static_cast<Index>(model.outputs());  // classes; behind them new ones
  const auto ranked = features.ranking ? std::span<const Index>(features.ranking->features)
                                       : std::span<const Index>();
  const std::unordered_set<Index> elsewhere(ranked.begin(), ranked.end());
  for (Index j = 0; j < features.size; ++j) {
    if (j >= ranked.size() && elsewhere.contains(features.plain(j))) continue;
    const auto number = same_feature(model.features(), features, features.plain(j));
    for (Index k = 0; number && k < known; ++k) {
      const float weight = model.weights()[std::size_t{*number} * known + k];
      if (weight != 0) trained.start(j * outputs + k, weight);
    }
  }
  for (Index k = 0; k < known; ++k) {
    trained.start(features.size * outputs + k, model.biases()[k]);
  }
}

/// Gives a rule of summed squares the sums that a model's training has left, about: what its rows
/// would have summed, had they been like these and the weights the model's. Without them the first
/// step of each coordinate would be as large as a run's first. Ten parts of a9a and rcv1, each gone
/// on with from the last: 4.6 % and 20 % above the loss of one pass without the sums.
inline void start_at_squares(Weights& trained, const Model& model, const Dataset& rows,
                             const TrainPlan& plan) {
  constexpr Offset kEnough = 100'000;  // rows
  const Index outputs = plan.descent.outputs, features = rows.features().size;
  const SwitchedLoss loss(plan.descent.loss);
  const bool two_labels =
      !plan.classes && std::visit([](const auto& l) { return l.kBinary; }, plan.descent.loss);
  ZeroedArray<float> squares((std::size_t{features} + 1) * outputs);
  std::vector<Index> touched;
  const auto add = [&](Index at, float gradient) {
    if (squares[at] == 0 && gradient != 0) touched.push_back(at);
    squares[at] += gradient * gradient;
  };
  std::vector<double> margins(outputs), slopes(outputs);
  const Offset stride = 1 + rows.rows() / kEnough;
  Offset seen = 0;
  for (Offset i = 0; i < rows.rows(); i += stride, ++seen) {
    const SparseRow row = rows.row(i);
    for (Index k = 0; k < outputs; ++k) {
      margins[k] = static_cast<double>(trained.weight(features * outputs + k, {}));
      for (std::size_t n = 0; n < row.nonzeros(); ++n) {
        margins[k] +=
            static_cast<double>(row.value(n) * trained.weight(row.indices[n] * outputs + k, {}));
      }
    }
    const float label = two_labels ? plan.labels.sign(row.label) : row.label;
    loss.take(margins, static_cast<double>(label), slopes);
    for (Index k = 0; k < outputs; ++k) {
      const float slope = row.weight * static_cast<float>(slopes[k]);
      for (std::size_t n = 0; n < row.nonzeros(); ++n) {
        add(row.indices[n] * outputs + k, slope * row.value(n));
      }
      add(features * outputs + k, slope);
    }
  }
  const auto times = static_cast<float>(static_cast<double>(model.provenance().visits) /
                                        static_cast<double>(std::max<Offset>(seen, 1)));
  for (const Index at : touched) trained.start_squares(at, times * squares[at]);
}

/// Throws OptionError where a model can't go on learning from such data as options say.
inline void require_same_kind(const Model& model, const FeatureSpace& features,
                              const TrainPlan& plan) {
  const auto require = [](bool holds, const std::string& reason) {
    if (!holds) throw OptionError("resume", reason);
  };
  require(name_of(model.loss()) == name_of(plan.descent.loss),
          fmt::format("the model was trained with --loss {}", name_of(model.loss())));
  const auto begins_alike = [](const ClassNames& names, const ClassNames& all) {
    return names && all && std::ranges::equal(*names, *all | std::views::take(names->size()));
  };
  const bool same_labels = plan.classes ? begins_alike(model.classes(), plan.classes)
                           : plan.label_names
                               ? begins_alike(model.label_names(), plan.label_names)
                               : !model.label_names() && model.labels() == plan.labels;
  require(same_labels, "the model has other labels than the data");
  require(model.features().hash_bits == features.hash_bits,
          model.features().hash_bits == 0
              ? "the model's features are not hashed; leave --hash-bits out"
              : fmt::format("the model's features are hashed; give --hash-bits {}",
                            model.features().hash_bits));
  require((model.features().names != nullptr) == (features.names != nullptr),
          "the features are names in one of model and data, and numbers in the other");
}

}  // namespace hogwild
