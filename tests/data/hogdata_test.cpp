#include "hogwild/data/hogdata.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/ranking.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

using test::contents;

void expect_same_rows(const Dataset& a, const Dataset& b) {
  EXPECT_TRUE(std::ranges::equal(a.offsets(), b.offsets()));
  EXPECT_TRUE(std::ranges::equal(a.indices(), b.indices()));
  EXPECT_TRUE(std::ranges::equal(a.values(), b.values()));
  EXPECT_TRUE(std::ranges::equal(a.labels(), b.labels()));
  EXPECT_TRUE(std::ranges::equal(a.weights(), b.weights()));
}

class Hogdata : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return folder_.path(name); }
  std::string file(const std::string& name, const std::string& text) const {
    return folder_.write(name, text);
  }

  std::string converted(const std::string& text, const ReadOptions& options = {}) const {
    save_hogdata(read({file("data.txt", text)}, options), at("data.hogdata"));
    return at("data.hogdata");
  }

  static std::string refusal(const std::string& path) {
    try {
      open_hogdata(path).look_at_all();
    } catch (const DataError& error) {
      return error.what();
    }
    return "none";
  }

  test::TemporaryFolder folder_;
};

TEST_F(Hogdata, HoldsTheSameRowsRanked) {
  for (const bool ones : {true, false}) {
    const Dataset plain = test::skewed_rows(5000, ones);
    save_hogdata(plain, at("rows.hogdata"));
    const Dataset data = open_hogdata(at("rows.hogdata"));
    expect_same_rows(data, ranked(plain));
    EXPECT_EQ(data.features().plain().size, plain.features().size);
    expect_same_rows(unranked(data), plain);
    verify_hogdata(at("rows.hogdata"));
  }
}

TEST_F(Hogdata, KeepsNamesWeightsAndWhereLabelsStood) {
  const std::string path = converted("1 2 |w a b:3\n-1 |w b c\n1 |w d\n", {.format = Format::vw});
  const Dataset data = open_hogdata(path);
  EXPECT_EQ(data.features().name(0), "w^b");
  EXPECT_EQ(data.row(0).weight, 2);
  EXPECT_EQ(data.seen_labels().place_of(-1).line, 2u);
  EXPECT_EQ(data.source().format, "hogdata");
  EXPECT_EQ(data.features().format, "vw");
}

TEST_F(Hogdata, IsReadLikeText) {
  const std::string path = converted("1 1:1 3:2\n-1 2:1 3:1\n");
  EXPECT_TRUE(is_hogdata(path));
  EXPECT_FALSE(is_hogdata(at("data.txt")));
  EXPECT_FALSE(is_hogdata(at("nothing")));
  EXPECT_EQ(read({path}).rows(), 2u);
  EXPECT_THROW(read({path, at("data.txt")}), DataError);
  EXPECT_THROW(read({path}, {.hash_bits = 10}), DataError);
  EXPECT_THROW(read({path}, {.format = Format::vw}), DataError);
  EXPECT_THROW(read({path}, {.index_base = IndexBase::zero}), DataError);
  EXPECT_EQ(read({path}, {.index_base = IndexBase::one}).rows(), 2u);
}

TEST_F(Hogdata, TrainsAndIsEvaluatedAsTheTextIs) {
  const Dataset plain = test::skewed_rows(3000, true);
  save_hogdata(plain, at("rows.hogdata"));
  const TrainOptions options{.learning_rate = 0.1f, .epochs = 2, .threads = 1};
  const Model of_text = train(plain, options).model;
  const Model of_file = train(open_hogdata(at("rows.hogdata")), options).model;
  for (Index j = 0; j < plain.features().size; ++j) {
    EXPECT_NEAR(of_file.weights()[j], of_text.weights()[j], 1e-4);
  }
  const Evaluation found = evaluate(of_text, {at("rows.hogdata")});
  EXPECT_NEAR(found.metrics.loss, evaluate(of_text, plain).loss, 1e-9);
  EXPECT_EQ(found.nonzeros, plain.nonzeros());
}

TEST_F(Hogdata, IsStaleWhenItsTextHasChanged) {
  const std::string path = converted("1 1:1\n-1 2:1\n");
  EXPECT_EQ(refusal(path), "none");
  const auto then = std::filesystem::last_write_time(at("data.txt"));
  std::filesystem::last_write_time(at("data.txt"), then + std::chrono::hours(1));
  EXPECT_EQ(refusal(path), "none");  // touched, but the same
  file("data.txt", "1 1:2\n-1 2:1\n");
  EXPECT_NE(refusal(path).find("out of date"), std::string::npos) << refusal(path);
  file("data.txt", "1 1:2\n-1 2:1\n1 3:1\n");
  EXPECT_NE(refusal(path).find("convert it again"), std::string::npos) << refusal(path);
  std::filesystem::remove(at("data.txt"));
  EXPECT_EQ(refusal(path), "none");  // nothing to be compared with
}

TEST_F(Hogdata, OfAnotherVersionIsRefused) {
  std::string text = contents(converted("1 1:1\n-1 2:1\n"));
  text[8] = 9;
  EXPECT_NE(refusal(file("other.hogdata", text)).find("layout 9"), std::string::npos);
}

TEST_F(Hogdata, CutShortAnywhereIsRefused) {
  const std::string text = contents(converted("1 1:1 3:2\n-1 2:1 3:1\n"));
  for (std::size_t size = 0; size + 64 < text.size(); size += 3) {
    const std::string path = file("cut.hogdata", text.substr(0, size));
    EXPECT_NE(refusal(path), "none") << size << " of " << text.size();
  }
}

// Whatever byte is another, verify_hogdata() says so, and opening it and looking at every row reads
// nothing out of bounds (which a sanitizer would tell).
TEST_F(Hogdata, DamagedAnywhereIsFoundByItsChecksums) {
  const std::string path = converted("1 1:1 3:2\n-1 2:1 3:1\n1 1:0.5 2:0.25 3:4\n");
  const std::string text = contents(path);
  Random random(1);
  int found = 0, tried = 0;
  for (std::size_t at_byte = 0; at_byte < text.size(); ++at_byte, ++tried) {
    std::string damaged = text;
    damaged[at_byte] = static_cast<char>(damaged[at_byte] ^ (1 + random.below(255)));
    const std::string other = file("damaged.hogdata", damaged);
    try {
      const Dataset data = open_hogdata(other);
      data.look_at_all();
      float sum = 0;
      for (Offset i = 0; i < data.rows(); ++i) {
        const SparseRow row = data.row(i);
        for (std::size_t k = 0; k < row.nonzeros(); ++k) {
          ASSERT_LT(row.indices[k], data.features().size);
          sum += row.value(k);
        }
      }
      EXPECT_TRUE(std::isfinite(sum));
    } catch (const Error&) {
    }
    try {
      verify_hogdata(other);
    } catch (const DataError&) {
      ++found;
    }
  }
  const int padding = 64 * 8;  // between sections, of which nothing is read
  EXPECT_GE(found, tried - padding);
}

// A hostile header may carry the right checksum; its rows are bound all the same.
TEST_F(Hogdata, DamagedRowsAreFoundWhenTheyAreFirstLookedAt) {
  const Dataset plain = test::skewed_rows(10'000, true);
  save_hogdata(plain, at("rows.hogdata"));
  std::string text = contents(at("rows.hogdata"));
  const Dataset before = open_hogdata(at("rows.hogdata"));
  const auto place = text.size() / 2;  // amid the indices
  for (std::size_t k = 0; k < 4; ++k) text[place / 4 * 4 + k] = '\xff';
  const Dataset data = open_hogdata(file("hostile.hogdata", text));
  EXPECT_EQ(data.rows(), 10'000u);
  EXPECT_EQ(data.row(0).nonzeros(), before.row(0).nonzeros());  // of a sound block
  EXPECT_THROW(data.indices(), DataError);
  EXPECT_THROW(train(data, {.learning_rate = 0.1f, .threads = 2}), DataError);
  EXPECT_THROW(verify_hogdata(at("hostile.hogdata")), DataError);
}

TEST(InSpace, RenumbersByWhatTheDataFileCallsFeatures) {
  auto names = std::make_shared<FeatureNames>(), others = std::make_shared<FeatureNames>();
  for (const char* const name : {"a", "b", "c"}) names->insert(name);
  for (const char* const name : {"c", "x", "a"}) others->insert(name);
  Dataset::Arrays arrays{.offsets = {0, 3, 4},
                         .indices = {0, 1, 2, 1},
                         .values = {1, 2, 3, 4},
                         .labels = {1, -1},
                         .weights = {}};
  const Dataset data(std::move(arrays), {.size = 3, .names = names, .format = "vw"});
  for (const Dataset& rows : {data, ranked(data)}) {
    const Dataset moved = in_space(rows, {.size = 3, .names = others, .format = "vw"});
    EXPECT_EQ(moved.source().unknown_features, 2u);
    ASSERT_EQ(moved.row(0).nonzeros(), 2u);
    EXPECT_EQ(moved.row(0).indices[0], 0u);
    EXPECT_EQ(moved.row(0).value(0), 3);
    EXPECT_EQ(moved.row(0).indices[1], 2u);
    EXPECT_EQ(moved.row(0).value(1), 1);
    EXPECT_EQ(moved.row(1).nonzeros(), 0u);
  }
}

TEST(InSpace, CountsTheBaseOfBothFiles) {
  Dataset::Arrays arrays{
      .offsets = {0, 2}, .indices = {0, 4}, .values = {}, .labels = {1}, .weights = {}};
  const Dataset data(std::move(arrays), {.size = 5, .index_base = 1, .format = "libsvm"});
  const Dataset moved = in_space(data, {.size = 5, .index_base = 0, .format = "libsvm"});
  EXPECT_EQ(moved.row(0).indices[0], 1u);
  EXPECT_EQ(moved.row(0).nonzeros(), 1u);  // 5 is past the five from 0
  EXPECT_EQ(moved.source().unknown_features, 1u);
}

TEST(InSpace, RefusesToMixHashedAndOtherFeatures) {
  const Dataset data = test::skewed_rows(100, true);
  FeatureSpace hashed{.size = 1024, .hash_bits = 10, .format = "vw"};
  EXPECT_THROW(in_space(data, hashed), DataError);
}

}  // namespace
}  // namespace hogwild
