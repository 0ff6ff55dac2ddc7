#include "hogwild/data/generate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "hogwild/data/profile.hpp"
#include "hogwild/data/reader.hpp"
#include "support/files.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

std::string text_of(const GenerateOptions& options) {
  std::string text;
  generate(options, [&](std::string_view piece) { text += piece; });
  return text;
}

Dataset data_of(const GenerateOptions& options) {
  const test::TemporaryFolder folder;
  return read_libsvm(folder.write("data.svm", text_of(options)));
}

TEST(Generate, IsAFunctionOfItsOptions) {
  for (const auto kind : {GeneratedKind::click, GeneratedKind::text, GeneratedKind::dense}) {
    EXPECT_EQ(text_of({kind, 3000, 0, 1}), text_of({kind, 3000, 0, 1}));
    EXPECT_NE(text_of({kind, 3000, 0, 1}), text_of({kind, 3000, 0, 2}));
  }
}

TEST(Generate, ClickRowsHaveTheirShape) {
  constexpr Offset kRows = test::kSanitized ? 5000 : 20'000;
  const Dataset data = data_of({GeneratedKind::click, kRows, 0, 1});
  const Profile found = profile(data);
  EXPECT_EQ(found.rows, kRows);
  EXPECT_TRUE(found.all_ones);
  EXPECT_LE(found.omega, 39u);
  EXPECT_GT(found.nonzeros, 38u * kRows);
  ASSERT_EQ(found.labels.size(), 2u);
  EXPECT_NEAR(static_cast<double>(found.labels[1].rows) / kRows, 0.31, 0.06);
}

TEST(Generate, TextRowsHaveUnitNorm) {
  const Dataset data = data_of({GeneratedKind::text, 500, 0, 1});
  for (Offset i = 0; i < data.rows(); ++i) {
    double squares = 0;
    for (const float value : data.row(i).values) squares += static_cast<double>(value * value);
    ASSERT_NEAR(squares, 1, 1e-4);
  }
}

TEST(Generate, DenseRowsHoldEveryFeature) {
  const Dataset data = data_of({GeneratedKind::dense, 100, 7, 1});
  EXPECT_EQ(data.nonzeros(), 700u);
}

TEST(Generate, NoRowsIsNoText) {
  EXPECT_EQ(text_of({GeneratedKind::click, 0, 0, 1}), "");
}

}  // namespace
}  // namespace hogwild
