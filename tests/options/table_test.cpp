// The tables of options and refusals, by themselves.
#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/core/error.hpp"
#include "options/option.hpp"
#include "options/refusals.hpp"
#include "support/option_samples.hpp"
#include "train/run_state.hpp"

namespace hogwild {
namespace {

using test::samples;

TEST(OptionTable, HasEachNameOnceAndASampleOfEach) {
  std::set<std::string_view> names;
  for (const Option& option : options()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_TRUE(samples().contains(std::string(option.name))) << option.name;
    EXPECT_FALSE(option.help.empty()) << option.name;
    EXPECT_FALSE(option.group.empty()) << option.name;
    EXPECT_NE(option.has, 0u) << option.name;
  }
  EXPECT_EQ(names.size(), samples().size());
}

TEST(OptionTable, GivesBackTheTextThatWasSet) {
  for (const auto& [name, sample] : samples()) {
    Settings settings;
    EXPECT_NE(settings.text(name), sample.good) << name << ": the sample is the default";
    EXPECT_FALSE(settings.is_given(name));
    settings.set(name, sample.good);
    EXPECT_TRUE(settings.is_given(name));
    EXPECT_EQ(settings.text(name), sample.good) << name;
  }
}

TEST(OptionTable, RefusesTextsThatAreNoValueAndLeavesTheOldOne) {
  for (const auto& [name, sample] : samples()) {
    if (sample.bad.empty()) continue;
    Settings settings;
    settings.set(name, sample.good);
    try {
      settings.set(name, sample.bad);
      ADD_FAILURE() << name << " " << sample.bad;
    } catch (const OptionError& error) {
      EXPECT_EQ(error.option, name);
      EXPECT_TRUE(error.reason.starts_with("'" + sample.bad + "' is n")) << error.what();
    }
    EXPECT_EQ(settings.text(name), sample.good) << name;
  }
}

// Members that a program sets itself get the message that the text of the value gets.
TEST(OptionTable, RefusesMembersOutOfRangeWithTheSameMessage) {
  const auto message = [](auto&& refused) {
    try {
      refused();
    } catch (const OptionError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was refused");
  };
  const auto by_text = [&](const char* name, const char* text) {
    return message([&] { Settings{}.set(name, text); });
  };
  const auto by_member = [&](const TrainOptions& train) {
    return message([&] { require_valid(train, true); });
  };
  EXPECT_EQ(by_member({.epochs = 0}), by_text("epochs", "0"));
  EXPECT_EQ(by_member({.learning_rate = -1.0f}), by_text("learning-rate", "-1"));
  EXPECT_EQ(by_member({.warm_up = -1}), by_text("warm-up", "-1"));
  EXPECT_EQ(by_member({.early_stopping = -1}), by_text("early-stopping", "-1"));
  EXPECT_EQ(by_member({.threads = -1}), by_text("threads", "-1"));
  EXPECT_EQ(by_member({.l1 = -1}), by_text("l1", "-1"));
  EXPECT_EQ(by_member({.l2 = -1}), by_text("l2", "-1"));
  EXPECT_EQ(by_member({.gradient_noise = -1}), by_text("gradient-noise", "-1"));
  EXPECT_EQ(by_member({.init = -1}), by_text("init", "normal:-1"));
  EXPECT_EQ(by_member({.levels = 0}), by_text("levels", "0"));
  EXPECT_EQ(by_member({.update_rule = Momentum{.gamma = 1}}), by_text("gamma", "1"));
  EXPECT_EQ(by_member({.class_weights = {{"1", 2.0f}, {"1", 3.0f}}}),
            by_text("class-weight", "1=2,1=3"));
}

TEST(OptionTable, PutsNumbersIntoTheRuleThatHasThem) {
  Settings settings;
  settings.set("gamma", "0.5");  // before the rule is known
  settings.set("optimizer", "nesterov");
  EXPECT_EQ(std::get<Nesterov>(train_options(settings).update_rule).gamma, 0.5f);
  settings.set("optimizer", "sgd");
  EXPECT_THROW(train_options(settings), OptionError);
  EXPECT_NO_THROW(train_options(settings, false));
  settings = {};
  settings.set("decay", "0.5");
  EXPECT_THROW(train_options(settings), OptionError);
  settings.set("schedule", "inverse");
  EXPECT_EQ(std::get<Inverse>(train_options(settings).schedule).decay, 0.5);
}

TEST(OptionTable, KnowsWhatAMisspeltNameWasMeantToBe) {
  try {
    Settings{}.set("epoch", "3");
    ADD_FAILURE();
  } catch (const OptionError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean epochs?"), std::string::npos);
  }
}

struct Program {
  Has has;
  unsigned modes;
  std::set<std::string> own;  // options that only the command has
};

const std::vector<Program>& programs() {
  static const std::vector<Program> all{
      {kTrain, kHeld | kStreamed | kProcesses | kRanks | kNamed, {}},
      {kCompare, kCompared | kNamed, {"rules"}},
      {kScale, kScaled | kNamed, {"optimizer", "threads", "strategy"}},
      {kSimulate, kSimulated | kNamed, {"method"}}};
  return all;
}

// A remedy names only options of the program at hand.
TEST(RefusalTable, NamesOnlyOptionsThatTheProgramHas) {
  const std::regex option_name("--([a-z][a-z0-9-]*)");
  int names = 0;
  for (const Program& program : programs()) {
    const auto has = [&](const std::string& name) {
      const auto option = std::ranges::find(options(), name, &Option::name);
      if (program.own.contains(name)) return true;
      return option != options().end() && (option->has & program.has) != 0 &&
             !lacks(static_cast<Mode>(program.modes), name);
    };
    for (const Refusal& refusal : refusals()) {
      if ((refusal.modes & program.modes) == 0 || !has(std::string(refusal.option))) continue;
      const std::string reason(refusal.reason);
      for (std::sregex_iterator match(reason.begin(), reason.end(), option_name), end; match != end;
           ++match, ++names) {
        EXPECT_TRUE(has((*match)[1])) << reason;
      }
    }
  }
  EXPECT_GT(names, 50);
}

TEST(RefusalTable, RefusesOptionsOfTheTable) {
  for (const Refusal& refusal : refusals()) {
    EXPECT_NO_THROW(option_named(refusal.option)) << refusal.option;
    EXPECT_NE(refusal.modes, 0u);
    EXPECT_FALSE(refusal.reason.empty());
  }
}

// Options as texts, "name=value name=value".
Settings settings_of(const std::string& texts) {
  Settings settings;
  std::istringstream stream(texts);
  for (std::string word; stream >> word;) {
    const auto equals = word.find('=');
    settings.set(word.substr(0, equals), word.substr(equals + 1));
  }
  return settings;
}

// What each refusal is about, the options being alone guilty of it; a row that no example reaches
// is dead.
TEST(RefusalTable, HasNoRowThatNothingReaches) {
  std::set<const Refusal*> reached;
  const std::vector<std::string> companions{"",
                                            "optimizer=sgd",
                                            "optimizer=adadelta",
                                            "optimizer=ftrl",
                                            "optimizer=adaptive_revision",
                                            "optimizer=momentum",
                                            "loss=softmax",
                                            "loss=squared",
                                            "batch-size=full",
                                            "batch-size=16",
                                            "l1=0.1",
                                            "l2=0.1",
                                            "strategy=deterministic",
                                            "order=curriculum",
                                            "penalty=exact l1=0.1",
                                            "state=per-thread",
                                            "average=true",
                                            "batch-norm=true batch-size=16",
                                            "refit=true",
                                            "refit=true refit-epochs=2",
                                            "schedule=plateau",
                                            "valid=rows",
                                            "synchronous=true",
                                            "synchronous=true threads=1 dense=true",
                                            "schedule=linear",
                                            "warm-up=1",
                                            "stop-after=5",
                                            "optimizer=ftrl l2=0.1",
                                            "optimizer=ftrl l1=0.1"};
  std::vector<std::string> all;
  for (const auto& [name, sample] : samples()) all.push_back(name + "=" + sample.good);
  for (const char* more : {"strategy=atomic", "optimizer=ftrl", "loss=softmax", "order=curriculum",
                           "schedule=plateau", "strategy=deterministic"}) {
    all.emplace_back(more);
  }
  const Model model;
  for (unsigned mode = kHeld; mode <= kNamed; mode *= 2) {
    for (const std::string& texts : all) {
      for (const std::string& companion : companions) {
        const Settings settings = settings_of(texts + " " + companion);
        TrainOptions train = settings.train;
        for (int start = 0; start < 4; ++start) {
          train.resume.reset();
          train.resume_state.reset();
          if (start % 2 == 1) train.resume = model;
          if (start / 2 == 1) train.resume_state = std::make_shared<RunState>();
          for (const int ranks : {1, 200}) {
            const Request request{.train = train,
                                  .files = settings.files,
                                  .ranks = settings.ranks,
                                  .number_of_ranks = ranks,
                                  .validation_to_come = ranks == 200,
                                  .settings = &settings};
            if (const auto* refusal = first_refusal(mode, request)) reached.insert(refusal);
          }
        }
      }
    }
  }
  for (const Refusal& refusal : refusals()) {
    EXPECT_TRUE(reached.contains(&refusal)) << refusal.option << ": " << refusal.reason;
  }
}

}  // namespace
}  // namespace hogwild
