// Results do not depend on the units of features, labels and weights.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "data/rows/scaling.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/stream.hpp"
#include "hogwild/train/train.hpp"
#include "parallel/thread_team.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

constexpr Index kDense = 5, kSparse = 30;

// What a value or label becomes in other units.
struct Units {
  std::function<double(Index j, double x)> value = [](Index, double x) { return x; };
  double label = 1;
  double weight = 0;  // of each row; 0: rows have none
};

double magnitude(Index j) {
  return std::pow(10, Random(3, j).uniform() * 12 - 6);  // 1e-6 .. 1e6
}

// Rows of some columns that all rows have, and of some that few have.
Dataset rows(Offset count, std::uint64_t seed, const Units& units, bool numbers = false,
             Index dense = kDense) {
  Dataset::Arrays arrays;
  for (Offset i = 0; i < count; ++i) {
    Random random(seed, i);
    double margin = 0.2;
    for (Index j = 0; j < dense + kSparse; ++j) {
      if (j >= dense && random.uniform() >= 0.15) continue;
      const double x = random.normal();
      arrays.indices.push_back(j);
      arrays.values.push_back(static_cast<float>(units.value(j, x)));
      margin += x * Random(77, j).normal() / 2;
    }
    arrays.offsets.push_back(arrays.indices.size());
    const bool positive = random.uniform() < 1 / (1 + std::exp(-margin));
    const double number = units.label * (margin + random.normal() / 2);
    arrays.labels.push_back(numbers ? static_cast<float>(number) : positive ? 1.0f : -1.0f);
    if (units.weight != 0) {
      arrays.weights.push_back(static_cast<float>(units.weight * (i % 3 + 1)));
    }
  }
  return Dataset(std::move(arrays), {.size = dense + kSparse});
}

const std::vector<std::pair<std::string, Units>>& other_units() {
  static const std::vector<std::pair<std::string, Units>> all{
      {"scales", {.value = [](Index j, double x) { return x * magnitude(j); }}},
      {"shifts",
       {.value =
            [](Index j, double x) {
              return j < kDense ? x + std::pow(10, Random(4, j).uniform() * 6) : x;
            }}},
      {"one column", {.value = [](Index j, double x) { return j == 2 ? 1e6 * x - 3e5 : x; }}}};
  return all;
}

TrainOptions options_for(AnyUpdateRule rule) {
  TrainOptions options;
  options.update_rule = rule;
  options.epochs = 3;
  options.threads = 1;
  return options;
}

// By models in the units of the rows.
double loss_in(const Units& units, const TrainOptions& options, bool numbers = false) {
  return mean_loss(train(rows(2000, 1, units, numbers), options).model,
                   rows(2000, 2, units, numbers));
}

TEST(Scaling, LetsNoRuleDependOnTheUnitsOfFeatures) {
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for (const std::uint64_t batch : {1, 16}) {
      TrainOptions options = options_for(rule);
      options.batch_size = batch;
      const double plain = loss_in({}, options);
      for (const auto& [what, units] : other_units()) {
        EXPECT_NEAR(loss_in(units, options), plain, 0.01 * plain)
            << name_of(AnyUpdateRule(rule)) << " " << what << " " << batch;
      }
    }
  });
}

TEST(Scaling, HoldsOnSeveralThreads) {
  TrainOptions options = options_for(Adagrad{});
  options.threads = 4;
  const double plain = loss_in({}, options);
  for (const auto& [what, units] : other_units()) {
    EXPECT_NEAR(loss_in(units, options), plain, 0.01 * plain) << what;
  }
}

TEST(Scaling, LetsNoRuleDependOnTheUnitOfLabels) {
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    TrainOptions options = options_for(rule);
    options.loss = Squared{};
    options.l1 = 0.01f;
    const double plain = loss_in({}, options, true);
    for (const double unit : {1e-6, 1e-2, 1e6}) {
      TrainOptions its = options;
      its.l1 = static_cast<float>(unit) * options.l1;  // of the loss in that unit
      EXPECT_NEAR(loss_in({.label = unit}, its, true) / (unit * unit), plain, 0.01 * plain)
          << name_of(AnyUpdateRule(rule)) << " " << unit;
    }
  });
}

TEST(Scaling, TellsLossesInTheUnitOfTheLabels) {
  TrainOptions options = options_for(Adagrad{});
  options.loss = Squared{};
  options.validation = rows(500, 3, {.label = 1000}, true);
  const TrainResult result = train(rows(2000, 1, {.label = 1000}, true), options);
  const double loss = mean_loss(result.model, *options.validation);
  EXPECT_NEAR(*result.epochs.back().valid_loss, loss, 1e-3 * loss);
  ASSERT_TRUE(result.rate_search);
  EXPECT_GT(result.rate_search->trials.front().loss, 0.1 * loss);
}

TEST(Scaling, LetsNothingDependOnTheUnitOfWeights) {
  TrainOptions options = options_for(Adagrad{});
  options.l2 = 0.01f;  // of the weighted mean, whose unit is none
  const double plain = loss_in({.weight = 1}, options);
  for (const double unit : {1e-6, 3.0, 1e6}) {
    EXPECT_NEAR(loss_in({.weight = unit}, options), plain, 0.001 * plain) << unit;
  }
}

// Weights 1000 and 1 are the same objective as 1 and 0.001, and give the same model: a row of
// weight N is learnt as N rows, not by one long step.
TEST(Scaling, LearnsAHeavyRowAsManyRows) {
  const auto rare = [](std::uint64_t seed) {
    Dataset::Arrays arrays;
    for (Offset i = 0; i < 6000; ++i) {
      Random random(seed, i);
      double margin = -5.5;
      for (Index j = 0; j < 60; ++j) {
        if (random.uniform() >= 0.1) continue;
        arrays.indices.push_back(j);
        margin += Random(77, j).normal();
      }
      arrays.offsets.push_back(arrays.indices.size());
      arrays.labels.push_back(random.uniform() < 1 / (1 + std::exp(-margin)) ? 1.0f : -1.0f);
    }
    return Dataset(std::move(arrays), {.size = 60});
  };
  const auto auc = [&](const std::string& label, float weight) {
    TrainOptions options = options_for(Adagrad{});
    options.epochs = 20;
    options.class_weights = {{label, weight}};
    return *evaluate(train(rare(1), options).model, rare(2)).auc;
  };
  const double heavy = auc("1", 1000), light = auc("-1", 0.001f);
  EXPECT_NEAR(heavy, light, 0.01);
  EXPECT_GT(heavy, 0.75);
}

std::string text_of(const Dataset& data) {
  std::string text;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    text += std::to_string(row.label);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      char token[64];
      std::snprintf(token, sizeof token, " %u:%.9g", row.indices[k] + 1,
                    static_cast<double>(row.value(k)));
      text += token;
    }
    text += '\n';
  }
  return text;
}

// Of a model of one epoch over streamed text, on other rows.
double streamed_loss(const Units& units, const AnyLoss& loss) {
  const test::TemporaryFolder folder;
  const bool numbers = std::holds_alternative<Squared>(loss);
  RowStream stream({folder.write("text", text_of(rows(20'000, 1, units, numbers)))});
  TrainOptions options = options_for(Adagrad{});
  options.epochs = 1;
  options.loss = loss;
  const Model model = train(stream, options, silent_observer).model;
  const Dataset others = rows(2000, 2, units, numbers);
  double sum = 0;
  for (Offset i = 0; i < others.rows(); ++i) {
    const SparseRow row = others.row(i);
    sum += std::visit(
        [&](const auto& l) {
          return l.value(static_cast<double>(model.margin(row)), static_cast<double>(row.label));
        },
        loss);
  }
  return sum / static_cast<double>(others.rows());
}

TEST(Scaling, HoldsWhereTextIsStreamed) {
  const double plain = streamed_loss({}, Logistic{});
  for (const auto& [what, units] : other_units()) {
    EXPECT_NEAR(streamed_loss(units, Logistic{}), plain, 0.01 * plain) << what;
  }
  const double squared = streamed_loss({}, Squared{});
  EXPECT_NEAR(streamed_loss({.label = 1e3}, Squared{}) / 1e6, squared, 0.01 * squared);
}

Dataset of_ones(Dataset rows) {
  Dataset::Arrays arrays = std::move(rows).take_arrays();
  arrays.values = {};
  return Dataset(std::move(arrays), {.size = kDense + kSparse});
}

// Also where the sample by itself needs no unit.
TEST(Scaling, FindsUnitsOfColumnsThatTheSampleLacks) {
  constexpr Index kLate = kDense + kSparse + 3;
  const std::vector<Dataset> samples{rows(2000, 1, other_units().front().second), rows(2000, 1, {}),
                                     of_ones(rows(2000, 1, {}))};
  for (std::size_t s = 0; s < samples.size(); ++s) {
    for (const double size : {1e5, 1e-5}) {
      for (const int threads : {1, 4}) {
        SCOPED_TRACE(fmt::format("sample {}, size {}, {} threads", s, size, threads));
        Scaling scaling(samples[s], Scale::automatic, false, true);
        EXPECT_EQ(scaling.changes_nothing(), s > 0);
        EXPECT_EQ(scaling.unit(kLate).scale, 1);
        std::vector<RowBatch> batches(static_cast<std::size_t>(threads));
        const auto value = [&](std::size_t batch, std::size_t i) {
          return size * static_cast<double>(1 + batch) * (i % 2 == 0 ? 1 : -1);
        };
        for (std::size_t b = 0; b < batches.size(); ++b) {
          batches[b].all_ones = false;
          for (std::size_t i = 0; i < 100; ++i) {
            batches[b].indices.push_back(kDense);  // of the sample
            batches[b].values.push_back(1);
            batches[b].indices.push_back(kLate);
            batches[b].values.push_back(static_cast<float>(value(b, i)));
            batches[b].offsets.push_back(2 * (i + 1));
            batches[b].labels.push_back(1);
          }
        }
        ThreadTeam team(threads);
        team.run([&](int worker) {
          scaling.scale(batches[static_cast<std::size_t>(worker)], samples[s]);
        });
        EXPECT_FALSE(scaling.changes_nothing());
        const double scale = scaling.unit(kLate).scale;
        EXPECT_GE(scale, 0.25 / size / threads);
        EXPECT_LE(scale, 4 / size);
        if (s > 0) {
          EXPECT_EQ(scaling.unit(kDense).scale, 1);
        }
        for (std::size_t b = 0; b < batches.size(); ++b) {
          const auto row = batches[b].row(7);  // which has what is centred besides
          const auto at = std::ranges::find(row.indices, kLate) - row.indices.begin();
          EXPECT_NEAR(row.values[static_cast<std::size_t>(at)], value(b, 7) * scale, 1e-4);
        }
      }
    }
  }
}

TEST(Scaling, AColumnThatTheSampleLacksHasOneUnitInAllRows) {
  constexpr Index kLate = kDense + kSparse + 3;
  Dataset::Arrays arrays;  // of validation rows
  for (int i = 0; i < 20; ++i) {
    arrays.indices.push_back(kLate);
    arrays.values.push_back(i % 2 == 0 ? 1e5f : -1e5f);
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(1);
  }
  const Dataset validation(std::move(arrays), {.size = kLate + 1});
  for (const Dataset& sample : {rows(2000, 1, {}), of_ones(rows(2000, 1, {}))}) {
    Scaling scaling(sample, Scale::automatic, false, true);
    scaling.meet(validation, sample);
    const double scale = scaling.unit(kLate).scale;
    EXPECT_LE(scale, 4e-5);
    EXPECT_EQ(scaling.scaled(validation).row(0).value(0), static_cast<float>(1e5 * scale));
    RowBatch ones;
    ones.add(kDense, 1);
    ones.add(kLate, 1);
    ones.offsets.push_back(2);
    ones.labels.push_back(1);
    scaling.scale(ones, sample);
    EXPECT_EQ(ones.row(0).value(0), 1);
    EXPECT_EQ(ones.row(0).value(1), static_cast<float>(scale));
  }
}

TEST(Scaling, AColumnLikeThoseOfTheSampleKeepsItsValues) {
  const Dataset sample = rows(2000, 1, {});
  Scaling scaling(sample, Scale::automatic, false, true);
  RowBatch batch;
  batch.all_ones = false;
  for (const float value : {2.5f, 0.0f, -0.3f}) {
    batch.add(kDense + kSparse + 3, value);
    batch.offsets.push_back(batch.indices.size());
    batch.labels.push_back(1);
  }
  scaling.scale(batch, sample);
  EXPECT_TRUE(scaling.changes_nothing());
  EXPECT_EQ(batch.values[0], 2.5f);
}

TEST(Scaling, CentresAColumnThatAFewRowsLack) {
  // A row without it has 0 there, far from the mean.
  const auto with_gaps = [](std::uint64_t seed) {
    Dataset::Arrays arrays;
    for (Offset i = 0; i < 3000; ++i) {
      Random random(seed, i);
      const double x = random.normal();
      if (i % 50 != 0) {
        arrays.indices.push_back(0);
        arrays.values.push_back(static_cast<float>(1000 + x));
      }
      arrays.indices.push_back(1);
      arrays.values.push_back(1);
      arrays.offsets.push_back(arrays.indices.size());
      const bool positive = i % 50 == 0 || random.uniform() < 1 / (1 + std::exp(-2 * x));
      arrays.labels.push_back(positive ? 1.0f : -1.0f);
    }
    return Dataset(std::move(arrays), {.size = 2});
  };
  TrainOptions options = options_for(Adagrad{});
  options.epochs = 10;
  const Model model = train(with_gaps(1), options).model;
  EXPECT_TRUE(std::isfinite(mean_loss(model, with_gaps(2))));
  // As the rows themselves say, weights are in the file's units.
  const std::vector<Index> lacks{1};
  const std::vector<float> one{1};
  EXPECT_NEAR(model.margin({lacks, one, 0, 1}),
              static_cast<double>(model.weights()[1]) + static_cast<double>(model.bias()), 1e-3);
}

TEST(Scaling, CentresNothingWithoutABias) {
  TrainOptions options = options_for(Adagrad{});
  options.bias = false;
  for (const AnyLoss& loss : {AnyLoss(Logistic{}), AnyLoss(Squared{})}) {
    options.loss = loss;
    const bool numbers = std::holds_alternative<Squared>(loss);
    for (const auto& [what, units] : other_units()) {
      Units its = units;
      its.label = 1000;
      EXPECT_EQ(train(rows(2000, 1, its, numbers), options).model.bias(), 0) << what;
    }
  }
  const double plain = loss_in({}, options, true);
  EXPECT_NEAR(loss_in(other_units()[0].second, options, true), plain, 0.01 * plain);
}

class Reports : public TrainObserver {
 public:
  void on_scaling(const ScalingReport& report) override { all.push_back(report); }
  std::vector<ScalingReport> all;
};

TEST(Scaling, LeavesRowsOfUnitScaleAndOfOnesAsTheyAre) {
  TrainOptions options = options_for(Adagrad{});
  options.learning_rate = 0.1f;
  Reports reports;
  const Model model = train(rows(2000, 1, {}), options, reports).model;
  EXPECT_TRUE(reports.all.empty());
  options.scale = Scale::none;
  const Model as_they_are = train(rows(2000, 1, {}), options, reports).model;
  EXPECT_TRUE(std::ranges::equal(model.weights(), as_they_are.weights()));
}

TEST(Scaling, LeavesColumnsOfTextWhereScalesAreAlike) {
  TrainOptions options = options_for(Adagrad{});
  const auto frequency = [](Index j, double x) {
    return std::abs(x) * (0.05 + 0.2 * Random(8, j).uniform());
  };
  Reports reports;
  train(rows(2000, 1, {.value = frequency}, false, 0), options, reports);
  EXPECT_TRUE(reports.all.empty());
}

TEST(Scaling, LeavesAWordThatIsInEveryRowOfAText) {
  Dataset::Arrays arrays;
  for (Offset i = 0; i < 2000; ++i) {
    Random random(1, i);
    for (Index j = 0; j < 200; ++j) {
      if (j > 0 && random.uniform() >= 0.1) continue;
      arrays.indices.push_back(j);
      arrays.values.push_back(static_cast<float>(0.1 + 0.2 * random.uniform()));
    }
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(random.uniform() < 0.5 ? 1.0f : -1.0f);
  }
  Reports reports;
  train(Dataset(std::move(arrays), {.size = 200}), options_for(Adagrad{}), reports);
  EXPECT_TRUE(reports.all.empty());
}

TEST(Scaling, ReportsWhatItChanges) {
  Reports reports;
  train(rows(2000, 1, other_units()[1].second), options_for(Adagrad{}), reports);
  ASSERT_EQ(reports.all.size(), 1u);
  EXPECT_EQ(reports.all[0].centred, kDense);
  EXPECT_FALSE(reports.all[0].labels);
}

TEST(Scaling, AsAskedForScalesAllColumns) {
  TrainOptions options = options_for(Adagrad{});
  Reports reports;
  options.scale = Scale::standard;
  train(rows(2000, 1, {}), options, reports);
  options.scale = Scale::max;
  train(rows(2000, 1, {}), options, reports);
  ASSERT_EQ(reports.all.size(), 2u);
  EXPECT_EQ(reports.all[0].scaled, kDense + kSparse);
  EXPECT_EQ(reports.all[0].centred, kDense);
  EXPECT_EQ(reports.all[1].scaled, kDense + kSparse);
  EXPECT_EQ(reports.all[1].centred, 0u);
}

TEST(Scaling, GoesOnFromAModelInTheFilesUnits) {
  const Units& units = other_units()[0].second;
  TrainOptions options = options_for(Adagrad{});
  const Dataset others = rows(2000, 2, units);
  const Model first = train(rows(2000, 1, units), options).model;
  options.resume = first;
  options.learning_rate = 1e-30f;  // weights stay where they start
  const Model second = train(rows(2000, 3, units), options).model;
  EXPECT_TRUE(std::ranges::equal(first.weights(), second.weights()));
  EXPECT_NEAR(mean_loss(second, others), mean_loss(first, others), 1e-4);
  options.learning_rate.reset();
  EXPECT_LT(mean_loss(train(rows(2000, 3, units), options).model, others),
            1.01 * mean_loss(first, others));
}

TEST(Scaling, GivesCheckpointsInTheFilesUnits) {
  const Units& units = other_units()[0].second;
  TrainOptions options = options_for(Adagrad{});
  options.learning_rate = 0.3f;
  options.keep_state = true;
  options.epochs = 4;
  const Model whole = train(rows(2000, 1, units), options).model;
  options.stop_after = 2;
  const TrainResult half = train(rows(2000, 1, units), options);
  options.stop_after = 0;
  options.resume_state = half.state;
  const Model parts = train(rows(2000, 1, units), options).model;
  EXPECT_TRUE(std::ranges::equal(whole.weights(), parts.weights()));
  EXPECT_EQ(whole.bias(), parts.bias());
}

}  // namespace
}  // namespace hogwild
