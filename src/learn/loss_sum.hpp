// What rows that are learnt come to.
#pragma once

#include <cmath>
#include <utility>

#include "hogwild/objective/loss.hpp"

namespace hogwild {

/// What a block of rows came to, each row's loss taken before its own step.
struct LossSum {
  double loss = 0;    ///< weighted
  double weight = 0;  ///< sum of row weights

  LossSum& operator+=(const LossSum& other) noexcept {
    loss += other.loss;
    weight += other.weight;
    return *this;
  }
};

/// A LossSum that grows row by row.
class RunningLoss {
 public:
  void add(LossParts row, float weight) noexcept {
    weight_ += static_cast<double>(weight);
    curvature_ += static_cast<double>(weight * row.curvature);
    if (weight == 1) {
      shifts_ += static_cast<double>(row.shift);
      product_ *= row.factor;
      if (product_ > 1e270) fold();
    } else {
      shifts_ +=
          static_cast<double>(weight) * (static_cast<double>(row.shift) + std::log(row.factor));
    }
  }
  double curvature() const noexcept { return curvature_; }  ///< weighted
  LossSum sum() noexcept {
    fold();
    return {shifts_, weight_};
  }

 private:
  void fold() noexcept { shifts_ += std::log(std::exchange(product_, 1)); }

  double shifts_ = 0;
  double product_ = 1;  // of factors whose logarithms are still to be added
  double weight_ = 0;
  double curvature_ = 0;
};

}  // namespace hogwild
