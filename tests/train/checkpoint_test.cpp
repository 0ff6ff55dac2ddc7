#include "hogwild/train/checkpoint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/models.hpp"
#include "support/recorder.hpp"
#include "support/rows.hpp"
#include "train/run_state.hpp"

namespace hogwild {
namespace {

using test::weights_of;

class CheckpointFile : public testing::Test {
 protected:
  CheckpointFile() {
    options_.epochs = 6;
    options_.stop_after = 3;
    options_.threads = 1;
    options_.early_stopping = 5;
    options_.keep_state = true;
    options_.validation = test::random_rows(200, 30, 0.2, true, 9);
  }

  Dataset data_ = test::random_rows(600, 30, 0.2, true, 1);
  TrainOptions options_;
  test::TemporaryFolder folder_;
  std::string path_ = folder_.path("c");
};

TEST_F(CheckpointFile, IsGoneOnWithToTheSameBits) {
  const TrainResult half = train(data_, options_);
  save(Checkpoint{half.model, half.state}, path_);
  options_.stop_after = 0;
  const TrainResult whole = train(data_, options_);
  options_.resume_state = load_checkpoint(path_).state;
  ASSERT_NE(options_.resume_state, nullptr);
  const TrainResult rest = train(data_, options_);
  EXPECT_EQ(weights_of(rest.model), weights_of(whole.model));
  EXPECT_EQ(rest.best_epoch, whole.best_epoch);
  ASSERT_EQ(rest.epochs.size(), whole.epochs.size());
  for (std::size_t k = 0; k < whole.epochs.size(); ++k) {
    EXPECT_EQ(rest.epochs[k].valid_loss, whole.epochs[k].valid_loss);
  }
}

TEST_F(CheckpointFile, IsAModelToo) {
  const TrainResult half = train(data_, options_);
  save(Checkpoint{half.model, half.state}, path_);
  EXPECT_EQ(weights_of(load(path_)), weights_of(half.model));
  EXPECT_TRUE(is_model_file(path_));
  // And a model is a checkpoint without a state.
  save(half.model, path_);
  const Checkpoint warm = load_checkpoint(path_);
  EXPECT_EQ(warm.state, nullptr);
  EXPECT_EQ(weights_of(warm.model), weights_of(half.model));
}

TEST_F(CheckpointFile, TellsWhereverItIsDamaged) {
  const TrainResult half = train(data_, options_);
  save(Checkpoint{half.model, half.state}, path_);
  const std::string whole = test::contents(path_);
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    folder_.write("c", damaged);
    EXPECT_THROW(load_checkpoint(path_), ModelError) << at;
  }
  for (std::size_t size = 0; size < whole.size(); size += 11) {
    folder_.write("c", whole.substr(0, size));
    try {
      // What is left of it may be a whole model.
      EXPECT_EQ(load_checkpoint(path_).state, nullptr) << size;
    } catch (const ModelError&) {
    }
  }
}

// A model without features has a bias to keep.
TEST_F(CheckpointFile, KeepsTheBestModelThatHasNoFeatures) {
  const auto bare = [](Offset rows, float label) {
    Dataset::Arrays arrays;
    for (Offset i = 0; i < rows; ++i) {
      arrays.labels.push_back(i % 3 == 0 ? label : -label);
      arrays.offsets.push_back(0);
    }
    return Dataset(std::move(arrays), {});
  };
  options_.validation = bare(90, -1);
  options_.learning_rate = 0.01f;
  const TrainResult half = train(bare(300, 1), options_);
  save(Checkpoint{half.model, half.state}, path_);
  options_.stop_after = 0;
  const TrainResult whole = train(bare(300, 1), options_);
  options_.resume_state = load_checkpoint(path_).state;
  const TrainResult rest = train(bare(300, 1), options_);
  EXPECT_NE(whole.model.bias(), 0.0f);
  EXPECT_EQ(whole.best_epoch, 1);
  EXPECT_EQ(rest.model.bias(), whole.model.bias());
}

// A penalty and a mean of weights go by the number of steps.
TEST_F(CheckpointFile, OfAnEpochIsOfAllItsSteps) {
  test::LastCheckpoint asking;
  const TrainOptions averaged{
      .update_rule = Sgd{}, .learning_rate = 0.5f, .average = true, .epochs = 1, .threads = 1};
  const TrainResult result = train(data_, averaged, asking);
  EXPECT_EQ(weights_of(asking.last.model), weights_of(result.model));
  const TrainOptions sparse{
      .l1 = 1e-2f, .update_rule = Ftrl{}, .learning_rate = 0.1f, .epochs = 1, .threads = 1};
  const TrainResult ftrl = train(data_, sparse, asking);
  EXPECT_EQ(weights_of(asking.last.model), weights_of(ftrl.model));
}

TEST_F(CheckpointFile, OfPlainMeansIsRefused) {
  options_.average = true;
  const TrainResult half = train(data_, options_);
  RunState state = *half.state;
  save(Checkpoint{half.model, std::make_shared<const RunState>(state)}, path_);
  EXPECT_TRUE(load_checkpoint(path_).state->counts_by_time);
  state.counts_by_time = false;
  save(Checkpoint{half.model, std::make_shared<const RunState>(state)}, path_);
  options_.resume_state = load_checkpoint(path_).state;
  options_.stop_after = 0;
  EXPECT_THROW(train(data_, options_), OptionError);
}

TEST_F(CheckpointFile, OfTheFirstResumedEpochHasTheStateBeforeIt) {
  class Asking : public TrainObserver {
   public:
    bool checkpoint_due() override { return !asked; }
    void on_checkpoint(const Checkpoint& told) override {
      asked = true;
      first = told.state;
    }
    bool asked = false;
    std::shared_ptr<const RunState> first;
  } asking;
  options_.early_stopping = 0;
  const TrainResult half = train(data_, options_);
  options_.stop_after = 0;
  options_.resume_state = half.state;
  train(data_, options_, asking);
  EXPECT_EQ(asking.first, half.state);
}

TEST_F(CheckpointFile, KeepsHowFeaturesAreNumbered) {
  const Dataset plain = test::skewed_rows(2000, true);
  const Dataset sorted = hot_first(plain);
  ASSERT_NE(sorted.features().size, plain.features().size);
  options_.validation = test::skewed_rows(200, true, 9);
  const TrainResult half = train(sorted, options_);
  save(Checkpoint{half.model, half.state}, path_);
  options_.stop_after = 0;
  const TrainResult whole = train(sorted, options_);
  options_.resume_state = load_checkpoint(path_).state;
  EXPECT_EQ(options_.resume_state->hot, hot_features(plain));
  EXPECT_EQ(weights_of(train(plain, options_).model), weights_of(whole.model));
  // By an earlier version other features may have come first.
  RunState earlier = *options_.resume_state;
  earlier.hot.clear();
  options_.resume_state = std::make_shared<const RunState>(earlier);
  EXPECT_THROW(train(plain, options_), OptionError);
  // And by any other list, which this one heeds.
  std::vector<Index> other = hot_features(plain);
  std::ranges::reverse(other);
  options_.resume_state = {};
  options_.stop_after = 2;
  options_.resume_state = train(hot_first(plain, other), options_).state;
  options_.stop_after = 0;
  const TrainResult by_other = train(hot_first(plain, other), options_);
  EXPECT_EQ(weights_of(train(plain, options_).model), weights_of(by_other.model));
}

// What is told while a run goes on has the state of an epoch's end.
TEST_F(CheckpointFile, OfARunThatGoesOnIsThatOfAnEpochsEnd) {
  class Asking : public TrainObserver {
   public:
    bool checkpoint_due() override { return true; }
    void on_checkpoint(const Checkpoint& told) override {
      if (told.state) last = told.state;
    }
    std::shared_ptr<const RunState> last;
  };
  Asking asking;
  options_.stop_after = 0;
  options_.early_stopping = 0;
  const TrainResult whole = train(data_, options_, asking);
  ASSERT_NE(asking.last, nullptr);
  options_.resume_state = asking.last;
  EXPECT_EQ(weights_of(train(data_, options_).model), weights_of(whole.model));
}

}  // namespace
}  // namespace hogwild
