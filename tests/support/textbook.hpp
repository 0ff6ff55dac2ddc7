// The update rules as their papers have them, to compare descents with.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/data/dataset.hpp"
#include "learn/descent.hpp"
#include "support/rows.hpp"

namespace hogwild::test {

// One coordinate of each rule as its paper has it, in double, written without the library's rules.
struct Textbook {
  double weight = 0;
  double a = 0, b = 0;  // velocity, sums or means
  int touches = 0;

  // Where the gradient is taken.
  double read(std::string_view rule) const {
    if (rule == "nesterov_adagrad") return weight - 0.5 * a;
    return rule == "nesterov" ? weight - 0.9 * a : weight;
  }
  void step(std::string_view rule, double g, double eta) {
    ++touches;
    if (rule == "sgd") {
      weight -= eta * g;
    } else if (rule == "momentum" || rule == "nesterov") {
      a = 0.9 * a + eta * g;
      weight -= a;
    } else if (rule == "adagrad") {
      a += g * g;
      weight -= eta * g / std::sqrt(a + 1e-8);
    } else if (rule == "nesterov_adagrad") {
      b += g * g;
      a = 0.5 * a + eta * g / std::sqrt(b + 1e-8);
      weight -= a;
    } else if (rule == "rmsprop") {
      a = 0.9 * a + 0.1 * g * g;
      weight -= eta * g / std::sqrt(a + 1e-8);
    } else if (rule == "adadelta") {
      a = 0.9 * a + 0.1 * g * g;
      const double d = -std::sqrt(b + 1e-6) / std::sqrt(a + 1e-6) * g;
      b = 0.9 * b + 0.1 * d * d;
      weight += d;
    } else if (rule == "adam") {
      a = 0.9 * a + 0.1 * g;
      b = 0.999 * b + 0.001 * g * g;
      const double mean = a / (1 - std::pow(0.9, touches));
      const double square = b / (1 - std::pow(0.999, touches));
      weight -= eta * mean / (std::sqrt(square) + 1e-8);
    } else if (rule == "ftrl") {
      const double sigma = (std::sqrt(a + g * g) - std::sqrt(a)) / eta;
      b += g - sigma * weight;
      a += g * g;
      weight = -b * eta / (1 + std::sqrt(a));
    } else if (rule == "adaptive_revision") {  // no delay
      a += g * g;
      weight -= eta * g / std::sqrt(1 + a);
    } else {
      ADD_FAILURE() << "no textbook for " << rule;
    }
  }
};

// Independent loops: the rule on dense rows, `batch` rows a step.
inline std::vector<double> textbook(const Dataset& data, const AnyLoss& loss, std::string_view rule,
                                    double rate, bool bias, Offset batch = 1) {
  std::vector<Textbook> state(data.features().size + 1);
  for (Offset begin = 0; begin < data.rows(); begin += batch) {
    const Offset end = std::min(data.rows(), begin + batch);
    std::vector<double> gradient(state.size()), touched(state.size());
    for (Offset i = begin; i < end; ++i) {
      const SparseRow row = data.row(i);
      std::vector<double> x(state.size());
      for (std::size_t k = 0; k < row.nonzeros(); ++k) x[row.indices[k]] = row.value(k);
      x.back() = bias ? 1 : 0;
      double m = 0;
      for (std::size_t j = 0; j < x.size(); ++j) m += state[j].read(rule) * x[j];
      const auto y = static_cast<double>(row.label);
      const double slope = std::visit([&](const auto& l) { return l.slope(m, y); }, loss);
      for (std::size_t j = 0; j < x.size(); ++j) {
        gradient[j] += slope * x[j] / static_cast<double>(end - begin);
        touched[j] += x[j] != 0;
      }
    }
    for (std::size_t j = 0; j < state.size(); ++j) {  // a coordinate moves when touched
      if (touched[j] > 0) state[j].step(rule, gradient[j], rate);
    }
  }
  std::vector<double> weights;
  for (const Textbook& s : state) weights.push_back(s.weight);
  return weights;
}

inline std::vector<SparseRow> rows_of(const Dataset& data) {
  std::vector<SparseRow> rows;
  for (Offset i = 0; i < data.rows(); ++i) rows.push_back(data.row(i));
  return rows;
}

inline constexpr Pace kPace{.rate = 0.02f};

inline void expect_weights(const Descent& descent, const std::vector<double>& wanted,
                           const std::string& what) {
  for (Index j = 0; j < wanted.size(); ++j) {
    EXPECT_NEAR(descent.weight(j, kPace), wanted[j], 1e-4 * std::max(0.01, std::abs(wanted[j])))
        << what << " coordinate " << j;
  }
}

struct Placed {
  StatePlacement state;
  Landing landing;
};
inline constexpr Placed kPlacements[] = {
    {StatePlacement::shared, Landing::racy},       {StatePlacement::shared, Landing::atomic},
    {StatePlacement::shared, Landing::locked},     {StatePlacement::per_thread, Landing::racy},
    {StatePlacement::per_thread, Landing::atomic}, {StatePlacement::per_thread, Landing::locked}};

/// f(data, rows, plan) for rows of ones and rows of values, every loss, rule and placement.
template <class Function>
void for_each_textbook_case(Function&& f) {
  for (const bool ones : {false, true}) {
    const Dataset data = random_rows(50, 6, ones ? 0.5 : 1.1, ones);
    const auto rows = rows_of(data);
    for_each_alternative<AnyLoss>([&](auto loss) {
      for_each_alternative<AnyUpdateRule>([&](auto rule) {
        for (const auto& [state, landing] : kPlacements) {
          DescentPlan plan;
          plan.features = data.features().size;
          plan.loss = loss;
          plan.rule = rule;
          plan.state = state;
          plan.landing = landing;
          f(data, rows, plan);
        }
      });
    });
  }
}

inline std::string name_of(const DescentPlan& plan) {
  return std::string(hogwild::name_of(plan.loss)) + " " + std::string(hogwild::name_of(plan.rule));
}

}  // namespace hogwild::test
