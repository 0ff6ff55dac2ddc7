#include "data/rows/row_pass.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

// Some MiB, so several chunks; the label of a row is its number.
std::string numbered_rows(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) {
    text += std::to_string(i) + " 3:1 7:1 100:1 2000:1 30000:1 400000:1\n";
  }
  return text;
}

std::vector<float> labels_of(const RowBatch& batch) {
  std::vector<float> labels;
  for (std::size_t i = 0; i < batch.rows(); ++i) labels.push_back(batch.row(i).label);
  return labels;
}

class RowPass : public testing::Test {
 protected:
  static ReadOptions with_threads(int threads) {
    return {.threads = threads, .features = FeatureSpace{.size = 500'000, .index_base = 1}};
  }

  // The rows of a text, as "index:value ..." each.
  std::vector<std::string> rows_of(const std::string& text, FeatureSpace space) {
    std::vector<std::string> rows;
    pass_over_rows(
        {folder_.write("rows", text)}, {.features = std::move(space)},
        [](const RowBatch& batch) {
          std::vector<std::string> shown(batch.rows());
          for (std::size_t i = 0; i < batch.rows(); ++i) {
            const SparseRow row = batch.row(i);
            for (std::size_t k = 0; k < row.nonzeros(); ++k) {
              shown[i] += fmt::format("{}:{} ", row.indices[k], row.value(k));
            }
          }
          return shown;
        },
        [&](const std::vector<std::string>& shown, const ReadingRecord&) {
          rows.insert(rows.end(), shown.begin(), shown.end());
        });
    return rows;
  }

  test::TemporaryFolder folder_;
};

TEST_F(RowPass, HandsOutRowsInTheOrderOfTheText) {
  constexpr int kRows = 100'000;
  const std::string path = folder_.write("a", numbered_rows(kRows));
  for (const int threads : {1, 2, 4}) {
    std::vector<float> seen;
    const PassedRows passed =
        pass_over_rows({path}, with_threads(threads), labels_of,
                       [&](const std::vector<float>& labels, const ReadingRecord&) {
                         seen.insert(seen.end(), labels.begin(), labels.end());
                       });
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(kRows));
    for (int i = 0; i < kRows; ++i) ASSERT_EQ(seen[i], static_cast<float>(i));
    EXPECT_EQ(passed.rows, seen.size());
    EXPECT_EQ(passed.nonzeros, 6 * seen.size());
    EXPECT_EQ(passed.source.lines, seen.size());
    EXPECT_EQ(passed.source.format, "libsvm");
  }
}

TEST_F(RowPass, GivesFeaturesTheNumbersOfTheSpace) {
  using Rows = std::vector<std::string>;
  EXPECT_EQ(rows_of("1 1:1 3:0.5\n9:1\n", {.size = 3, .index_base = 1}), (Rows{"0:1 2:0.5 ", ""}));
  EXPECT_EQ(rows_of("1 1:1 2:1\n", {.size = 3}), (Rows{"1:1 2:1 "}));
  const std::string named = folder_.write("named", "1 | a b c\n");
  const FeatureSpace names = read({named}).features();
  EXPECT_EQ(rows_of("1 | c d a:2\n", names), (Rows{"0:2 2:1 "}));
  // The features of a row keep the order of the text.
  const Dataset hashed = read({folder_.write("rows", "1 | a\n1 | b\n1 | c\n")}, {.hash_bits = 10});
  EXPECT_EQ(rows_of("1 | a b c\n", hashed.features()),
            (Rows{fmt::format("{}:1 {}:1 {}:1 ", hashed.row(0).indices[0], hashed.row(1).indices[0],
                              hashed.row(2).indices[0])}));
}

TEST_F(RowPass, HoldsNoMoreThanTwoChunksAThread) {
  const std::string path = folder_.write("a", numbered_rows(400'000));
  for (const int threads : {1, 2}) {
    std::atomic<int> held{0}, most{0};
    pass_over_rows(
        {path}, with_threads(threads),
        [&](const RowBatch&) {
          const int now = held.fetch_add(1) + 1;
          int before = most.load();
          while (now > before && !most.compare_exchange_weak(before, now)) {
          }
          return 0;
        },
        [&](int, const ReadingRecord&) { held.fetch_sub(1); });
    EXPECT_LE(most.load(), 2 * threads);
  }
}

TEST_F(RowPass, TakesNothingThatFollowsAFault) {
  constexpr int kRows = 60'000;
  const std::string rows = numbered_rows(kRows);
  const std::string path = folder_.write("a", rows + "1 1:x\n" + rows + "1 y\n");
  for (const int threads : {1, 2, 4}) {
    std::vector<float> seen;
    const auto take = [&](const std::vector<float>& labels, const ReadingRecord&) {
      seen.insert(seen.end(), labels.begin(), labels.end());
    };
    try {
      pass_over_rows({path}, with_threads(threads), labels_of, take);
      FAIL();
    } catch (const ParseError& error) {
      EXPECT_EQ(error.line, kRows + 1u);
      EXPECT_EQ(error.column, 5u);
    }
    EXPECT_GT(seen.size(), kRows / 2u);
    ASSERT_LE(seen.size(), static_cast<std::size_t>(kRows));
    EXPECT_TRUE(std::ranges::is_sorted(seen));
  }
}

TEST_F(RowPass, EndsWhenItsTakerDoes) {
  const std::string path = folder_.write("a", numbered_rows(400'000));
  for (const int threads : {1, 2}) {
    ReadOptions options = with_threads(threads);
    std::uint64_t read = 0, total = 0;
    options.progress = [&](std::uint64_t bytes, std::uint64_t of) {
      read = bytes;
      total = of;
    };
    int taken = 0;
    const auto take = [&](int, const ReadingRecord&) {
      if (++taken == 2) throw std::runtime_error("enough");
    };
    EXPECT_THROW(pass_over_rows(
                     {path}, options, [](const RowBatch&) { return 0; }, take),
                 std::runtime_error);
    EXPECT_EQ(taken, 2);
    EXPECT_LT(read, total);
  }
}

TEST_F(RowPass, CountsWhatItPassesOver) {
  const std::string path = folder_.write("a", "1 1:1 9:1\n1 x\n-1 2:1\nrubbish\n");
  ReadOptions options{.on_error = OnError::skip,
                      .features = FeatureSpace{.size = 3, .index_base = 1}};
  const PassedRows passed =
      pass_over_rows({path}, options, labels_of, [](const auto&, const ReadingRecord&) {});
  EXPECT_EQ(passed.rows, 2u);
  EXPECT_EQ(passed.nonzeros, 2u);
  EXPECT_EQ(passed.source.unknown_features, 1u);
  EXPECT_EQ(passed.source.skipped_lines, 2u);
  EXPECT_NE(passed.source.first_skipped.find(path + ":2:3:"), std::string::npos);
}

TEST_F(RowPass, AnswersEachLineIfAsked) {
  const std::string text = "1 1:1\n\n \t\r\n# none\n-1 2:1\n";
  for (const std::string& path :
       {folder_.write("svm", text), folder_.write("vw", "| a\n\n \n| b\n")}) {
    ReadOptions options = with_threads(1);
    const bool vw = path.ends_with("vw");
    if (vw) options.features = read({folder_.write("train", "1 | a b\n")}).features();
    const auto rows_of = [&](const Answering& answering) {
      Offset rows = 0;
      const PassedRows passed = pass_over_rows(
          {path}, options, [](const RowBatch& batch) { return batch.rows(); },
          [&](Offset more, const ReadingRecord&) { rows += more; }, answering);
      EXPECT_EQ(passed.nonzeros, 2u);
      return rows;
    };
    EXPECT_EQ(rows_of({.each_line = true}), 4u) << path;
    EXPECT_EQ(rows_of({}), 2u) << path;
  }
}

TEST_F(RowPass, KeepsTagsIfAsked) {
  using Tags = std::vector<std::string>;
  const auto tags_of = [&](const std::string& text, const FeatureSpace& space, bool kept) {
    Tags tags;
    pass_over_rows(
        {folder_.write("rows", text)}, {.features = space},
        [](const RowBatch& batch) {
          Tags of_batch;
          for (std::size_t i = 0; i < batch.rows(); ++i) of_batch.emplace_back(batch.tag(i));
          return of_batch;
        },
        [&](const Tags& of_batch, const ReadingRecord&) {
          tags.insert(tags.end(), of_batch.begin(), of_batch.end());
        },
        {.each_line = true, .tags = kept});
    return tags;
  };
  const FeatureSpace numbers{.size = 9, .index_base = 1};
  const std::string svm = "1 1:1\n1:1 # doc 7 \n\n2:1#x\r\n3:1 #\n1 1:1\n";
  EXPECT_EQ(tags_of(svm, numbers, true), (Tags{"", "doc 7", "", "x", "", ""}));
  EXPECT_EQ(tags_of(svm, numbers, false), Tags(6));
  const FeatureSpace names = read({folder_.write("train", "1 | a b\n")}).features();
  const std::string vw = "1 | a\n'one| a\ntwo| b\n1 2 'three | a\n#4|a\n";
  EXPECT_EQ(tags_of(vw, names, true), (Tags{"", "one", "two", "three", "#4"}));
}

TEST_F(RowPass, RefusesTextWithoutARow) {
  const auto pass = [](const std::vector<std::string>& paths) {
    pass_over_rows(paths, with_threads(1), labels_of, [](const auto&, const ReadingRecord&) {});
  };
  EXPECT_THROW(pass({folder_.write("empty", "")}), DataError);
  EXPECT_THROW(pass({folder_.write("comments", "# nothing\n\n")}), DataError);
  EXPECT_THROW(pass({folder_.path("missing")}), IoError);
  EXPECT_THROW(pass({}), OptionError);
}

}  // namespace
}  // namespace hogwild
