#include "hogwild/report/landscape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "hogwild/core/random.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "hogwild/train/tune.hpp"

namespace hogwild {
namespace {

// A row of each of the labels there are, up to two.
std::vector<Offset> witnesses(const Dataset& data) {
  std::vector<Offset> rows{0};
  for (Offset i = 1; i < data.rows() && rows.size() < 2; ++i) {
    if (data.row(i).label != data.row(0).label) rows.push_back(i);
  }
  return rows;
}

// These rows, and the witnesses at a weight of 0: so a row alone still tells what labels there are.
// A step takes the mean over all that are given, so the rows that count are weighed up.
Dataset batch_of(const Dataset& data, std::span<const Offset> rows,
                 std::span<const Offset> witnesses) {
  std::vector<Offset> chosen(rows.begin(), rows.end());
  chosen.insert(chosen.end(), witnesses.begin(), witnesses.end());
  Dataset::Arrays arrays = data.select(chosen).take_arrays();
  if (arrays.weights.size() == 0) {
    arrays.weights = Array<float>(chosen.size());
    std::ranges::fill(arrays.weights, 1.0f);
  }
  const float share = static_cast<float>(rows.size()) / static_cast<float>(chosen.size());
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    arrays.weights[k] = k < rows.size() ? arrays.weights[k] / share : 0;
  }
  return Dataset(std::move(arrays), data.features(), data.source());
}

}  // namespace

double Fluctuation::rise() const noexcept {
  double up = 0, down = 0;
  for (std::size_t i = 1; i < losses.size(); ++i) {
    const double change = losses[i] - losses[i - 1];
    (change > 0 ? up : down) += std::abs(change);
  }
  return down > 0 ? up / down : 0;
}

std::vector<Fluctuation> fluctuations(const Dataset& data, const TrainOptions& options,
                                      std::span<const std::uint64_t> batch_sizes, int updates) {
  TrainOptions step;  // one update by all the rows there are
  step.loss = options.loss;
  step.scale = Scale::none;  // each batch would have its own
  step.class_weights = options.class_weights;
  step.seed = options.seed;
  step.update_rule = Sgd{};
  step.threads = 1;
  TrainOptions search = step;
  step.batch_size = kFullBatch;
  step.learning_rate =
      options.learning_rate ? *options.learning_rate : find_rate(data, search).rate;

  // A model of these features and labels that has learnt nothing.
  TrainOptions nothing = step;
  nothing.learning_rate = 1e-30f;
  const Model start = train(data, nothing).model;
  const std::vector<Offset> both = witnesses(data);
  std::vector<Fluctuation> found;
  for (const std::uint64_t batch_size : batch_sizes) {
    Fluctuation& run = found.emplace_back();
    run.batch_size = batch_size;
    run.learning_rate = *step.learning_rate;
    const Offset size =
        batch_size == kFullBatch ? data.rows() : std::min<Offset>(data.rows(), batch_size);
    std::vector<Offset> order(data.rows());
    std::iota(order.begin(), order.end(), Offset{0});
    Offset next = data.rows();
    std::uint64_t pass = 0;
    Model model = start;
    run.losses.push_back(mean_loss(model, data));
    for (int update = 0; update < updates; ++update, next += size) {
      if (next + size > order.size()) {  // another order for each pass over all rows
        shuffle(std::span(order), Random(options.seed, pass++));
        next = 0;
      }
      step.resume = std::move(model);
      model = train(batch_of(data, std::span(order).subspan(next, size), both), step).model;
      run.losses.push_back(mean_loss(model, data));
    }
  }
  return found;
}

Chart chart_of(const std::vector<Fluctuation>& fluctuations) {
  Chart chart{.title = "loss on all rows after each update",
              .x_label = "updates",
              .y_label = "loss",
              .curves = {}};
  for (const Fluctuation& run : fluctuations) {
    Curve& curve = chart.curves.emplace_back();
    curve.name = run.batch_size == kFullBatch ? "all rows in each"
                 : run.batch_size == 1        ? "one row in each"
                                              : fmt::format("{} rows in each", run.batch_size);
    curve.colour = static_cast<int>(chart.curves.size()) - 1;
    curve.x.resize(run.losses.size());
    std::iota(curve.x.begin(), curve.x.end(), 0);
    curve.y = run.losses;
  }
  return chart;
}

}  // namespace hogwild
