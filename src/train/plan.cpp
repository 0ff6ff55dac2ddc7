#include "train/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

// Below this a thread costs more to start and to feed than it brings.
constexpr Offset kNonzerosPerThread = 20'000;

void require(bool good, const char* option, const std::string& reason) {
  if (!good) throw OptionError(option, reason);
}

}  // namespace

void require_valid(const TrainOptions& options, bool validation_to_come) {
  require(options.epochs > 0, "epochs", fmt::format("{} is not above 0", options.epochs));
  require(options.threads >= 0, "threads", fmt::format("{} is negative", options.threads));
  require(options.threads <= 4096, "threads", fmt::format("{} is past 4096", options.threads));
  for (const auto& [name, value] : {std::pair{"l1", options.l1}, {"l2", options.l2}}) {
    require(value >= 0 && std::isfinite(value), name,
            fmt::format("{} is not a finite number >= 0", value));
  }
  if (options.learning_rate) {
    require(*options.learning_rate > 0 && std::isfinite(*options.learning_rate), "learning-rate",
            fmt::format("{} is not a finite number > 0", *options.learning_rate));
  }
  require(std::visit([](const auto& schedule) { return schedule.valid(); }, options.schedule),
          "schedule",
          fmt::format("the numbers of {} are out of their range", name_of(options.schedule)));
  require(options.warm_up >= 0 && std::isfinite(options.warm_up), "warm-up",
          fmt::format("{} is not a finite number >= 0", options.warm_up));
  require(options.stop_after >= 0, "stop-after", fmt::format("{} is negative", options.stop_after));
  require(options.early_stopping >= 0, "early-stopping",
          fmt::format("{} is negative", options.early_stopping));
  require(options.min_delta >= 0, "min-delta", fmt::format("{} is negative", options.min_delta));
  const auto require_validation = [&](bool asked, const char* option) {
    require(!asked || options.validation.has_value() || validation_to_come, option,
            "it needs rows to validate on; give --valid FILE or --valid-fraction 0.1");
  };
  require_validation(options.early_stopping > 0, "early-stopping");
  require_validation(options.refit, "refit");
  require_validation(std::holds_alternative<Plateau>(options.schedule), "schedule");
  require_valid(options.update_rule);
  std::visit(
      [&](const auto& rule) {
        if constexpr (!has_rate<std::decay_t<decltype(rule)>>) {
          require(!options.learning_rate, "learning-rate",
                  fmt::format("{} finds its own steps and has no rate; leave the option out",
                              rule.kName));
          require(
              std::holds_alternative<Constant>(options.schedule), "schedule",
              fmt::format("{} has no rate that it could change; leave the option out", rule.kName));
        }
      },
      options.update_rule);
  require(options.state == StateHome::shared || (options.l1 == 0 && options.l2 == 0), "state",
          "a penalty's step is as long as the sum behind it is short, and a thread's own sum says "
          "nothing of a weight that others have learnt; with l1 or l2 keep the state shared");
}

namespace {

int threads_for(const Dataset& data, int asked) {
  if (asked > 0) return asked;
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const Offset useful = std::max<Offset>(1, data.nonzeros() / kNonzerosPerThread);
  return static_cast<int>(std::min<Offset>(cores, useful));
}

// n / d_j, n being the sum of the rows' weights: what a row that touches j pays, for itself and for
// the rows that do not. Rows of weight 0 are never learnt, and do not count.
std::vector<float> penalty_scale(const Dataset& data) {
  const ZeroedArray<Offset> degrees(data.features().size);
  double weights = 0;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    if (row.weight == 0) continue;
    weights += static_cast<double>(row.weight);
    for (const Index j : row.indices) ++degrees[j];
  }
  std::vector<float> scale(std::size_t{data.features().size} + 1);  // the bias's stays 0
  for (Index j = 0; j < data.features().size; ++j) {
    if (degrees[j] != 0) scale[j] = static_cast<float>(weights / static_cast<double>(degrees[j]));
  }
  return scale;
}

void require_weight(const Dataset& data) {
  for (Offset i = 0; i < data.rows(); ++i) {
    if (data.row(i).weight > 0) return;
  }
  throw DataError(data.source().name(), "no row has a weight above 0",
                  "give some rows an importance");
}

}  // namespace

TrainPlan plan_training(const Dataset& data, const TrainOptions& options) {
  require_valid(options);
  TrainPlan plan;
  const bool binary = std::visit([](const auto& loss) { return loss.kBinary; }, options.loss);
  if (binary) {
    plan.labels = binary_labels(data);
    if (options.validation) require_labels(*options.validation, plan.labels);
  } else {
    require_labelled(data);
    if (options.validation) require_labelled(*options.validation);
  }
  require_weight(data);
  if (options.validation) require_weight(*options.validation);
  plan.learning_rate = options.learning_rate.value_or(
      std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule));

  DescentPlan& descent = plan.descent;
  descent.features = data.features().size;
  descent.workers = threads_for(data, options.threads);
  descent.loss = options.loss;
  descent.rule = options.update_rule;
  // A rule whose state is the weight alone has nothing to keep by thread.
  const bool has_state = std::visit(
      [](const auto& rule) {
        return sizeof(typename std::decay_t<decltype(rule)>::State) > sizeof(float);
      },
      options.update_rule);
  descent.state = options.state == StateHome::per_thread && has_state ? StatePlacement::per_thread
                                                                      : StatePlacement::shared;
  descent.landing = options.strategy == Strategy::hogwild  ? Landing::racy
                    : options.strategy == Strategy::atomic ? Landing::atomic
                                                           : Landing::locked;
  descent.bias = options.bias;
  descent.penalty = {options.l1, options.l2};
  if (descent.penalty.active()) descent.penalty_scale = penalty_scale(data);
  return plan;
}

}  // namespace hogwild
