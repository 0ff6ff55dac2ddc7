#include "hogwild/model/model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/models.hpp"

namespace hogwild {
namespace {

Model model_of(std::vector<float> weights, float bias, AnyLoss loss = Logistic{},
               LabelPair labels = {}) {
  return test::model_of(
      {.size = static_cast<Index>(weights.size())}, [&](Index j) { return weights[j]; }, bias, loss,
      labels);
}

TEST(Model, GivesTheMarginOfARow) {
  const Model model = model_of({1, -2, 3}, 0.5f);
  const std::vector<Index> indices{0, 2};
  const std::vector<float> values{2, 0.5f};
  EXPECT_FLOAT_EQ(model.margin({.indices = indices, .values = {}}), 4.5f);
  EXPECT_FLOAT_EQ(model.margin({.indices = indices, .values = values}), 4);
  EXPECT_FLOAT_EQ(model.margin({}), 0.5f);
}

TEST(Model, CountsFeaturesPastItsOwnAsUnknown) {
  const Model model = model_of({1}, 0);
  const std::vector<Index> indices{0, 7, 4'000'000'000u};
  EXPECT_FLOAT_EQ(model.margin({.indices = indices, .values = {}}), 1);
  EXPECT_EQ(Model().margin({.indices = indices, .values = {}}), 0);
}

TEST(Model, PredictsAProbabilityWhereItsLossHasOne) {
  const SparseRow empty;
  EXPECT_FLOAT_EQ(model_of({}, 1).predict(empty), 1 / (1 + std::exp(-1.0f)));
  EXPECT_TRUE(model_of({}, 1).gives_probability());
  EXPECT_FLOAT_EQ(model_of({}, 1.5f, Hinge{}).predict(empty), 1.5f);
  EXPECT_FALSE(model_of({}, 1, Hinge{}).gives_probability());
}

TEST(Model, LabelsAsTheTrainingFileDid) {
  const SparseRow empty;
  EXPECT_EQ(model_of({}, 1, Logistic{}, {1, 2}).label(empty), 2);
  EXPECT_EQ(model_of({}, -1, Logistic{}, {1, 2}).label(empty), 1);
  EXPECT_EQ(model_of({}, -1.5f, Squared{}).label(empty), -1.5f);
}

TEST(Model, CopiesShareTheirWeights) {
  const Model model = model_of({1, 2}, 0);
  const Model copy = model;
  EXPECT_EQ(copy.weights().data(), model.weights().data());
}

}  // namespace
}  // namespace hogwild
