// The decisions of a run, made from its options and its data.
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
  std::shared_ptr<ParameterFile> parameters{};  ///< the file whose weights are stepped, or null
  std::shared_ptr<std::atomic<int>> others{};   ///< estimated number of workers of other processes
                                                ///< that learn into `parameters`
  float learning_rate = 0;
  Offset block_multiple = 1;  ///< the number of rows of a block is a multiple of this
  int most_workers = 0;       ///< limit of workers with own cells: see part()
  LabelPair labels;           ///< set if the loss takes two labels
  ClassNames label_names{};   ///< of two labels that are words
  ClassNames classes{};       ///< set if the labels are numbers of classes

  /// Gives each worker own cells for these coordinates, and limits the number of workers to the
  /// number of cores. (A resumed run keeps its number of workers.) Otherwise the own cells of a
  /// worker that waits for a core would become outdated, and push those of others out of the cache.
  /// Measured with 32 workers on two cores, sgd on text: 11 % slower than 2 workers, and the loss
  /// 0.9 % higher.
  void part(HotCoordinates hot);

  void learn_into(std::shared_ptr<ParameterFile> file) {
    descent.cells = {file, file->cells()};
    descent.others = others = std::make_shared<std::atomic<int>>(0);
    parameters = std::move(file);
  }
};

/// Whether labels are a pair, and become -1 and +1.
bool has_two_labels(const TrainOptions& options) noexcept;

/// The reason why threads can't have own cells for hot features (see learn/worker_views.hpp); empty
/// if they can. threads: the number of threads that will learn; 0 if it is not yet decided.
std::optional<std::string> reason_for_one_view(const TrainOptions& options, int threads);

/// How frequent hot features are in the rows, which have plain numbers.
HotCoordinates hot_coordinates(const Dataset& data, const HotFeatures& hot);

/// Checks that the labels, weights and difficulties of the rows fit the options, before any costly
/// work. Throws OptionError, ParseError, DataError.
void require_learnable(const Dataset& data, const TrainOptions& options);

/// How much of the variance of the labels lies between stretches of the data: about 0 for rows in a
/// random order, 1 for rows sorted by label. Few rows say nothing: 0. Source: the intraclass
/// correlation of a one-way analysis of variance; Fisher, Statistical Methods for Research Workers,
/// 1925.
double change_of_labels(const Dataset& data);

/// Checks the options and decides. Throws OptionError, ParseError, DataError.
TrainPlan plan_training(const Dataset& data, const TrainOptions& options);

/// Decides without these checks, for data that has only some of the rows to be learnt, or none. The
/// labels are those of all rows, which data.seen_labels() and data.classes() must have.
TrainPlan plan_part(const Dataset& data, const TrainOptions& options);

}  // namespace hogwild
