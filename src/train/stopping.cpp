#include "train/stopping.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/eval/evaluate.hpp"
#include "train/run_state.hpp"

namespace hogwild {
namespace {

constexpr double kDivergence = 10;

// Rows without their features.
Dataset labels_of(const Dataset& data, std::span<const Offset> rows) {
  Dataset::Arrays arrays;
  for (const Offset i : rows) {
    arrays.offsets.push_back(0);
    arrays.labels.push_back(data.row(i).label);
    arrays.weights.push_back(data.row(i).weight);
  }
  return Dataset(std::move(arrays), data.features(), data.source(), data.seen_labels(),
                 data.classes());
}

}  // namespace

double worst_loss(const Model& start, const Dataset& data, bool at_zero) {
  constexpr Offset kEnough = 10'000;
  const Offset stride = std::max<Offset>(1, data.rows() / kEnough);
  std::vector<Offset> rows;
  for (Offset i = 0; i < data.rows(); ++i) {
    if ((i % stride == 0 || rows.empty()) && data.row(i).weight > 0) rows.push_back(i);
  }
  if (rows.empty()) return std::numeric_limits<double>::infinity();
  const double loss = mean_loss(start, at_zero ? labels_of(data, rows) : data.select(rows));
  return loss > 0 ? kDivergence * loss : std::numeric_limits<double>::infinity();
}

History::History(Model start, bool at_zero, const Dataset& some, const TrainOptions& options)
    : patience_(options.early_stopping),
      improvement_(options.min_delta),
      worst_(worst_loss(start, some, at_zero)),
      worst_valid_(options.validation ? worst_loss(start, *options.validation, at_zero) : 0),
      last_(std::move(start)) {}

History::History(Model start, const RunState& before, const TrainOptions& options)
    : patience_(options.early_stopping),
      improvement_(options.min_delta),
      worst_(before.worst),
      worst_valid_(before.worst_valid),
      best_(before.best),
      last_(std::move(start)),
      epochs_(before.epochs) {
  for (const EpochReport& report : epochs_) {
    improvement_.note(report.epoch, report.valid_loss.value_or(report.train_loss));
  }
}

void History::note(const EpochReport& report, const std::optional<Model>& model) {
  const double loss = report.valid_loss.value_or(report.train_loss);
  if (improvement_.note(report.epoch, loss) && model) best_ = model;
  if (model) last_ = *model;
  epochs_.push_back(report);
}

bool History::has_waited_enough() const noexcept {
  return patience_ > 0 && improvement_.epochs_since(static_cast<int>(epochs_.size())) >= patience_;
}

const Model* History::kept() const noexcept {
  return patience_ > 0 && best_ ? &*best_ : nullptr;
}

void History::store_in(RunState& state) const {
  state.epochs = epochs_;
  state.best = best_;
  state.worst = worst_;
  state.worst_valid = worst_valid_;
}

}  // namespace hogwild
