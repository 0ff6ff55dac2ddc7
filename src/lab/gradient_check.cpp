#include "hogwild/lab/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/random.hpp"
#include "learn/batch_norm.hpp"
#include "objective/switched_loss.hpp"

namespace hogwild::lab {
namespace {

constexpr std::size_t kFeatures = 7, kRows = 12;
constexpr int kPoints = 5;
using Wide = long double;        // in which a difference of two values still has digits
constexpr Wide kWidth = 3e-4L;   // between the points of a difference
constexpr double kClear = 1e-2;  // of a kink, more than a margin moves by those points

// A mean objective over dense random rows, as a function of its parameters: the outputs' weights,
// their biases, or with batch norm the weights, gamma and beta.
class Objective {
 public:
  Objective(const AnyLoss& loss, std::size_t outputs, Penalty penalty, bool norm,
            std::uint64_t seed)
      : loss_(loss), outputs_(outputs), penalty_(penalty), norm_(norm), binary_(binary(loss)) {
    Random random(seed);
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kFeatures; ++j) rows_.push_back(random.normal());
      const auto drawn = random.below(outputs_ > 1 ? outputs_ : 2);
      labels_.push_back(outputs_ > 1 ? static_cast<double>(drawn)
                        : binary_    ? (drawn == 0 ? -1.0 : 1.0)
                                     : random.normal());
    }
  }

  std::size_t weights() const noexcept { return kFeatures * outputs_; }
  std::size_t size() const noexcept { return weights() + (norm_ ? 2 : outputs_); }

  // At a distance from where the penalty has a kink; those of the losses are told by clear().
  std::vector<double> point(std::uint64_t seed) const {
    Random random(seed);
    std::vector<double> at(size());
    for (double& w : at) {
      do {
        w = 0.5 * random.normal();
      } while (std::abs(w) < kClear);
    }
    return at;
  }

  Wide value(std::span<const Wide> at) const {
    const std::vector<Wide> outputs = outputs_of(at);
    Wide sum = 0;
    for (std::size_t i = 0; i < kRows; ++i) sum += loss_.value(row_of(outputs, i), labels_[i]);
    Wide net = 0;
    for (std::size_t j = 0; j < weights(); ++j) net += penalty_.value(at[j]);
    return sum / kRows + net;
  }

  std::vector<double> gradient(std::span<const double> at) const {
    std::vector<double> margins = margins_of(at), slopes(kRows * outputs_), sums(size());
    if (norm_) {
      const auto through = slopes_through_norm<double>(
          margins, slopes, at[weights()], at[weights() + 1], [&](std::size_t i, double output) {
            double slope = 0;
            loss_.take(std::span(&output, 1), labels_[i], std::span(&slope, 1));
            return slope;
          });
      sums[weights()] = through.gamma;
      sums[weights() + 1] = through.beta;
    } else {
      for (std::size_t i = 0; i < kRows; ++i) {
        loss_.take(row_of(margins, i), labels_[i], row_of(slopes, i));
        for (std::size_t k = 0; k < outputs_; ++k) {
          sums[weights() + k] += slopes[i * outputs_ + k] / kRows;
        }
      }
    }
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < weights(); ++j) {
        sums[j] +=
            slopes[i * outputs_ + j % outputs_] * rows_[i * kFeatures + j / outputs_] / kRows;
      }
    }
    for (std::size_t j = 0; j < weights(); ++j) sums[j] += penalty_.slope(at[j]);
    return sums;
  }

  // Whether no output is where a hinge bends.
  bool clear(std::span<const double> at) const {
    return outputs_ > 1 || !binary_ || std::ranges::all_of(outputs_of(at), [](double output) {
             return std::abs(std::abs(output) - 1) > kClear;
           });
  }

 private:
  static bool binary(const AnyLoss& loss) {
    return std::visit([](const auto& l) { return l.kBinary; }, loss);
  }
  template <class Real>
  std::span<const Real> row_of(const std::vector<Real>& values, std::size_t i) const {
    return std::span(values).subspan(i * outputs_, outputs_);
  }
  std::span<double> row_of(std::vector<double>& values, std::size_t i) const {
    return std::span(values).subspan(i * outputs_, outputs_);
  }

  template <class Real>
  std::vector<Real> margins_of(std::span<const Real> at) const {
    std::vector<Real> margins(kRows * outputs_);
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t k = 0; k < outputs_; ++k) {
        Real& margin = margins[i * outputs_ + k];
        if (!norm_) margin = at[weights() + k];
        for (std::size_t j = 0; j < kFeatures; ++j) {
          margin += static_cast<Real>(rows_[i * kFeatures + j]) * at[j * outputs_ + k];
        }
      }
    }
    return margins;
  }

  template <class Real>
  std::vector<Real> outputs_of(std::span<const Real> at) const {
    std::vector<Real> outputs = margins_of(at);
    if (!norm_) return outputs;
    const auto moments = moments_of<Real>(outputs);
    normalise(std::span(outputs), moments);
    for (Real& output : outputs) output = at[weights()] * output + at[weights() + 1];
    return outputs;
  }

  SwitchedLoss loss_;
  std::size_t outputs_;
  Penalty penalty_;
  bool norm_;
  bool binary_;
  std::vector<double> rows_;    // [kRows x kFeatures]
  std::vector<double> labels_;  // [kRows]
};

void compare(const Objective& objective, std::uint64_t seed, GradientCheck& check) {
  for (int point = 0; point < kPoints;) {
    const std::vector<double> at = objective.point(++seed);
    if (!objective.clear(at)) continue;
    ++point;
    const std::vector<double> gradient = objective.gradient(at);
    const auto value = [&](std::span<const Wide> w) { return objective.value(w); };
    check.worst_error = std::max(check.worst_error, worst_difference(value, gradient, at));
    check.coordinates += static_cast<int>(at.size());
  }
}

}  // namespace

double worst_difference(const std::function<long double(std::span<const long double>)>& value,
                        std::span<const double> gradient, std::span<const double> at) {
  std::vector<Wide> moved(at.begin(), at.end());
  double worst = 0;
  for (std::size_t j = 0; j < at.size(); ++j) {
    const auto between = [&](Wide width) {
      moved[j] = static_cast<Wide>(at[j]) + width;
      const Wide above = value(moved);
      moved[j] = static_cast<Wide>(at[j]) - width;
      const Wide below = value(moved);
      moved[j] = static_cast<Wide>(at[j]);
      return above - below;
    };
    // The central difference that is exact up to the fourth power of the width.
    const auto difference =
        static_cast<double>((8 * between(kWidth) - between(2 * kWidth)) / (12 * kWidth));
    const double scale = std::max({std::abs(gradient[j]), std::abs(difference), 1e-8});
    worst = std::max(worst, std::abs(gradient[j] - difference) / scale);
  }
  return worst;
}

std::vector<GradientCheck> check_gradients(std::uint64_t seed) {
  std::vector<GradientCheck> checks;
  for_each_alternative<AnyLoss>([&](auto loss) {
    for (const Penalty penalty :
         {Penalty{}, Penalty{0.1f, 0}, Penalty{0, 0.1f}, Penalty{0.05f, 0.2f}}) {
      const bool classes = std::is_same_v<decltype(loss), Softmax>;
      for (const bool norm : {false, true}) {
        if (classes && norm) continue;
        GradientCheck check{
            .loss = std::string(loss.kName), .penalty = penalty, .batch_norm = norm};
        compare(Objective(loss, classes ? 3 : 1, penalty, norm, seed), seed, check);
        checks.push_back(check);
      }
    }
  });
  return checks;
}

}  // namespace hogwild::lab
