#include <fmt/format.h>

#include <sstream>

#include "cli/command.hpp"
#include "cli/described_commands.hpp"
#include "hogwild/core/version.hpp"

namespace hogwild::cli {
namespace {

// Text in which troff sees nothing of its own.
std::string plain(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  if (escaped.starts_with('.') || escaped.starts_with('\'')) escaped.insert(0, "\\&");
  return escaped;
}

std::string capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// A footer line by line: it is laid out already, and its examples are not to be filled.
void add_as_it_is(std::string& page, const std::string& text) {
  page += ".nf\n";
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) page += plain(line) + "\n";
  page += ".fi\n";
}

void add_option(std::string& page, const DescribedOption& option) {
  page += ".TP\n";
  std::string names;
  for (const std::string& name : option.names) {
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", plain(name));
  }
  page += names;
  if (!option.values.empty()) {
    page += fmt::format("{}\\fI{}\\fR", names.empty() ? "" : " ", plain(option.values));
  }
  page += "\n" + plain(option.description) + "\n";
}

}  // namespace

std::string manual_page(const CLI::App& program) {
  std::string page = fmt::format(
      ".TH HOGWILD 1 \"\" \"hogwild {}\" \"User Commands\"\n.SH NAME\nhogwild \\- train sparse "
      "linear models with lock\\-free threads\n.SH SYNOPSIS\n",
      kVersion);
  const auto commands = described_commands(program);
  for (const DescribedCommand& command : commands) {
    page += fmt::format(".B hogwild {}\n", plain(command.name));
    page += "[\\fIOPTION\\fR]...";
    for (const DescribedOption& argument : command.arguments) {
      page += fmt::format(" \\fI{}\\fR", plain(argument.values));
    }
    page += "\n.br\n";
  }
  page += ".SH DESCRIPTION\n" + plain(program.get_description()) + "\n.PP\n";
  add_as_it_is(page, program.get_footer());
  page += ".SH COMMANDS\n";
  for (const DescribedCommand& command : commands) {
    page += fmt::format(
        ".SS {}\n{}.\n", capitals(command.name),
        plain(capitals(command.description.substr(0, 1)) + command.description.substr(1)));
    for (const DescribedOption& argument : command.arguments) add_option(page, argument);
    std::string group = "Options";
    for (const DescribedOption& option : command.options) {
      if (option.group != group) page += fmt::format(".PP\n{}:\n", group = option.group);
      add_option(page, option);
    }
    if (command.footer.empty()) continue;
    page += ".PP\n";
    add_as_it_is(page, command.footer);
  }
  return page;
}

void add_manual_commands(CLI::App& app, Action& action) {
  struct Nothing {};
  const auto run_manual = [](Nothing&, const CLI::App& command) {
    print(manual_page(*command.get_parent()));
    return kDone;
  };
  add_command<Nothing>(app, action, "manual", "print the manual page", run_manual)
      .first.footer("Example: hogwild manual | man -l -");
  const auto run_completion = [](Shell& shell, const CLI::App& command) {
    print(completion_script(*command.get_parent(), shell));
    return kDone;
  };
  auto [sub, shell] = add_command<Shell>(app, action, "completion",
                                         "print a completion script for a shell", run_completion);
  add_choice<Shell>(sub, "shell", shell, "shell",
                    {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}})
      ->required();
  sub.footer(
      "Examples:\n"
      "  . <(hogwild completion bash)\n"
      "  hogwild completion fish > ~/.config/fish/completions/hogwild.fish");
}

}  // namespace hogwild::cli
