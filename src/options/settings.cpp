#include "options/settings.hpp"

#include <fmt/ranges.h>

#include <variant>

#include "core/text.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "options/option.hpp"
#include "options/refusals.hpp"

namespace hogwild {
namespace {

// "adagrad, adam": the rules that have a number of that name.
std::string rules_with(std::string_view number) {
  std::vector<std::string_view> names;
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for_each_number(rule, [&](const RuleNumber& its, float) {
      if (its.name == number) names.push_back(rule.kName);
    });
  });
  return fmt::format("{}", fmt::join(names, ", "));
}

void put_in(AnyUpdateRule& chosen, const std::string& name, float value, bool strict) {
  bool has_it = false;
  std::visit(
      [&](auto& rule) {
        for_each_number(rule, [&](const RuleNumber& its, float& number) {
          if (its.name == name) number = value, has_it = true;
        });
      },
      chosen);
  if (!has_it && strict) {
    throw OptionError(name,
                      fmt::format("{} has none; it is of {}", name_of(chosen), rules_with(name)));
  }
}

void put_in(AnySchedule& chosen, const Settings& settings) {
  if (settings.decay) {
    std::visit(
        [&](auto& schedule) {
          if constexpr (requires { schedule.decay; }) {
            schedule.decay = *settings.decay;
          } else {
            throw OptionError("decay", fmt::format("the {} schedule has none; choose another with "
                                                   "--schedule",
                                                   schedule.kName));
          }
        },
        chosen);
  }
  auto* const steps = std::get_if<Steps>(&chosen);
  if (steps == nullptr && !settings.steps.empty()) {
    throw OptionError("steps", "it is the table of --schedule steps, which was not chosen");
  }
  if (steps == nullptr) return;
  if (settings.steps.empty()) {
    throw OptionError("schedule", "steps needs its table: --steps 3:0.5,6:0.1");
  }
  steps->table = settings.steps;
}

}  // namespace

const Option& option_named(std::string_view name, unsigned programs) {
  std::vector<std::string> names;
  for (const Option& known : options()) {
    if ((known.has & programs) == 0) continue;
    if (known.name == name || (known.also == name && !name.empty())) return known;
    names.emplace_back(known.name);
  }
  const std::string near = nearest_word(name, names);
  throw OptionError(std::string(name),
                    near.empty()
                        ? fmt::format("unknown option; the options are {}", fmt::join(names, ", "))
                        : fmt::format("unknown option; did you mean {}?", near));
}

void Settings::set(std::string_view name, std::string_view text) {
  const Option& option = option_named(name);
  option.set(*this, text);
  given.emplace(option.name);
}

std::string Settings::text(std::string_view name) const {
  return option_named(name).text(*this);
}

std::string Option::text(const Settings& settings) const {
  return std::visit(
      [&]<class Part>(const Binding<Part>& its) { return its.text(part_of<Part>(settings)); },
      binding);
}

TrainOptions train_options(const Settings& settings, bool strict) {
  TrainOptions options = settings.train;
  for (const auto& [name, value] : settings.rule_numbers) {
    put_in(options.update_rule, name, value, strict);
  }
  options.find_average = !settings.is_given("optimizer") && !settings.is_given("average") &&
                         settings.rule_numbers.empty();
  options.find_epsilon = !settings.rule_numbers.contains("epsilon");
  put_in(options.schedule, settings);
  const Request request{
      .train = options, .files = settings.files, .ranks = settings.ranks, .settings = &settings};
  if (const Refusal* const refusal = first_refusal(kNamed, request)) {
    throw OptionError(std::string(refusal->option), reason_for(*refusal, request));
  }
  return options;
}

void require_had(const Settings& settings, Has program, std::string_view who) {
  for (const std::string& name : settings.given) {
    if ((option_named(name).has & program) != 0) continue;
    throw OptionError(name, fmt::format("{} does not have this option; leave it out", who));
  }
}

std::string as_configuration(const Settings& settings, Has program) {
  std::string lines;
  std::string_view group;
  for (const Option& option : options()) {
    const std::string text = option.text(settings);
    if ((option.has & program) == 0 || text.empty()) continue;
    if (option.group != group) lines += fmt::format("# {}\n", option.group);
    group = option.group;
    if (!settings.is_given(option.name)) lines += "# ";
    const bool bare = option.is_flag() || text.find_first_not_of("0123456789.") == text.npos;
    lines += bare ? fmt::format("{} = {}\n", option.name, text)
                  : fmt::format("{} = '{}'\n", option.name, text);
  }
  return lines;
}

}  // namespace hogwild
