// The README's C++ example, compiled and run as it stands there.
#include <gtest/gtest.h>

#include <filesystem>

#include "readme_example.inc"  // includes the umbrella and defines example()
#include "support/files.hpp"

namespace {

TEST(Readme, ItsExampleCompilesAndRuns) {
  const hogwild::test::TemporaryFolder folder;
  std::string rows;
  for (int i = 0; i < 100; ++i) rows += i % 2 == 0 ? "1 1:1 3:0.5\n" : "-1 2:1 3:0.5\n";
  folder.write("train.svm", rows);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path(""));
  const float p = example();
  const hogwild::Model model = hogwild::load("model.hog");
  std::filesystem::current_path(before);
  EXPECT_GT(p, 0.5f);
  EXPECT_EQ(model.features().size, 3u);
}

}  // namespace
