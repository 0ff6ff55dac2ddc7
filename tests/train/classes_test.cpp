// Softmax, and one against the rest.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kClasses = 4;

// Labels 10, 20, 30, 40, drawn from a planted softmax model.
Dataset class_rows(Offset rows, std::uint64_t seed, std::size_t classes = kClasses) {
  constexpr Index kFeatures = 20;
  Dataset::Arrays arrays;
  for (Offset i = 0; i < rows; ++i) {
    Random random(seed, i);
    std::vector<double> margins(classes);
    for (Index j = 0; j < kFeatures; ++j) {
      if (random.uniform() >= 0.3) continue;
      arrays.indices.push_back(j);
      for (std::size_t k = 0; k < classes; ++k) margins[k] += 2 * Random(5, j, k).normal();
    }
    arrays.offsets.push_back(arrays.indices.size());
    std::vector<double> p(classes);
    Softmax{}.probabilities<double>(margins, p);
    double drawn = random.uniform();
    std::size_t c = 0;
    while (c + 1 < classes && drawn > p[c]) drawn -= p[c++];
    arrays.labels.push_back(10 * static_cast<float>(c + 1));
  }
  return Dataset(std::move(arrays), {.size = kFeatures});
}

TEST(Classes, SoftmaxOnOneThreadIsTheTextbookLoop) {
  const Dataset data = class_rows(60, 1);
  for (const Offset batch : {1, 20}) {
    const Model model = train(data, {.loss = Softmax{},
                                     .update_rule = Sgd{},
                                     .learning_rate = 0.1f,
                                     .batch_size = batch,
                                     .threads = 1,
                                     .order = RowOrder::sequential})
                            .model;
    std::vector<double> w(20 * kClasses), b(kClasses);
    for (Offset begin = 0; begin < 60; begin += batch) {
      std::vector<double> gw(w.size()), gb(kClasses);
      for (Offset i = begin; i < begin + batch; ++i) {
        const SparseRow row = data.row(i);
        std::vector<double> p(b);
        for (const Index j : row.indices) {
          for (std::size_t k = 0; k < kClasses; ++k) p[k] += w[j * kClasses + k];
        }
        double sum = 0;
        for (double& m : p) sum += m = std::exp(m);
        const auto c = static_cast<std::size_t>(row.label / 10) - 1;
        for (std::size_t k = 0; k < kClasses; ++k) {
          const double slope = (p[k] / sum - (k == c ? 1 : 0)) / static_cast<double>(batch);
          gb[k] += slope;
          for (const Index j : row.indices) gw[j * kClasses + k] += slope;
        }
      }
      for (std::size_t at = 0; at < w.size(); ++at) w[at] -= 0.1 * gw[at];
      for (std::size_t k = 0; k < kClasses; ++k) b[k] -= 0.1 * gb[k];
    }
    ASSERT_EQ(model.outputs(), kClasses);
    for (std::size_t at = 0; at < w.size(); ++at) {
      EXPECT_NEAR(model.weights()[at], w[at], 1e-4 * std::max(0.01, std::abs(w[at])));
    }
    for (std::size_t k = 0; k < kClasses; ++k) EXPECT_NEAR(model.biases()[k], b[k], 1e-5);
  }
}

// Atomic steps are made one by one.
TEST(Classes, AreLearntByEveryRuleFourAtOnceAsOneByOne) {
  for (const std::size_t classes : {3u, 4u, 5u, 10u}) {
    const Dataset data = class_rows(300, classes, classes);
    for_each_alternative<AnyUpdateRule>([&](auto rule) {
      for (const bool one_vs_rest : {false, true}) {
        TrainOptions options{.loss = one_vs_rest ? AnyLoss(Logistic{}) : AnyLoss(Softmax{}),
                             .one_vs_rest = one_vs_rest,
                             .update_rule = rule,
                             .epochs = 2,
                             .threads = 1};
        if constexpr (has_rate<decltype(rule)>) options.learning_rate = rule.kDefaultRate;
        const Model abreast = train(data, options).model;
        options.strategy = Strategy::atomic;
        const Model one_by_one = train(data, options).model;
        EXPECT_TRUE(std::ranges::equal(abreast.weights(), one_by_one.weights()))
            << rule.kName << " " << classes;
        EXPECT_TRUE(std::ranges::equal(abreast.biases(), one_by_one.biases()));
        EXPECT_TRUE(std::ranges::any_of(abreast.weights(), [](float w) { return w != 0; }));
      }
    });
  }
}

TEST(Classes, AreLearntInCopiesOfFrequentWeights) {
  const Dataset data = class_rows(test::kSanitized ? 15'000 : 40'000, 1);
  const Dataset test = class_rows(3000, 2);
  for (const bool one_vs_rest : {false, true}) {
    TrainOptions options{.loss = one_vs_rest ? AnyLoss(Logistic{}) : AnyLoss(Softmax{}),
                         .one_vs_rest = one_vs_rest,
                         .learning_rate = 0.1f,
                         .epochs = 3,
                         .threads = 1};
    const double alone = *evaluate(train(data, options).model, test).log_loss;
    options.threads = 4;
    const TrainResult result = train(data, options);
    if (result.views.reason.empty()) {
      EXPECT_GE(result.views.own, 20 * kClasses);
    }
    EXPECT_NEAR(*evaluate(result.model, test).log_loss, alone, 0.05 * alone);
  }
}

TEST(Classes, AreLearntBySoftmaxAndOneAgainstTheRestOnAnyThreads) {
  const Dataset data = class_rows(10'000, 1), test = class_rows(3000, 2);
  for (const bool one_vs_rest : {false, true}) {
    for (const int threads : {1, 2, 4}) {
      for (const auto strategy : {Strategy::hogwild, Strategy::atomic, Strategy::deterministic}) {
        const AnyLoss loss = one_vs_rest ? AnyLoss(Logistic{}) : AnyLoss(Softmax{});
        const Model model = train(data, {.loss = loss,
                                         .one_vs_rest = one_vs_rest,
                                         .learning_rate = 0.3f,
                                         .epochs = 3,
                                         .threads = threads,
                                         .strategy = strategy})
                                .model;
        const Metrics metrics = evaluate(model, test);
        EXPECT_EQ(metrics.classes, kClasses);
        EXPECT_GT(*metrics.accuracy, *metrics.base_accuracy + 0.3);
        EXPECT_LT(*metrics.log_loss, 0.6 * *metrics.base_log_loss);
      }
    }
  }
}

TEST(Classes, AreFoundARateAndRefitted) {
  const Dataset data = class_rows(3000, 1);
  const TrainResult result = train(data, {.loss = Softmax{},
                                          .class_weights = {{"20", 2.0f}},
                                          .epochs = 5,
                                          .early_stopping = 2,
                                          .refit = true,
                                          .validation = class_rows(1000, 2)});
  EXPECT_GE(result.rate_search->trials.size(), 3u);
  EXPECT_EQ(*result.model.classes(), (std::vector<std::string>{"10", "20", "30", "40"}));
}

TEST(Classes, GiveProbabilitiesThatSumToOne) {
  const Dataset data = class_rows(1000, 1);
  for (const bool one_vs_rest : {false, true}) {
    const AnyLoss loss = one_vs_rest ? AnyLoss(Logistic{}) : AnyLoss(Softmax{});
    const Model model =
        train(data, {.loss = loss, .one_vs_rest = one_vs_rest, .learning_rate = 0.3f}).model;
    std::vector<float> p(kClasses), margins(kClasses);
    for (Offset i = 0; i < 50; ++i) {
      model.probabilities(data.row(i), p);
      model.margins(data.row(i), margins);
      EXPECT_NEAR(p[0] + p[1] + p[2] + p[3], 1, 1e-5);
      const auto likeliest = std::ranges::max_element(p) - p.begin();
      EXPECT_EQ(likeliest, std::ranges::max_element(margins) - margins.begin());
      EXPECT_EQ(static_cast<std::size_t>(likeliest), model.likeliest_class(data.row(i)));
    }
  }
}

TEST(Classes, GoThroughAModelFile) {
  const test::TemporaryFolder folder;
  for (const bool sparse : {false, true}) {
    // Sparse: most of the features occur in no row.
    const Dataset rows = class_rows(500, 1);
    Dataset::Arrays arrays;
    arrays.offsets.assign(rows.offsets().begin(), rows.offsets().end());
    arrays.indices.assign(rows.indices().begin(), rows.indices().end());
    arrays.labels.assign(rows.labels().begin(), rows.labels().end());
    const Dataset data(std::move(arrays), {.size = sparse ? 5000u : 20u});
    const Model model = train(data, {.loss = Softmax{}, .learning_rate = 0.3f}).model;
    save(model, folder.path("m"));
    const Model loaded = load(folder.path("m"));
    EXPECT_TRUE(std::ranges::equal(loaded.weights(), model.weights()));
    EXPECT_TRUE(std::ranges::equal(loaded.biases(), model.biases()));
    EXPECT_EQ(*loaded.classes(), *model.classes());
    EXPECT_EQ(mean_loss(loaded, data), mean_loss(model, data));
  }
}

TEST(Classes, MustBeTwoAndKnown) {
  Dataset::Arrays arrays{
      .offsets = {0, 0, 0}, .indices = {}, .values = {}, .labels = {7, 7}, .weights = {}};
  EXPECT_THROW(train(Dataset(std::move(arrays), {.size = 1}), {.loss = Softmax{}}), DataError);
  const Model model = train(class_rows(200, 1), {.loss = Softmax{}}).model;
  Dataset::Arrays other{
      .offsets = {0, 0}, .indices = {}, .values = {}, .labels = {50}, .weights = {}};
  EXPECT_THROW(evaluate(model, Dataset(std::move(other), {.size = 20})), DataError);
}

TEST(Classes, AreReadByNameFromEitherFormat) {
  const test::TemporaryFolder folder;
  const std::string vw = folder.write(
      "rows.vw", "sci.space |w orbit\nrec.autos 2 |w engine\n'tag |w nothing\nsci.space | orbit\n");
  Dataset data = read({vw}, {.class_labels = true});
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"rec.autos", "sci.space"}));
  EXPECT_EQ(data.labels()[0], 1);
  EXPECT_EQ(data.labels()[1], 0);
  EXPECT_TRUE(std::isnan(data.labels()[2]));
  EXPECT_EQ(data.labels()[3], 1);
  EXPECT_EQ(data.row(1).weight, 2);

  const std::string svm = folder.write("rows.svm", "10 1:1\n+2 2:1\n2.0 1:1 # a comment\n-1 3:1\n");
  data = read({svm}, {.class_labels = true});
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"-1", "2", "10"}));  // as numbers
  EXPECT_TRUE(std::ranges::equal(data.labels(), std::vector<float>{2, 1, 1, 0}));

  const std::string named = folder.write("named.svm", "cat 1:1\ndog 2:1\ncat 3:1\n");
  data = read({named}, {.class_labels = true});
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(data.nonzeros(), 3u);
}

TEST(Classes, AreNeverMergedNorTakenFromSkippedLines) {
  const test::TemporaryFolder folder;
  const std::string ids = folder.write("ids.svm", "123456789 1:1\n123456790 2:1\n123456791 3:1\n");
  EXPECT_EQ(read({ids}, {.class_labels = true}).classes()->size(), 3u);
  const std::string bad = folder.write("bad.svm", "10 1:1\nfoo bar\n2 2:1\n");
  const Dataset data = read({bad}, {.on_error = OnError::skip, .class_labels = true});
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"2", "10"}));
}

TEST(Classes, GiveProbabilitiesHoweverFarTheMargins) {
  const auto classes =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"a", "b", "c"});
  const std::shared_ptr<float[]> weights(new float[3]{1, 2, 3});
  std::vector<float> p(3);
  for (const AnyLoss loss : {AnyLoss(Logistic{}), AnyLoss(Softmax{})}) {
    const Model model({.size = 1}, weights, std::vector<float>{-120, -130, -140}, loss, classes,
                      {});
    for (const float value : {0.0f, 1e38f, -1e38f}) {
      const Index feature = 0;
      model.probabilities({.indices = {&feature, 1}, .values = {&value, 1}}, p);
      EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-5) << value;
    }
  }
}

TEST(Classes, OfATestFileAreTheModels) {
  const test::TemporaryFolder folder;
  const auto classes =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"dog", "cat"});
  const std::string good = folder.write("good.svm", "cat 1:1\ndog 2:1\n");
  const Dataset data = read({good}, {.class_labels = true, .classes = classes});
  EXPECT_TRUE(std::ranges::equal(data.labels(), std::vector<float>{1, 0}));
  const std::string bad = folder.write("bad.svm", "cat 1:1\n bird 2:1\n");
  try {
    read({bad}, {.class_labels = true, .classes = classes});
    ADD_FAILURE();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 2u);
    EXPECT_EQ(error.column, 2u);
    EXPECT_NE(std::string(error.what()).find("bird"), std::string::npos);
  }
}

}  // namespace
}  // namespace hogwild
