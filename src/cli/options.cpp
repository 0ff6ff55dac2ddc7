// The options several commands have, and where their values may come from.
#include <fmt/format.h>
#include <atomic>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/command.hpp"
#include "core/new_file.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/learn/learner.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/model/file.hpp"

namespace hogwild::cli {

namespace {

// output: the last name is the file to write, which stands for itself.
void add_data_argument(CLI::App& command, std::vector<std::string>& paths, bool output) {
  const auto set = [&paths, output](std::vector<std::string> given) {
    if (!output) {
      paths = files_of(given);
      return;
    }
    const std::string last = given.back();
    given.pop_back();
    paths = files_of(given);
    paths.push_back(last);
  };
  command
      .add_option_function<std::vector<std::string>>(
          "data", set,
          "data files, plain or compressed by gzip, zstd or bzip2, or directories of them; - is "
          "standard input")
      ->type_name("DATA")
      ->required();
}

}  // namespace

void add_data_argument(CLI::App& command, std::vector<std::string>& paths) {
  add_data_argument(command, paths, false);
}

void add_data_options(CLI::App& command, DataOptions& data, DataFor purpose) {
  add_data_argument(command, data.paths, purpose == DataFor::conversion);
  add_options(command, data.settings, kRows, kHeld);
  if (purpose == DataFor::model) {
    add_threads_option(command, data.read().threads,
                       "at most this many threads; auto: one per core (default: auto)");
    return;
  }
  add_option(command, data.settings, "index-base");
  add_option(command, data.settings, "hash-bits");
  for (const Option& option : options()) {
    if (option.group == kColumnOptions && (option.has & kRows) == 0) {
      add_option(command, data.settings, option.name);
    }
  }
}

void add_threads_option(CLI::App& command, int& threads, const std::string& description) {
  command
      .add_option_function<std::string>(
          "--threads",
          [&threads](const std::string& text) { threads = text == "auto" ? 0 : std::stoi(text); },
          description)
      ->type_name("N|auto")
      ->check([](const std::string& text) -> std::string {
        const bool digits = !text.empty() && text.size() < 6 &&
                            text.find_first_not_of("0123456789") == std::string::npos;
        if (text == "auto" || (digits && std::stoi(text) > 0)) return {};
        return "'" + text + "' is neither a number above 0 nor auto";
      });
}

CLI::Validator digits() {
  return CLI::Validator(
      [](const std::string& text) -> std::string {
        const bool good = !text.empty() && text.size() < 20 &&
                          text.find_first_not_of("0123456789") == std::string::npos;
        return good ? "" : "'" + text + "' is not a whole number from 0 to 10^19";
      },
      "");
}

namespace {

// HOGWILD_LEARNING_RATE for --learning-rate.
std::string variable_of(const std::string& option) {
  std::string variable = "HOGWILD_";
  for (const char c : option) {
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

std::vector<std::string> arguments_of_file(const std::string& path) {
  std::ifstream file(path);
  if (!file || file.peek() == std::ifstream::traits_type::eof()) {
    throw IoError(path, errno != 0 ? std::strerror(errno) : "the file is empty",
                  "check the path given to --config");
  }
  std::vector<std::string> arguments;
  for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(file)) {
    if (item.name == "++" || item.name == "--") continue;  // section marks
    if (item.name == "config") {
      throw IoError(path, "it names another file by config", "write all options in one file");
    }
    if (!item.parents.empty()) {
      throw IoError(path, fmt::format("there is a section [{}]", item.parents.front()),
                    "write the options without sections: epochs = 5");
    }
    for (const std::string& value : item.inputs) {
      if (value.empty()) {
        throw IoError(path, fmt::format("{} has no value", item.name), "write one, or remove it");
      }
      arguments.push_back(fmt::format("--{}={}", item.name, value));
    }
  }
  return arguments;
}

}  // namespace

std::vector<std::string> expand_arguments(const CLI::App& app,
                                          const std::vector<std::string>& typed) {
  const auto is_typed = [&](const CLI::App* command) { return command->get_name() == typed[0]; };
  if (typed.empty() || app.get_subcommands(is_typed).empty()) return typed;

  std::vector<std::string> all{typed[0]};
  std::vector<std::string> own;
  std::string config;
  if (const char* value = std::getenv("HOGWILD_CONFIG")) config = value;
  for (std::size_t i = 1; i < typed.size(); ++i) {
    if (typed[i].starts_with("--") && typed[i].ends_with("=")) {
      throw CLI::ArgumentMismatch(typed[i] + " has no value");  // CLI11 would take the next word
    }
    if (typed[i] == "--config") {
      if (i + 1 == typed.size()) throw CLI::ArgumentMismatch("--config needs a file");
      config = typed[++i];
    } else if (typed[i].starts_with("--config=")) {
      config = typed[i].substr(std::strlen("--config="));
    } else {
      own.push_back(typed[i]);
    }
  }
  if (!config.empty()) std::ranges::move(arguments_of_file(config), std::back_inserter(all));
  for (const CLI::Option* option : app.get_subcommands(is_typed)[0]->get_options()) {
    if (option->get_lnames().empty() || option->get_lnames()[0] == "help") continue;
    const std::string& name = option->get_lnames()[0];
    const char* const value = std::getenv(variable_of(name).c_str());
    if (value != nullptr && *value != '\0') {
      all.push_back(fmt::format("--{}={}", name, value));
    }
  }
  std::ranges::move(own, std::back_inserter(all));
  return all;
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw IoError("standard output", std::strerror(errno), "make room, or check where it goes");
  }
}

void note(const std::string& line) {
  fmt::print(stderr, "{}\n", line);
}

Model load_model(const std::string& path) {
  return is_parameter_file(path) ? Learner(ParameterFile::open(path)).snapshot() : load(path);
}

void PictureOutput::write(const std::string& bytes) const {
  NewFile file(path, "picture");
  file.write(bytes);
  file.commit();
}

void add_picture_options(CLI::App& command, PictureOutput& output, const std::string& formats) {
  command
      .add_option(
          "-o,--output", output.path,
          "picture to write, in the format of its extension: " + formats + " or .tsv (the numbers)")
      ->type_name("FILE")
      ->required();
  command.add_option("--width", output.width, "width of the picture in pixels (default: 800)")
      ->type_name("PIXELS")
      ->check(CLI::Range(300, 4000).description(""));
}

namespace {

std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

InterruptGuard::InterruptGuard() {
  for (std::size_t k = 0; k < std::size(kSignals); ++k) {
    sigaction(kSignals[k], nullptr, &before_[k]);
    if (before_[k].sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = [](int) { signalled.store(true, std::memory_order_relaxed); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(kSignals[k], &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t k = 0; k < std::size(kSignals); ++k) {
    sigaction(kSignals[k], &before_[k], nullptr);
  }
}

bool interrupted() noexcept {
  return signalled.load(std::memory_order_relaxed);
}

}  // namespace hogwild::cli
