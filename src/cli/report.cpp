#include "cli/command.hpp"

#include <fmt/ranges.h>
#include <sys/utsname.h>

#include <ctime>
#include <thread>
#include <utility>

#include "core/new_file.hpp"
#include "core/text.hpp"
#include "hogwild/data/profile.hpp"
#include "hogwild/report/page.hpp"

namespace hogwild::cli {
namespace {

// When and where.
std::string circumstances() {
  utsname system{};
  uname(&system);
  const std::string now = in_utc(std::time(nullptr), "%Y-%m-%d %H:%M");
  return fmt::format("{} UTC, on {}: {} cores, {} {} {}", now, system.nodename,
                     std::thread::hardware_concurrency(), system.sysname, system.release,
                     system.machine);
}

Section options_typed(const CLI::App& command) {
  Section section{
      .title = "Options",
      .text = fmt::format("All others are as hogwild {} --help has them.", command.get_name())};
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0) continue;
    section.facts.emplace_back(
        option->get_positional() ? option->get_type_name() : option->get_name(),
        fmt::format("{}", fmt::join(option->results(), " ")));
  }
  return section;
}

}  // namespace

void add_report_option(CLI::App& command, std::string& path) {
  command
      .add_option("--report", path,
                  "write a report with charts and tables to this file, for a browser and for print")
      ->type_name("FILE.html")
      ->group("Output");
}

Section profile_section(const Dataset& data) {
  constexpr double kSteps = 5e7;
  constexpr std::uint64_t kSeed = 1;
  return section_of(profile(data, kSeed, kSteps), data);
}

void write_report(const std::string& path, const CLI::App& command, std::vector<Section> sections) {
  if (path.empty()) return;
  std::string inputs;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) inputs += fmt::format(" {}", fmt::join(option->results(), " "));
  }
  sections.push_back(options_typed(command));
  NewFile file(path, "report");
  file.write(html({.title = fmt::format("hogwild {}{}", command.get_name(), inputs),
                   .text = circumstances(),
                   .sections = std::move(sections)}));
  file.commit();
}

}  // namespace hogwild::cli
