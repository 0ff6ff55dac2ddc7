// One table of options, four ways to set them: typed, in a configuration file, in the environment,
// and by the C interface.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/hogwild.h"
#include "options/option.hpp"
#include "options/refusals.hpp"
#include "support/command.hpp"
#include "support/option_samples.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

using test::Command;
using test::kSanitized;
using test::lines;
using test::Outcome;
using test::samples;

class OptionsCommand : public Command {
 protected:
  // What --show-options prints after `name = `, without quotes.
  static std::string shown(const Outcome& outcome, const std::string& name) {
    for (const std::string& line : lines(outcome.out)) {
      if (!line.starts_with(name + " = ")) continue;
      std::string value = line.substr(name.size() + 3);
      std::erase(value, '\'');
      return value;
    }
    return "not shown";
  }
  static std::string variable(std::string name) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
      return c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return "HOGWILD_" + name;
  }
  // Programs start slowly under a sanitizer, which looks for what one option shows as well as all:
  // there a few are tried.
  static bool tries_command_with(const Option& option) {
    constexpr std::ptrdiff_t kEach = 7;
    return !kSanitized || (&option - options().data()) % kEach == 0;
  }
  // "name: reason" of the first line.
  static std::string complaint(const Outcome& outcome) {
    const std::string line = outcome.err.substr(0, outcome.err.find('\n'));
    constexpr std::string_view kBefore = "hogwild: --";
    return line.starts_with(kBefore) ? line.substr(kBefore.size()) : line;
  }
};

// What is said where rows of libsvm text are read by columns.
std::string of_no_table(const std::string& option, const std::string& path) {
  return fmt::format(
      "{}: it is of columns or namespaces, and {} is libsvm text; leave it out, or "
      "give --format",
      option, path);
}

class COptions {
 public:
  COptions() { hogwild_options_new(&options_); }
  ~COptions() { hogwild_options_free(options_); }
  COptions(const COptions&) = delete;
  COptions& operator=(const COptions&) = delete;
  operator hogwild_options*() const { return options_; }  // NOLINT

 private:
  hogwild_options* options_ = nullptr;
};

const std::string kTrainCommand = "train train.svm -o m --show-options ";

TEST_F(OptionsCommand, AreSetAlikeInEveryWay) {
  for (const Option& option : options()) {
    const std::string name(option.name);
    const std::string& good = samples().at(name).good;
    if ((option.has & kLibrary) != 0) {
      const COptions by_c;
      ASSERT_EQ(hogwild_options_set(by_c, name.c_str(), good.c_str()), HOGWILD_OK)
          << hogwild_last_error();
      EXPECT_EQ(hogwild_options_get(by_c, name.c_str()), good);
    }
    if ((option.has & kTrain) == 0 || !tries_command_with(option)) continue;
    const std::string typed = option.is_flag() ? "--" + name : fmt::format("--{} '{}'", name, good);
    EXPECT_EQ(shown(run(kTrainCommand + typed), name), good) << name;
    EXPECT_EQ(shown(run(kTrainCommand + fmt::format("--{}={}", name, good)), name), good) << name;
    folder_.write("run.toml", fmt::format("{} = '{}'\n", name, good));
    EXPECT_EQ(shown(run(kTrainCommand + "--config run.toml"), name), good) << name;
    EXPECT_EQ(shown(run(kTrainCommand, fmt::format("{}='{}'", variable(name), good)), name), good)
        << name;
  }
}

TEST_F(OptionsCommand, AreRefusedAlikeInEveryWay) {
  for (const Option& option : options()) {
    const std::string name(option.name);
    const std::string& bad = samples().at(name).bad;
    if (bad.empty()) continue;
    std::string expected;
    try {
      Settings{}.set(name, bad);
    } catch (const OptionError& error) {
      expected = error.what();
    }
    if ((option.has & kLibrary) != 0) {
      const COptions by_c;
      EXPECT_EQ(hogwild_options_set(by_c, name.c_str(), bad.c_str()), HOGWILD_OPTION_ERROR);
      EXPECT_EQ(hogwild_last_error(), expected);
    }
    if ((option.has & kTrain) == 0 || !tries_command_with(option)) continue;
    EXPECT_EQ(complaint(run(kTrainCommand + fmt::format("--{}={}", name, bad))), expected);
    folder_.write("run.toml", fmt::format("{} = '{}'\n", name, bad));
    EXPECT_EQ(complaint(run(kTrainCommand + "--config run.toml")), expected);
    EXPECT_EQ(complaint(run(kTrainCommand, fmt::format("{}={}", variable(name), bad))), expected);
  }
}

TEST_F(OptionsCommand, AreShownAsAFileThatSetsThemAgain) {
  std::string typed;
  for (const char* name : {"loss", "epochs", "learning-rate", "class-weight", "memory-limit",
                           "no-bias", "seed", "warm-up", "decay", "init"}) {
    typed += fmt::format("--{}={} ", name, samples().at(name).good);
  }
  const Outcome first = run(kTrainCommand + typed + "--schedule inverse");
  ASSERT_EQ(first.status, 0) << first.err;
  folder_.write("again.toml", first.out);
  const Outcome second = run(kTrainCommand + "--config again.toml");
  EXPECT_EQ(second.out, first.out) << second.err;
  ASSERT_EQ(run("train train.svm -o typed --threads 1 --schedule inverse " + typed).status, 0);
  ASSERT_EQ(run("train train.svm -o configured --threads 1 --config again.toml").status, 0);
  EXPECT_EQ(file("configured"), file("typed"));
}

// Each option by each way of training that one process has: the command, and the C interface where
// it has the way, do as the tables say.
TEST_F(OptionsCommand, ByEachWayOfTrainingAreTakenOrRefusedAsTheTableSays) {
  std::string rows;
  for (int i = 0; i < 40; ++i)
    rows += fmt::format("{} {}:1 9:0.5\n", i % 2 == 0 ? 1 : -1, i % 7 + 1);
  folder_.write("train.svm", rows);
  ASSERT_EQ(run("train train.svm -o model --threads 1").status, 0);
  struct Way {
    std::string command;
    Has has;
    unsigned modes;
    bool validates;
  };
  const std::vector<Way> ways{
      {"train train.svm -o m", kTrain, kHeld, false},
      {"train train.svm -o m --parameters p", kTrain, kHeld | kProcesses, false},
      {"compare train.svm --rules adagrad --valid train.svm --epochs 1", kCompare, kCompared, true},
      {"scale train.svm --valid train.svm --epochs 1 --rounds 1 --threads 1", kScale, kScaled,
       true},
      {"simulate train.svm --valid train.svm --workers 2", kSimulate, kSimulated, true}};
  int taken = 0, refused = 0;
  for (const Way& way : ways) {
    for (const Option& option : options()) {
      const std::string name(option.name);
      // Ranks have their own test; the data sample of valid is in the commands; parameters is a
      // way.
      if ((option.has & way.has) == 0 || option.group == "Distributed" || name == "valid" ||
          name == "parameters" || !tries_command_with(option)) {
        continue;
      }
      Settings settings;
      settings.set(name, samples().at(name).good);
      if (way.modes == (kHeld | kProcesses)) settings.set("parameters", "p");
      if (way.validates) settings.set("valid", "train.svm");
      std::string expected;
      try {
        TrainOptions train = train_options(settings);
        if (name == "resume") train.resume.emplace();
        require_valid(way.modes, {.train = train,
                                  .files = settings.files,
                                  .validation_to_come = validates(settings.files)});
      } catch (const OptionError& error) {
        expected = error.what();
      }
      if (expected.empty() && option.group == kColumnOptions) {
        expected = of_no_table(name, "train.svm");
      }
      std::filesystem::remove(folder_.path("p"));
      const Outcome outcome = run(
          fmt::format("{} --{}={} --progress none", way.command, name, samples().at(name).good));
      if (expected.empty()) {
        EXPECT_EQ(outcome.status, 0) << way.command << " --" << name << ": " << outcome.err;
        ++taken;
      } else {
        EXPECT_EQ(outcome.status, 2) << way.command << " --" << name;
        EXPECT_EQ(complaint(outcome), expected) << way.command;
        ++refused;
      }
    }
  }
  EXPECT_GT(taken, kSanitized ? 10 : 100);
  EXPECT_GT(refused, kSanitized ? 4 : 40);
}

TEST_F(OptionsCommand, OfTheCInterfaceAreRefusedAsTheTableSays) {
  folder_.write("rows.svm", "1 1:1\n-1 2:1\n1 1:1 3:1\n-1 2:1 3:1\n");
  const std::string path = folder_.path("rows.svm");
  const char* const paths[] = {path.c_str()};
  for (const Option& option : options()) {
    const std::string name(option.name);
    const bool needs_files = name == "valid" || name == "resume" || name == "difficulty";
    if ((option.has & kLibrary) == 0 || needs_files || name == "parameters") continue;
    const COptions by_c;
    Settings settings;
    settings.set(name, samples().at(name).good);
    ASSERT_EQ(hogwild_options_set(by_c, name.c_str(), samples().at(name).good.c_str()), HOGWILD_OK);
    const auto refusal = [&](unsigned modes) -> std::string {
      try {
        const TrainOptions train = train_options(settings);
        require_valid(modes, {.train = train,
                              .files = settings.files,
                              .validation_to_come = modes == kTaught || validates(settings.files)});
        if (modes == kTaught) require_had(settings, kLearner, "a learner");
      } catch (const OptionError& error) {
        return error.what();
      }
      return {};
    };
    hogwild_model* model = nullptr;
    const hogwild_status trained = hogwild_train(paths, 1, by_c, &model);
    const std::string of_training =
        option.group == kColumnOptions ? of_no_table(name, path) : refusal(kHeld);
    EXPECT_EQ(trained, of_training.empty() ? HOGWILD_OK : HOGWILD_OPTION_ERROR) << name;
    if (!of_training.empty()) {
      EXPECT_EQ(hogwild_last_error(), of_training);
    }
    hogwild_model_free(model);
    hogwild_learner* learner = nullptr;
    const hogwild_status taught = hogwild_learner_new(nullptr, by_c, &learner);
    const std::string of_learner = refusal(kTaught);
    EXPECT_EQ(taught, of_learner.empty() ? HOGWILD_OK : HOGWILD_OPTION_ERROR)
        << name << hogwild_last_error();
    if (!of_learner.empty()) {
      EXPECT_EQ(hogwild_last_error(), of_learner);
    }
    hogwild_learner_free(learner);
  }
}

// A command's help lists no option that the command refuses whatever its value.
TEST_F(OptionsCommand, ThatACommandLacksAreNotInItsHelp) {
  const std::map<std::string, std::pair<Has, Mode>> commands{{"scale", {kScale, kScaled}},
                                                             {"simulate", {kSimulate, kSimulated}}};
  for (const auto& [command, of] : commands) {
    const std::string help = run("help " + command).out;
    for (const Option& option : options()) {
      if ((option.has & of.first) == 0) continue;
      const bool listed = help.find(fmt::format(" --{} ", option.name)) != std::string::npos ||
                          help.find(fmt::format(" --{},", option.name)) != std::string::npos ||
                          help.find(fmt::format(" --{}\n", option.name)) != std::string::npos;
      EXPECT_EQ(listed, !lacks(of.second, option.name)) << command << " --" << option.name;
    }
  }
}

}  // namespace
}  // namespace hogwild
