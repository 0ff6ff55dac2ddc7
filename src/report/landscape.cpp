#include "hogwild/report/landscape.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

double square(double x) {
  return x * x;
}

// Beale, On an iterative method for finding a local minimum of a function of more than one
// variable, 1958.
double beale(Point p) {
  const auto [x, y] = p;
  return square(1.5 - x + x * y) + square(2.25 - x + x * y * y) + square(2.625 - x + x * y * y * y);
}
Point beale_gradient(Point p) {
  const auto [x, y] = p;
  const double a = 1.5 - x + x * y, b = 2.25 - x + x * y * y, c = 2.625 - x + x * y * y * y;
  return {2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y * y * y - 1),
          2 * a * x + 4 * b * x * y + 6 * c * x * y * y};
}

double saddle(Point p) {
  return square(p.x) - square(p.y);
}
Point saddle_gradient(Point p) {
  return {2 * p.x, -2 * p.y};
}

// Rosenbrock, The Computer Journal 1960.
double rosenbrock(Point p) {
  return square(1 - p.x) + 100 * square(p.y - square(p.x));
}
Point rosenbrock_gradient(Point p) {
  const double off = p.y - square(p.x);
  return {-2 * (1 - p.x) - 400 * p.x * off, 200 * off};
}

// Fifty times as steep across as along.
double ravine(Point p) {
  return square(p.x) / 50 + square(p.y);
}
Point ravine_gradient(Point p) {
  return {p.x / 25, 2 * p.y};
}

// Himmelblau, Applied Nonlinear Programming, 1972.
double himmelblau(Point p) {
  return square(square(p.x) + p.y - 11) + square(p.x + square(p.y) - 7);
}
Point himmelblau_gradient(Point p) {
  const double a = square(p.x) + p.y - 11, b = p.x + square(p.y) - 7;
  return {4 * p.x * a + 2 * b, 2 * a + 4 * p.y * b};
}

constexpr Step<NoPenalty> step_at(float rate, std::uint64_t time) {
  return {.rate = rate, .time = time};
}

}  // namespace

std::span<const Surface> surfaces() {
  static const std::array<Surface, 5> all{
      Surface{"beale",
              "Beale: (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²",
              beale,
              beale_gradient,
              {{3, 0.5}},
              {1, 1.5},
              {-1, 4.5},
              {-2, 2},
              400},
      Surface{"saddle",
              "a saddle: x² - y²",
              saddle,
              saddle_gradient,
              {},
              {-1.2, 0.0001},
              {-1.5, 1.5},
              {-1.5, 1.5},
              400},
      Surface{"rosenbrock",
              "Rosenbrock: (1 - x)² + 100 (y - x²)²",
              rosenbrock,
              rosenbrock_gradient,
              {{1, 1}},
              {-1.2, 1},
              {-2, 2},
              {-1, 3},
              4000},
      Surface{"ravine",
              "a ravine: x²/50 + y²",
              ravine,
              ravine_gradient,
              {{0, 0}},
              {-9, 1.6},
              {-10, 6},
              {-3, 3},
              200},
      Surface{"himmelblau",
              "Himmelblau: (x² + y - 11)² + (x + y² - 7)²",
              himmelblau,
              himmelblau_gradient,
              {{3, 2}, {-2.805118, 3.131312}, {-3.779310, -3.283186}, {3.584428, -1.848126}},
              {-0.5, -1},
              {-6, 6},
              {-6, 6},
              300},
  };
  return all;
}

const Surface& surface_named(std::string_view name) {
  const auto found = std::ranges::find(surfaces(), name, &Surface::name);
  if (found != surfaces().end()) return *found;
  std::vector<std::string_view> names;
  for (const Surface& surface : surfaces()) names.push_back(surface.name);
  throw OptionError("surface",
                    fmt::format("there is no {}; there are {}", name, fmt::join(names, ", ")));
}

Path walk(const Surface& surface, const AnyUpdateRule& any, float rate, Point start, int steps) {
  if (!surface.shows(start)) {
    throw OptionError(
        "start",
        fmt::format("{},{} is outside the picture: x from {} to {}, y from {} to {}", start.x,
                    start.y, surface.x.low, surface.x.high, surface.y.low, surface.y.high));
  }
  return std::visit(
      [&]<class Rule>(const Rule& rule) -> Path {
        if constexpr (has_outcome<Rule>) {
          throw OptionError("optimizer",
                            fmt::format("{} can't start at a given point", Rule::kName));
        } else {
          Path path{std::string(Rule::kName), has_rate<Rule> ? rate : 0, {start}};
          typename Rule::State x{}, y{};
          x.weight = static_cast<float>(start.x);
          y.weight = static_cast<float>(start.y);
          for (int k = 0; k < steps; ++k) {
            const auto step = step_at(rate, static_cast<std::uint64_t>(k));
            const Point g = surface.gradient({static_cast<double>(lookahead_of(rule, x, step)),
                                              static_cast<double>(lookahead_of(rule, y, step))});
            x = rule.step(x, static_cast<float>(g.x), step);
            y = rule.step(y, static_cast<float>(g.y), step);
            const Point now{static_cast<double>(x.weight), static_cast<double>(y.weight)};
            path.left = !surface.shows(now);
            if (path.left) break;
            path.points.push_back(now);
          }
          return path;
        }
      },
      any);
}

StepVectors compare_steps(const Surface& surface, float gamma, float rate, Point start, int steps) {
  const Momentum momentum{gamma};
  const Nesterov nesterov{gamma};
  Momentum::State x{.weight = static_cast<float>(start.x)};
  Momentum::State y{.weight = static_cast<float>(start.y)};
  const auto weights = [&] {
    return Point{static_cast<double>(x.weight), static_cast<double>(y.weight)};
  };
  const Step<NoPenalty> step = step_at(rate, 0);
  for (int k = 0; k <= steps; ++k) {
    if (!surface.shows(weights())) {
      throw OptionError("vectors",
                        fmt::format("momentum is outside the picture after {} steps", k));
    }
    if (k == steps) break;
    const Point g = surface.gradient(weights());
    x = momentum.step(x, static_cast<float>(g.x), step);
    y = momentum.step(y, static_cast<float>(g.y), step);
  }
  StepVectors vectors{
      .from = weights(), .after_gradient = {}, .momentum = {}, .lookahead = {}, .nesterov = {}};
  const auto both = [&](const auto& rule, Point g) {
    return Point{static_cast<double>(rule.step(x, static_cast<float>(g.x), step).weight),
                 static_cast<double>(rule.step(y, static_cast<float>(g.y), step).weight)};
  };
  const Point here = surface.gradient(vectors.from);
  const auto by = static_cast<double>(rate);
  vectors.after_gradient = {vectors.from.x - by * here.x, vectors.from.y - by * here.y};
  vectors.momentum = both(momentum, here);
  vectors.lookahead = {static_cast<double>(nesterov.lookahead(x, step)),
                       static_cast<double>(nesterov.lookahead(y, step))};
  vectors.nesterov = both(nesterov, surface.gradient(vectors.lookahead));
  return vectors;
}

float telling_rate(const Surface& surface, const AnyUpdateRule& rule) {
  // By trial: the largest at which a path still is what the rule's is known for.
  static constexpr std::array<std::string_view, 7> kRules{
      "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adaptive_revision"};
  static const std::map<std::string_view, std::array<float, 7>> rates{
      {"beale", {0.03f, 0.005f, 0.005f, 1, 0.02f, 0.3f, 1}},
      {"saddle", {0.01f, 0.003f, 0.003f, 0.1f, 0.02f, 0.03f, 0.1f}},
      {"rosenbrock", {0.001f, 0.001f, 0.001f, 0.5f, 0.002f, 0.05f, 0.5f}},
      {"ravine", {0.95f, 0.05f, 0.05f, 1, 0.05f, 0.2f, 1}},
      {"himmelblau", {0.003f, 0.003f, 0.003f, 0.5f, 0.05f, 0.1f, 0.5f}}};
  const auto place = std::ranges::find(kRules, name_of(rule)) - kRules.begin();
  if (const auto k = static_cast<std::size_t>(place); k < kRules.size()) {
    return rates.at(surface.name)[k];
  }
  return std::visit([](const auto& held) { return held.kDefaultRate; }, rule);
}

}  // namespace hogwild
