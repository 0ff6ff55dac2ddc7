#include "hogwild/train/scale.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <variant>

#include "hogwild/core/error.hpp"
#include "hogwild/train/train.hpp"
#include "train/found_epsilon.hpp"

namespace hogwild {
namespace {

double last_loss(const TrainResult& result) {
  if (result.reason == StopReason::diverged || result.epochs.empty()) {
    return std::numeric_limits<double>::infinity();
  }
  return *result.epochs.back().valid_loss;
}

}  // namespace

std::vector<ScalePoint> measure_scaling(const Dataset& data, const TrainOptions& options,
                                        std::span<const int> threads, int rounds,
                                        TrainObserver& observer) {
  if (!options.validation) {
    throw OptionError("valid",
                      "a number of threads is judged by the loss it reaches as well; give "
                      "validation rows");
  }
  TrainOptions its = options;
  its.threads = threads.front();
  const TrainResult warm_up = train(data, its, observer);
  if (warm_up.rate_search) {
    its.learning_rate = warm_up.learning_rate;
    if (float* const epsilon = epsilon_of_sum(its.update_rule)) {
      *epsilon = warm_up.rate_search->epsilon.value_or(*epsilon);
    }
  }

  std::vector<ScalePoint> points;
  for (const int n : threads) points.push_back({.threads = n, .threads_seen = n});
  for (int round = 0; round < rounds; ++round) {
    std::vector<TrainResult> results;
    for (const ScalePoint& point : points) {
      if (observer.stop_requested()) break;
      its.threads = point.threads;
      results.push_back(train(data, its, observer));
      results.back().model = {};
    }
    if (results.size() < points.size() || observer.stop_requested()) break;
    for (std::size_t k = 0; k < points.size(); ++k) {
      ScalePoint& point = points[k];
      point.seconds.push_back(results[k].seconds);
      point.threads_seen = std::min(point.threads_seen, results[k].threads_seen);
      point.loss += last_loss(results[k]);
    }
  }
  if (points.front().seconds.empty()) return {};

  for (ScalePoint& point : points) std::ranges::sort(point.seconds);
  const ScalePoint& first = points.front();
  for (ScalePoint& point : points) {
    const double seconds = point.median_seconds();
    point.nonzeros_per_second = static_cast<double>(data.nonzeros()) * options.epochs / seconds;
    point.speedup = first.median_seconds() / seconds;
    point.loss /= static_cast<double>(point.seconds.size());
    point.efficiency = point.speedup * first.threads / point.threads;
  }
  return points;
}

}  // namespace hogwild
