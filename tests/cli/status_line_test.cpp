#include "cli/progress.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hogwild::cli {
namespace {

const Status kStatus{.what = "epoch 3/10",
                     .done = 0.25,
                     .amount = "3.4 M rows",
                     .speed = "8.0 M rows/s",
                     .loss = "loss 0.41000",
                     .valid = "valid 0.40600",
                     .losses = {0.5, 0.4, 0.3},
                     .eta = "ETA 3 s"};

TEST(StatusLine, FitsWhateverTheWidth) {
  for (const bool blocks : {false, true}) {
    for (std::size_t columns = 1; columns <= 250; ++columns) {
      const std::string line = status_line(kStatus, columns, blocks);
      EXPECT_LE(columns_of(line), columns) << line;
    }
  }
}

TEST(StatusLine, TellsMoreWhereThereIsMoreRoom) {
  const auto tells = [](std::size_t columns, const std::string& word) {
    return status_line(kStatus, columns, true).find(word) != std::string::npos;
  };
  for (const std::size_t columns : {39u, 79u, 199u}) {
    EXPECT_TRUE(tells(columns, "epoch 3/10")) << columns;
    EXPECT_TRUE(tells(columns, "25 %")) << columns;
    EXPECT_TRUE(tells(columns, "ETA 3 s")) << columns;
  }
  EXPECT_FALSE(tells(39, "rows/s"));
  EXPECT_TRUE(tells(79, "loss 0.41000"));
  EXPECT_TRUE(tells(79, "rows/s"));
  for (const std::string word : {"3.4 M rows", "valid 0.40600", "█▅▁", "[==========          "}) {
    EXPECT_TRUE(tells(199, word)) << word;
  }
}

TEST(StatusLine, WithoutBlocksThereIsNoSparkLine) {
  const std::string line = status_line(kStatus, 199, false);
  EXPECT_EQ(columns_of(line), line.size());
}

TEST(StatusLine, SparksAreAsHighAsTheirNumbers) {
  EXPECT_EQ(spark_line({1, 2, 3, 4, 5, 6, 7, 8}, 20), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(spark_line({1, 2, 3}, 2), "▁█");
  EXPECT_EQ(spark_line({3, 3}, 20), "▁▁");
  EXPECT_EQ(spark_line({0, INFINITY, 1}, 20), "▁ █");
  EXPECT_EQ(columns_of("▁▂ a"), 4u);
}

}  // namespace
}  // namespace hogwild::cli
