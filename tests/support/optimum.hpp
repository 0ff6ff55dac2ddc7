// The optimum of a penalised logistic objective, by Newton's method: an oracle for training.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/model/model.hpp"

namespace hogwild::test {

/// mean logistic loss + l1 |w|_1 + (l2/2) |w|^2 of dense rows [rows x (features + 1)], whose last
/// column is 1 for the bias, which is not penalised.
class PenalisedLogistic {
 public:
  PenalisedLogistic(const Dataset& data, double l1, double l2)
      : rows_(Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(data.rows()),
                                    static_cast<Eigen::Index>(data.features().size) + 1)),
        signs_(static_cast<Eigen::Index>(data.rows())),
        l1_(l1),
        l2_(l2) {
    for (Offset i = 0; i < data.rows(); ++i) {
      const SparseRow row = data.row(i);
      const auto at = static_cast<Eigen::Index>(i);
      for (std::size_t k = 0; k < row.nonzeros(); ++k) {
        rows_(at, row.indices[k]) = static_cast<double>(row.value(k));
      }
      rows_(at, rows_.cols() - 1) = 1;
      signs_(at) = static_cast<double>(row.label);
    }
  }

  double operator()(const Eigen::VectorXd& w) const {
    const Eigen::ArrayXd z = signs_.array() * (rows_ * w).array();
    const double loss = ((-z.abs()).exp() + 1).log().sum() + (-z).max(0.0).sum();
    const auto penalised = w.head(w.size() - 1);
    return loss / static_cast<double>(rows_.rows()) + l1_ * penalised.lpNorm<1>() +
           l2_ / 2 * penalised.squaredNorm();
  }

  double operator()(const Model& model) const {
    Eigen::VectorXd w(rows_.cols());
    for (Eigen::Index j = 0; j + 1 < w.size(); ++j) {
      w(j) = static_cast<double>(model.weights()[static_cast<std::size_t>(j)]);
    }
    w(w.size() - 1) = static_cast<double>(model.bias());
    return (*this)(w);
  }

  /// The least value, by proximal Newton steps: each minimises the quadratic model of the loss plus
  /// the penalty by coordinate descent, and is halved until it helps. Source: Lee, Sun, Saunders,
  /// NIPS 2012.
  double least() const {
    const auto n = static_cast<double>(rows_.rows());
    const Eigen::Index d = rows_.cols();
    Eigen::VectorXd w = Eigen::VectorXd::Zero(d);
    double value = (*this)(w);
    for (int round = 0; round < 100; ++round) {
      const Eigen::ArrayXd p = 1 / (1 + (signs_.array() * (rows_ * w).array()).exp());
      const Eigen::VectorXd gradient = rows_.transpose() * (-signs_.array() * p).matrix() / n;
      const Eigen::MatrixXd hessian =
          rows_.transpose() * (p * (1 - p)).matrix().asDiagonal() * rows_ / n +
          1e-12 * Eigen::MatrixXd::Identity(d, d);
      Eigen::VectorXd v = w;
      for (int sweep = 0; sweep < 200; ++sweep) {
        for (Eigen::Index j = 0; j < d; ++j) {
          const bool penalised = j + 1 < d;
          const double curvature = hessian(j, j);
          const double slope = gradient(j) + hessian.row(j).dot(v - w);
          const double target = curvature * v(j) - slope;
          const double l1 = penalised ? l1_ : 0, l2 = penalised ? l2_ : 0;
          v(j) = std::copysign(std::max(0.0, std::abs(target) - l1), target) / (curvature + l2);
        }
      }
      double step = 1;
      while (step > 1e-10 && (*this)(w + step * (v - w)) > value) step /= 2;
      w += step * (v - w);
      const double now = (*this)(w);
      if (value - now < 1e-14) break;
      value = now;
    }
    return value;
  }

 private:
  Eigen::MatrixXd rows_;
  Eigen::VectorXd signs_;
  double l1_, l2_;
};

}  // namespace hogwild::test
