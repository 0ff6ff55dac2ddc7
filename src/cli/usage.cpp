#include "cli/command.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/text.hpp"

namespace hogwild::cli {
namespace {

// "; did you mean --epochs?", if one of the words is near.
std::string hint(std::string_view word, const std::vector<std::string>& words,
                 std::string_view before = "") {
  const std::string near = nearest_word(word, words);
  return near.empty() ? "" : fmt::format("; did you mean {}{}?", before, near);
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* const command : commands) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options()) {
    std::ranges::copy(option->get_lnames(), std::back_inserter(names));
  }
  return names;
}

bool has_option(const CLI::App& command, const std::string& name) {
  return command.get_option_no_throw(name) != nullptr;
}

// An argument that nobody took.
std::string unknown_argument(const CLI::App& program, const CLI::App* command,
                             const std::string& argument, const std::vector<std::string>& typed) {
  if (!argument.starts_with('-')) {
    if (command != nullptr) return fmt::format("unexpected argument '{}'", argument);
    const auto names = names_of(program.get_subcommands({}));
    const std::string near = hint(argument, names);
    return fmt::format("no command '{}'{}", argument,
                       near.empty() ? fmt::format("; there are {}", fmt::join(names, ", ")) : near);
  }
  const std::string option = argument.substr(0, argument.find('='));
  std::vector<const CLI::App*> owners = program.get_subcommands({});
  std::erase_if(owners, [&](const CLI::App* other) { return !has_option(*other, option); });
  if (command != nullptr) {
    const std::string& name = command->get_name();
    const auto at_option = std::ranges::find(typed, argument);
    if (has_option(*command, option) && at_option < std::ranges::find(typed, name)) {
      return fmt::format("{} belongs after the command: hogwild {} {} ...", option, name, option);
    }
    const auto dashes = option.find_first_not_of('-');
    const std::string near = dashes == std::string::npos
                                 ? ""
                                 : hint(option.substr(dashes), option_names(*command), "--");
    std::string message = fmt::format("{} has no option {}{}", name, option, near);
    if (near.empty() && !owners.empty()) {
      message += fmt::format("; it is an option of {}", fmt::join(names_of(owners), ", "));
    }
    return message;
  }
  if (owners.empty()) return fmt::format("no command is given, and no command has {}", option);
  return fmt::format("{} belongs after a command: hogwild {} {} ...", option,
                     owners.front()->get_name(), option);
}

// "-o, --output MODEL".
std::string in_full(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  const std::string values =
      option.get_type_name().empty() ? option.get_name() : option.get_type_name();
  return fmt::format("{}{}{}", fmt::join(names, ", "), names.empty() ? "" : " ", values);
}

// CLI11's error in plain words, where it says no more than which kind it is of.
std::string plain_message(const CLI::App& program, const CLI::App* command,
                          const CLI::ParseError& error) {
  const std::string text = error.what();
  const auto option_before = [&](std::string_view mark) -> const CLI::Option* {
    const auto end = text.find(mark);
    if (command == nullptr || end == std::string::npos) return nullptr;
    return command->get_option_no_throw(text.substr(0, end));
  };
  const std::string kind = error.get_name();
  if (kind == "RequiredError") {
    if (command == nullptr) {
      return fmt::format("no command is given; there are {}",
                         fmt::join(names_of(program.get_subcommands({})), ", "));
    }
    if (const auto* option = option_before(" is required")) {
      return fmt::format("{} is missing: {}", in_full(*option), option->get_description());
    }
  }
  if (kind == "ArgumentMismatch") {
    if (const auto* option = option_before(":")) {
      return fmt::format("a value is missing: {}", in_full(*option));
    }
  }
  if (kind == "ConversionError") {
    constexpr std::string_view kBegin = "Could not convert: ";
    if (const auto equals = text.find(" = "); text.starts_with(kBegin) && equals != text.npos) {
      const std::string name = text.substr(kBegin.size(), equals - kBegin.size());
      const auto* option = command != nullptr ? command->get_option_no_throw(name) : nullptr;
      const bool is_flag = option != nullptr && option->get_expected_max() == 0;
      return fmt::format("{}: '{}' is {}", name, text.substr(equals + 3),
                         is_flag ? "neither true nor false" : "not a number that it takes");
    }
  }
  if (kind == "ExcludesError") {
    constexpr std::string_view kVerb = " excludes ";
    if (const auto verb = text.find(kVerb); verb != text.npos) {
      return fmt::format("{} and {} exclude each other; give one of them", text.substr(0, verb),
                         text.substr(verb + kVerb.size()));
    }
  }
  return text;
}

}  // namespace

std::string usage_message(const CLI::App& program, const CLI::ParseError& error,
                          const std::vector<std::string>& typed) {
  const auto chosen = program.get_subcommands();
  const CLI::App* const command = chosen.empty() ? nullptr : chosen.front();
  // CLI11 may miss a required word before it complains of one that it does not know.
  std::vector<std::string> left = program.remaining(true);
  std::erase(left, "--");
  if (left.empty()) return plain_message(program, command, error);
  const auto option =
      std::ranges::find_if(left, [](const std::string& word) { return word.starts_with('-'); });
  const bool names_no_command = command == nullptr && !left.front().starts_with('-');
  const bool by_option = option != left.end() && !names_no_command;
  return unknown_argument(program, command, by_option ? *option : left.front(), typed);
}

CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::Validator(
      [words = std::move(words)](const std::string& text) -> std::string {
        if (std::ranges::find(words, text) != words.end()) return {};
        return none_of_words(text, words);
      },
      "");
}

}  // namespace hogwild::cli
