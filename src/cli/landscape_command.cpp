// hogwild landscape
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cli/command.hpp"
#include "core/text.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/report/landscape.hpp"

namespace hogwild::cli {
namespace {

struct LandscapeCommand {
  std::string surface = "beale";
  PictureOutput output;
  std::vector<std::string> rules{"sgd",      "momentum", "nesterov", "adagrad",
                                 "adadelta", "rmsprop",  "adam"};
  std::vector<std::string> rates;  // RULE=R
  std::string start;
  int steps = 0;            // 0: the surface's
  int vectors = 0;          // 0: paths
  std::string fluctuation;  // empty: paths
};

double number_of(const std::string& text, const char* option) {
  if (const auto number = number_in<double>(text)) return *number;
  throw OptionError(option, fmt::format("'{}' is not a number", text));
}

Point point_in(const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) {
    throw OptionError("start", fmt::format("'{}' is not a point; write -1.2,1", text));
  }
  return {number_of(text.substr(0, comma), "start"), number_of(text.substr(comma + 1), "start")};
}

std::map<std::string, float> rates_in(const std::vector<std::string>& texts,
                                      const std::vector<std::string>& rules) {
  std::map<std::string, float> rates;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string rule = text.substr(0, equals);
    if (equals == std::string::npos || std::ranges::find(rules, rule) == rules.end()) {
      throw OptionError(
          "rate", fmt::format("'{}' is not RULE=RATE of one of {}", text, fmt::join(rules, ", ")));
    }
    const double rate = number_of(text.substr(equals + 1), "rate");
    if (!(rate > 0)) throw OptionError("rate", fmt::format("{} is not above 0", text));
    rates[rule] = static_cast<float>(rate);
  }
  return rates;
}

// One step of momentum beside one of Nesterov.
int draw_vectors(const LandscapeCommand& command, const Surface& surface, Point start,
                 const std::map<std::string, float>& rates) {
  const auto given = rates.find("momentum");
  const float rate = given != rates.end() ? given->second : telling_rate(surface, Momentum{});
  const StepVectors vectors =
      compare_steps(surface, Momentum{}.gamma, rate, start, command.vectors);
  command.output.write(picture(surface, vectors, command.output.format(), command.output.width));
  return kDone;
}

// How the objective fluctuates by few rows a step and by many.
int draw_fluctuations(const LandscapeCommand& command, const std::map<std::string, float>& rates) {
  constexpr Offset kMostRows = 5'000;  // all are scored after each step
  constexpr int kSteps = 200;
  constexpr std::uint64_t kSeed = 1;
  Dataset data = read(std::vector{command.fluctuation});
  if (data.rows() > kMostRows) {
    const double rest = 1 - static_cast<double>(kMostRows) / static_cast<double>(data.rows());
    data = split(data, rest, kSeed).first;
    note(fmt::format("of {} rows, chosen at random", data.rows()));
  }
  TrainOptions options;
  options.seed = kSeed;
  if (const auto given = rates.find("sgd"); given != rates.end()) {
    options.learning_rate = given->second;
  }
  const std::vector<std::uint64_t> batch_sizes{1, 32, kFullBatch};
  const auto runs =
      fluctuations(data, options, batch_sizes, command.steps > 0 ? command.steps : kSteps);
  command.output.write(picture(chart_of(runs), command.output.format(), command.output.width));
  for (const Fluctuation& run : runs) {
    const std::string rows =
        run.batch_size == kFullBatch ? "all" : fmt::format("{}", run.batch_size);
    note(fmt::format(
        "{:>4} rows per step at rate {:g}: loss {:.5f}, which rose by {:.0f} % of its fall", rows,
        run.learning_rate, run.losses.back(), 100 * run.rise()));
  }
  return kDone;
}

int run(LandscapeCommand& command, const CLI::App&) {
  const PictureFormat format = command.output.format();
  const Surface& surface = surface_named(command.surface);
  const auto rates = rates_in(command.rates, command.rules);
  if (!command.fluctuation.empty()) return draw_fluctuations(command, rates);
  const Point start = command.start.empty() ? surface.start : point_in(command.start);
  if (command.vectors > 0) return draw_vectors(command, surface, start, rates);
  const int steps = command.steps > 0 ? command.steps : surface.steps;
  std::vector<Path> paths;
  for (const std::string& name : command.rules) {
    const AnyUpdateRule rule = *alternative_named<AnyUpdateRule>(name);
    const auto given = rates.find(name);
    const float rate = given != rates.end() ? given->second : telling_rate(surface, rule);
    paths.push_back(walk(surface, rule, rate, start, steps));
  }
  command.output.write(picture(surface, paths, format, command.output.width));
  for (const Path& path : paths) {
    const Point end = path.points.back();
    note(fmt::format("{:<18}{:>6} steps to {:.4f}, {:.4f}, value {:.4g}{}", path.rule,
                     path.points.size() - 1, end.x, end.y, surface.value(end),
                     path.left ? "; the next one leaves the picture" : ""));
  }
  return kDone;
}

}  // namespace

void add_landscape_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<LandscapeCommand>(
      app, action, "landscape", "draw how update rules descend a function of two parameters", run);
  std::vector<std::string> names;
  for (const Surface& surface : surfaces()) names.emplace_back(surface.name);
  sub.add_option("--surface", command.surface, "function to descend (default: beale)")
      ->type_name(CLI::detail::join(names, "|"))
      ->check(one_of(names));
  add_picture_options(sub, command.output, ".svg, .png, .gif (animated)");
  const std::vector<std::string> rules(kNamesOf<AnyUpdateRule>.begin(),
                                       kNamesOf<AnyUpdateRule>.end());
  listed(sub.add_option("--optimizer", command.rules,
                        "update rules to draw (default: the seven of Ruder's survey)"))
      ->type_name("RULE,...")
      ->check(one_of(rules));
  listed(sub.add_option(
             "--rate", command.rates,
             "learning rate of an update rule (default: one that shows how the rule behaves)"))
      ->type_name("RULE=R,...");
  sub.add_option("--start", command.start, "start of all paths (default: one for each surface)")
      ->type_name("X,Y");
  sub.add_option("--steps", command.steps,
                 "largest number of steps (default: one for each surface)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  sub.add_option(
         "--vectors", command.vectors,
         "instead of paths draw the step after N steps of momentum, and that of Nesterov beside it")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  sub.add_option("--fluctuation", command.fluctuation,
                 "instead of paths draw the loss on these rows after each step of sgd, with "
                 "batches of 1 row, 32 rows and all rows")
      ->type_name("DATA");
  sub.footer(
      "The update rules are those of train, with full gradients. A path ends where it leaves the "
      "picture. Pictures need gnuplot; .tsv does not.\nExamples:\n  hogwild landscape --surface "
      "saddle -o saddle.gif\n  hogwild landscape --surface ravine --vectors 4 -o step.svg\n  "
      "hogwild landscape --fluctuation data.svm -o fluctuation.svg\n  hogwild landscape --surface "
      "beale --optimizer sgd,momentum --rate sgd=0.01 -o beale.svg");
}

}  // namespace hogwild::cli
