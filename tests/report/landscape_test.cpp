#include "hogwild/report/landscape.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

Path path_of(const std::string& rule, const std::string& surface) {
  const Surface& on = surface_named(surface);
  const AnyUpdateRule by = *alternative_named<AnyUpdateRule>(rule);
  return walk(on, by, telling_rate(on, by), on.start, on.steps);
}

double distance(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

TEST(Landscape, GradientsAreThoseOfTheFunctions) {
  for (const Surface& surface : surfaces()) {
    Random random(7);
    for (int k = 0; k < 20; ++k) {
      const auto inside = [&](Interval in) {
        return in.low + (in.high - in.low) * random.uniform();
      };
      const Point p{inside(surface.x), inside(surface.y)};
      constexpr double h = 1e-5;
      const double by_x = surface.value({p.x + h, p.y}) - surface.value({p.x - h, p.y});
      const double by_y = surface.value({p.x, p.y + h}) - surface.value({p.x, p.y - h});
      const Point g = surface.gradient(p);
      const double size = 1 + std::hypot(g.x, g.y);
      EXPECT_NEAR(g.x, by_x / (2 * h), 1e-6 * size) << surface.name;
      EXPECT_NEAR(g.y, by_y / (2 * h), 1e-6 * size) << surface.name;
    }
  }
}

TEST(Landscape, MinimaAreWhereTheGradientIsNothing) {
  for (const Surface& surface : surfaces()) {
    EXPECT_TRUE(surface.shows(surface.start)) << surface.name;
    for (const Point minimum : surface.minima) {
      EXPECT_TRUE(surface.shows(minimum)) << surface.name;
      EXPECT_NEAR(surface.value(minimum), 0, 1e-9) << surface.name;
      EXPECT_LT(distance(surface.gradient(minimum), {}), 1e-3) << surface.name;
    }
  }
}

TEST(Landscape, APathIsMadeOfARulesOwnSteps) {
  const Surface& surface = surface_named("rosenbrock");
  const Path path = walk(surface, Momentum{.gamma = 0.8f}, 0.0005f, {-1, 0.5}, 50);
  ASSERT_EQ(path.points.size(), 51u);
  Point at{-1, 0.5}, velocity;
  for (const Point p : path.points) {
    EXPECT_LT(distance(p, at), 1e-4);
    const Point g = surface.gradient(at);
    velocity = {0.8 * velocity.x + 0.0005 * g.x, 0.8 * velocity.y + 0.0005 * g.y};
    at = {at.x - velocity.x, at.y - velocity.y};
  }
}

TEST(Landscape, AdaptiveRulesLeaveTheSaddleAtOnceAndSgdStallsOnItsRidge) {
  for (const char* const rule : {"adagrad", "adadelta", "rmsprop", "adam"}) {
    const Path path = path_of(rule, "saddle");
    EXPECT_TRUE(path.left) << rule;
    EXPECT_LT(path.points.size(), 60u) << rule;
  }
  for (const char* const rule : {"momentum", "nesterov"}) {
    const Path path = path_of(rule, "saddle");
    EXPECT_TRUE(path.left) << rule;  // in the end
    EXPECT_GT(path.points.size(), 150u) << rule;
  }
  const Path sgd = path_of("sgd", "saddle");
  EXPECT_FALSE(sgd.left);
  for (const std::size_t step : {200u, 250u, 300u}) {
    EXPECT_LT(distance(sgd.points.at(step), {0, 0}), 0.06) << step;
  }
}

TEST(Landscape, MomentumOvershootsAndReturns) {
  for (const char* const surface : {"beale", "ravine"}) {
    const Point minimum = surface_named(surface).minima.at(0);
    const auto beyond = [&](const std::string& rule) {
      double farthest = -1e9;
      for (const Point p : path_of(rule, surface).points) {
        farthest = std::max(farthest, p.x - minimum.x);
      }
      return farthest;
    };
    if (surface == std::string("beale")) {
      EXPECT_GT(beyond("momentum"), 0.2);
    }
    EXPECT_LT(beyond("sgd"), 0.001) << surface;
    EXPECT_LT(distance(path_of("momentum", surface).points.back(), minimum), 0.1) << surface;
  }
  // Across the ravine too, in fewer and longer waves than sgd.
  const auto crossings = [](const std::string& rule) {
    int count = 0;
    const Path path = path_of(rule, "ravine");
    for (std::size_t k = 1; k <= 30; ++k) {
      count += path.points[k].y * path.points[k - 1].y < 0 ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(crossings("sgd"), 30);
  EXPECT_GE(crossings("momentum"), 2);
  EXPECT_LE(crossings("momentum"), 8);
  EXPECT_EQ(crossings("adagrad"), 0);
}

TEST(Landscape, PathsEndAtTheMinimumButForTheSlowOnes) {
  for (const Surface& surface : surfaces()) {
    for (const char* const rule : {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"}) {
      if (surface.minima.empty()) continue;
      const Path path = path_of(rule, std::string(surface.name));
      EXPECT_FALSE(path.left) << rule << " on " << surface.name;
      double nearest = 1e9;
      for (const Point m : surface.minima)
        nearest = std::min(nearest, distance(path.points.back(), m));
      EXPECT_LT(nearest, 0.25) << rule << " on " << surface.name;
      EXPECT_LT(surface.value(path.points.back()), 1e-2 * surface.value(surface.start))
          << rule << " on " << surface.name;
    }
  }
}

TEST(Landscape, NesterovTakesTheGradientWhereMomentumWouldLead) {
  const Surface& surface = surface_named("ravine");
  const float rate = 0.1f;
  const StepVectors v = compare_steps(surface, 0.9f, rate, {-9, 1.6}, 3);
  const auto down = [&](Point p, Point at) {
    const Point g = surface.gradient(at);
    return Point{p.x - 0.1 * g.x, p.y - 0.1 * g.y};
  };
  EXPECT_LT(distance(v.after_gradient, down(v.from, v.from)), 1e-5);
  EXPECT_LT(distance(v.nesterov, down(v.lookahead, v.lookahead)), 1e-5);
  // Both go on as before by the same way.
  const Point jump{v.lookahead.x - v.from.x, v.lookahead.y - v.from.y};
  EXPECT_LT(distance(v.momentum, {v.after_gradient.x + jump.x, v.after_gradient.y + jump.y}), 1e-5);
  EXPECT_GT(distance(jump, {}), 0.5);
  // Across the ravine Nesterov goes less far.
  EXPECT_LT(std::abs(v.nesterov.y), std::abs(v.momentum.y));
  EXPECT_THROW(compare_steps(surface, 0.9f, 5, {-9, 1.6}, 3), OptionError);
  EXPECT_TRUE(picture(surface, v, PictureFormat::tsv).starts_with("vector\tx\ty\tto x\tto y\n"));
}

TEST(Landscape, RefusesWhatItCanNotWalk) {
  const Surface& surface = surface_named("saddle");
  EXPECT_THROW(walk(surface, Sgd{}, 0.1f, {2, 0}, 10), OptionError);
  EXPECT_THROW(walk(surface, Ftrl{}, 0.1f, surface.start, 10), OptionError);
  EXPECT_THROW(surface_named("hill"), OptionError);
  EXPECT_THROW(picture_format("picture"), OptionError);
  EXPECT_THROW(picture_format("picture.jpg"), OptionError);
}

TEST(Landscape, ATableHasEveryPoint) {
  const Surface& surface = surface_named("ravine");
  const Path path =
      walk(surface, Sgd{}, 0.5f, {-9, 1.5}, 2);  // which ends the valley's width at once
  EXPECT_EQ(table(surface, {path}),
            "rule\trate\tstep\tx\ty\tvalue\n"
            "sgd\t0.5\t0\t-9\t1.5\t3.87\n"
            "sgd\t0.5\t1\t-8.81999969\t0\t1.55584789\n"
            "sgd\t0.5\t2\t-8.64359951\t0\t1.49423625\n");
}

bool has_gnuplot() {
  return std::system("gnuplot --version >/dev/null 2>&1") == 0;
}

TEST(Landscape, PicturesAreOfTheirFormat) {
  if (!has_gnuplot()) GTEST_SKIP() << "there is no gnuplot";
  const Surface& surface = surface_named("beale");
  const std::vector<Path> paths{walk(surface, Sgd{}, 0.03f, surface.start, 40),
                                walk(surface, Adam{}, 0.3f, surface.start, 40)};
  const std::string svg = picture(surface, paths, PictureFormat::svg);
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
  for (const char* const label : {"sgd 0.03, 40 steps", "adam 0.3, 40 steps", "minimum", "start"}) {
    EXPECT_NE(svg.find(label), std::string::npos) << label;
  }
  const StepVectors vectors = compare_steps(surface, 0.9f, 0.005f, surface.start, 3);
  EXPECT_NE(picture(surface, vectors, PictureFormat::svg).find("nesterov: on as before"),
            std::string::npos);
  EXPECT_TRUE(picture(surface, paths, PictureFormat::png).starts_with("\x89PNG"));
  const std::string gif = picture(surface, paths, PictureFormat::gif, 300);
  EXPECT_TRUE(gif.starts_with("GIF89a"));
  std::size_t frames = 0;
  const std::string control("\x21\xf9\x04", 3);
  for (auto at = gif.find(control); at != std::string::npos; at = gif.find(control, at + 1))
    ++frames;
  EXPECT_GT(frames, 30u);  // those that are alike are one
}

}  // namespace
}  // namespace hogwild
