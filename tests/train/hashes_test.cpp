// Features that are numbered as they are met: hashed to more numbers than occur, or with names.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/learn/learner.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/checkpoint.hpp"
#include "hogwild/train/stream.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

constexpr int kBits = 28;

class Hashes : public testing::Test {
 protected:
  // VW text, each row of some frequent and some rare names; the label is by the frequent ones.
  std::string text(const std::string& name, int rows, std::uint64_t seed) {
    std::string lines;
    for (int i = 0; i < rows; ++i) {
      Random random(seed, static_cast<std::uint64_t>(i));
      std::string features;
      double margin = 0;
      for (int k = 0; k < 8; ++k) {
        const auto frequent = static_cast<int>(40 * random.uniform());
        margin += frequent % 2 == 0 ? 0.8 : -0.8;
        features += " f" + std::to_string(frequent) + "x" + std::to_string(k);
        features += " rare" + std::to_string(static_cast<int>(20'000 * random.uniform()));
      }
      const bool positive = random.uniform() < 1 / (1 + std::exp(-margin));
      lines += (positive ? "1 |n" : "-1 |n") + features + "\n";
    }
    return folder_.write(name, lines);
  }

  std::string bytes(const Model& model) {
    save(model, folder_.path("model"));
    return test::contents(folder_.path("model"));
  }

  const int rows_ = test::kSanitized ? 6'000 : 60'000;
  test::TemporaryFolder folder_;
};

TEST_F(Hashes, AreNumberedByWhatOccurs) {
  const std::string path = text("a", 500, 1);
  const Dataset rows = read({path}, {.hash_bits = kBits});
  const Dataset all = read({path}, {.hash_bits = kBits, .all_hashes = true});
  EXPECT_EQ(all.features().size, Index{1} << kBits);
  EXPECT_EQ(all.features().hashes, nullptr);
  ASSERT_NE(rows.features().hashes, nullptr);
  EXPECT_LT(rows.features().size, 10'000u);
  ASSERT_EQ(rows.nonzeros(), all.nonzeros());
  for (Offset i = 0; i < rows.rows(); ++i) {
    for (std::size_t k = 0; k < rows.row(i).nonzeros(); ++k) {
      ASSERT_EQ((*rows.features().hashes)[rows.row(i).indices[k]], all.row(i).indices[k]);
    }
  }
  EXPECT_EQ(read({path}, {.hash_bits = 22}).features().hashes, nullptr);
}

TEST_F(Hashes, GiveTheModelThatAllHashesGive) {
  const std::string path = text("a", 2'000, 1);
  const TrainOptions options{.learning_rate = 0.1f, .epochs = 2, .threads = 1};
  const Dataset rows = read({path}, {.hash_bits = 24});
  const Dataset all = read({path}, {.hash_bits = 24, .all_hashes = true});
  const Model numbered = train(rows, options).model;
  const Model whole = train(all, options).model;
  EXPECT_EQ(whole.features().size, Index{1} << 24);
  EXPECT_EQ(bytes(numbered), bytes(whole));
  const Model loaded = load(folder_.path("model"));
  EXPECT_EQ(mean_loss(loaded, read({path}, {.features = loaded.features()})),
            mean_loss(whole, all));
}

TEST_F(Hashes, OrNamesOfTextAreNumberedWhileItIsLearnt) {
  const std::string path = text("a", rows_, 1), test = text("b", 2'000, 2);
  for (const int bits : {0, kBits, 32}) {
    const ReadOptions reading{.hash_bits = bits};
    const Dataset held = read({path}, reading);
    for (const int threads : {1, 4}) {
      TrainOptions options{.learning_rate = 0.1f, .threads = threads};
      options.validation = read({test}, reading);
      RowStream stream({path}, reading);
      TrainObserver silent;
      const TrainResult result = train(stream, options, silent);
      const Model& model = result.model;
      EXPECT_GE(model.features().size, held.features().size);
      EXPECT_EQ(model.features().hash_bits, bits);
      // The model in memory, whose features are in the order of the text, and the saved one.
      const double loss = mean_loss(model, read({test}, {.features = model.features()}));
      EXPECT_NEAR(*result.epochs.back().valid_loss, loss, 1e-6);
      save(model, folder_.path("m"));
      const Model loaded = load(folder_.path("m"));
      EXPECT_NEAR(mean_loss(loaded, read({test}, {.features = loaded.features()})), loss, 1e-6);
      // Rows of which all hashes are numbers are as good; of other features they are refused.
      const int all_bits = bits == kBits ? kBits : 31;
      options.validation = read({test}, {.hash_bits = all_bits, .all_hashes = true});
      if (all_bits == bits) {
        EXPECT_NEAR(*train(stream, options, silent).epochs.back().valid_loss, loss, 0.03 * loss);
      } else {
        EXPECT_THROW(train(stream, options, silent), DataError);
      }
      options.validation.reset();
      const Model by_held = train(held, options).model;
      EXPECT_NEAR(loss, mean_loss(by_held, read({test}, {.features = by_held.features()})),
                  0.03 * loss);
      EXPECT_LT(loss, 0.6);
    }
  }
}

TEST_F(Hashes, OfLinesThatAreLeftOutGetNoNumber) {
  const std::string rows = test::contents(text("a", 2'000, 1));
  const std::string path = folder_.write("faulty", rows + "1 |n broken:1x good\n" + rows);
  for (const int bits : {0, kBits}) {
    const ReadOptions reading{.on_error = OnError::skip, .hash_bits = bits};
    RowStream stream({path}, reading);
    TrainObserver silent;
    const Model model = train(stream, {.learning_rate = 0.1f, .threads = 2}, silent).model;
    EXPECT_EQ(stream.source().skipped_lines, 1u);
    EXPECT_EQ(model.features().size, read({path}, reading).features().size);
    EXPECT_EQ(model.features().find("n^good"), std::nullopt) << bits;
    EXPECT_NE(model.features().find("n^rare7"), std::nullopt) << bits;
  }
}

TEST_F(Hashes, OrNamesThatTakeMoreMemoryThanTheLimitAreRefused) {
  const std::string path = text("a", 20'000, 1);
  for (const int bits : {0, kBits}) {
    RowStream stream({path}, {.hash_bits = bits, .memory_limit = 900'000});
    TrainObserver silent;
    try {
      train(stream, {.learning_rate = 0.1f, .threads = 2}, silent);
      FAIL() << bits;
    } catch (const DataError& error) {
      EXPECT_NE(error.remedy.find("--hash-bits"), std::string::npos);
    }
  }
}

TEST_F(Hashes, AreGoneOnWithFromAModel) {
  const std::string first = text("a", 2'000, 1), second = text("b", 2'000, 2);
  TrainOptions options{.learning_rate = 0.1f, .threads = 1};
  const Model start = train(read({first}, {.hash_bits = kBits}), options).model;
  options.resume = start;
  const Model after = train(read({second}, {.hash_bits = kBits}), options).model;
  const auto weight = [](const Model& model, Index hash) {
    const auto number = model.features().find_hash(hash);
    return number ? model.weights()[*number] : 0.0f;
  };
  const Dataset rows = read({second}, {.hash_bits = kBits});
  int kept = 0, learnt = 0;
  for (const Index hash : start.features().hashes->hashes()) {
    const bool occurs = rows.features().find_hash(hash).has_value();
    if (!occurs) {
      EXPECT_EQ(weight(after, hash), weight(start, hash));
      kept += weight(start, hash) != 0;
    }
  }
  for (const Index hash : rows.features().hashes->hashes()) {
    learnt += !start.features().find_hash(hash) && weight(after, hash) != 0;
  }
  EXPECT_GT(kept, 100);
  EXPECT_GT(learnt, 100);
}

TEST_F(Hashes, AreKeptInHogdataAsIfAllHadANumber) {
  const std::string path = text("a", 1'000, 1), mapped = folder_.path("rows.hogdata");
  const Dataset rows = read({path}, {.hash_bits = 24});
  save_hogdata(rows, mapped);
  const std::string bytes = test::contents(mapped);
  save_hogdata(read({path}, {.hash_bits = 24, .all_hashes = true}), mapped);
  EXPECT_EQ(test::contents(mapped), bytes);
  const Dataset opened = read({mapped});
  ASSERT_NE(opened.features().hashes, nullptr);
  const TrainOptions options{.learning_rate = 0.1f, .threads = 1};
  const Model model = train(rows, options).model;
  EXPECT_EQ(mean_loss(model, read({mapped}, {.features = model.features()})),
            mean_loss(model, read({path}, {.features = model.features()})));
  const Model of_mapped = train(opened, options).model;
  EXPECT_NEAR(mean_loss(of_mapped, read({path}, {.features = of_mapped.features()})),
              mean_loss(model, rows), 1e-4);
}

TEST_F(Hashes, OfRowsReadApartAreBroughtToTheModels) {
  const std::string path = text("a", 2'000, 1), other = text("b", 2'000, 2);
  for (const int bits : {0, kBits}) {
    const ReadOptions reading{.hash_bits = bits};
    TrainOptions options{.learning_rate = 0.1f, .epochs = 2, .threads = 1};
    const Model model = train(read({path}, reading), options).model;
    const double loss = mean_loss(model, read({other}, {.features = model.features()}));
    EXPECT_NEAR(mean_loss(model, read({other}, reading)), loss, 1e-6) << bits;
    EXPECT_NEAR(evaluate(model, read({other}, reading)).loss, loss, 1e-6) << bits;
    options.validation = read({other}, reading);
    EXPECT_NEAR(*train(read({path}, reading), options).epochs.back().valid_loss, loss, 1e-6);
    if (bits == 0) continue;
    options.validation = read({other}, {.hash_bits = bits, .all_hashes = true});
    EXPECT_NEAR(*train(read({path}, reading), options).epochs.back().valid_loss, loss, 1e-6);
  }
}

TEST_F(Hashes, OfTheBestModelInACheckpointAreBroughtToTheRuns) {
  // Values that are scaled, and features that only validation rows have: their weights are zero,
  // and so no checkpoint has them.
  const auto scaled_text = [&](const char* name, const char* own, std::uint64_t seed) {
    std::string lines;
    for (int i = 0; i < 600; ++i) {
      Random random(seed, static_cast<std::uint64_t>(i));
      const double x = random.normal(), y = random.normal();
      lines += (x + random.normal() > 0 ? "1" : "-1") + std::string(" |n x:") +
               std::to_string(1000 * x) + " y:" + std::to_string(y) + " " + own +
               std::to_string(random.below(300)) + "\n";
    }
    return folder_.write(name, lines);
  };
  const ReadOptions reading{.hash_bits = kBits};
  const Dataset both = read({scaled_text("a", "t", 1), scaled_text("b", "v", 2)}, reading);
  const auto [first, second] = split(both, 0.3, 1);
  TrainOptions options{.learning_rate = 1, .epochs = 6, .early_stopping = 3, .threads = 1};
  options.validation = second;
  const TrainResult whole = train(first, options);
  options.keep_state = true;
  options.stop_after = 4;
  const TrainResult part = train(first, options);
  save(Checkpoint{part.model, part.state}, folder_.path("c"));
  const Checkpoint loaded = load_checkpoint(folder_.path("c"));
  options.stop_after = 0;
  options.resume_state = loaded.state;
  const TrainResult rest = train(first, options);
  EXPECT_LE(whole.best_epoch, 4);  // so it is the checkpoint's
  EXPECT_EQ(rest.best_epoch, whole.best_epoch);
  EXPECT_EQ(bytes(rest.model), bytes(whole.model));
}

TEST_F(Hashes, OfOtherProcessesAreThoseOfAllRows) {
  const std::string path = text("a", rows_, 1);
  RowStream stream({path}, {.hash_bits = 24});
  TrainObserver silent;
  TrainOptions options{.learning_rate = 0.1f, .threads = 1};
  options.parameters = folder_.path("shared");
  EXPECT_THROW(train(stream, options, silent), OptionError);
  const std::string mapped = folder_.path("rows.hogdata");
  save_hogdata(read({path}, {.hash_bits = 24}), mapped);
  const Dataset rows = read({mapped}, {.hash_bits = 24, .all_hashes = true});
  EXPECT_EQ(rows.features().size, Index{1} << 24);
  EXPECT_EQ(rows.features().hashes, nullptr);
  options.validation = read({path}, {.hash_bits = 24});
  const TrainResult result = train(rows, options);
  EXPECT_EQ(result.model.features().hashes, nullptr);
  EXPECT_NEAR(*result.epochs.back().valid_loss, mean_loss(result.model, rows), 1e-5);
}

TEST_F(Hashes, OfAModelAreALearnersNumbers) {
  const Model model =
      train(read({text("a", 500, 1)}, {.hash_bits = 24}), {.learning_rate = 0.1f, .threads = 1})
          .model;
  const Learner learner(model, {});
  for (const Index hash : model.features().hashes->hashes()) {
    SparseRow row;
    const std::array<Index, 1> one{hash}, numbered{*model.features().find_hash(hash)};
    row.indices = one;
    const float margin = learner.margin(row);
    row.indices = numbered;
    EXPECT_EQ(margin, model.margin(row));
  }
}

}  // namespace
}  // namespace hogwild
