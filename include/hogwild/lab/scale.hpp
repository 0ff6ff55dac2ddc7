// Measures training speed for several numbers of threads, update rules and strategies, and says on
// which machine.
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

namespace hogwild {
namespace [[gnu::visibility("default")]] lab {

/// How threads share the weights: the alternatives that measure_scaling() compares.
enum class Sharing {
  hogwild,     ///< racy steps; threads have private copies of the most frequent weights if that is
               ///< faster (TrainOptions::worker_views)
  plain,       ///< racy steps, without private copies: Hogwild! as published
  atomic,      ///< compare-exchange steps
  locked,      ///< one mutex around each row
  per_thread,  ///< racy steps; each thread has its own optimizer state
  deterministic,  ///< all threads on the same rows; bit-identical for any number of threads
  averaged,       ///< each thread trains a model on a part of the rows; the result is their mean
  streamed,       ///< as hogwild, but rows are streamed from the text files in ScalePlan::text
};

/// "hogwild", "plain", "atomic", "locked", "per-thread", "deterministic", "averaged", "streamed".
std::string_view name_of(Sharing sharing) noexcept;

/// The value with this name, or std::nullopt.
std::optional<Sharing> sharing_named(std::string_view name) noexcept;

/// What to measure: each combination of update rule, way of sharing and number of threads.
struct ScalePlan {
  std::vector<AnyUpdateRule> rules{Adagrad{}};      ///< update rules to measure
  std::vector<Sharing> sharings{Sharing::hogwild};  ///< ways of sharing to measure
  std::vector<int> threads{1, 2};                   ///< numbers of threads to measure; > 0
  int rounds = 3;                                   ///< runs per combination; > 0
  double least_seconds = 0;  ///< least duration of a run: epochs are added if the warm-up run is
                             ///< shorter
  std::optional<std::pair<std::vector<std::string>, ReadOptions>>
      text{};  ///< for Sharing::streamed:
               ///< files of the same rows
};

/// One rule, one way of sharing, and one number of threads, over all rounds.
struct ScalePoint {
  std::string rule;                    ///< name of the update rule
  Sharing sharing = Sharing::hogwild;  ///< how threads shared weights
  float learning_rate = 0;             ///< initial learning rate
  int epochs = 0;                      ///< epochs of each run
  int threads = 0;                     ///< number of threads requested
  int threads_seen = 0;                ///< threads that learnt at least one row, the minimum over
                                       ///< the rounds
  std::vector<double> seconds{};       ///< duration of training in each round
  double nonzeros_per_second = 0;      ///< non-zeros learnt per second, in the median round
  double speedup = 0;     ///< median seconds with the first number of threads / with this one
  double efficiency = 0;  ///< speedup / (threads / first number of threads)
  double loss = 0;        ///< validation loss after the last epoch, mean of the rounds
  double own_share = 0;   ///< share of the rows that were learnt with private copies of weights

  /// REQUIRES: at least one round.
  double median_seconds() const {
    std::vector<double> sorted = seconds;
    std::ranges::sort(sorted);
    const std::size_t n = sorted.size();
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
  /// Of the fastest round.
  double least_seconds() const { return *std::ranges::min_element(seconds); }
  /// Of the slowest round.
  double most_seconds() const { return *std::ranges::max_element(seconds); }
};

/// Measures each combination once per round, in turn, so that a slowdown of the machine affects all
/// of them. Before that, each rule has a warm-up run with the first way of sharing and the first
/// number of threads; it finds the learning rate of all runs of the rule, unless options set it.
/// options.validation must be set; options.threads, update_rule, strategy, state and worker_views
/// are ignored. If the observer requests a stop, only finished rounds count; without any, the
/// result is empty. A run that diverges has an infinite loss. REQUIRES: the plan's lists are not
/// empty. Throws as train() does; OptionError if a rule does not work with a way of sharing.
std::vector<ScalePoint> measure_scaling(const Dataset& data, const TrainOptions& options,
                                        const ScalePlan& plan, TrainObserver& observer);

/// What decides how far threads scale.
struct Machine {
  /// How long one core waits for a cache line that another has just written.
  struct LineTransfer {
    int first = 0;       ///< the number of one core
    int second = 0;      ///< of the other core
    double seconds = 0;  ///< one way
  };

  std::string processor{};                     ///< as the system names it; empty if it does not
  double clock_hz = 0;                         ///< now; 0 if the system does not say
  int cores = 0;                               ///< that this process may use
  int numa_nodes = 1;                          ///< nodes of memory
  std::vector<LineTransfer> line_transfers{};  ///< of pairs of cores: all, or 128 spread over all
};

/// Asks the system, and passes a cache line between cores: a millisecond for each pair.
Machine this_machine();

}  // namespace lab
}  // namespace hogwild
