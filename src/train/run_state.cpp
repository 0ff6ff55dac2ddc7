#include "train/run_state.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <span>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "update/rule_numbers.hpp"

namespace hogwild {
namespace {

template <class Value>
std::string hash_of(std::span<const Value> values) {
  return fmt::format("{:016x}", XXH3_64bits(values.data(), values.size_bytes()));
}

// The rows' labels, weights and lengths; features are many, and rarely differ alone.
std::string fingerprint(const Dataset& data) {
  std::vector<std::uint32_t> lengths;
  std::vector<float> weights;
  for (Offset i = 0; i < data.rows(); ++i) {
    lengths.push_back(static_cast<std::uint32_t>(data.row(i).nonzeros()));
    weights.push_back(data.row(i).weight);
  }
  return hash_of(data.labels()) + hash_of(std::span<const float>(weights)) +
         hash_of(std::span<const std::uint32_t>(lengths));
}

std::string numbers_of(const AnySchedule& any) {
  std::string text(name_of(any));
  std::visit(
      [&](const auto& schedule) {
        if constexpr (requires { schedule.decay; }) text += fmt::format(" {}", schedule.decay);
        if constexpr (requires { schedule.threshold; }) {
          text += fmt::format(" {}", schedule.threshold);
        }
        if constexpr (requires { schedule.table; }) {
          for (const auto& [epoch, factor] : schedule.table) {
            text += fmt::format(" {}:{}", epoch, factor);
          }
        }
      },
      any);
  return text;
}

}  // namespace

Numbering numbering_of(const FeatureSpace& features) noexcept {
  if (!features.ranking) return Numbering::plain;
  const bool all = features.ranking->features.size() == features.size;
  return all ? Numbering::ranked : Numbering::hot_first;
}

std::vector<Index> hot_of(const FeatureSpace& features) {
  if (numbering_of(features) != Numbering::hot_first) return {};
  return {features.ranking->features.begin(), features.ranking->features.end()};
}

MadeWith made_with(const TrainOptions& options, const TrainPlan& plan, const Dataset& data) {
  const auto number = [](auto value) { return fmt::format("{}", value); };
  const auto choice = [](auto value) { return fmt::format("{}", static_cast<int>(value)); };
  MadeWith made{
      {"loss", std::string(name_of(options.loss))},
      {"one-vs-rest", number(options.one_vs_rest)},
      {"optimizer", in_words(options.update_rule)},
      {"learning-rate", number(plan.learning_rate)},
      {"batch-size", number(options.batch_size)},
      {"schedule", numbers_of(options.schedule)},
      {"warm-up", number(options.warm_up)},
      {"epochs", number(options.epochs)},
      {"early-stopping", number(options.early_stopping)},
      {"min-delta", number(options.min_delta)},
      {"seed", number(options.seed)},
      {"l1", number(options.l1)},
      {"l2", number(options.l2)},
      {"penalty", choice(options.penalty_method)},
      {"no-bias", number(!options.bias)},
      {"batch-norm", number(options.batch_norm)},
      {"average", number(options.average)},
      {"gradient-noise", number(options.gradient_noise)},
      {"init", number(options.init)},
      {"strategy", choice(options.strategy)},
      {"state", choice(options.state)},
      {"order", choice(options.order)},
      {"curriculum", choice(options.curriculum)},
      {"levels", number(options.levels)},
      {"difficulty", hash_of(std::span<const float>(options.difficulty))},
      {"threads", number(plan.descent.workers)},
      {"features", number(data.features().size)},
      {"data", fingerprint(data)},
      {"valid", options.validation ? fingerprint(*options.validation) : "none"},
  };
  return made;
}

void require_same(const MadeWith& then, const MadeWith& now) {
  for (std::size_t k = 0; k < now.size(); ++k) {
    const auto& [name, value] = now[k];
    if (k < then.size() && then[k] == now[k]) continue;
    if (name == "data" || name == "valid" || name == "features") {
      throw OptionError("resume", fmt::format("the checkpoint is from a run on other rows ({}); "
                                              "give the same files and the same split",
                                              name));
    }
    throw OptionError("resume",
                      fmt::format("the checkpoint is from a run with another --{}: {} instead of "
                                  "{}; give the options of that run",
                                  name, k < then.size() ? then[k].second : "none", value));
  }
}

}  // namespace hogwild
