// Options and data to the decisions of a run.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "data/rows/hot_features.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/train/options.hpp"
#include "learn/descent.hpp"

namespace hogwild {

struct TrainPlan {
  DescentPlan descent;                          ///< how to learn
  std::shared_ptr<ParameterFile> parameters{};  ///< that are learnt into, or null
  std::shared_ptr<std::atomic<int>> others{};   ///< how many workers other processes have that
                                                ///< learn into these, as far as it is known
  float learning_rate = 0;
  Offset block_multiple = 1;  ///< rows that must not be torn apart
  int most_workers = 0;       ///< with cells of their own: see part()
  LabelPair labels;           ///< where there are two
  ClassNames classes{};       ///< where the labels are numbers of classes

  /// Each worker is to have cells of its own for these coordinates. Then no more workers learn than
  /// there are cores, but for a run that goes on with as many as it began with: the cells of one
  /// that waits for a core would grow old, and push those of others out of the cache. Measured with
  /// 32 on two cores, sgd on text: 11 % slower than 2, and the loss 0.9 % higher.
  void part(HotCoordinates hot);

  void learn_into(std::shared_ptr<ParameterFile> file) {
    descent.cells = {file, file->cells()};
    descent.others = others = std::make_shared<std::atomic<int>>(0);
    parameters = std::move(file);
  }
};

/// Whether labels are a pair, and become -1 and +1.
bool has_two_labels(const TrainOptions& options) noexcept;

/// Why several threads can't have cells of their own for hot features (see learn/worker_views.hpp);
/// nothing if they can.
/// threads: that are to learn; 0 if that is open.
std::optional<std::string> reason_for_one_view(const TrainOptions& options, int threads);

/// How frequent hot features are in the rows, which have plain numbers.
HotCoordinates hot_coordinates(const Dataset& data, const HotFeatures& hot);

/// Checks that the rows' labels, weights and difficulties fit the options, before anything is spent
/// on them. Throws OptionError, ParseError, DataError.
void require_learnable(const Dataset& data, const TrainOptions& options);

/// Checks the options and decides. Throws OptionError, ParseError, DataError.
TrainPlan plan_training(const Dataset& data, const TrainOptions& options);

/// The same for rows that are but a part of those to be learnt, and may be none: labels are those
/// of all rows, as the data has them.
TrainPlan plan_part(const Dataset& data, const TrainOptions& options);

}  // namespace hogwild
