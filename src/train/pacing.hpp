// How fast a run goes, by how far it has come.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "hogwild/train/options.hpp"
#include "learn/kernel.hpp"

namespace hogwild {

/// The learning rate times what the schedule, the warm-up and the plateau make of it, and the count
/// of steps. A place is an epoch, from 0, and a position in it, in rows.
/// Thread safety: const members from any threads at once, the others alone.
class Pacing {
 public:
  /// batch: rows a step. rows: in an epoch, 0 if that is not known; then the run counts as being at
  /// its start.
  Pacing(const TrainOptions& options, float learning_rate, Offset rows, std::size_t batch)
      : options_(options), learning_rate_(learning_rate), rows_(rows), batch_(batch) {}

  /// The pace of a block that begins at a place. The rate is that at the end of its first step, so
  /// that the first of few is not at nothing while the rate warms up.
  Pace at(int epoch, Offset position) const {
    const double ahead = batch_ > 1 ? in_epochs(batch_) : 0;
    return {.rate = rate(epoch + std::min(1.0, in_epochs(position)), ahead),
            .time = steps_before(epoch, position)};
  }

  /// The pace where no block is being learnt, after so many rows.
  Pace after(std::uint64_t visits) const {
    if (rows_ == 0) return {.rate = rate(0), .time = steps_before(0, visits)};
    const auto epoch = static_cast<int>(visits / rows_);
    return {.rate = rate(in_epochs(visits)), .time = steps_before(epoch, visits % rows_)};
  }

  /// The rate after so many epochs.
  float rate(double epochs, double ahead = 0) const {
    const double factor =
        std::visit([&](const auto& schedule) { return schedule.factor(epochs, options_.epochs); },
                   options_.schedule);
    const double warmth =
        options_.warm_up > 0 ? std::min(1.0, (epochs + ahead) / options_.warm_up) : 1;
    return static_cast<float>(static_cast<double>(learning_rate_) * factor * warmth * annealed_);
  }

  /// Now that it is known better, between two epochs.
  void set_rows(Offset rows) { rows_ = rows; }

  /// The plateau schedule: a rate that no longer lowers the validation loss is too large.
  void note_validation(double loss) {
    const auto* const plateau = std::get_if<Plateau>(&options_.schedule);
    if (plateau != nullptr && last_loss_ && !(loss < *last_loss_ * (1 - plateau->threshold))) {
      annealed_ *= plateau->decay;
    }
    last_loss_ = loss;
  }

 private:
  double in_epochs(std::uint64_t rows) const {
    if (rows_ == 0) return 0;
    return static_cast<double>(rows) / static_cast<double>(rows_);
  }

  std::uint64_t steps_before(int epoch, Offset position) const {
    const auto steps = [this](Offset rows) { return (rows + batch_ - 1) / batch_; };
    return static_cast<std::uint64_t>(epoch) * steps(rows_) + steps(position);
  }

  const TrainOptions& options_;
  float learning_rate_;
  Offset rows_;
  std::size_t batch_;
  double annealed_ = 1;  // what the plateau schedule has made of the rate
  std::optional<double> last_loss_;
};

}  // namespace hogwild
