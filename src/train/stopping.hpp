// When a run stops: the losses of its epochs, the best model, divergence.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "train/run_state.hpp"

namespace hogwild {

/// Remembers the best of a sequence of losses, and how long ago it was.
class Improvement {
 public:
  /// A loss counts as better if it is below the best by more than min_delta.
  explicit Improvement(double min_delta = 0) : min_delta_(min_delta) {}

  /// Notes the loss of an epoch, counted from 1; whether it is the best so far.
  bool note(int epoch, double loss) noexcept {
    if (best_epoch_ != 0 && !(loss < best_loss_ - min_delta_)) return false;
    best_epoch_ = epoch;
    best_loss_ = loss;
    return true;
  }

  int best_epoch() const noexcept { return best_epoch_; }  ///< 0: none was noted
  int epochs_since(int epoch) const noexcept { return epoch - best_epoch_; }

 private:
  double min_delta_;
  int best_epoch_ = 0;
  double best_loss_ = 0;
};

/// What the epochs of a run have come to.
class History {
 public:
  /// Before the first epoch. some: rows of the data; at_zero: the start has no weight but zeros.
  History(Model start, bool at_zero, const Dataset& some, const TrainOptions& options)
      : patience_(options.early_stopping),
        improvement_(options.min_delta),
        worst_(worst_loss(start, some, at_zero)),
        worst_valid_(options.validation ? worst_loss(start, *options.validation, at_zero) : 0),
        last_(std::move(start)) {}

  /// After the epochs of a run that goes on; start are its weights, best those of its best epoch.
  History(Model start, const RunState& before, std::optional<Model> best,
          const TrainOptions& options)
      : patience_(options.early_stopping),
        improvement_(options.min_delta),
        worst_(before.worst),
        worst_valid_(before.worst_valid),
        best_(std::move(best)),
        last_(std::move(start)),
        epochs_(before.epochs) {
    for (const EpochReport& report : epochs_) {
      improvement_.note(report.epoch, report.valid_loss.value_or(report.train_loss));
    }
  }

  /// Notes a good epoch, and its model if there is one.
  void note(const EpochReport& report, const std::optional<Model>& model) {
    const double loss = report.valid_loss.value_or(report.train_loss);
    if (improvement_.note(report.epoch, loss) && model) best_ = model;
    if (model) last_ = *model;
    epochs_.push_back(report);
  }

  /// Takes back the last epoch.
  void drop_last() { epochs_.pop_back(); }

  /// Whether there were as many epochs without a better loss as early stopping waits for.
  bool has_waited_enough() const noexcept {
    return patience_ > 0 &&
           improvement_.epochs_since(static_cast<int>(epochs_.size())) >= patience_;
  }

  bool has_diverged(double train_loss) const noexcept { return !(train_loss <= worst_); }
  bool has_diverged_on_validation(double loss) const noexcept { return !(loss <= worst_valid_); }

  /// The model of the best epoch if early stopping keeps it, or null.
  const Model* kept() const noexcept { return patience_ > 0 && best_ ? &*best_ : nullptr; }
  const Model& last() const noexcept { return last_; }  ///< that is good
  const std::vector<EpochReport>& epochs() const noexcept { return epochs_; }
  int best_epoch() const noexcept { return improvement_.best_epoch(); }

  /// Into the state of a run.
  void store_in(RunState& state) const {
    state.epochs = epochs_;
    state.best = best_;
    state.worst = worst_;
    state.worst_valid = worst_valid_;
  }

 private:
  // The loss above which a run has diverged, ten times that at its start, which is no accident: of
  // rows from all over the data, enough of them to know the loss. From a start at zero features
  // change nothing. Infinite if there is nothing to compare with.
  static double worst_loss(const Model& start, const Dataset& data, bool at_zero) {
    constexpr double kDivergence = 10;
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

  // Rows without their features.
  static Dataset labels_of(const Dataset& data, std::span<const Offset> rows) {
    Dataset::Arrays arrays;
    for (const Offset i : rows) {
      arrays.offsets.push_back(0);
      arrays.labels.push_back(data.row(i).label);
      arrays.weights.push_back(data.row(i).weight);
    }
    return Dataset(std::move(arrays), data.features(), data.source(), data.seen_labels(),
                   data.classes());
  }

  int patience_;
  Improvement improvement_;
  double worst_ = 0, worst_valid_ = 0;  // losses above which it has diverged
  std::optional<Model> best_{};
  Model last_;
  std::vector<EpochReport> epochs_{};
};

}  // namespace hogwild
