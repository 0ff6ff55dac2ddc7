#include "cli/described_commands.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
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

// Under which the help of a command with many options lists them.
struct Group {
  std::string_view title;
  std::vector<std::string_view> names;
};

const std::vector<Group>& groups() {
  static const std::vector<Group> all{
      {"Most used",
       {"output", "optimizer", "loss", "epochs", "learning-rate", "valid", "valid-fraction",
        "early-stopping", "threads", "hash-bits"}},
      {"Data",
       {"format", "on-error", "duplicates", "index-base", "memory-limit", "order", "curriculum",
        "levels", "difficulty", "seed"}},
      {"Model", {"one-vs-rest", "class-weight", "l1", "l2", "penalty", "no-bias", "init"}},
      {"Optimizer",
       {"batch-size", "gamma", "rho", "beta", "beta1", "beta2", "epsilon", "state", "average",
        "batch-norm", "gradient-noise"}},
      {"Schedule", {"schedule", "decay", "steps", "warm-up"}},
      {"Stopping", {"min-delta", "refit", "stop-after"}},
      {"Threads", {"strategy", "no-views", "pin", "parameters", "parameter-features"}},
      {"Distributed",
       {"distributed", "servers", "fetch-every", "push-every", "blocking", "local-rate",
        "warm-start", "period", "elasticity", "synchronous", "dense", "print-graph", "patience"}},
      {"Output",
       {"resume", "weights-only", "checkpoint", "checkpoint-every", "log", "report", "progress"}},
      {"Options", {}}};
  return all;
}

// By groups if there are many; those in none come last.
void group(std::vector<DescribedOption>& options) {
  constexpr std::size_t kMany = 30;
  if (options.size() < kMany) return;
  const auto place = [](const DescribedOption& option) {
    const std::string_view name = std::string_view(option.names.back()).substr(2);
    std::size_t k = 0, of_group = 0;
    for (const Group& group : groups()) {
      for (const std::string_view other : group.names) {
        if (other == name) return std::pair(of_group, k);
        ++k;
      }
      ++of_group;
    }
    return std::pair(groups().size() - 1, k);
  };
  for (DescribedOption& option : options) option.group = groups()[place(option).first].title;
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
  return made;
}

}  // namespace

std::vector<DescribedCommand> described_commands(const CLI::App& program) {
  std::vector<DescribedCommand> commands;
  for (const CLI::App* const app : program.get_subcommands([](const CLI::App*) { return true; })) {
    DescribedCommand command{app->get_name(), app->get_description(), app->get_footer(), {}, {}};
    for (const CLI::Option* const option : app->get_options()) {
      DescribedOption made = described(*option);
      if (option->nonpositional()) {
        command.options.push_back(std::move(made));
      } else {
        if (made.values.empty()) made.values = option->get_name();
        command.arguments.push_back(std::move(made));
      }
    }
    group(command.options);
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace hogwild::cli
