#include "cli/described_commands.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

namespace hogwild::cli {
namespace {

// "sgd|adam|FILE": the words in small letters or digits; those in capitals stand for something.
std::vector<std::string> words_of(const std::string& values) {
  std::vector<std::string> words;
  std::istringstream stream(values);
  for (std::string word; std::getline(stream, word, '|');) {
    const bool fixed = !word.empty() && std::ranges::none_of(word, [](unsigned char c) {
      return std::isupper(c) || c == ' ' || c == ':' || c == '.';
    });
    if (fixed) words.push_back(word);
  }
  return words;
}

bool names_a_file(const std::string& values) {
  const auto has = [&](std::string_view word) { return values.find(word) != std::string::npos; };
  return has("FILE") || has("DATA") || has("MODEL") || has("CHECKPOINT") || has("RUN") ||
         has("IN") || has("OUT");
}

// Groups together, in the order in which they appear first, but that of --help last; few options
// are one group.
void order_by_group(std::vector<DescribedOption>& options) {
  constexpr std::size_t kMany = 30;
  if (options.size() < kMany) {
    for (DescribedOption& option : options) option.group = DescribedOption{}.group;
    return;
  }
  std::vector<std::string> groups;
  const auto place = [&](const DescribedOption& option) {
    return std::ranges::find(groups, option.group) - groups.begin();
  };
  for (const DescribedOption& option : options) {
    if (std::ranges::find(groups, option.group) == groups.end()) groups.push_back(option.group);
  }
  std::ranges::rotate(groups, groups.begin() + 1);  // CLI11 adds --help first
  std::ranges::stable_sort(options, {}, place);
}

DescribedOption described(const CLI::Option& option) {
  DescribedOption made;
  for (const std::string& name : option.get_snames()) made.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) made.names.push_back("--" + name);
  if (option.get_expected_max() != 0) made.values = option.get_type_name();
  made.choices = words_of(made.values);
  made.description = option.get_description();
  made.takes_file = names_a_file(made.values);
  made.required = option.get_required();
  made.several = option.get_expected_max() > 1;
  made.group = option.get_group();
  return made;
}

}  // namespace

std::vector<DescribedCommand> described_commands(const CLI::App& program) {
  std::vector<DescribedCommand> commands;
  for (const CLI::App* const app : program.get_subcommands([](const CLI::App*) { return true; })) {
    DescribedCommand command{app->get_name(), app->get_description(), app->get_footer(), {}, {}};
    for (const CLI::Option* const option : app->get_options()) {
      if (option->get_group().empty()) continue;  // the command refuses it
      DescribedOption made = described(*option);
      if (option->nonpositional()) {
        command.options.push_back(std::move(made));
      } else {
        if (made.values.empty()) made.values = option->get_name();
        command.arguments.push_back(std::move(made));
      }
    }
    order_by_group(command.options);
    commands.push_back(std::move(command));
  }
  return commands;
}

std::string with_owners(std::string message, const std::string& command,
                        const std::vector<DescribedCommand>& commands) {
  static const std::regex kOption("--[a-z][a-z0-9-]*");
  std::map<std::string, std::set<std::string>> lacking;  // options, by a command that has them
  for (std::sregex_iterator at(message.begin(), message.end(), kOption), end; at != end; ++at) {
    const auto has = [name = at->str()](const DescribedCommand& other) {
      return std::ranges::any_of(other.options, [&](const DescribedOption& option) {
        return std::ranges::find(option.names, name) != option.names.end();
      });
    };
    const auto own = std::ranges::find(commands, command, &DescribedCommand::name);
    const auto owner = std::ranges::find_if(commands, has);
    if (own == commands.end() || has(*own) || owner == commands.end()) continue;
    if (message.find("hogwild " + owner->name) == std::string::npos) {
      lacking[owner->name].insert(at->str());
    }
  }
  for (const auto& [owner, names] : lacking) {
    message += fmt::format(" (options of hogwild {}: {})", owner, fmt::join(names, ", "));
  }
  return message;
}

}  // namespace hogwild::cli
