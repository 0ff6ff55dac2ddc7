// hogwild landscape
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "cli/command.hpp"
#include "core/new_file.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/report/landscape.hpp"

namespace hogwild::cli {
namespace {

struct LandscapeCommand {
  std::string surface = "beale";
  std::string output;
  std::vector<std::string> rules{"sgd",      "momentum", "nesterov", "adagrad",
                                 "adadelta", "rmsprop",  "adam"};
  std::vector<std::string> rates;  // RULE=R
  std::string start;
  int steps = 0;    // 0: the surface's
  int vectors = 0;  // 0: paths
  int width = 800;
};

double number_in(const std::string& text, const char* option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw OptionError(option, fmt::format("'{}' is no number", text));
  }
  return value;
}

Point point_in(const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) {
    throw OptionError("start", fmt::format("'{}' is no point; -1.2,1 is", text));
  }
  return {number_in(text.substr(0, comma), "start"), number_in(text.substr(comma + 1), "start")};
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
    const double rate = number_in(text.substr(equals + 1), "rate");
    if (!(rate > 0)) throw OptionError("rate", fmt::format("{} is not above 0", text));
    rates[rule] = static_cast<float>(rate);
  }
  return rates;
}

void write(const LandscapeCommand& command, const std::string& bytes) {
  NewFile file(command.output, "picture");
  file.write(bytes);
  file.commit();
}

// One step of momentum beside one of Nesterov.
int draw_vectors(const LandscapeCommand& command, const Surface& surface, Point start,
                 const std::map<std::string, float>& rates) {
  const auto given = rates.find("momentum");
  const float rate = given != rates.end() ? given->second : telling_rate(surface, Momentum{});
  const StepVectors vectors =
      compare_steps(surface, Momentum{}.gamma, rate, start, command.vectors);
  write(command, picture(surface, vectors, picture_format(command.output), command.width));
  return kDone;
}

int run(const LandscapeCommand& command) {
  const PictureFormat format = picture_format(command.output);
  const Surface& surface = surface_named(command.surface);
  const auto rates = rates_in(command.rates, command.rules);
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
  write(command, picture(surface, paths, format, command.width));
  for (const Path& path : paths) {
    const Point end = path.points.back();
    note(fmt::format("{:<18}{:>6} steps to {:.4f}, {:.4f}, value {:.4g}{}", path.rule,
                     path.points.size() - 1, end.x, end.y, surface.value(end),
                     path.left ? "; the next one leads out of sight" : ""));
  }
  return kDone;
}

}  // namespace

void add_landscape_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<LandscapeCommand>();
  CLI::App& sub = *app.add_subcommand(
      "landscape", "draw the paths of update rules down a function of two parameters");
  std::vector<std::string> names;
  for (const Surface& surface : surfaces()) names.emplace_back(surface.name);
  sub.add_option("--surface", command->surface, "the function (default: beale)")
      ->type_name(CLI::detail::join(names, "|"))
      ->check(CLI::IsMember(names).description(""));
  sub.add_option("-o,--output", command->output,
                 "the picture; how it ends says which: .svg, .png, .gif that moves, or .tsv, the "
                 "numbers")
      ->type_name("FILE")
      ->required();
  const std::vector<std::string> rules(kNamesOf<AnyUpdateRule>.begin(),
                                       kNamesOf<AnyUpdateRule>.end());
  sub.add_option("--optimizer", command->rules, "whose paths (default: the survey's seven)")
      ->type_name("RULE,...")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::IsMember(rules).description(""));
  sub.add_option("--rate", command->rates,
                 "a rule's learning rate (default: one that shows its character)")
      ->type_name("RULE=R,...")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  sub.add_option("--start", command->start, "where all begin (default: the surface's)")
      ->type_name("X,Y");
  sub.add_option("--steps", command->steps, "at most (default: the surface's)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  sub.add_option("--vectors", command->vectors,
                 "instead of paths: momentum's next step after N, and Nesterov's beside it")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  sub.add_option("--width", command->width, "of the picture, in pixels (default: 800)")
      ->type_name("PIXELS")
      ->check(CLI::Range(300, 4000).description(""));
  sub.footer(
      "The steps are those that train models, by full gradients from one start; a path ends where\n"
      "it would leave the picture. gnuplot draws; without it there is .tsv.\n"
      "Examples:\n"
      "  hogwild landscape --surface saddle -o saddle.gif\n"
      "  hogwild landscape --surface ravine --vectors 4 -o step.svg\n"
      "  hogwild landscape --surface beale --optimizer sgd,momentum --rate sgd=0.01 -o beale.svg");
  sub.callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace hogwild::cli
