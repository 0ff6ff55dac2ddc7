// Options that messages name: the command at hand has them, or the message says which one does.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "cli/described_commands.hpp"
#include "support/command.hpp"
#include "support/places.hpp"

namespace hogwild {
namespace {

using test::Command;
using test::lines;

const std::regex kOption("--[a-z][a-z0-9-]*");

std::set<std::string> options_in(const std::string& text) {
  return {std::sregex_token_iterator(text.begin(), text.end(), kOption),
          std::sregex_token_iterator()};
}

class RemedyTest : public Command {
 protected:
  // All commands with their options, as the help lists them.
  std::vector<cli::DescribedCommand> commands() {
    std::vector<cli::DescribedCommand> found;
    const std::regex listed("^ +(-[a-z], )?(--[a-z0-9-]+)");
    const std::regex command("^  ([a-z]+) {3,}");
    for (const std::string& line : lines(run("help").out)) {
      std::smatch match;
      if (!std::regex_search(line, match, command)) continue;
      cli::DescribedCommand described{match[1], {}, {}, {}, {}};
      for (const std::string& help : lines(run("help " + described.name).out)) {
        std::smatch option;
        if (!std::regex_search(help, option, listed)) continue;
        described.options.emplace_back().names.push_back(option[2]);
      }
      found.push_back(std::move(described));
    }
    return found;
  }
};

// The texts in quotes that name an option, of all sources but those that declare options.
std::vector<std::string> messages() {
  std::vector<std::string> found;
  const std::regex quoted("\"(?:[^\"\\\\]|\\\\.)*--[a-z](?:[^\"\\\\]|\\\\.)*\"");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::root() + "/src")) {
    const std::string path = entry.path();
    if (!path.ends_with("pp") || path.find("/cli/") != std::string::npos) continue;
    for (const std::string& line : lines(test::contents(path))) {
      for (std::sregex_iterator at(line.begin(), line.end(), quoted), end; at != end; ++at) {
        found.push_back(at->str());
      }
    }
  }
  return found;
}

TEST_F(RemedyTest, EveryMessageSaysWhichCommandHasAnOptionThatItNames) {
  const auto all = commands();
  ASSERT_GT(all.size(), 10u);
  int named = 0, explained = 0;
  for (const std::string& message : messages()) {
    for (const std::string& option : options_in(message)) {
      ++named;
      const auto has = [&](const cli::DescribedCommand& command) {
        return std::ranges::any_of(command.options,
                                   [&](const auto& its) { return its.names.front() == option; });
      };
      EXPECT_TRUE(std::ranges::any_of(all, has)) << "no command has " << option << ": " << message;
      for (const cli::DescribedCommand& command : all) {
        const std::string shown = cli::with_owners(message, command.name, all);
        const bool says = shown.find(option, message.size()) != std::string::npos ||
                          message.find("hogwild ") != std::string::npos;
        EXPECT_TRUE(says || has(command)) << command.name << ": " << shown;
        explained += says && !has(command);
      }
    }
  }
  EXPECT_GT(named, 60);
  EXPECT_GT(explained, 100);
}

TEST_F(RemedyTest, ACommandThatLacksAnOptionSaysWhichOneHasIt) {
  folder_.write("pets.svm", "cat 1:1\ndog 2:1\nrat 3:1\n");
  const auto converted = run("convert pets.svm pets.hogdata");
  EXPECT_EQ(converted.status, 1);
  EXPECT_NE(converted.err.find("(options of hogwild train: --loss, --one-vs-rest)"),
            std::string::npos)
      << converted.err;
  const auto trained = run("train pets.svm -o m");
  EXPECT_EQ(trained.status, 1);
  EXPECT_NE(trained.err.find("--one-vs-rest"), std::string::npos) << trained.err;
  EXPECT_EQ(trained.err.find("options of hogwild"), std::string::npos) << trained.err;
}

}  // namespace
}  // namespace hogwild
