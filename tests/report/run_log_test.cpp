#include "hogwild/report/chart.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "hogwild/core/error.hpp"
#include "hogwild/report/report.hpp"
#include "support/files.hpp"

namespace hogwild::test {
namespace {

EpochReport epoch(int number, double seconds, double train, std::optional<double> valid) {
  return {.epoch = number,
          .seconds = seconds,
          .rows = 1000,
          .nonzeros = 5000,
          .train_loss = train,
          .valid_loss = valid,
          .learning_rate = 0.1f,
          .threads = 2};
}

class RunLogs : public ::testing::Test {
 protected:
  std::string written(const std::string& name, const std::vector<EpochReport>& epochs) {
    std::string text;
    for (const EpochReport& report : epochs) text += json_line(report) + "\n";
    return folder_.write(name, text + R"({"event":"end","reason":"epochs"})" + "\n");
  }

  TemporaryFolder folder_;
  const std::vector<EpochReport> epochs_{epoch(1, 0.5, 0.7, 0.65), epoch(2, 1.5, 0.4, 0.45)};
};

TEST_F(RunLogs, ComeBackAsTheyWereWritten) {
  const auto runs = read_run_logs(written("fast.jsonl", epochs_));
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].name, "fast");
  ASSERT_EQ(runs[0].epochs.size(), 2u);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(json_line(runs[0].epochs[k]), json_line(epochs_[k]));
  }
}

TEST_F(RunLogs, OfARefitAreLeftOut) {
  auto epochs = epochs_;
  epochs.push_back(epoch(1, 2, 0.3, {}));
  epochs.back().refit = true;
  EXPECT_EQ(read_run_logs(written("run.jsonl", epochs))[0].epochs.size(), 2u);
}

TEST_F(RunLogs, AreDrawnWithTheirFigures) {
  const auto runs = read_run_logs(written("run.jsonl", epochs_));
  using Numbers = std::vector<double>;
  const Chart losses = chart_of(runs, ChartX::seconds, ChartY::loss);
  ASSERT_EQ(losses.curves.size(), 2u);
  EXPECT_EQ(losses.curves[0].name, "run, training");
  EXPECT_EQ(losses.curves[0].x, (Numbers{0.5, 1.5}));
  EXPECT_EQ(losses.curves[0].y, (Numbers{0.7, 0.4}));
  EXPECT_EQ(losses.curves[1].y, (Numbers{0.65, 0.45}));
  EXPECT_TRUE(losses.curves[1].is_dashed);
  EXPECT_EQ(losses.curves[1].colour, losses.curves[0].colour);
  const Chart speed = chart_of(runs, ChartX::rows, ChartY::speed);
  EXPECT_EQ(speed.curves[0].x, (Numbers{1000, 2000}));
  EXPECT_EQ(speed.curves[0].y, (Numbers{2000, 1000}));
  const Chart rates = chart_of(runs, ChartX::epoch, ChartY::learning_rate);
  EXPECT_EQ(rates.curves[0].x, (Numbers{1, 2}));
  EXPECT_FLOAT_EQ(static_cast<float>(rates.curves[0].y[1]), 0.1f);
  EXPECT_EQ(table(speed),
            "curve\trows learnt\trows per second\nrun\t1000\t2000\nrun\t2000\t1000\n");
}

TEST_F(RunLogs, OfAComparisonAreARunForEachContender) {
  lab::Contender sgd{.rule = Sgd{}}, adam{.rule = Adam{}};
  sgd.result.epochs = epochs_;
  adam.result.epochs = {epochs_[0]};
  const std::string path =
      folder_.write("all.jsonl", json_line(sgd) + "\n" + json_line(adam) + "\n");
  const auto runs = read_run_logs(path);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].name, "sgd");
  EXPECT_EQ(runs[1].name, "adam");
  EXPECT_EQ(chart_of(runs, ChartX::epoch, ChartY::loss).curves[1].y,
            (std::vector<double>{0.65, 0.45}));
  // What the lines of contenders lack.
  EXPECT_THROW(chart_of(runs, ChartX::rows, ChartY::loss), OptionError);
  EXPECT_THROW(chart_of(runs, ChartX::epoch, ChartY::speed), OptionError);
  EXPECT_THROW(chart_of(runs, ChartX::epoch, ChartY::learning_rate), OptionError);
}

TEST_F(RunLogs, OfScalingAreSpeedByThreads) {
  const lab::ScalePoint one{
      .rule = "sgd", .threads = 1, .seconds = {1, 2, 1}, .nonzeros_per_second = 4e8};
  const lab::ScalePoint two{
      .rule = "sgd", .threads = 2, .seconds = {1}, .nonzeros_per_second = 7e8};
  const std::string path =
      folder_.write("scale.jsonl", json_line(one) + "\n" + json_line(two) + "\n");
  const Chart chart = scaling_chart_of({path});
  ASSERT_EQ(chart.curves.size(), 2u);
  EXPECT_EQ(chart.curves[0].x, (std::vector<double>{1, 2}));
  EXPECT_EQ(chart.curves[0].y, (std::vector<double>{400, 700}));
  EXPECT_EQ(chart.curves[0].least, (std::vector<double>{200, 700}));
  EXPECT_EQ(chart.curves[0].most, (std::vector<double>{400, 700}));
  EXPECT_EQ(chart.curves[1].x, (std::vector<double>{0, 2}));
  EXPECT_EQ(chart.curves[1].y, (std::vector<double>{0, 800}));
  EXPECT_THROW(scaling_chart_of({written("run.jsonl", epochs_)}), DataError);
}

TEST_F(RunLogs, AreRefusedByTheirPlace) {
  try {
    read_run_logs(folder_.write("bad.jsonl", json_line(epochs_[0]) + "\nloss 0.3\n"));
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 2u);
  }
  EXPECT_THROW(read_run_logs(folder_.write("cut.jsonl", R"({"event":"epoch","epoch":1})")),
               ParseError);
  EXPECT_THROW(read_run_logs(folder_.write("end.jsonl", R"({"event":"end"})")), DataError);
  EXPECT_THROW(read_run_logs(folder_.path("nowhere")), IoError);
}

TEST_F(RunLogs, AreCurvesInAPicture) {
  if (std::system("gnuplot --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no gnuplot";
  Chart chart =
      chart_of(read_run_logs(written("it's_a-run.jsonl", epochs_)), ChartX::epoch, ChartY::loss);
  chart.log_y = true;
  const std::string svg = picture(chart, PictureFormat::svg);
  EXPECT_NE(svg.find("it's_a-run, validation"), std::string::npos);
  EXPECT_NE(svg.find("loss by epoch"), std::string::npos);
  EXPECT_TRUE(picture(chart, PictureFormat::png, 400).starts_with("\x89PNG"));
  EXPECT_THROW(picture(chart, PictureFormat::gif), OptionError);
}

}  // namespace
}  // namespace hogwild::test
