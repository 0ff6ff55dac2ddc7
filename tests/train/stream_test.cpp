#include "hogwild/train/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "feed/text_feed.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/generate.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/recorder.hpp"
#include "support/sanitized.hpp"
#include "train/plan.hpp"

namespace hogwild {
namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 40;

class Streaming : public testing::Test {
 protected:
  std::string click(const std::string& name, std::uint64_t rows, std::uint64_t seed = 1) {
    std::string text;
    generate({.kind = GeneratedKind::click, .rows = rows, .seed = seed},
             [&](std::string_view piece) { text += piece; });
    return folder_.write(name, text);
  }

  static TrainResult learn(RowStream& stream, const TrainOptions& options) {
    TrainObserver silent;
    return train(stream, options, silent);
  }

  std::string bytes(const Model& model) {
    save(model, folder_.path("model"));
    return test::contents(folder_.path("model"));
  }

  test::TemporaryFolder folder_;
};

TEST_F(Streaming, LearnsAsWellAsFromHeldRows) {
  const std::string path = click("a", 20'000);
  const Dataset held = read_libsvm(path);
  const Dataset test = read_libsvm(click("b", 5'000, 2), {.features = held.features()});
  for (const int threads : {1, 2, 4}) {
    const TrainOptions options{.learning_rate = 0.1f, .threads = threads};
    RowStream stream({path});
    const TrainResult streamed = learn(stream, options);
    EXPECT_EQ(streamed.reason, StopReason::epochs);
    EXPECT_EQ(streamed.epochs.at(0).rows, 20'000u);
    EXPECT_EQ(streamed.model.features().size, held.features().size);
    EXPECT_EQ(streamed.model.features().index_base, 1);
    EXPECT_EQ(streamed.model.provenance().rows, 20'000u);
    const double loss = mean_loss(train(held, options).model, test);
    // So few rows leave 1 % from one order of them to another; at zero weights it is 0.58.
    EXPECT_NEAR(mean_loss(streamed.model, test), loss, 0.025 * loss) << threads;
  }
}

TEST_F(Streaming, IsTheSameRunAsOnHeldRowsInTheOrderOfTheText) {
  const std::string path = click("a", 5'000);
  RowStream stream({path});
  const TrainOptions options{
      .learning_rate = 0.1f, .epochs = 2, .threads = 1, .order = RowOrder::sequential};
  const Model streamed = learn(stream, options).model;
  const Model held = train(read_libsvm(path), options).model;
  ASSERT_EQ(streamed.weights().size(), held.weights().size());
  // Blocks end elsewhere, and so the bias is merged at other rows: with one thread to the same.
  for (std::size_t j = 0; j < held.weights().size(); ++j) {
    ASSERT_NEAR(streamed.weights()[j], held.weights()[j], 1e-5) << j;
  }
}

TEST_F(Streaming, WithOneThreadGivesTheSameBytesEachTime) {
  const std::string path = click("a", test::kSanitized ? 6'000 : 20'000);
  const TrainOptions options{.threads = 1};
  RowStream one({path}), other({path});
  EXPECT_EQ(bytes(learn(one, options).model), bytes(learn(other, options).model));
  EXPECT_EQ(bytes(learn(one, options).model), bytes(learn(other, options).model));
}

// A checkpoint comes before it is known from where the text counts.
TEST_F(Streaming, LeavesCheckpointsThatARunCanStartFrom) {
  test::LastCheckpoint asking;
  const std::string path = click("a", test::kSanitized ? 6'000 : 20'000);
  const Dataset held = read_libsvm(path);
  for (const int threads : {1, 2}) {
    RowStream stream({path});
    TrainOptions options{.learning_rate = 0.1f, .threads = threads};
    const TrainResult result = train(stream, options, asking);
    EXPECT_EQ(asking.last.model.bias(), result.model.bias());
    EXPECT_EQ(asking.last.model.features().size, result.model.features().size + 1);
    options.threads = 1;
    options.resume = asking.last.model;
    const Model from_checkpoint = train(held, options).model;
    options.resume = result.model;
    // The checkpoint counts from 0, as the text may, and so do the runs that go on from it.
    const Model from_result = train(held, options).model;
    ASSERT_EQ(from_checkpoint.weights().size(), from_result.weights().size() + 1);
    EXPECT_TRUE(std::ranges::equal(from_checkpoint.weights().subspan(1), from_result.weights()))
        << threads;
    EXPECT_EQ(from_checkpoint.bias(), from_result.bias()) << threads;
  }
}

TEST_F(Streaming, FindsARateFromTheSample) {
  RowStream stream({click("a", 20'000)});
  const TrainResult result = learn(stream, {.threads = 2});
  ASSERT_TRUE(result.rate_search);
  EXPECT_GE(result.rate_search->trials.size(), 3u);
  EXPECT_EQ(result.learning_rate, result.rate_search->rate);
}

TEST_F(Streaming, CountsFeaturesFromWhereTheTextDoes) {
  std::string from_zero, from_one;
  for (int i = 0; i < 2000; ++i) {
    const bool positive = i % 3 == 0;
    const int feature = positive ? 2 : 4;
    from_zero += std::string(positive ? "1" : "-1") + " 0:1 " + std::to_string(feature) + ":1\n";
    from_one += std::string(positive ? "1" : "-1") + " 1:1 " + std::to_string(feature) + ":1\n";
  }
  const TrainOptions options{.learning_rate = 0.5f, .threads = 1};
  RowStream zero({folder_.write("zero", from_zero)});
  const Model a = learn(zero, options).model;
  EXPECT_EQ(a.features().index_base, 0);
  EXPECT_EQ(a.features().size, 5u);
  EXPECT_GT(a.weights()[2], 0.5f);
  RowStream one({folder_.write("one", from_one)});
  const Model b = learn(one, options).model;
  EXPECT_EQ(b.features().index_base, 1);
  EXPECT_EQ(b.features().size, 4u);
  EXPECT_GT(b.weights()[1], 0.5f);
  EXPECT_EQ(b.features().name(1), "2");
  RowStream forced({folder_.path("one")}, {.index_base = IndexBase::zero});
  EXPECT_EQ(learn(forced, options).model.features().size, 5u);
  RowStream wrong({folder_.path("zero")}, {.index_base = IndexBase::one});
  EXPECT_THROW(learn(wrong, options), ParseError);
}

TEST_F(Streaming, TakesAnIndexFarBeyondThoseOfTheSample) {
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += i % 2 == 0 ? "1 1:1\n" : "-1 2:1\n";  // 2.6 MB
  RowStream stream({folder_.write("a", text + "1 30000000:1\n")}, {.memory_limit = 1'000'000});
  ASSERT_LT(stream.sample()->features().size, 30'000'000u);
  const Model model = learn(stream, {.learning_rate = 0.5f, .threads = 2}).model;
  EXPECT_EQ(model.features().size, 30'000'000u);
  EXPECT_GT(model.weights()[29'999'999], 0);
  EXPECT_LT(model.weights()[1], -0.5f);
}

TEST_F(Streaming, LearnsHashedNamesAndWeightsOfRows) {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += i % 2 == 0 ? "1 2.0 |words sun sea\n" : "-1 1.0 |words rain cloud:2\n";
  }
  const std::string path = folder_.write("a", text);
  RowStream stream({path}, {.hash_bits = 16});
  const TrainOptions options{.learning_rate = 0.3f, .threads = 2};
  const TrainResult result = learn(stream, options);
  const Dataset held = read({path}, {.hash_bits = 16});
  EXPECT_EQ(result.model.features().hash_bits, 16);
  EXPECT_EQ(result.model.features().format, "vw");
  EXPECT_LT(mean_loss(result.model, held), 0.05);
  EXPECT_NEAR(mean_loss(result.model, held), mean_loss(train(held, options).model, held), 0.01);
}

TEST_F(Streaming, LearnsNumbers) {
  std::string text;
  Random random(1);
  for (int i = 0; i < 5000; ++i) {
    const double x = random.uniform(), y = random.uniform();
    std::ostringstream line;
    line << 3 * x - y << " 1:" << x << " 2:" << y << "\n";
    text += line.str();
  }
  RowStream stream({folder_.write("a", text)});
  const Model model = learn(stream, {.loss = Squared{}, .epochs = 5, .threads = 1}).model;
  EXPECT_NEAR(model.weights()[0], 3, 0.05);
  EXPECT_NEAR(model.weights()[1], -1, 0.05);
}

TEST_F(Streaming, ValidatesAfterEachEpochAndStopsEarly) {
  const std::string path = click("a", 4'000);
  RowStream stream({path});
  TrainOptions options{.learning_rate = 0.5f, .epochs = 50, .early_stopping = 2, .threads = 1};
  options.validation = read_libsvm(click("b", 2'000, 2), {.features = stream.features()});
  const TrainResult result = learn(stream, options);
  EXPECT_EQ(result.reason, StopReason::early_stopping);
  ASSERT_GT(result.best_epoch, 0);
  const Dataset test = read_libsvm(folder_.path("b"), {.features = result.model.features()});
  EXPECT_NEAR(*result.epochs[static_cast<std::size_t>(result.best_epoch) - 1].valid_loss,
              mean_loss(result.model, test), 1e-6);
}

TEST_F(Streaming, CountsFromZeroIfValidationRowsDo) {
  RowStream stream({click("a", 2'000)});
  TrainOptions options{.learning_rate = 0.1f, .threads = 1};
  options.validation =
      read_libsvm(folder_.write("b", "1 0:1\n-1 1:1\n"), {.features = stream.features()});
  EXPECT_EQ(learn(stream, options).model.features().index_base, 0);
}

TEST_F(Streaming, ThrowsWhatIsWrongWithTheText) {
  const std::string path = folder_.write("a", test::contents(click("b", 5'000)) + "1 1:nan\n");
  RowStream stream({path});
  try {
    learn(stream, {.learning_rate = 0.1f, .threads = 2});
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 5001u);
    EXPECT_EQ(error.column, 5u);
  }
}

TEST_F(Streaming, EndsWhenAsked) {
  RowStream stream({click("a", 20'000)});
  class Impatient : public TrainObserver {
    bool stop_requested() override { return true; }
  } observer;
  const TrainResult result = train(stream, {.learning_rate = 0.1f, .threads = 2}, observer);
  // The text may have come to its end before anybody asked.
  EXPECT_TRUE(result.reason == StopReason::interrupted || result.reason == StopReason::epochs);
  EXPECT_LE(result.model.provenance().visits, 20'000u);
}

TEST_F(Streaming, BacksOffFromARateThatDiverges) {
  RowStream stream({click("a", 5'000)});
  TrainOptions options{
      .loss = Squared{}, .update_rule = Sgd{}, .learning_rate = 100.0f, .threads = 1};
  EXPECT_EQ(learn(stream, options).reason, StopReason::diverged);
}

TEST_F(Streaming, HoldsWhatMustBeHeld) {
  EXPECT_FALSE(reason_to_hold({}));
  EXPECT_FALSE(reason_to_hold({.l1 = 0.1f, .update_rule = Ftrl{}}));
  EXPECT_TRUE(reason_to_hold({.loss = Softmax{}}));
  EXPECT_TRUE(reason_to_hold({.batch_size = 64}));
  EXPECT_TRUE(reason_to_hold({.l2 = 0.1f}));
  EXPECT_TRUE(reason_to_hold({.init = 0.1f}));
  EXPECT_TRUE(reason_to_hold({.class_weights = {{"1", 2.0f}}}));
  EXPECT_TRUE(reason_to_hold({.strategy = Strategy::deterministic}));
  EXPECT_TRUE(reason_to_hold({.order = RowOrder::curriculum}));
  RowStream stream({click("a", 1'000)});
  EXPECT_THROW(learn(stream, {.batch_size = 64}), DataError);
}

TEST_F(Streaming, PlansByTheText) {
  const auto reason = [this](const std::string& text, const TrainOptions& options = {}) {
    RowStream stream({folder_.write("a", text)});
    const DataPlan plan = plan_data(stream, options, kPlenty);
    EXPECT_FALSE(plan.streams);
    return plan.reason;
  };
  EXPECT_EQ(reason("1 1:1\n-1 2:1\n"), "there are few");
  EXPECT_EQ(reason("1 1:1\n1 2:1\n"), "its sample does not have both labels");
  EXPECT_EQ(reason("1 1:1\n2 2:1\n3 3:1\n"), "its sample does not have both labels");
  EXPECT_EQ(reason("1 1:1\n-1 2:1\n3:1\n"), "some rows have no label");
  EXPECT_EQ(reason("1 | a\n-1 | b\n"), "there are few");
  EXPECT_EQ(reason("x\n"), "its sample has no row");
  EXPECT_EQ(reason(""), "its sample has no row");
}

// A run leaves rows without labels out, whether the others are held or streamed.
TEST_F(Streaming, CountsRowsWithoutALabel) {
  std::string text, labelled;
  for (int i = 0; i < 20'000; ++i) {
    const std::string row = " |f a" + std::to_string(i % 50) + " b" + std::to_string(i % 7) + "\n";
    if (i % 3 == 0) text += row;
    text += (i % 2 == 0 ? "1" : "-1") + row;
    labelled += (i % 2 == 0 ? "1" : "-1") + row;
  }
  const ReadOptions reading{.unlabelled = Unlabelled::skip, .hash_bits = 18};
  const TrainOptions options{.learning_rate = 0.1f, .threads = 1, .order = RowOrder::sequential};
  RowStream some({folder_.write("some.vw", text)}, reading);
  RowStream all({folder_.write("all.vw", labelled)}, reading);
  const Model of_some = learn(some, options).model, of_all = learn(all, options).model;
  EXPECT_EQ(some.source().unlabelled_rows, 6667u);
  EXPECT_EQ(all.source().unlabelled_rows, 0u);
  EXPECT_TRUE(std::ranges::equal(of_some.weights(), of_all.weights()));
}

TEST_F(Streaming, RefusesALongTextWithoutAFeature) {
  std::string text;
  const std::string blanks(100, ' ');  // of shorter rows there would be too many to be quick
  while (text.size() < 20'000'000) text += "1" + blanks + "\n-1" + blanks + "\n";
  RowStream stream({folder_.write("a", text)});
  EXPECT_EQ(plan_data(stream, {}, kPlenty).reason, "no row of its sample has a feature");
  EXPECT_THROW(stream.read(), DataError);
}

TEST_F(Streaming, StreamsWhatMemoryDoesNotHold) {
  RowStream stream({click("a", 20'000)});
  const DataPlan fits = plan_data(stream, {}, kPlenty);
  EXPECT_FALSE(fits.streams);
  const Dataset held = stream.read();
  EXPECT_NEAR(static_cast<double>(fits.held_bytes),
              static_cast<double>(held.nonzeros() * 4 + held.rows() * 12), 1e5);
  const std::uint64_t limit = fits.learning_bytes + fits.held_bytes / 2;
  EXPECT_TRUE(plan_data(stream, {}, limit).streams);
  EXPECT_TRUE(plan_data(stream, {.epochs = 3}, limit).streams);
  EXPECT_THROW(plan_data(stream, {.batch_size = 64}, limit), OptionError);
  EXPECT_THROW(plan_data(stream, {}, fits.learning_bytes / 2), OptionError);
  ReadOptions bounded{.memory_limit = fits.held_bytes / 2};
  EXPECT_THROW(read({folder_.path("a")}, bounded), DataError);
  bounded.memory_limit = 2 * fits.held_bytes;
  EXPECT_EQ(read({folder_.path("a")}, bounded).rows(), 20'000u);
}

TEST_F(Streaming, TellsSortedTextFromMixed) {
  std::string mixed, sorted;
  for (int i = 0; i < 10'000; ++i) {
    mixed += Random(3, static_cast<std::uint64_t>(i)).below(3) == 0 ? "1 1:1\n" : "0 1:1\n";
    sorted += i < 3'000 ? "1 1:1\n" : "0 1:1\n";
  }
  EXPECT_LT(std::abs(change_of_labels(read_libsvm(folder_.write("a", mixed)))), 0.02);
  EXPECT_GT(change_of_labels(read_libsvm(folder_.write("b", sorted))), 0.9);
  EXPECT_EQ(change_of_labels(read_libsvm(folder_.write("c", "1 1:1\n0 1:1\n"))), 0);
}

TEST_F(Streaming, SamplesFromAllOverALongText) {
  std::string block;  // 20 MB: the sample is not all of it, nor is it the beginning
  while (block.size() < 1'000'000) block += "0 1:1 22:1 333:1\n";
  std::string text;
  for (int i = 0; i < 10; ++i) text += block;
  std::ranges::replace(block, '0', '1');
  for (int i = 0; i < 10; ++i) text += block;
  RowStream stream({folder_.write("a", text)});
  EXPECT_FALSE(stream.is_all_seen());
  ASSERT_TRUE(stream.sample());
  const auto& labels = stream.sample()->labels();
  const double ones = std::accumulate(labels.begin(), labels.end(), 0.0);
  EXPECT_NEAR(ones / static_cast<double>(labels.size()), 0.5, 0.02);
  EXPECT_GT(stream.sample()->rows(), stream.bytes_of_text() / 17 / 3);
  EXPECT_EQ(stream.bytes_of_text(), text.size());
  EXPECT_EQ(stream.sample()->source().skipped_lines, 0u);

  const auto rows = static_cast<double>(text.size()) / 17;
  TextFeed feed(stream.text(), RowOrder::shuffle, 1, LabelPair{0, 1}, 1);
  EXPECT_NEAR(static_cast<double>(feed.rows()), rows, 0.01 * rows);
  const DataPlan plan = plan_data(stream, {}, kPlenty);
  EXPECT_NEAR(static_cast<double>(plan.held_bytes), rows * (3 * 4 + 12), 0.02 * rows * 24);
  EXPECT_TRUE(plan_data(stream, {}, plan.held_bytes / 2).streams);
}

TEST_F(Streaming, SamplesDifferentPartsOfATextThatRepeatsItself) {
  std::string once, text;
  for (int i = 0; i < 250'000; ++i) once += std::to_string(i) + " 1:1 22:1\n";
  for (int i = 0; i < 10; ++i) text += once;
  RowStream stream({folder_.write("a", text)}, {.memory_limit = 6'000'000});
  const auto seen = stream.sample()->labels();
  std::vector<float> labels(seen.begin(), seen.end());
  EXPECT_GT(labels.size(), 50'000u);
  std::ranges::sort(labels);
  // Rows that were learnt and scored as well would make a rate that is far too large look good.
  EXPECT_EQ(std::ranges::adjacent_find(labels), labels.end());
}

}  // namespace
}  // namespace hogwild
