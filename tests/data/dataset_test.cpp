#include "hogwild/data/dataset.hpp"

#include <gtest/gtest.h>

#include <Eigen/SparseCore>
#include <cmath>
#include <limits>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/data/eigen.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

Dataset::Arrays two_rows() {
  return {.offsets = {0, 2, 3},
          .indices = {0, 2, 1},
          .values = {1, 2, 3},
          .labels = {1, -1},
          .weights = {}};
}

TEST(Dataset, GivesItsRows) {
  const Dataset data(two_rows(), {.size = 3});
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.nonzeros(), 3u);
  EXPECT_EQ(data.row(0).nonzeros(), 2u);
  EXPECT_EQ(data.row(1).indices[0], 1u);
  EXPECT_EQ(data.row(1).value(0), 3);
  EXPECT_EQ(data.row(1).weight, 1);
}

TEST(Dataset, OfNothingIsEmpty) {
  EXPECT_EQ(Dataset().rows(), 0u);
  EXPECT_EQ(Dataset().nonzeros(), 0u);
}

TEST(Dataset, RefusesArraysThatDoNotFit) {
  const auto refused = [](auto change) {
    Dataset::Arrays arrays = two_rows();
    change(arrays);
    EXPECT_THROW(Dataset(arrays, {.size = 3}), DataError);
  };
  refused([](auto& a) { a.offsets = {0, 2}; });
  refused([](auto& a) { a.offsets = {0, 2, 4}; });
  refused([](auto& a) { a.offsets = {1, 2, 3}; });
  refused([](auto& a) { a.offsets = {0, 9, 3}; });
  refused([](auto& a) { a.indices = {2, 0, 1}; });
  refused([](auto& a) { a.indices = {0, 0, 1}; });
  refused([](auto& a) { a.indices = {0, 3, 1}; });
  refused([](auto& a) { a.values = {1, 2}; });
  refused([](auto& a) { a.values[1] = std::numeric_limits<float>::infinity(); });
  refused([](auto& a) { a.values[1] = std::nanf(""); });
  refused([](auto& a) { a.labels[0] = std::numeric_limits<float>::infinity(); });
  refused([](auto& a) { a.weights = {1}; });
  refused([](auto& a) { a.weights = {1, -1}; });
  refused([](auto& a) { a.weights = {1, std::nanf("")}; });
}

TEST(Dataset, BorrowsAnEigenMatrixWithoutCopyingIt) {
  using Matrix = Eigen::SparseMatrix<float, Eigen::RowMajor>;
  Matrix matrix(3, 5);
  const std::vector<Eigen::Triplet<float>> entries{{0, 1, 2.0f}, {0, 4, 3.0f}, {2, 0, 4.0f}};
  matrix.setFromTriplets(entries.begin(), entries.end());
  const Dataset data = borrow(matrix, {1, -1, 1});
  EXPECT_EQ(data.rows(), 3u);
  EXPECT_EQ(data.features().size, 5u);
  EXPECT_EQ(data.values().data(), matrix.valuePtr());
  EXPECT_EQ(static_cast<const void*>(data.indices().data()),
            static_cast<const void*>(matrix.innerIndexPtr()));
  EXPECT_EQ(data.row(1).nonzeros(), 0u);
  for (int r = 0; r < 3; ++r) {
    const SparseRow row = data.row(static_cast<Offset>(r));
    std::size_t k = 0;
    for (Matrix::InnerIterator it(matrix, r); it; ++it, ++k) {
      EXPECT_EQ(row.indices[k], static_cast<Index>(it.col()));
      EXPECT_EQ(row.values[k], it.value());
    }
    EXPECT_EQ(row.nonzeros(), k);
  }
}

TEST(Dataset, RefusesAnEigenMatrixWithNan) {
  Eigen::SparseMatrix<float, Eigen::RowMajor> matrix(1, 1);
  matrix.insert(0, 0) = std::nanf("");
  matrix.makeCompressed();
  EXPECT_THROW(borrow(matrix, {1}), DataError);
  EXPECT_THROW(borrow(matrix, {1, 2}), DataError);
}

TEST(Split, DealsEveryRowOnceByTheSeed) {
  const Dataset data = test::numbered_rows(10'000);
  const auto [first, second] = split(data, 0.2, 1);
  EXPECT_EQ(first.rows() + second.rows(), data.rows());
  EXPECT_NEAR(static_cast<double>(second.rows()), 2000, 200);
  std::vector<int> seen(data.rows());
  for (const Dataset* part : {&first, &second}) {
    for (const float label : part->labels()) ++seen[static_cast<std::size_t>(label)];
  }
  for (const int times : seen) EXPECT_EQ(times, 1);
  EXPECT_TRUE(std::ranges::equal(split(data, 0.2, 1).second.labels(), second.labels()));
  EXPECT_FALSE(std::ranges::equal(split(data, 0.2, 2).second.labels(), second.labels()));
}

TEST(Split, RefusesAFractionOutOfRange) {
  const Dataset data = test::numbered_rows(10);
  EXPECT_THROW(split(data, 0, 1), OptionError);
  EXPECT_THROW(split(data, 1, 1), OptionError);
  EXPECT_THROW(split(test::numbered_rows(1), 0.5, 1), DataError);
}

TEST(Dataset, FindsItsLabelsWhereverItsArraysCameFrom) {
  const Dataset data(two_rows(), {.size = 3}, {.paths = {"x.csv"}, .format = "csv"});
  EXPECT_EQ(binary_labels(data), (LabelPair{-1, 1}));
}

TEST(Select, KnowsTheLabelsOfItsRowsAlone) {
  Dataset::Arrays arrays{.offsets = {0, 0, 0, 0, 0},
                         .indices = {},
                         .values = {},
                         .labels = {1, 2, 3, std::nanf("")},
                         .weights = {}};
  const Dataset data(std::move(arrays), {.size = 1});
  const std::vector<Offset> two{0, 1}, one{0, 0};
  EXPECT_EQ(binary_labels(data.select(two)), (LabelPair{1, 2}));
  EXPECT_THROW(binary_labels(data.select(one)), DataError);
  EXPECT_THROW(binary_labels(data), DataError);
}

TEST(Dataset, SharesItsFirstRows) {
  Dataset::Arrays arrays{.offsets = {0, 2, 3, 3},
                         .indices = {0, 2, 1},
                         .values = {5, 6, 7},
                         .labels = {1, -1, 1},
                         .weights = {1, 3, 2}};
  const Dataset data(std::move(arrays), {.size = 3});
  const Dataset two = data.first(2);
  ASSERT_EQ(two.rows(), 2u);
  EXPECT_EQ(two.nonzeros(), 3u);
  EXPECT_EQ(two.indices().data(), data.indices().data());
  EXPECT_EQ(two.row(1).value(0), 7);
  EXPECT_EQ(two.row(1).weight, 3);
  EXPECT_EQ(two.features().size, 3u);
  EXPECT_EQ(data.first(1).nonzeros(), 2u);
  EXPECT_EQ(data.first(0).rows(), 0u);
  Dataset taken = data.first(2);  // what it shares is not taken from the others
  EXPECT_EQ(std::move(taken).take_arrays().indices.size(), 3u);
  EXPECT_EQ(data.row(0).value(1), 6);
}

}  // namespace
}  // namespace hogwild
