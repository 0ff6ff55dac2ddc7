// The help of the program or of a command, laid out for a terminal.
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "cli/described_commands.hpp"

namespace hogwild::cli {
namespace {

// Pieces that a line may end after: words with the space behind them, and "a|" of "a|b".
std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> pieces(1);
  for (const char c : text) {
    pieces.back() += c;
    if (c == ' ' || c == '|') pieces.emplace_back();
  }
  return pieces;
}

// Adds a text at the end of a page, whose last line has `column` columns by now. What does not fit
// goes into lines that are indented.
void add_wrapped(std::string& page, std::size_t column, const std::string& text, std::size_t indent,
                 std::size_t width) {
  for (const std::string& piece : pieces_of(text)) {
    const std::size_t length = piece.ends_with(' ') ? piece.size() - 1 : piece.size();
    if (column > indent && column + length > width) {
      while (page.ends_with(' ')) page.pop_back();
      page += "\n" + std::string(indent, ' ');
      column = indent;
    }
    page += piece;
    column += piece.size();
  }
  page += '\n';
}

// A name and what it means, side by side if the name is short enough.
void add_entry(std::string& page, const std::string& name, const std::string& meaning,
               std::size_t width) {
  constexpr std::size_t kNarrow = 60;
  const std::size_t indent = width < kNarrow ? 8 : 28;
  page += "  ";
  std::size_t column = 2 + name.size();
  if (column + 2 > indent) {
    add_wrapped(page, 2, name, 8, width);
    column = 0;
  } else {
    page += name;
  }
  page += std::string(indent - column, ' ');
  add_wrapped(page, indent, meaning, indent, width);
}

std::string written_name(const DescribedOption& option) {
  std::string name = option.names.size() == 1 && option.names[0].starts_with("--") ? "    " : "";
  name += fmt::format("{}", fmt::join(option.names, ", "));
  if (!option.values.empty()) name += (name.empty() ? "" : " ") + option.values;
  return name;
}

std::string meaning_of(const DescribedOption& option) {
  return option.description + (option.required && !option.names.empty() ? " (required)" : "");
}

// Lines of a sentence are filled anew; examples, which are indented, stay apart.
void add_footer(std::string& page, const std::string& footer, std::size_t width) {
  page += '\n';
  std::istringstream stream(footer);
  std::string text;
  const auto add = [&] {
    const bool example = text.starts_with(' ');
    if (!text.empty()) add_wrapped(page, 0, text, example ? 6 : 2, width);
    text.clear();
  };
  for (std::string line; std::getline(stream, line);) {
    const bool goes_on = !text.empty() && !text.starts_with(' ') && !line.starts_with(' ') &&
                         !text.ends_with('.') && !text.ends_with(':');
    if (!goes_on) add();
    text += (goes_on ? " " : "") + line;
  }
  add();
}

std::string page_of(const DescribedCommand& command, std::size_t width) {
  std::string page;
  add_wrapped(page, 0, fmt::format("hogwild {}: {}", command.name, command.description), 2, width);
  std::string usage = fmt::format("Usage: hogwild {} [OPTION]...", command.name);
  for (const DescribedOption& argument : command.arguments) {
    const std::string name =
        argument.values + (argument.several && !argument.values.ends_with(".hogdata") ? "..." : "");
    usage += argument.required ? " " + name : " [" + name + "]";
  }
  add_wrapped(page, 0, usage, 4, width);
  if (!command.arguments.empty()) page += '\n';
  for (const DescribedOption& argument : command.arguments) {
    add_entry(page, written_name(argument), meaning_of(argument), width);
  }
  std::string group;
  for (const DescribedOption& option : command.options) {
    if (option.group != group) page += fmt::format("\n{}:\n", group = option.group);
    add_entry(page, written_name(option), meaning_of(option), width);
  }
  if (!command.footer.empty()) add_footer(page, command.footer, width);
  return page;
}

}  // namespace

std::size_t help_width() {
  constexpr std::size_t kLeast = 40, kMost = 120;
  std::size_t columns = 80;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    columns = size.ws_col;
  } else if (const char* const given = std::getenv("COLUMNS"); given != nullptr) {
    const std::size_t number = std::strtoul(given, nullptr, 10);
    if (number > 0) columns = number;
  }
  return std::clamp(columns, kLeast, kMost);
}

std::string help_page(const CLI::App& program, const std::string& name, std::size_t width) {
  const auto commands = described_commands(program);
  const auto chosen = std::ranges::find(commands, name, &DescribedCommand::name);
  if (chosen != commands.end()) return page_of(*chosen, width);
  std::string page;
  add_wrapped(page, 0, "hogwild: " + program.get_description(), 2, width);
  page += "Usage: hogwild COMMAND [OPTION]...\n\nCommands:\n";
  for (const DescribedCommand& command : commands) {
    add_entry(page, command.name, command.description, width);
  }
  add_footer(page, program.get_footer(), width);
  return page;
}

}  // namespace hogwild::cli
