// The table of options: each is described once, for the command line, its help, configuration
// files, the environment, the C interface, checkpoints and the agreement of ranks.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "options/settings.hpp"

namespace hogwild {

/// How an option reads, writes and checks a member of a part of Settings.
template <class Part>
struct Binding {
  std::function<std::string(const Part&)> text;    ///< as set() takes it; "": it has no value
  std::function<void(const Part&)> require_valid;  ///< throws OptionError for one out of range
};

/// The part of settings that is a Part.
template <class Part>
auto& part_of(auto& settings) {
  if constexpr (std::is_same_v<Part, TrainOptions>) return settings.train;
  if constexpr (std::is_same_v<Part, FileOptions>) return settings.files;
  if constexpr (std::is_same_v<Part, ReadOptions>) return settings.files.read;
  if constexpr (std::is_same_v<Part, ColumnOptions>) return settings.files.read.columns;
  if constexpr (std::is_same_v<Part, DistributedOptions>) return settings.ranks;
  if constexpr (std::is_same_v<Part, TeachingOptions>) return settings.teaching;
  if constexpr (std::is_same_v<Part, Settings>) return settings;
}

/// Which programs have an option.
enum Has : unsigned {
  kTrain = 1,
  kCompare = 2,
  kScale = 4,
  kSimulate = 8,
  kLibrary = 16,  ///< the C interface
  kRows = 32,     ///< commands that read rows for a model
  kLearner = 64,  ///< a Learner of the C interface
  kTraining = kTrain | kCompare | kScale | kSimulate | kLibrary,
};

struct Option {
  std::string_view name;    ///< without dashes
  std::string_view group;   ///< title of the help
  unsigned has;             ///< a set of Has
  std::string_view values;  ///< as the help has it, "N|auto"; of a flag empty
  std::string help;
  std::string_view unset{};     ///< what the help tells of the default in place of its value
  std::string_view also{};      ///< a second name, as other tools call it; nothing writes it
  bool several = false;         ///< texts with commas between may be given
  bool shapes_the_run = false;  ///< a run that goes on from a checkpoint needs the same value
  std::function<void(Settings&, std::string_view)> set{};
  std::variant<Binding<TrainOptions>, Binding<FileOptions>, Binding<ReadOptions>,
               Binding<ColumnOptions>, Binding<DistributedOptions>, Binding<TeachingOptions>,
               Binding<Settings>>
      binding{};

  bool is_flag() const noexcept { return values.empty(); }
  std::string text(const Settings& settings) const;
};

/// The group of options that say how rows of tables, JSON lines and texts become features.
inline constexpr std::string_view kColumnOptions = "Columns of tables and JSON lines";

/// All of them, in the order of the help.
std::span<const Option> options();

/// The option of that name which one of the programs has. Throws OptionError, with the near name.
const Option& option_named(std::string_view name, unsigned programs = ~0u);

/// Throws OptionError for the first member that is out of its range.
template <class Part>
void require_in_range(const Part& part) {
  for (const Option& option : options()) {
    const auto* const binding = std::get_if<Binding<Part>>(&option.binding);
    if (binding != nullptr && binding->require_valid) binding->require_valid(part);
  }
}

/// Throws OptionError for an option that was given and that a program does not have; `who` names
/// it.
void require_had(const Settings& settings, Has program, std::string_view who);

/// A configuration file (TOML) that sets the options which were given; the others that `program`
/// has are comments with their defaults.
std::string as_configuration(const Settings& settings, Has program);

}  // namespace hogwild
