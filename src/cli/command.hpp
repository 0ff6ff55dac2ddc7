// What the files of this folder share: one function a command, and the options several have.
#pragma once

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/report/chart.hpp"
#include "hogwild/report/page.hpp"
#include "options/option.hpp"
#include "options/refusals.hpp"

namespace hogwild::cli {

/// What a command does once its options are parsed; returns the exit status.
using Action = std::function<int()>;

inline constexpr int kDone = 0;
inline constexpr int kBadWorld = 1;  ///< data, file or model
inline constexpr int kBadUsage = 2;
inline constexpr int kDiverged = 3;
inline constexpr int kInterrupted = 130;

/// Adds a command to the program, whose action is then run(arguments, command). Returns the command
/// and its arguments, which live as long as it.
template <class Arguments>
std::pair<CLI::App&, Arguments&> add_command(CLI::App& program, Action& action,
                                             const std::string& name,
                                             const std::string& description,
                                             int (*run)(Arguments&, const CLI::App&)) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = *program.add_subcommand(name, description);
  command.callback([&command, &action, arguments, run] {
    action = [&command, arguments, run] { return run(*arguments, command); };
  });
  return {command, *arguments};
}

/// Each adds one command to app, which sets action when it is chosen.
void add_train_command(CLI::App& app, Action& action);
void add_predict_command(CLI::App& app, Action& action);
void add_evaluate_command(CLI::App& app, Action& action);
void add_inspect_command(CLI::App& app, Action& action);
void add_convert_command(CLI::App& app, Action& action);
void add_generate_command(CLI::App& app, Action& action);
void add_compare_command(CLI::App& app, Action& action);
void add_scale_command(CLI::App& app, Action& action);
void add_simulate_command(CLI::App& app, Action& action);
void add_landscape_command(CLI::App& app, Action& action);
void add_plot_command(CLI::App& app, Action& action);
void add_serve_command(CLI::App& app, Action& action);
void add_check_command(CLI::App& app, Action& action);
void add_manual_commands(CLI::App& app, Action& action);

/// Says what is wrong with the typed arguments, which CLI11 refused with that error.
std::string usage_message(const CLI::App& program, const CLI::ParseError& error,
                          const std::vector<std::string>& typed);

/// Checks that a value is one of some words.
CLI::Validator one_of(std::vector<std::string> words);

/// Data files and how they are read.
struct DataOptions {
  std::vector<std::string> paths;
  Settings settings;

  ReadOptions& read() { return settings.files.read; }
  const ReadOptions& read() const { return settings.files.read; }
};

/// Adds DATA...
void add_data_argument(CLI::App& command, std::vector<std::string>& paths);

/// Adds DATA... and options to read it. Data read for a model is numbered as the model's, so it has
/// no options that number features.
enum class DataFor { training, model, conversion };
void add_data_options(CLI::App& command, DataOptions& data, DataFor purpose);

/// Adds an option of the table, which sets `settings`; its default is that of settings now.
void add_option(CLI::App& command, Settings& settings, std::string_view name);

/// Adds all options of the table that a program has; those that the mode lacks are not in the help,
/// but are refused with the reason. settings must live as long as command.
void add_options(CLI::App& command, Settings& settings, Has program, Mode mode);

/// Adds --threads N|auto; auto is 0.
void add_threads_option(CLI::App& command, int& threads, const std::string& description);

/// The arguments as if the config file's and the environment's had been typed before the user's
/// own, so that what is typed wins over the environment, and that over the file.
/// Throws CLI::ParseError.
std::vector<std::string> expand_arguments(const CLI::App& app,
                                          const std::vector<std::string>& typed);

/// An option that takes one of some names. (CLI11's own transformer takes the numbers behind an
/// enum's names as well.)
template <class Enum>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Enum& value,
                        const std::string& description,
                        const std::map<std::string, Enum>& choices) {
  std::vector<std::string> names;
  for (const auto& [choice, meaning] : choices) names.push_back(choice);
  return app
      .add_option_function<std::string>(
          name, [&value, choices](const std::string& chosen) { value = choices.at(chosen); },
          description)
      ->type_name(CLI::detail::join(names, "|"))
      ->check(one_of(names));
}

/// Lets an option take several values, with commas between them.
inline CLI::Option* listed(CLI::Option* option) {
  return option->allow_extra_args(false)->delimiter(',')->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

/// Checks that a number is made of digits alone: CLI11 takes -1 for an unsigned one.
CLI::Validator digits();

/// A model from its file, or of a parameter file the weights as they are now. Throws as load().
Model load_model(const std::string& path);

/// Writes to stdout. Throws IoError if that fails (a full disk; a closed pipe ends the program).
void print(const std::string& text);

/// Writes a line to stderr; if that can't be done, there is nowhere to say so.
void note(const std::string& line);

struct OutputFile {
  std::string option;  // that names it
  std::string path;    // empty: none is wanted
  std::string what{};  // it is, if it is renamed into place once it is whole; else, as a log,
                       // it is written as things go, and may be a pipe
};

/// Checks that all can be written, that they are of different names, and that none is an input.
/// Throws OptionError, IoError.
void require_writable(const std::vector<OutputFile>& outputs,
                      const std::vector<std::string>& inputs);

void add_report_option(CLI::App& command, std::string& path);

/// What the rows are, at a tenth of a second's expense or so for a million.
Section profile_section(const Dataset& data);

/// Writes a page of the sections and of what was typed, unless path is empty. Throws IoError.
void write_report(const std::string& path, const CLI::App& command, std::vector<Section> sections);

struct PictureOutput {
  std::string path;
  int width = 800;  // pixels

  /// Throws OptionError.
  PictureFormat format() const { return picture_format(path); }

  /// Throws IoError.
  void write(const std::string& bytes) const;
};

/// Adds --output and --width. formats: what the file's name may end in, in words.
void add_picture_options(CLI::App& command, PictureOutput& output, const std::string& formats);

/// While one lives, the first SIGINT or SIGTERM only asks to end; a second one ends the program. A
/// signal that was ignored stays so, as under nohup.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM};
  struct sigaction before_[std::size(kSignals)] = {};
};

/// Whether such a signal has come.
bool interrupted() noexcept;

}  // namespace hogwild::cli
