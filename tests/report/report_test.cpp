#include "hogwild/report/report.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "support/models.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> found;
  for (const auto& [key, value] : json.items()) found.push_back(key);
  return found;
}

TEST(Json, OfAnEpochHasItsFields) {
  const std::string line = json_line(EpochReport{.epoch = 2,
                                                 .seconds = 1.5,
                                                 .rows = 10,
                                                 .nonzeros = 30,
                                                 .train_loss = 0.25,
                                                 .valid_loss = 0.5,
                                                 .learning_rate = 0.1f,
                                                 .threads = 4});
  EXPECT_EQ(line, R"({"event":"epoch","epoch":2,"seconds":1.5,"rows":10,"nonzeros":30,)"
                  R"("train_loss":0.25,"valid_loss":0.5,"learning_rate":0.1,"threads":4})");
  EXPECT_TRUE(Json::parse(json_line(EpochReport{}))["valid_loss"].is_null());
}

TEST(Json, OfTheEndHasItsFields) {
  TrainResult result;
  result.reason = StopReason::interrupted;
  result.best_epoch = 3;
  result.seconds = 0.5;
  result.learning_rate = 0.1f;
  EXPECT_EQ(json_line(result),
            R"({"event":"end","reason":"interrupted","best_epoch":3,"seconds":0.5,)"
            R"("learning_rate":0.1})");
  result.rate_search = {.rate = 0.1f,
                        .epsilon = 0.5f,
                        .trials = {{0.1f, 0.25}, {0.3f, std::numeric_limits<double>::infinity()}}};
  const Json search = Json::parse(json_line(result))["rate_search"];
  EXPECT_EQ(search["epsilon"], 0.5);
  EXPECT_EQ(search["trials"][0]["learning_rate"], 0.1);
  EXPECT_EQ(search["trials"][0]["loss"], 0.25);
  EXPECT_TRUE(search["trials"][1]["loss"].is_null());
}

TEST(Json, OfMetricsLeavesOutWhatHasNoMeaning) {
  Metrics metrics;
  metrics.rows = 3;
  metrics.loss = 0.5;
  metrics.rmse = 1;
  EXPECT_EQ(keys(Json::parse(json_line(metrics))),
            (std::vector<std::string>{"rows", "rmse", "loss"}));
  metrics.log_loss = 0.5;
  metrics.auc = 0.75;
  metrics.accuracy = 1;
  const Json json = Json::parse(json_line(metrics));
  EXPECT_EQ(json["log_loss"], 0.5);
  EXPECT_EQ(json["auc"], 0.75);
  EXPECT_EQ(json["accuracy"], 1);
}

TEST(Json, HoldsOddNamesAndNumbers) {
  EpochReport report;
  report.train_loss = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(Json::accept(json_line(report)));
  Provenance from;
  from.rule = "\xff\"\n";
  const Model model = test::model_of(
      {.size = 1}, [](Index) { return 0.1f; }, 0.3f, Logistic{}, {}, from);
  const Json json = Json::parse(json_line(model));
  EXPECT_EQ(json["bias"], 0.3);
}

TEST(Json, OfDataHasItsProfile) {
  const Dataset data = test::random_rows(100, 10, 0.3, true);
  const Profile found = profile(data);
  const Json json = Json::parse(json_line(found, data));
  EXPECT_EQ(json["rows"], 100);
  EXPECT_EQ(json["omega"], found.omega);
  EXPECT_EQ(json["delta"], found.delta);
  EXPECT_EQ(json["rho"], found.rho);
  EXPECT_EQ(json["labels"].size(), 2u);
}

TEST(Table, ShowsTheBaseRateBesideTheResult) {
  Metrics metrics;
  metrics.rows = 3;
  metrics.log_loss = 0.25;
  metrics.base_log_loss = 0.6875;
  metrics.accuracy = 0.75;
  metrics.base_accuracy = 0.5;
  const std::string text = table(metrics);
  EXPECT_NE(text.find("0.25000  (base rate alone: 0.68750)"), std::string::npos) << text;
  EXPECT_NE(text.find("0.75000  (commoner label alone: 0.50000)"), std::string::npos) << text;
}

TEST(StrongestFeatures, AreListedByNameStrongestFirst) {
  auto names = std::make_shared<FeatureNames>();
  for (const char* name : {"low", "zero", "high", "top"}) names->insert(name);
  const std::vector<float> weights{-2, 0, 1, 3};
  const Model model =
      test::model_of({.size = 4, .names = names}, [&](Index j) { return weights[j]; });
  EXPECT_EQ(strongest_features(model, 1),
            "strongest towards the positive label\n    +3.0000  top\n"
            "strongest towards the negative label\n    -2.0000  low\n");
}

}  // namespace
}  // namespace hogwild
