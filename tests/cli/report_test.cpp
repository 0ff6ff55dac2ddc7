// --report as a shell user meets it: the page's figures are those of the JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/command.hpp"
#include "support/figures.hpp"

namespace hogwild::test {
namespace {

using nlohmann::json;

class Report : public Command {
 protected:
  Report() {
    EXPECT_EQ(run("generate click 3000 --features 500 -o click.svm").status, 0);
    EXPECT_EQ(run("generate click 2000 --features 500 -o test.svm --seed 2").status, 0);
  }

  // What is printed with --json and --report page.html.
  std::vector<json> reported(const std::string& arguments) {
    const Outcome outcome = run(arguments + " --json --report page.html");
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<json> found;
    for (const std::string& line : lines(outcome.out)) found.push_back(json::parse(line));
    return found;
  }

  std::string page() { return file("page.html"); }
};

TEST_F(Report, OfTrainDrawsWhatItsLogTells) {
  const Outcome outcome =
      run("train click.svm -o m --epochs 5 --valid-fraction 0.2 --schedule exponential --log log "
          "--report page.html");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Figure by_epoch = figure(page(), "loss by epoch");
  const Figure by_second = figure(page(), "loss by seconds");
  const Figure rates = figure(page(), "learning rate by epoch");
  std::size_t epochs = 0;
  for (const std::string& line : lines(file("log"))) {
    const json epoch = json::parse(line);
    if (epoch["event"] != "epoch") continue;
    const double number = epoch["epoch"], train = epoch["train_loss"], valid = epoch["valid_loss"];
    EXPECT_EQ(by_epoch.curves.at("training").at(epochs), std::pair(number, train));
    EXPECT_EQ(by_epoch.curves.at("validation").at(epochs), std::pair(number, valid));
    const double seconds = epoch["seconds"];
    EXPECT_EQ(by_second.curves.at("validation").at(epochs), std::pair(seconds, valid));
    EXPECT_NEAR(rates.curves.at("run").at(epochs).second, epoch["learning_rate"], 1e-7);
    ++epochs;
  }
  EXPECT_EQ(epochs, 5u);
  EXPECT_EQ(by_epoch.curves.at("training").size(), 5u);
  for (const char* title : {"Rates that were tried", "ROC curve", "Precision and recall",
                            "Reliability", "Scores by label", "Weights that are not zero"}) {
    EXPECT_FALSE(figure(page(), title).curves.empty()) << title;
  }
  for (const char* words : {"<dt>Omega</dt>", "<dt>rho</dt>", "strongest towards the positive",
                            "<dt>--epochs</dt><dd>5</dd>", "Made by hogwild"}) {
    EXPECT_NE(page().find(words), std::string::npos) << words;
  }
}

TEST_F(Report, OfTrainSaysWhyItHasNoPredictions) {
  ASSERT_EQ(run("train click.svm -o m --report page.html").status, 0);
  EXPECT_NE(page().find("There are no validation rows"), std::string::npos);
  EXPECT_TRUE(figure(page(), "ROC curve").curves.empty());
}

TEST_F(Report, OfARefitClaimsNothingOfRowsThatWereLearnt) {
  ASSERT_EQ(run("train click.svm -o m --epochs 9 --valid-fraction 0.2 --early-stopping 2 --refit "
                "--report page.html")
                .status,
            0);
  EXPECT_NE(page().find("validation rows included"), std::string::npos);
  EXPECT_NE(page().find("trained again on all rows"), std::string::npos);
  EXPECT_TRUE(figure(page(), "ROC curve").curves.empty());
}

TEST_F(Report, OfALongRunDrawsSomeOfItsEpochs) {
  ASSERT_EQ(run("train train.svm -o m --epochs 2500 --learning-rate 0.01 --threads 1 --report "
                "page.html")
                .status,
            0);
  const auto curve = figure(page(), "loss by epoch").curves.at("training");
  EXPECT_EQ(curve.size(), 834u);
  EXPECT_EQ(curve.back().first, 2500);
  EXPECT_NE(page().find("One of 3 epochs is drawn"), std::string::npos);
  EXPECT_LT(page().size(), 400'000u);
}

TEST_F(Report, OfEvaluateHasTheAreaThatItsJsonTells) {
  ASSERT_EQ(run("train click.svm -o m").status, 0);
  const json told = reported("evaluate m test.svm").at(0);
  const auto roc = figure(page(), "ROC curve").curves.at("ROC");
  double area = 0;
  for (std::size_t i = 1; i < roc.size(); ++i) {
    area += (roc[i].first - roc[i - 1].first) * (roc[i].second + roc[i - 1].second) / 2;
  }
  EXPECT_NEAR(area, told["auc"], 1e-9);

  // The diagram, and how many rows its bins have.
  const auto bins = cells(page(), "Bins of the reliability diagram");
  const auto reliability = figure(page(), "Reliability").curves.at("rows in bins");
  ASSERT_EQ(bins.size(), reliability.size());
  std::uint64_t rows = 0;
  for (std::size_t k = 0; k < bins.size(); ++k) {
    rows += std::stoull(bins[k].at(2));
    EXPECT_NEAR(std::stod(bins[k].at(0)), reliability[k].first, 1e-5);
    EXPECT_NEAR(std::stod(bins[k].at(1)), reliability[k].second, 1e-5);
  }
  EXPECT_EQ(rows, told["rows"]);

  // All weights that are not zero are in the histogram.
  double weights = 0;
  const Figure histogram = figure(page(), "Weights");
  for (const auto& [x, y] : histogram.curves.at("weights")) weights += y;
  EXPECT_EQ(weights, json::parse(run("inspect m --json").out)["nonzero_weights"]);
}

TEST_F(Report, OfEvaluateKnowsClassesAndNumbers) {
  ASSERT_EQ(run("train train.svm -o classes --loss softmax --epochs 3 --learning-rate 0.1").status,
            0);
  const json classes = reported("evaluate classes train.svm").at(0);
  EXPECT_NE(page().find("<dt>classes</dt><dd>2</dd>"), std::string::npos);
  EXPECT_NE(page().find("strongest towards -1"), std::string::npos);

  ASSERT_EQ(run("train train.svm -o numbers --loss squared --epochs 3 --learning-rate 0.1").status,
            0);
  const json numbers = reported("evaluate numbers train.svm").at(0);
  EXPECT_NE(page().find("<dt>rmse</dt>"), std::string::npos);
  EXPECT_NE(page().find("strongest towards larger numbers"), std::string::npos);
  EXPECT_TRUE(figure(page(), "ROC curve").curves.empty());
}

TEST_F(Report, OfCompareDrawsWhatItPrints) {
  const auto told = reported("compare click.svm --rules sgd,adagrad,adam --epochs 3");
  ASSERT_EQ(told.size(), 3u);
  const Figure valid = figure(page(), "Validation loss by epoch");
  const Figure by_second = figure(page(), "Validation loss by second");
  const Figure train = figure(page(), "Training loss by epoch");
  EXPECT_EQ(valid.curves.size(), 3u);
  const auto rows = cells(page(), "loss by epoch");
  for (std::size_t k = 0; k < told.size(); ++k) {
    const json& contender = told[k];
    const std::string rule = contender["optimizer"];
    EXPECT_EQ(rows.at(k).at(0), rule);  // best first, there too
    const auto& epochs = contender["epochs"];
    ASSERT_EQ(valid.curves.at(rule).size(), epochs.size());
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      const double number = epochs[i]["epoch"], seconds = epochs[i]["seconds"];
      const double loss = epochs[i]["valid_loss"], training = epochs[i]["train_loss"];
      EXPECT_EQ(valid.curves.at(rule)[i], std::pair(number, loss));
      EXPECT_EQ(by_second.curves.at(rule)[i], std::pair(seconds, loss));
      EXPECT_EQ(train.curves.at(rule)[i], std::pair(number, training));
    }
  }
}

TEST_F(Report, OfScaleDrawsWhatItPrints) {
  auto told = reported("scale click.svm --threads 1,2,3 --rounds 2");
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[0]["event"], "machine");
  told.erase(told.begin());
  const auto speeds = figure(page(), "Speed by threads").curves.at("adagrad hogwild");
  const auto losses = figure(page(), "Loss by threads").curves.at("adagrad hogwild");
  const auto rows = cells(page(), "speed by threads");
  for (std::size_t k = 0; k < told.size(); ++k) {
    EXPECT_EQ(speeds.at(k).first, told[k]["threads"]);
    EXPECT_EQ(speeds.at(k).second, told[k]["nonzeros_per_second"].get<double>() / 1e6);
    EXPECT_EQ(losses.at(k).second, told[k]["loss"]);
    EXPECT_EQ(rows.at(k).at(2), std::to_string(told[k]["threads"].get<int>()));
  }
}

TEST_F(Report, OfSimulateDrawsWhatItPrints) {
  const auto told =
      reported("simulate click.svm --workers 1,8 --method hogwild,allreduce --epochs 3");
  std::map<std::string, Figure> by_updates, by_seconds;
  for (const std::string method : {"hogwild", "allreduce"}) {
    by_updates[method] = figure(page(), "Loss by updates: " + method);
    by_seconds[method] = figure(page(), "Loss by virtual seconds: " + method);
    EXPECT_EQ(by_updates[method].curves.size(), 2u);
  }
  std::map<std::string, std::size_t> seen;
  for (const json& line : told) {
    if (line["event"] != "simulate") continue;
    const std::string method = line["method"];
    const std::string name = method + " " + std::to_string(line["workers"].get<int>());
    const std::size_t i = seen[name]++;
    const double updates = line["updates"], seconds = line["seconds"], loss = line["loss"];
    EXPECT_EQ(by_updates[method].curves.at(name).at(i), std::pair(updates, loss));
    EXPECT_EQ(by_seconds[method].curves.at(name).at(i), std::pair(seconds, loss));
  }
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_EQ(figure(page(), "Loss after the last epoch").curves.size(), 2u);
}

TEST_F(Report, MustBeAFileThatIsNothingElse) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"train click.svm -o m --report click.svm", "is an input"},
      {"train click.svm -o m --report m", "is also the file of --output"},
      {"train click.svm -o m --log l --report l", "is also the file of --log"},
      {"train click.svm -o ./new --report new", "is also the file of --output"},
      {"train click.svm -o new --report \"$PWD/new\"", "is also the file of --output"},
      {"train click.svm -o m --report /", "directory"},
      {"compare click.svm --report click.svm", "is an input"},
      {"scale click.svm --report none/page.html", "can't write there"},
      {"simulate click.svm --valid test.svm --report test.svm", "is an input"}};
  for (const auto& [arguments, complaint] : wrong) {
    const Outcome outcome = run(arguments);
    EXPECT_NE(outcome.status, 0) << arguments;
    EXPECT_NE(outcome.err.find(complaint), std::string::npos) << outcome.err;
  }
  ASSERT_EQ(run("train click.svm -o m").status, 0);
  EXPECT_EQ(run("evaluate m test.svm --report m").status, 2);
  EXPECT_EQ(run("inspect m").status, 0);  // it is still there
}

}  // namespace
}  // namespace hogwild::test
