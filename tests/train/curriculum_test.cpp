// What a curriculum does to a run: it helps where what is difficult is wrong, and hurts where what
// is difficult is what there is to learn.
#include <gtest/gtest.h>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "support/recorder.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

// A third of the labels are drawn by lot; those rows are known to be difficult.
struct Noisy {
  Dataset data;
  std::vector<float> difficulty;
};
Noisy noisy_rows(Offset rows) {
  const Dataset clean = test::random_rows(rows, 40, 0.2, true, 1);
  Dataset::Arrays arrays;
  arrays.offsets.assign(clean.offsets().begin(), clean.offsets().end());
  arrays.indices.assign(clean.indices().begin(), clean.indices().end());
  std::vector<float> difficulty;
  for (Offset i = 0; i < rows; ++i) {
    Random random(9, i);
    const bool drawn = random.uniform() < 0.34;
    arrays.labels.push_back(!drawn ? clean.labels()[i] : random.uniform() < 0.5 ? 1.0f : -1.0f);
    difficulty.push_back(drawn ? 1.0f : 0.0f);
  }
  return {Dataset(std::move(arrays), clean.features()), std::move(difficulty)};
}

double loss_of(const Dataset& data, TrainOptions options, RowOrder order, CurriculumKind kind) {
  const Dataset test = test::random_rows(5000, 40, 0.2, true, 2);
  options.order = order;
  options.curriculum = kind;
  options.learning_rate = 0.1f;
  options.epochs = 4;
  options.threads = 1;
  return mean_loss(train(data, options).model, test);
}

TEST(Curriculum, HelpsWhereTheDifficultRowsAreMislabelled) {
  const auto [data, difficulty] = noisy_rows(5000);
  const TrainOptions options{.difficulty = difficulty};
  const double shuffled = loss_of(data, options, RowOrder::shuffle, CurriculumKind::naive);
  EXPECT_LT(loss_of(data, options, RowOrder::curriculum, CurriculumKind::mixed), 0.99 * shuffled);
  EXPECT_LT(loss_of(data, options, RowOrder::curriculum, CurriculumKind::combined),
            0.99 * shuffled);
}

// The rows that hold one of three features are called difficult, and come too seldom.
TEST(Curriculum, HurtsWhereTheDifficultRowsAreTheTeachers) {
  const Dataset data = test::random_rows(300, 40, 0.2, true, 1);
  std::vector<float> backwards;
  for (Offset i = 0; i < data.rows(); ++i) {
    backwards.push_back(data.row(i).indices.empty() || data.row(i).indices[0] < 3 ? 1.0f : 0.0f);
  }
  const TrainOptions options{.difficulty = backwards};
  EXPECT_GT(loss_of(data, options, RowOrder::curriculum, CurriculumKind::mixed),
            loss_of(data, options, RowOrder::shuffle, CurriculumKind::mixed));
}

TEST(Curriculum, AnEpochIsAsManyVisitsAsThereAreRows) {
  const Dataset data = test::random_rows(1003, 20, 0.3, true);
  for (const auto kind : {CurriculumKind::naive, CurriculumKind::mixed, CurriculumKind::combined}) {
    for (const int threads : {1, 4}) {
      test::Recorder recorder;
      train(data,
            {.learning_rate = 0.1f,
             .epochs = 12,
             .validation = data,
             .threads = threads,
             .order = RowOrder::curriculum,
             .curriculum = kind},
            recorder);
      for (const EpochReport& report : recorder.epochs) EXPECT_EQ(report.rows, 1003u);
    }
  }
}

TEST(Curriculum, RefusesTheWrongNumberOfDifficulties) {
  const Dataset data = test::random_rows(100, 20, 0.3, true);
  EXPECT_THROW(train(data, {.order = RowOrder::curriculum, .difficulty = {1, 2, 3}}), OptionError);
  EXPECT_THROW(train(data, {.order = RowOrder::curriculum, .levels = 0}), OptionError);
}

}  // namespace
}  // namespace hogwild
