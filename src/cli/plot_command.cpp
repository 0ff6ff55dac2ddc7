// hogwild plot
#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "cli/command.hpp"
#include "core/new_file.hpp"
#include "hogwild/report/run_log.hpp"

namespace hogwild::cli {
namespace {

struct PlotCommand {
  std::vector<std::string> logs;
  std::string output;
  ChartX x = ChartX::epoch;
  ChartY y = ChartY::loss;
  bool scaling = false;
  bool log_x = false;
  bool log_y = false;
  int width = 800;
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

int run(const PlotCommand& command) {
  const PictureFormat format = picture_format(command.output);
  Chart chart = chart_of(command);
  chart.log_x = command.log_x;
  chart.log_y = command.log_y;
  NewFile file(command.output, "picture");
  file.write(picture(chart, format, command.width));
  file.commit();
  return kDone;
}

}  // namespace

void add_plot_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<PlotCommand>();
  CLI::App& sub = *app.add_subcommand("plot", "draw what runs have logged, one over the other");
  sub.add_option("logs", command->logs,
                 "of train --log, compare --json or, with --scaling, scale --json")
      ->type_name("RUN.jsonl")
      ->required();
  sub.add_option("-o,--output", command->output,
                 "the picture; how it ends says which: .svg, .png, or .tsv, the numbers")
      ->type_name("FILE")
      ->required();
  add_choice<ChartX>(
      sub, "--x", command->x, "along the axis (default: epoch)",
      {{"epoch", ChartX::epoch}, {"seconds", ChartX::seconds}, {"rows", ChartX::rows}});
  add_choice<ChartY>(
      sub, "--y", command->y,
      "what is drawn: losses, learning rates, or rows a second (default: loss)",
      {{"loss", ChartY::loss}, {"rate", ChartY::learning_rate}, {"speed", ChartY::speed}});
  sub.add_flag("--scaling", command->scaling, "speed by threads, of scale --json");
  sub.add_flag("--log-x", command->log_x, "a logarithmic axis along");
  sub.add_flag("--log-y", command->log_y, "a logarithmic axis up");
  sub.add_option("--width", command->width, "of the picture, in pixels (default: 800)")
      ->type_name("PIXELS")
      ->check(CLI::Range(300, 4000).description(""));
  sub.footer(
      "Losses of training are means before each update, those of validation, dashed, after the\n"
      "epoch. gnuplot draws; without it there is .tsv.\n"
      "Examples:\n"
      "  hogwild train data.svm -o m --epochs 20 --valid-fraction 0.1 --log adagrad.jsonl\n"
      "  hogwild plot adagrad.jsonl adam.jsonl -o loss.svg --log-y\n"
      "  hogwild compare data.svm --json > all.jsonl; hogwild plot all.jsonl --x seconds -o "
      "all.png");
  sub.callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace hogwild::cli
