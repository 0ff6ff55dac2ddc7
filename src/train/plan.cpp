#include "train/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "data/rows/hot_features.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "parallel/cores.hpp"
#include "parallel/mapped_memory.hpp"
#include "parallel/page_views.hpp"
#include "train/prepare.hpp"
#include "train/run_state.hpp"

namespace hogwild {
namespace {

// Below this a thread costs more to start and to feed than it brings.
constexpr Offset kNonzerosPerThread = 20'000;

int workers_for(const Dataset& data, const TrainOptions& options) {
  const auto& before = options.resume_state;
  if (before && before->threads == options.threads) return static_cast<int>(before->seen.size());
  if (options.threads > 0) return options.threads;
  const Offset useful = std::max<Offset>(1, data.nonzeros() / kNonzerosPerThread);
  return static_cast<int>(std::min(static_cast<Offset>(cores()), useful));
}

double mean_weight(const Dataset& data) {
  if (data.rows() == 0) return 0;
  double sum = 0;
  for (Offset i = 0; i < data.rows(); ++i) sum += static_cast<double>(data.row(i).weight);
  return sum / static_cast<double>(data.rows());
}

// How many rows hold each feature. Rows of weight 0 are never learnt, and do not count.
ZeroedArray<Offset> degrees_of(const Dataset& data) {
  ZeroedArray<Offset> degrees(data.features().size);
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    if (row.weight == 0) continue;
    for (const Index j : row.indices) ++degrees[j];
  }
  return degrees;
}

// Cuts the features in ranges of about as many non-zeros each.
std::vector<Index> share_features(const Dataset& data, int workers,
                                  const ZeroedArray<Offset>& degrees) {
  std::vector<Index> owners{0};
  Offset nonzeros = 0;
  for (Index j = 0; j < data.features().size; ++j) {
    const auto share = static_cast<Offset>(owners.size()) * data.nonzeros();
    if (nonzeros * static_cast<Offset>(workers) >= share && share > 0 &&
        owners.size() < static_cast<std::size_t>(workers)) {
      owners.push_back(j);
    }
    nonzeros += degrees[j];
  }
  owners.resize(static_cast<std::size_t>(workers) + 1, data.features().size);
  return owners;
}

// n / d_j, n being the sum of the rows' weights: what a row that touches j pays, for itself and for
// the rows that do not.
std::shared_ptr<const float[]> penalty_scale(const Dataset& data,
                                             const ZeroedArray<Offset>& degrees) {
  const double weights = mean_weight(data) * static_cast<double>(data.rows());
  const auto scale = shared_zeroed_array<float>(std::size_t{data.features().size} + 1);
  for (Index j = 0; j < data.features().size; ++j) {  // the bias's stays 0
    if (degrees[j] == 0) continue;
    scale[static_cast<std::ptrdiff_t>(j)] =
        static_cast<float>(weights / static_cast<double>(degrees[j]));
  }
  return scale;
}

// The mean of (s x)^2 over a sample of the rows, s being the squares that were found.
template <class NumberOf>
double along(const Dataset& data, const HotCoordinates& found, const NumberOf& number_of) {
  constexpr Offset kEnough = 2000;
  const Offset stride = std::max(Offset{1}, data.rows() / kEnough);
  double sum = 0, rows = 0;
  for (Offset i = 0; i < data.rows(); i += stride, ++rows) {
    const SparseRow row = data.row(i);
    double product = 0;
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      product += static_cast<double>(found.square(number_of(row.indices[k])) * row.value(k));
    }
    sum += product * product;
  }
  return sum / std::max(1.0, rows);
}

// What a sample of the rows has of the first `size` coordinates, of which the first `most` may be
// hot: feature j is coordinate number_of(j).
template <class NumberOf>
HotCoordinates hot_among(const Dataset& data, Index size, Index most, const NumberOf& number_of) {
  HotCoordinates found;
  found.touched.resize(size);
  found.squares.resize(size);
  Offset rows = 0;
  double nonzeros = 0, hot_nonzeros = 0;
  const Offset stride = Hotness::stride(data);
  for (Offset i = 0; i < data.rows(); i += stride, ++rows) {
    const SparseRow row = data.row(i);
    nonzeros += static_cast<double>(row.nonzeros());
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      const Index j = number_of(row.indices[k]);
      if (j >= size) continue;
      found.touched[j] += 1;
      found.squares[j] += row.value(k) * row.value(k);
    }
  }
  if (rows == 0) return {};
  for (Index j = 0; j < most; ++j) {
    if (found.touched[j] * Hotness::kRowsPerTouch >= static_cast<float>(rows)) found.hot = j + 1;
  }
  for (Index j = 0; j < found.touched.size(); ++j) {
    if (j < found.hot) hot_nonzeros += static_cast<double>(found.touched[j]);
    found.touched[j] /= static_cast<float>(rows);
    found.squares[j] /= static_cast<float>(rows);
  }
  if (hot_nonzeros < Hotness::kLeastShare * nonzeros) found.hot = 0;
  if (found.hot > 0) found.together = together_of(found.squares, along(data, found, number_of));
  return found;
}

// Of features that are ranked, or few.
HotCoordinates hot_coordinates(const Dataset& data) {
  const auto& ranking = data.features().ranking;
  const Index size = data.features().size;
  if (!ranking && size > Hotness::kMost) return {};
  const Index counted = std::min(size, Hotness::kMost);
  const Index ranked = ranking ? static_cast<Index>(ranking->features.size()) : size;
  return hot_among(data, counted, std::min(ranked, counted), [](Index j) { return j; });
}

// For several outputs: hot features as coordinates, at most Hotness::kMost in all.
HotCoordinates with_outputs(const HotCoordinates& features, Index outputs) {
  if (outputs == 1) return features;
  HotCoordinates all;
  all.together = features.together;
  const Index most = std::min(features.hot, Hotness::kMost / outputs);
  all.hot = most * outputs;
  for (Index j = 0; j < most; ++j) {
    all.touched.insert(all.touched.end(), outputs, features.touched[j]);
    all.squares.insert(all.squares.end(), outputs, features.squares[j]);
  }
  return all;
}

void require_weight(const Dataset& data) {
  for (Offset i = 0; i < data.rows(); ++i) {
    if (data.row(i).weight > 0) return;
  }
  throw DataError(data.source().name(), "all rows have weight 0",
                  "give some rows a weight above 0");
}

}  // namespace

bool has_two_labels(const TrainOptions& options) noexcept {
  return !learns_classes(options) &&
         std::visit([](const auto& loss) { return loss.kBinary; }, options.loss);
}

HotCoordinates hot_coordinates(const Dataset& data, const HotFeatures& hot) {
  return hot_among(data, hot.size(), hot.size(), [&](Index j) { return hot.number(j); });
}

std::optional<std::string> reason_for_one_view(const TrainOptions& options, int threads) {
  const bool parts = std::visit(
      [](const auto& rule) { return may_part<std::decay_t<decltype(rule)>>; }, options.update_rule);
  if (!options.worker_views)
    return "copies of weights are turned off (--no-views, or several processes)";
  if (!parts)
    return fmt::format("copies of {}'s weights can't be merged", name_of(options.update_rule));
  if (options.penalty_method == PenaltyMethod::exact) return "exact penalties need shared weights";
  if (options.strategy == Strategy::locked) return "one lock protects all steps";
  if (options.strategy == Strategy::deterministic) return "threads learn together";
  if (options.batch_size == kFullBatch) return "threads learn together";
  if (options.gradient_noise > 0 || options.batch_norm) return "a step takes a batch";
  const bool has_memory_of_steps =
      std::visit([](const auto& rule) { return has_memory<std::decay_t<decltype(rule)>>; },
                 options.update_rule);
  if (options.batch_size > 1 && (learns_classes(options) || has_memory_of_steps)) {
    return "a step takes a batch";
  }
  if (std::min(threads, cores()) > kMostWithOwnCells) {
    return fmt::format("copies of more than {} threads would differ too much; try --threads {}",
                       kMostWithOwnCells, kMostWithOwnCells);
  }
  return {};
}

void require_learnable(const Dataset& data, const TrainOptions& options) {
  const std::optional<Dataset>& validation = options.validation;
  require_labelled(data);
  if (learns_classes(options)) {
    const ClassNames classes = classes_of_run(data, options);
    if (validation) class_numbers(*validation, classes);
  } else if (has_two_labels(options)) {
    const LabelPair labels = labels_of_run(data, options);
    if (validation && !data.classes()) require_labels(*validation, labels);
  } else if (validation) {
    require_labelled(*validation);
  }
  require_weight(data);
  if (validation) require_weight(*validation);
  const auto require_difficulty = [](const std::vector<float>& difficulty, const Dataset& rows) {
    if (difficulty.size() != rows.rows()) {
      throw OptionError("difficulty", fmt::format("it has {} numbers for {} rows",
                                                  difficulty.size(), rows.rows()));
    }
    if (std::ranges::any_of(difficulty, [](float d) { return std::isnan(d); })) {
      throw OptionError("difficulty", "one of its numbers is not a number");
    }
  };
  if (!options.difficulty.empty()) {
    require_difficulty(options.difficulty, data);
    if (options.refit) require_difficulty(options.validation_difficulty, *validation);
  }
  if (options.refit && validation->features().plain().size > data.features().plain().size) {
    throw DataError(validation->source().name(),
                    "it has features that the training data does not have",
                    "read it in the training data's feature space (ReadOptions::features)");
  }
  if (options.batch_norm && data.rows() < 2) {
    throw DataError(data.source().name(), "batch normalisation needs at least two rows",
                    "give more rows, or leave --batch-norm out");
  }
}

TrainPlan plan_training(const Dataset& data, const TrainOptions& options) {
  require_valid(options);
  require_learnable(data, options);
  return plan_part(data, options);
}

void TrainPlan::part(HotCoordinates hot) {
  descent.hot = std::move(hot);
  if (descent.views == Views::none || descent.hot.hot == 0 || !kHavePageViews) return;
  descent.workers = std::min(descent.workers, most_workers);
}

TrainPlan plan_part(const Dataset& data, const TrainOptions& options) {
  TrainPlan plan;
  if (learns_classes(options)) {
    plan.classes = data.classes();
  } else if (has_two_labels(options)) {
    plan.labels = labels_of_run(data, options);
    plan.label_names = data.classes();
  }
  plan.learning_rate = options.learning_rate.value_or(
      std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule));

  DescentPlan& descent = plan.descent;
  descent.features = data.features().size;
  descent.nonzeros = data.nonzeros();
  descent.outputs = plan.classes ? static_cast<Index>(plan.classes->size()) : 1;
  const std::uint64_t of_norm = options.batch_norm ? 2 : 0;
  if ((std::uint64_t{descent.features} + 1) * descent.outputs + of_norm > std::uint64_t{1} << 32) {
    throw DataError(data.source().name(),
                    fmt::format("{} features times {} classes are too many weights",
                                descent.features, descent.outputs),
                    "hash the features to fewer with --hash-bits");
  }
  descent.workers = workers_for(data, options);
  descent.alone = descent.workers == 1 && options.parameters.empty();
  const bool any_number = options.resume_state != nullptr || cores() == 1;
  plan.most_workers = any_number ? descent.workers : cores();
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
  descent.landing = options.strategy == Strategy::atomic   ? Landing::atomic
                    : options.strategy == Strategy::locked ? Landing::locked
                                                           : Landing::racy;
  descent.batch = options.batch_size == kFullBatch
                      ? data.rows()
                      : std::min<Offset>(options.batch_size, data.rows());
  descent.batch = std::max<std::size_t>(descent.batch, 1);
  descent.bias = options.bias;
  descent.batch_norm = options.batch_norm;
  descent.average = options.average;
  descent.catch_up = options.penalty_method == PenaltyMethod::exact;
  descent.noise = options.gradient_noise;
  descent.seed = options.seed;
  descent.penalty = {options.l1, options.l2};

  const bool together =
      options.batch_size == kFullBatch || options.strategy == Strategy::deterministic;
  const bool by_rule = std::holds_alternative<Ftrl>(options.update_rule) || descent.catch_up;
  const bool by_degree = descent.penalty.active() && !by_rule;
  plan.block_multiple = descent.batch;
  if (by_rule) descent.penalty = descent.penalty.scaled(static_cast<float>(mean_weight(data)));
  descent.hot_come_first = data.features().ranking != nullptr;
  if (!reason_for_one_view(options, descent.workers)) {
    descent.views = Views::tried;
    const bool others = descent.workers > 1 || !options.parameters.empty();
    descent.line_transfer = others ? line_transfer_seconds() : 0;
  }
  plan.part(with_outputs(hot_coordinates(data), descent.outputs));
  if (!together && !by_degree) return plan;
  const ZeroedArray<Offset> degrees = degrees_of(data);
  if (by_degree) descent.penalty_scale = penalty_scale(data, degrees);
  if (together) {
    descent.teamwork = Teamwork::together;
    descent.owners = share_features(data, descent.workers, degrees);
    if (descent.batch == 1) plan.block_multiple = kGroupRows;
  }
  return plan;
}

}  // namespace hogwild
