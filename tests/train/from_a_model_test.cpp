// Training that starts at a model: whose features and labels a run has then.
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <string>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

using Weights = std::map<std::string, float>;

// By name; those that are 0 left out.
Weights weights_by_name(const Model& model) {
  Weights weights;
  for (Index j = 0; j < model.features().size; ++j) {
    if (model.weights()[j] != 0) weights[model.features().name(j)] = model.weights()[j];
  }
  return weights;
}

class FromAModel : public testing::Test {
 protected:
  // Of rows in a text.
  TrainResult trained(const std::string& text, std::optional<Model> start = {},
                      TrainOptions options = {}) {
    options.threads = 1;
    options.learning_rate = 0.1f;
    options.resume = std::move(start);
    FileObserver observer;
    FileOptions files;
    files.read.hash_bits = hash_bits_;
    files.valid = valid_;
    return train_files({folder_.write("data", text)}, files, options, observer);
  }

  int hash_bits_ = 0;
  std::string valid_;
  test::TemporaryFolder folder_;
};

void expect_kept(const Weights& before, const Weights& after,
                 const std::vector<std::string>& untouched) {
  for (const std::string& name : untouched) {
    ASSERT_TRUE(before.contains(name)) << name;
    ASSERT_TRUE(after.contains(name)) << name;
    EXPECT_EQ(after.at(name), before.at(name)) << name;
  }
}

TEST_F(FromAModel, KeepsTheWeightsOfNumbersThatTheRowsLack) {
  const Model first = trained("1 1:1 9:1\n-1 2:1 8:1\n").model;
  const Model second = trained("1 1:1 12:1\n-1 2:1\n", first).model;
  EXPECT_EQ(second.features().size, 12u);
  expect_kept(weights_by_name(first), weights_by_name(second), {"8", "9"});
  EXPECT_NE(weights_by_name(first).at("1"), weights_by_name(second).at("1"));
  EXPECT_TRUE(weights_by_name(second).contains("12"));
}

TEST_F(FromAModel, KeepsTheWeightsOfNamesThatTheRowsLack) {
  const Model first = trained("1 |f a b\n-1 |f c d\n").model;
  const Model second = trained("1 |f z a\n-1 |f y\n", first).model;
  EXPECT_EQ(second.features().size, 6u);
  expect_kept(weights_by_name(first), weights_by_name(second), {"f^b", "f^c", "f^d"});
  EXPECT_TRUE(weights_by_name(second).contains("f^z"));
}

TEST_F(FromAModel, KeepsThemWithValidationRowsToo) {
  const Model first = trained("1 1:1 9:1\n-1 2:1 8:1\n").model;
  valid_ = folder_.write("valid", "1 9:1\n-1 8:1 3:1\n");
  TrainOptions options;
  options.early_stopping = 2;
  options.epochs = 3;
  const TrainResult second = trained("1 1:1\n-1 2:1\n", first, options);
  expect_kept(weights_by_name(first), weights_by_name(second.model), {"8", "9"});
  // The weights that only validation rows use take part in their loss.
  EXPECT_LT(*second.epochs.front().valid_loss, 0.69);
}

TEST_F(FromAModel, KeepsThemWhereFeaturesAreHashed) {
  hash_bits_ = 10;
  const Model first = trained("1 |f a b\n-1 |f c d\n").model;
  const Model second = trained("1 |f a\n-1 |f y\n", first).model;
  std::size_t kept = 0;
  for (Index j = 0; j < first.features().size; ++j)
    kept += first.weights()[j] == second.weights()[j] && first.weights()[j] != 0;
  EXPECT_EQ(kept, 3u);  // b, c and d
}

TEST_F(FromAModel, CountsFromZeroIfEitherDoes) {
  const Model first = trained("1 1:1 9:1\n-1 2:1 8:1\n").model;
  const Model second = trained("1 0:1 1:1\n-1 2:1\n", first).model;
  EXPECT_EQ(second.features().index_base, 0);
  expect_kept(weights_by_name(first), weights_by_name(second), {"8", "9"});
  const Model third = trained("1 1:1\n-1 2:1\n", second).model;
  EXPECT_EQ(third.features().index_base, 0);
  expect_kept(weights_by_name(second), weights_by_name(third), {"0", "8", "9"});
}

// With nothing chosen: a run goes on at the rate, and with the sums of squares, of the model.
TEST_F(FromAModel, LearnsAsWellFromPartsAsFromAllRows) {
  const Dataset rows = test::skewed_rows(20'000, true), others = test::skewed_rows(4000, true, 2);
  for (const AnyUpdateRule& rule : {AnyUpdateRule(Adagrad{}), AnyUpdateRule(Sgd{})}) {
    TrainOptions options;
    options.threads = 1;
    options.update_rule = rule;
    const double whole = mean_loss(train(rows, options).model, others);
    for (Offset begin = 0; begin < rows.rows(); begin += 2000) {
      std::vector<Offset> some(2000);
      std::iota(some.begin(), some.end(), begin);
      options.resume = train(rows.select(some), options).model;
    }
    EXPECT_EQ(options.resume->provenance().visits, 20'000u);
    EXPECT_LT(mean_loss(*options.resume, others), 1.02 * whole) << name_of(rule);
  }
}

TEST_F(FromAModel, HasTheLabelsOfTheModel) {
  const Model first = trained("2 1:1\n4 2:1\n").model;
  EXPECT_EQ(first.labels(), (LabelPair{2, 4}));
  const Model second = trained("2 1:1\n", first).model;  // one of the two alone
  EXPECT_EQ(second.labels(), (LabelPair{2, 4}));
  try {
    trained("2 1:1\n4 1:1\n5 2:1\n", first);
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 3u);
    EXPECT_EQ(error.reason, "the label is 5");
  }
}

TEST_F(FromAModel, HasTheClassesOfTheModel) {
  TrainOptions options;
  options.loss = Softmax{};
  const Model first = trained("a 1:1\nb 2:1\nc 3:1\n", {}, options).model;
  const Model second = trained("b 2:1\n", first, options).model;  // one class alone
  EXPECT_EQ(*second.classes(), (std::vector<std::string>{"a", "b", "c"}));
  try {
    trained("b 2:1\nnew 4:1\n", first, options);
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 2u);
    EXPECT_NE(error.reason.find("'new'"), std::string::npos) << error.reason;
  }
  options.new_classes = true;
  const Model third = trained("Anew 4:1\nb 2:1\n", first, options).model;
  EXPECT_EQ(*third.classes(), (std::vector<std::string>{"a", "b", "c", "Anew"}));
  for (std::size_t k = 0; k < 3; ++k) {  // of feature 1, which only the first rows have
    EXPECT_EQ(third.weights()[k], first.weights()[k]);
  }
  EXPECT_EQ(third.weights()[3], 0);
  // A new class need not come with an old one.
  EXPECT_EQ(trained("Anew 4:1\n", first, options).model.outputs(), 4u);
}

TEST_F(FromAModel, OfOneClassAgainstTheRestHasTheClassesOfTheModel) {
  TrainOptions options;
  options.one_vs_rest = true;
  const Model first = trained("a 1:1\nb 2:1\nc 3:1\n", {}, options).model;
  EXPECT_EQ(trained("c 2:1\n", first, options).model.outputs(), 3u);
  options.new_classes = true;
  EXPECT_EQ(trained("c 2:1\nd 1:1\n", first, options).model.outputs(), 4u);
}

TEST_F(FromAModel, TakesRowsInMemoryTheSameWay) {
  TrainOptions options;
  options.threads = 1;
  options.learning_rate = 0.1f;
  const Model first = train(test::random_rows(200, 30, 0.2, true), options).model;
  options.resume = first;
  const Model second = train(test::random_rows(200, 20, 0.2, true), options).model;
  ASSERT_EQ(second.features().size, 30u);
  for (Index j = 20; j < 30; ++j) EXPECT_EQ(second.weights()[j], first.weights()[j]) << j;
}

TEST_F(FromAModel, PositiveChoosesOneOfTwoLabels) {
  TrainOptions options;
  options.positive = "2.0";
  const Model model = trained("2 1:1\n4 2:1\n", {}, options).model;
  EXPECT_EQ(model.labels(), (LabelPair{4, 2}));
  EXPECT_GT(model.weights()[0], 0);
  options.positive = "3";
  EXPECT_THROW(trained("2 1:1\n4 2:1\n", {}, options), OptionError);
}

class IndexBaseOfBothFiles : public FromAModel {};

TEST_F(IndexBaseOfBothFiles, IsZeroIfTheValidationRowsHaveIndexZero) {
  valid_ = folder_.write("valid", "1 0:1 1:1\n-1 3:1\n");
  const TrainResult result = trained("1 1:1 2:1\n-1 2:1 3:1\n");
  EXPECT_EQ(result.model.features().index_base, 0);
  EXPECT_EQ(result.model.features().size, 4u);
  EXPECT_EQ(weights_by_name(result.model).count("0"), 0u);
  EXPECT_GT(weights_by_name(result.model).at("1"), 0);
}

TEST_F(IndexBaseOfBothFiles, IsOneIfNoFileHasIndexZero) {
  valid_ = folder_.write("valid", "1 2:1 9:1\n-1 3:1\n");
  const TrainResult result = trained("1 1:1 2:1\n-1 2:1 3:1\n");
  EXPECT_EQ(result.model.features().index_base, 1);
  EXPECT_EQ(result.model.features().size, 3u);  // those of the training rows
}

}  // namespace
}  // namespace hogwild
