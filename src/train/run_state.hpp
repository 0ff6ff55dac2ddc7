// A run between two epochs, to go on from as if it had never ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/checkpoint.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "train/plan.hpp"

namespace hogwild {

/// Names and values of whatever must be the same for a run to go on as it began.
using MadeWith = std::vector<std::pair<std::string, std::string>>;

/// How features are numbered while they are learnt: as in the data, the frequent ones first, or
/// all by frequency.
enum class Numbering : std::uint8_t { plain, hot_first, ranked };

Numbering numbering_of(const FeatureSpace& features) noexcept;

/// The features that come first by Numbering::hot_first; else none.
std::vector<Index> hot_of(const FeatureSpace& features);

struct RunState {
  MadeWith made_with{};
  float learning_rate = 0;
  std::optional<float> epsilon{};        ///< of adagrad, if it was found
  int refit_epochs = 0;                  ///< see TrainOptions; as found, if it was
  bool counts_by_time = true;            ///< of averages; false: plain means, of an earlier version
  std::vector<EpochReport> epochs{};     ///< behind it
  std::optional<Numbering> numbering{};  ///< nothing in a checkpoint of an earlier version
  std::vector<Index> hot{};              ///< the features that come first by Numbering::hot_first
  int threads = 0;                       ///< that were asked for; more may be than workers
  std::optional<Model> best{};           ///< of the best of them
  double worst = 0, worst_valid = 0;     ///< losses at which the run counts as diverged
  std::uint64_t visits = 0;              ///< rows learnt
  std::vector<std::uint64_t> seen{};     ///< [workers] rows that each has learnt
  std::string scaling{};                 ///< Scaling::fingerprint() of the rows; empty: none
  std::string descent{};                 ///< see Descent::state()
};

MadeWith made_with(const TrainOptions& options, const TrainPlan& plan, const Dataset& data);

/// Throws OptionError, naming the first difference.
void require_same(const MadeWith& then, const MadeWith& now);

}  // namespace hogwild
