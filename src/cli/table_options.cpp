// The table of options as options of the command line.
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace hogwild::cli {
namespace {

// The help of an option, with the default that its command has.
std::string description_of(const Option& option, const Settings& defaults) {
  if (option.is_flag() || option.help.find("(default: ") != std::string::npos) return option.help;
  const std::string text = option.text(defaults);
  const bool is_usual = text == option.text(Settings{});
  const std::string value = is_usual && !option.unset.empty() ? std::string(option.unset) : text;
  return value.empty() ? option.help : fmt::format("{} (default: {})", option.help, value);
}

CLI::Option* declare(CLI::App& command, Settings& settings, const Option& option,
                     const std::string& help) {
  std::string name = fmt::format("--{}", option.name);
  if (!option.also.empty()) name += fmt::format(",--{}", option.also);
  if (option.is_flag()) {
    return command.add_flag(name, help)->each([&](const std::string& text) {
      settings.set(option.name, text);
    });
  }
  const std::string values(option.values);
  if (option.several) {
    const auto set = [&](const std::vector<std::string>& texts) {
      settings.set(option.name, fmt::format("{}", fmt::join(texts, ",")));
    };
    return listed(command.add_option_function<std::vector<std::string>>(name, set, help))
        ->type_name(values);
  }
  return command
      .add_option_function<std::string>(
          name, [&](const std::string& text) { settings.set(option.name, text); }, help)
      ->type_name(values);
}

}  // namespace

void add_option(CLI::App& command, Settings& settings, std::string_view name) {
  const Option& option = option_named(name);
  declare(command, settings, option, description_of(option, settings))
      ->group(std::string(option.group));
}

void add_options(CLI::App& command, Settings& settings, Has program, Mode mode) {
  for (const Option& option : options()) {
    if ((option.has & program) == 0) continue;
    declare(command, settings, option, description_of(option, settings))
        ->group(lacks(mode, option.name) ? "" : std::string(option.group));
  }
}

void add_train_arguments(CLI::App& command, TrainArguments& arguments, Has program, Mode mode) {
  add_data_argument(command, arguments.paths);
  add_options(command, arguments.settings, program, mode);
  add_progress_option(command, arguments.progress);
}

void validate_on_a_tenth(Settings& settings) {
  constexpr double kShare = 0.1;
  if (settings.is_given("valid-fraction")) return;
  settings.files.valid_fraction = kShare;
  if (settings.is_given("valid")) settings.files.valid_fraction.reset();
}

}  // namespace hogwild::cli
