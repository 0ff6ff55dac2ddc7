// A run with a learning rate that a search finds first, and that is reduced if the run diverges.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "hogwild/train/tune.hpp"
#include "hogwild/update/update_rule.hpp"
#include "train/found_epsilon.hpp"

namespace hogwild {

/// A rate that was right for the sample may still be too large for a longer run.
inline constexpr int kMostBackingOff = 8;
inline constexpr float kBackingOff = 1.0f / 3;

inline bool searches_rate(const TrainOptions& options) {
  return !options.learning_rate &&
         std::visit([](const auto& rule) { return has_rate<std::decay_t<decltype(rule)>>; },
                    options.update_rule);
}

/// Calls run_once(options). If the options have no rate, find() gives it. If the run diverges and
/// can_repeat is set, repeats it with a third of the rate, at most kMostBackingOff times. options
/// then has the rate and the epsilon that were found.
template <class Find, class RunOnce>
TrainResult run_at_found_rate(TrainOptions& options, TrainObserver& observer, bool can_repeat,
                              const Find& find, const RunOnce& run_once) {
  if (!searches_rate(options)) return run_once(options);
  RateSearch search = find();
  if (search.interrupted) {
    TrainResult result;
    result.reason = StopReason::interrupted;
    result.rate_search = std::move(search);
    return result;
  }
  options.learning_rate = search.rate;
  if (search.epsilon) *epsilon_of_sum(options.update_rule) = *search.epsilon;
  observer.on_rate(search);
  TrainResult result = run_once(options);
  while (can_repeat && result.reason == StopReason::diverged &&
         search.backed_off < kMostBackingOff) {
    ++search.backed_off;
    search.rate *= kBackingOff;
    options.learning_rate = search.rate;
    observer.on_rate(search);
    result = run_once(options);
  }
  result.rate_search = std::move(search);
  return result;
}

/// The same with a search on the data.
template <class RunOnce>
TrainResult run_at_found_rate(const Dataset& data, TrainOptions& options, TrainObserver& observer,
                              bool can_repeat, const RunOnce& run_once) {
  const auto find = [&] {
    return find_rate(data, options, [&] { return observer.stop_requested(); });
  };
  return run_at_found_rate(options, observer, can_repeat, find, run_once);
}

}  // namespace hogwild
