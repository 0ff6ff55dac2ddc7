// The same training with different numbers of threads, by one or several rules and strategies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "hogwild/update/update_rule.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// How threads share what they learn, as one of the ways that measure_scaling() sets beside each
/// other.
enum class Sharing {
  hogwild,     ///< racy steps; each thread has weights of its own for the most frequent features,
               ///< where that pays (TrainOptions::worker_views)
  plain,       ///< racy steps on shared weights alone: Hogwild! as published
  atomic,      ///< compare-exchange steps
  locked,      ///< one mutex around each row
  per_thread,  ///< racy steps, each thread having an optimizer state of its own
  deterministic,  ///< all threads on the same rows, the same bits for any number of them
  averaged,  ///< each thread learns a part of the rows by itself; the models' mean is the result
  streamed,  ///< as hogwild, but text is learnt as it is read: ScalePlan::text
};

/// "hogwild", "plain", "atomic", "locked", "per-thread", "deterministic", "averaged", "streamed".
std::string_view name_of(Sharing sharing) noexcept;

/// The one that is called so, or nothing.
std::optional<Sharing> sharing_named(std::string_view name) noexcept;

/// What is to be measured: each rule by each way of sharing with each number of threads.
struct ScalePlan {
  std::vector<AnyUpdateRule> rules{Adagrad{}};      ///< to be measured
  std::vector<Sharing> sharings{Sharing::hogwild};  ///< to be measured
  std::vector<int> threads{1, 2};                   ///< > 0
  int rounds = 3;                                   ///< > 0
  double least_seconds = 0;  ///< of a run: epochs are added until the warm-up takes as long
  std::optional<std::pair<std::vector<std::string>, ReadOptions>>
      text{};  ///< for Sharing::streamed:
               ///< files of the same rows
};

/// One rule, one way of sharing, and one number of threads, over all rounds.
struct ScalePoint {
  std::string rule;                    ///< name of the update rule
  Sharing sharing = Sharing::hogwild;  ///< how threads shared weights
  float learning_rate = 0;             ///< the initial one
  int epochs = 0;                      ///< of each run
  int threads = 0;                     ///< asked for
  int threads_seen = 0;                ///< that learnt at least one row, fewest of a round
  std::vector<double> seconds{};       ///< of training, in the order of the rounds
  double nonzeros_per_second = 0;      ///< learnt, in the median round
  double speedup = 0;     ///< median seconds with the first number of threads / with this
  double efficiency = 0;  ///< speedup / how many times the first number of threads this is
  double loss = 0;        ///< validation loss after the last epoch, mean of the rounds
  double own_share = 0;   ///< of the rows, those learnt by steps on a thread's own weights

  /// REQUIRES: at least one round.
  double median_seconds() const {
    std::vector<double> sorted = seconds;
    std::ranges::sort(sorted);
    const std::size_t n = sorted.size();
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
  double least_seconds() const {
    return *std::ranges::min_element(seconds);
  }  ///< of the fastest round
  double most_seconds() const {
    return *std::ranges::max_element(seconds);
  }  ///< of the slowest round
};

/// Trains in each way with each number of threads in turn, `rounds` times over, so that a machine
/// that gets slower does so for all of them. Before, one run of each rule with the first way and
/// number warms up, and finds the rate for all its runs if options leave it open. Validation rows
/// are options.validation, which must be there; options.threads, update_rule and strategy are
/// ignored. When the observer asks to stop, finished rounds count; if there is none, nothing is
/// returned. A run that diverges has an infinite loss. REQUIRES: the plan's lists are not empty.
/// Throws as train() does; OptionError for a rule that does not go with a way of sharing.
std::vector<ScalePoint> measure_scaling(const Dataset& data, const TrainOptions& options,
                                        const ScalePlan& plan, TrainObserver& observer);

}  // namespace hogwild
