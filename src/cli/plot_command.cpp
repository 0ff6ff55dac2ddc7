// hogwild plot
#include <set>
#include <vector>

#include "cli/command.hpp"
#include "hogwild/report/chart.hpp"

namespace hogwild::cli {
namespace {

struct PlotCommand {
  std::vector<std::string> logs;
  PictureOutput output;
  ChartX x = ChartX::epoch;
  ChartY y = ChartY::loss;
  bool scaling = false;
  bool log_x = false;
  bool log_y = false;
};

Chart chart_of(const PlotCommand& command) {
  if (command.scaling) return scaling_chart_of(command.logs);
  std::vector<RunLog> runs;
  for (const std::string& path : command.logs) {
    for (RunLog& run : read_run_logs(path)) runs.push_back(std::move(run));
  }
  // Files of one name in several folders are told apart by their number.
  std::set<std::string> names;
  for (RunLog& run : runs) {
    const std::string name = run.name;
    for (int k = 2; !names.insert(run.name).second; ++k) run.name = name + " " + std::to_string(k);
  }
  return hogwild::chart_of(runs, command.x, command.y);
}

int run(PlotCommand& command, const CLI::App&) {
  const PictureFormat format = command.output.format();
  Chart chart = chart_of(command);
  chart.log_x = command.log_x;
  chart.log_y = command.log_y;
  command.output.write(picture(chart, format, command.output.width));
  return kDone;
}

}  // namespace

void add_plot_command(CLI::App& app, Action& action) {
  auto [sub, command] =
      add_command<PlotCommand>(app, action, "plot", "draw charts from the logs of runs", run);
  sub.add_option("logs", command.logs,
                 "logs of train --log, compare --json or, with --scaling, scale --json")
      ->type_name("RUN.jsonl")
      ->required();
  add_picture_options(sub, command.output, ".svg, .png");
  add_choice<ChartX>(
      sub, "--x", command.x, "horizontal axis (default: epoch)",
      {{"epoch", ChartX::epoch}, {"seconds", ChartX::seconds}, {"rows", ChartX::rows}});
  add_choice<ChartY>(
      sub, "--y", command.y,
      "vertical axis: losses, learning rates, or rows per second (default: loss)",
      {{"loss", ChartY::loss}, {"rate", ChartY::learning_rate}, {"speed", ChartY::speed}});
  sub.add_flag("--scaling", command.scaling,
               "draw the speed by number of threads, from scale --json");
  sub.add_flag("--log-x", command.log_x, "logarithmic horizontal axis");
  sub.add_flag("--log-y", command.log_y, "logarithmic vertical axis");
  sub.footer(
      "The training loss is the mean over the rows, each before its update; the validation loss, "
      "dashed, is measured after the epoch. Pictures need gnuplot; .tsv does not.\nExamples:\n  "
      "hogwild train data.svm -o m --epochs 20 --valid-fraction 0.1 --log adagrad.jsonl\n  hogwild "
      "plot adagrad.jsonl adam.jsonl -o loss.svg --log-y\n  hogwild compare data.svm --json > "
      "all.jsonl; hogwild plot all.jsonl --x seconds -o all.png");
}

}  // namespace hogwild::cli
