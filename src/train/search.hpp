// Settings that are measured before a run: the learning rate, adagrad's epsilon, the number of
// threads. A rate is reduced if the run diverges.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "hogwild/train/tune.hpp"
#include "hogwild/update/update_rule.hpp"

namespace hogwild {

/// That of a rule whose rates are divided by the root of a sum of squares and of epsilon; null for
/// the other rules.
inline float* epsilon_of_sum(AnyUpdateRule& any) {
  return std::visit(
      [](auto& rule) -> float* {
        if constexpr (requires(typename std::decay_t<decltype(rule)>::State s) {
                        s.squares;
                        rule.epsilon;
                      }) {
          return &rule.epsilon;
        } else {
          return nullptr;
        }
      },
      any);
}
inline const float* epsilon_of_sum(const AnyUpdateRule& any) {
  return epsilon_of_sum(const_cast<AnyUpdateRule&>(any));
}

/// Those rules' default, which stands for one that is to be found.
inline constexpr float kEpsilonOfSum = Adagrad{}.epsilon;
static_assert(NesterovAdagrad{}.epsilon == kEpsilonOfSum);

/// The epsilon of such a rule, from the values of the rows. batch: the number of rows in a step.
float epsilon_for(const Dataset& data, std::uint64_t batch);

/// A rate that was right for the sample may still be too large for a longer run.
inline constexpr int kMostBackingOff = 8;
inline constexpr float kBackingOff = 1.0f / 3;

inline bool searches_rate(const TrainOptions& options) {
  return !options.learning_rate &&
         std::visit([](const auto& rule) { return has_rate<std::decay_t<decltype(rule)>>; },
                    options.update_rule);
}

/// find_rate() of rows that are prepared and in the units that they are learnt in.
RateSearch race_rates(const Dataset& rows, const TrainOptions& options,
                      const std::function<bool()>& stop);

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
  if (search.averaged) options.average = true;
  const int asked_epochs = options.refit_epochs;
  if (asked_epochs == 0) options.refit_epochs = search.epochs;
  if (search.epsilon) *epsilon_of_sum(options.update_rule) = *search.epsilon;
  observer.on_rate(search);
  TrainResult result = run_once(options);
  while (can_repeat && result.reason == StopReason::diverged &&
         search.backed_off < kMostBackingOff) {
    ++search.backed_off;
    search.rate *= kBackingOff;
    search.epochs = 0;  // they were those of the other rate
    options.refit_epochs = asked_epochs;
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
    return race_rates(data, options, [&] { return observer.stop_requested(); });
  };
  return run_at_found_rate(options, observer, can_repeat, find, run_once);
}

/// Whether the number of threads is left open, and the run so long that measuring takes no
/// noticeable part of it. (Of a shorter one all cores are taken, as far as there are rows.)
bool is_worth_measuring(const Dataset& data, const TrainOptions& options);

/// Learns a part of the rows with one thread, and with all cores, half of them, a quarter and so on
/// as long as fewer are faster or may have own cells (kMostWithOwnCells); that takes about a
/// fiftieth of the run each time. More threads than one are chosen only if they were faster.
/// REQUIRES: options.learning_rate.
ThreadTrial measure_threads(const Dataset& data, const TrainOptions& options);

}  // namespace hogwild
