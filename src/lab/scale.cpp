#include "hogwild/lab/scale.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/row_stream.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/stream.hpp"
#include "hogwild/train/train.hpp"
#include "options/refusals.hpp"
#include "parallel/mapped_memory.hpp"
#include "parallel/thread_team.hpp"
#include "train/search.hpp"

namespace hogwild::lab {
namespace {

using Clock = std::chrono::steady_clock;

// By Sharing.
constexpr std::array<std::string_view, 8> kNames{
    "hogwild", "plain", "atomic", "locked", "per-thread", "deterministic", "averaged", "streamed"};

double last_loss(const TrainResult& result) {
  if (result.reason == StopReason::diverged || result.epochs.empty()) {
    return std::numeric_limits<double>::infinity();
  }
  return *result.epochs.back().valid_loss;
}

// The options by which threads share as they are asked to.
TrainOptions shared_as(Sharing sharing, TrainOptions options) {
  options.strategy = Strategy::hogwild;
  options.state = StateHome::shared;
  options.worker_views = sharing != Sharing::plain;
  if (sharing == Sharing::atomic) options.strategy = Strategy::atomic;
  if (sharing == Sharing::locked) options.strategy = Strategy::locked;
  if (sharing == Sharing::deterministic) options.strategy = Strategy::deterministic;
  if (sharing == Sharing::per_thread) options.state = StateHome::per_thread;
  return options;
}

// Each part of the rows learnt by a thread of its own; the result has the mean of the weights.
// Source: Zinkevich, Weimer, Li, Smola, NIPS 2010.
TrainResult train_apart(const Dataset& data, const TrainOptions& options, TrainObserver& observer) {
  const int threads = options.threads;
  std::vector<Dataset> parts;
  for (int k = 0; k < threads; ++k) {
    std::vector<Offset> rows;
    for (auto i = static_cast<Offset>(k); i < data.rows(); i += static_cast<Offset>(threads)) {
      rows.push_back(i);
    }
    parts.push_back(data.select(rows));
  }
  TrainOptions alone = options;
  alone.threads = 1;
  alone.validation.reset();
  alone.pin.clear();  // each thread of the team is pinned
  std::vector<TrainResult> results(parts.size());
  ThreadTeam team(threads, options.pin);
  const auto begin = Clock::now();
  team.run([&](int k) {
    const auto part = static_cast<std::size_t>(k);
    results[part] = train(parts[part], alone);
  });
  TrainResult all;
  all.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  all.learning_rate = results[0].learning_rate;
  all.threads = all.threads_seen = threads;
  const FeatureSpace& space = results[0].model.features();
  const auto weights = shared_zeroed_array<float>(space.size);
  float bias = 0;
  for (const TrainResult& result : results) {
    if (result.reason == StopReason::diverged) all.reason = StopReason::diverged;
    bias += result.model.bias() / static_cast<float>(threads);
    for (Index j = 0; j < space.size; ++j) {
      weights[j] += result.model.weights()[j] / static_cast<float>(threads);
    }
  }
  all.model = Model(space, weights, bias, results[0].model.loss(), results[0].model.labels(), {});
  if (all.reason == StopReason::diverged) return all;
  EpochReport report{.epoch = options.epochs, .seconds = all.seconds, .threads = threads};
  report.valid_loss = mean_loss(all.model, *options.validation);
  all.epochs.push_back(report);
  observer.on_epoch(report);
  return all;
}

void require_suits(const AnyUpdateRule& rule, Sharing sharing, const ScalePlan& plan,
                   const TrainOptions& options) {
  TrainOptions its = shared_as(sharing, options);
  its.update_rule = rule;
  its.find_average = false;
  require_valid(kScaled, {.train = its});
  if (sharing == Sharing::streamed && !plan.text) {
    throw OptionError("strategy", "streamed needs text files that can be read more than once");
  }
  if (sharing == Sharing::averaged && learns_classes(options)) {
    throw OptionError("strategy", "averaged does not support classes");
  }
}

TrainResult run_once(const Dataset& data, const ScalePlan& plan, const TrainOptions& options,
                     Sharing sharing, TrainObserver& observer) {
  TrainOptions its = shared_as(sharing, options);
  if (sharing == Sharing::averaged) return train_apart(data, its, observer);
  if (sharing != Sharing::streamed) return train(data, its, observer);
  RowStream stream(plan.text->first, plan.text->second);
  if (!data.features().names) {  // the numbers of the text
    its.validation = in_space(*its.validation, stream.features());
  }
  return train(stream, its, observer);
}

// The options with the rate and the epochs that a warm-up found.
TrainOptions warm_up(const Dataset& data, const ScalePlan& plan, TrainOptions options,
                     TrainObserver& observer) {
  options.threads = plan.threads.front();
  const TrainResult result = run_once(data, plan, options, plan.sharings.front(), observer);
  if (result.rate_search) {
    options.learning_rate = result.learning_rate;
    if (float* const epsilon = epsilon_of_sum(options.update_rule)) {
      *epsilon = result.rate_search->epsilon.value_or(*epsilon);
    }
  }
  if (result.seconds > 0 && result.seconds < plan.least_seconds) {
    constexpr double kMostEpochs = 10'000;
    const double times = plan.least_seconds / result.seconds;
    options.epochs = static_cast<int>(std::min(kMostEpochs, std::ceil(options.epochs * times)));
  }
  return options;
}

}  // namespace

std::string_view name_of(Sharing sharing) noexcept {
  return kNames[static_cast<std::size_t>(sharing)];
}

std::optional<Sharing> sharing_named(std::string_view name) noexcept {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Sharing>(found - kNames.begin());
}

std::vector<ScalePoint> measure_scaling(const Dataset& data, const TrainOptions& asked,
                                        const ScalePlan& plan, TrainObserver& observer) {
  for (const AnyUpdateRule& rule : plan.rules) {
    for (const Sharing sharing : plan.sharings) require_suits(rule, sharing, plan, asked);
  }
  std::vector<TrainOptions> rules;
  for (const AnyUpdateRule& rule : plan.rules) {
    TrainOptions options = asked;
    options.update_rule = rule;
    options.find_average = false;
    rules.push_back(warm_up(data, plan, std::move(options), observer));
    if (observer.stop_requested()) return {};
  }

  std::vector<ScalePoint> points;
  std::vector<const TrainOptions*> whose;  // [points]
  for (const TrainOptions& rule : rules) {
    for (const Sharing sharing : plan.sharings) {
      for (const int threads : plan.threads) {
        points.push_back({.rule = std::string(name_of(rule.update_rule)),
                          .sharing = sharing,
                          .epochs = rule.epochs,
                          .threads = threads,
                          .threads_seen = threads});
        whose.push_back(&rule);
      }
    }
  }
  for (int round = 0; round < plan.rounds; ++round) {
    std::vector<TrainResult> results;
    for (std::size_t k = 0; k < points.size() && !observer.stop_requested(); ++k) {
      TrainOptions options = *whose[k];
      options.threads = points[k].threads;
      results.push_back(run_once(data, plan, options, points[k].sharing, observer));
      results.back().model = {};
    }
    if (results.size() < points.size() || observer.stop_requested()) break;
    for (std::size_t k = 0; k < points.size(); ++k) {
      ScalePoint& point = points[k];
      point.seconds.push_back(results[k].seconds);
      point.learning_rate = results[k].learning_rate;
      point.threads_seen = std::min(point.threads_seen, results[k].threads_seen);
      point.loss += last_loss(results[k]);
      point.own_share += results[k].views.share_of_rows;
    }
  }
  if (points.front().seconds.empty()) return {};

  for (std::size_t k = 0; k < points.size(); ++k) {
    ScalePoint& point = points[k];
    const ScalePoint& first = points[k - k % plan.threads.size()];
    const double seconds = point.median_seconds();
    point.nonzeros_per_second = static_cast<double>(data.nonzeros()) * point.epochs / seconds;
    point.speedup = first.median_seconds() / seconds;
    point.efficiency = point.speedup * first.threads / point.threads;
    point.loss /= static_cast<double>(point.seconds.size());
    point.own_share /= static_cast<double>(point.seconds.size());
  }
  return points;
}

}  // namespace hogwild::lab
