#include "train/run_state.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <span>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "options/option.hpp"
#include "options/value_text.hpp"

namespace hogwild {
namespace {

template <class Value>
std::string hash_of(std::span<const Value> values) {
  return fmt::format("{:016x}", XXH3_64bits(values.data(), values.size_bytes()));
}

// The rows' labels, weights and lengths; features are many, and rarely differ alone.
std::string fingerprint(const Dataset& data) {
  std::vector<std::uint32_t> lengths;
  std::vector<float> weights;
  for (Offset i = 0; i < data.rows(); ++i) {
    lengths.push_back(static_cast<std::uint32_t>(data.row(i).nonzeros()));
    weights.push_back(data.row(i).weight);
  }
  return hash_of(data.labels()) + hash_of(std::span<const float>(weights)) +
         hash_of(std::span<const std::uint32_t>(lengths));
}

// A schedule with its numbers.
std::string in_words(const AnySchedule& any) {
  std::string text(name_of(any));
  std::visit(
      [&](const auto& schedule) {
        if constexpr (requires { schedule.decay; }) text += fmt::format(" {}", schedule.decay);
        if constexpr (requires { schedule.threshold; }) {
          text += fmt::format(" {}", schedule.threshold);
        }
        if constexpr (requires { schedule.table; }) {
          for (const auto& [epoch, factor] : schedule.table) {
            text += fmt::format(" {}:{}", epoch, factor);
          }
        }
      },
      any);
  return text;
}

// A value as earlier versions kept it: words of enumerations by their number, 0 for full and zero.
std::string as_kept_now(const std::string& option, const std::string& value) {
  static const std::map<std::string, std::vector<std::string>> kWords{
      {"penalty", {"degree", "exact"}},
      {"strategy", {"hogwild", "atomic", "locked", "deterministic"}},
      {"state", {"shared", "per-thread"}},
      {"order", {"shuffle", "sequential", "curriculum"}},
      {"curriculum", {"naive", "mixed", "combined"}},
      {"batch-size", {"full"}},
      {"init", {"zero"}}};
  const auto words = kWords.find(option);
  const auto number = signed_number_in<std::size_t>(value);
  if (words != kWords.end() && number && *number < words->second.size()) {
    return words->second[*number];
  }
  return option == "init" && signed_number_in<float>(value) ? "normal:" + value
                                                            : short_exponent(value);
}

}  // namespace

Numbering numbering_of(const FeatureSpace& features) noexcept {
  if (!features.ranking) return Numbering::plain;
  const bool all = features.ranking->features.size() == features.size;
  return all ? Numbering::ranked : Numbering::hot_first;
}

std::vector<Index> hot_of(const FeatureSpace& features) {
  if (numbering_of(features) != Numbering::hot_first) return {};
  return {features.ranking->features.begin(), features.ranking->features.end()};
}

MadeWith made_with(const TrainOptions& options, const TrainPlan& plan, const Dataset& data) {
  MadeWith made{{"optimizer", in_words(options.update_rule)},
                {"learning-rate", fmt::format("{}", plan.learning_rate)},
                {"schedule", in_words(options.schedule)}};
  for (const Option& option : hogwild::options()) {
    const auto* const binding = std::get_if<Binding<TrainOptions>>(&option.binding);
    if (option.shapes_the_run) made.emplace_back(option.name, binding->text(options));
  }
  made.emplace_back("difficulty", hash_of(std::span<const float>(options.difficulty)));
  made.emplace_back("threads", fmt::format("{}", plan.descent.workers));
  made.emplace_back("features", fmt::format("{}", data.features().size));
  made.emplace_back("data", fingerprint(data));
  made.emplace_back("valid", options.validation ? fingerprint(*options.validation) : "none");
  return made;
}

void require_same(const MadeWith& then, const MadeWith& now) {
  for (const auto& [option, value] : now) {
    const auto kept = std::ranges::find(then, option, &MadeWith::value_type::first);
    // A value that an earlier version did not keep was the default.
    const std::string before =
        kept == then.end() ? Settings{}.text(option) : as_kept_now(option, kept->second);
    if (before == short_exponent(value)) continue;
    if (option == "data" || option == "valid" || option == "features") {
      throw OptionError("resume", fmt::format("the checkpoint is from a run on other rows ({}); "
                                              "give the same files and the same split",
                                              option));
    }
    throw OptionError("resume",
                      fmt::format("the checkpoint is from a run with another --{}: {} instead of "
                                  "{}; give the options of that run",
                                  option, before, value));
  }
}

}  // namespace hogwild
