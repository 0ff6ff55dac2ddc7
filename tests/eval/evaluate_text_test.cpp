// A model against text, whose rows are not held.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "support/files.hpp"
#include "support/models.hpp"
#include "support/rows.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

class EvaluateText : public testing::Test {
 protected:
  // What is wrong, as "line:column: reason".
  std::string fault(const Model& model, const std::string& text, int threads = 0) {
    try {
      evaluate(model, {folder_.write("faulty", text)}, {.threads = threads});
    } catch (const ParseError& error) {
      return fmt::format("{}:{}: {}", error.line, error.column, error.reason);
    }
    return "";
  }

  test::TemporaryFolder folder_;
};

// Rows as libsvm text, some MiB if they are many.
std::string text_of(const Dataset& data) {
  std::string text;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    text += fmt::format("{}", row.label);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      text += fmt::format(" {}:{}", row.indices[k], row.value(k));
    }
    text += '\n';
  }
  return text;
}

// The figures of text are those of its rows in memory, but for the order of sums.
void expect_same(const Metrics& text, const Metrics& held) {
  EXPECT_EQ(text.rows, held.rows);
  EXPECT_EQ(text.auc, held.auc);
  EXPECT_EQ(text.classes, held.classes);
  EXPECT_NEAR(text.loss, held.loss, 1e-12 * std::abs(held.loss));
  for (const auto member :
       {&Metrics::log_loss, &Metrics::accuracy, &Metrics::base_rate, &Metrics::base_accuracy,
        &Metrics::base_log_loss, &Metrics::calibration, &Metrics::rmse}) {
    ASSERT_EQ((text.*member).has_value(), (held.*member).has_value());
    if (held.*member) {
      EXPECT_NEAR(*(text.*member), *(held.*member), 1e-12);
    }
  }
}

TEST_F(EvaluateText, FindsWhatThereIsToFindOfTheRowsInMemory) {
  for (const bool ones : {true, false}) {
    const Dataset data = test::random_rows(60'000, 30, 0.3, ones);
    const std::string path = folder_.write("rows", text_of(data));
    for_each_alternative<AnyLoss>([&](auto loss) {
      if constexpr (!std::is_same_v<decltype(loss), Softmax>) {
        const Model model = test::random_model(30, loss);
        const Evaluation found = evaluate(model, {path});
        expect_same(found.metrics, evaluate(model, data));
        EXPECT_EQ(found.nonzeros, data.nonzeros());
        EXPECT_EQ(found.source.lines, data.rows());
      }
    });
  }
}

TEST_F(EvaluateText, WeighsRowsByTheirImportance) {
  std::string text;
  Random random(3);
  for (int i = 0; i < (test::kSanitized ? 10'000 : 30'000); ++i) {
    text += fmt::format("{} {} |f a{} b{} c{}:0.5\n", random.below(2), random.below(4) * 0.5,
                        random.below(20), random.below(50), random.below(9));
  }
  const std::string path = folder_.write("rows.vw", text);
  for (const int hash_bits : {0, 8}) {
    const Dataset data = read({path}, {.hash_bits = hash_bits});
    const Model model = test::model_of(
        data.features(), [](Index j) { return static_cast<float>(Random(7, j).normal()); }, 0,
        Logistic{}, {0, 1});
    ASSERT_TRUE(data.has_weights());
    expect_same(evaluate(model, {path}).metrics, evaluate(model, data));
  }
}

TEST_F(EvaluateText, TakesClassesByTheirNames) {
  constexpr const char* kNames[] = {"cat", "dog", "cow"};
  std::string text;
  Random random(4);
  for (int i = 0; i < 100'000; ++i) {
    text += fmt::format("{} {}:1 {}:0.5\n", kNames[random.below(3)], random.below(10),
                        10 + random.below(10));
  }
  const std::string path = folder_.write("animals", text);
  const auto classes = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"cow", "cat", "dog"});
  const std::shared_ptr<float[]> weights(new float[20 * 3]);
  for (Index j = 0; j < 20 * 3; ++j) {
    weights[static_cast<std::ptrdiff_t>(j)] = static_cast<float>(Random(5, j).normal());
  }
  for (const AnyLoss& loss : {AnyLoss(Softmax{}), AnyLoss(Logistic{}), AnyLoss(Hinge{})}) {
    const Model model({.size = 20}, weights, std::vector<float>(3), loss, classes, {});
    const Dataset data =
        read({path}, {.class_labels = true, .classes = classes, .features = model.features()});
    expect_same(evaluate(model, {path}).metrics, evaluate(model, data));
    EXPECT_EQ(fault(model, text + "hen 1:1\n").substr(0, 9), "100001:1:");
    EXPECT_EQ(fault(model, text + " 1:1\n"), "100001:2: this row has no label");
  }
}

TEST_F(EvaluateText, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Dataset data = test::random_rows(60'000, 30, 0.3, false);
  const std::string path = folder_.write("rows", text_of(data));
  const Model model = test::random_model(30);
  const Metrics wanted = evaluate(model, {path}, {.threads = 1}).metrics;
  for (const int threads : {2, 4, 0}) {
    const Metrics metrics = evaluate(model, {path}, {.threads = threads}).metrics;
    EXPECT_EQ(metrics.loss, wanted.loss);
    EXPECT_EQ(metrics.auc, wanted.auc);
    EXPECT_EQ(metrics.accuracy, wanted.accuracy);
    EXPECT_EQ(metrics.calibration, wanted.calibration);
  }
}

TEST_F(EvaluateText, SaysWhereTheFirstLabelStandsThatIsOutOfPlace) {
  std::string rows;
  for (int i = 0; i < 60'000; ++i) rows += i % 2 == 0 ? "1 1:1 20:1 27:1\n" : "-1 1:1 28:0.25\n";
  for (const int threads : {1, 2}) {
    EXPECT_EQ(fault(test::random_model(30), rows + "3 1:1\n" + rows + "1 x\n", threads),
              "60001:1: the label is 3");
    EXPECT_EQ(fault(test::random_model(30), rows + " 7:1\n" + rows + "3 1:1\n", threads),
              "60001:2: this row has no label");
    EXPECT_EQ(fault(test::random_model(30), rows + "1 x\n" + rows + "3 1:1\n", threads),
              "60001:3: expected index:value, found 'x'");
    EXPECT_EQ(fault(test::random_model(30, Squared{}), rows + "3 1:1\n 7:1\n", threads),
              "60002:2: this row has no label");
  }
}

TEST_F(EvaluateText, TellsWhatItLeftOut) {
  const std::string path = folder_.write("rows", "1 1:1 77:1 78:1\nx\n-1 2:1\n");
  const Evaluation found = evaluate(test::random_model(30), {path}, {.on_error = OnError::skip});
  EXPECT_EQ(found.metrics.rows, 2u);
  EXPECT_EQ(found.nonzeros, 2u);
  EXPECT_EQ(found.source.unknown_features, 2u);
  EXPECT_EQ(found.source.skipped_lines, 1u);
}

TEST_F(EvaluateText, RefusesTextThatHasNoRowOrNoWeight) {
  const std::string vw = folder_.write("vw", "1 0 | a\n-1 0 | b\n");
  const Model model = test::model_of(read({vw}).features(), [](Index) { return 1.0f; });
  EXPECT_THROW(evaluate(model, {vw}), DataError);
  EXPECT_THROW(evaluate(model, {folder_.write("empty", "")}), DataError);
  EXPECT_THROW(evaluate(model, {folder_.write("libsvm", "1 1:1\n")}), ParseError);
  EXPECT_THROW(evaluate(model, std::vector<std::string>{}), OptionError);
}

}  // namespace
}  // namespace hogwild
