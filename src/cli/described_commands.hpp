// The commands and their options, as the help has them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace hogwild::cli {

/// An option or an argument.
struct DescribedOption {
  std::vector<std::string> names;    ///< "-o", "--output"; none of an argument
  std::string values;                ///< as the help has it: "FILE", "sgd|adam"; of a flag empty
  std::vector<std::string> choices;  ///< the words it takes, as far as they are known
  std::string description;
  std::string group = "Options";  ///< under which the help lists it
  bool takes_file = false;        ///< its value is the path of one
  bool required = false;
  bool several = false;  ///< values may be given
};

struct DescribedCommand {
  std::string name;
  std::string description;
  std::string footer;
  std::vector<DescribedOption> arguments;
  std::vector<DescribedOption> options;
};

/// Every command of the program, in the help's order.
std::vector<DescribedCommand> described_commands(const CLI::App& program);

/// A message, and which commands have the options in it that `command` lacks: "use --hash-bits
/// (options of hogwild train: --hash-bits)".
std::string with_owners(std::string message, const std::string& command,
                        const std::vector<DescribedCommand>& commands);

/// The help of a command, or of the program if there is no command of that name, in lines of at
/// most `width` columns where words allow it.
std::string help_page(const CLI::App& program, const std::string& name, std::size_t width);

/// Columns for the help: the terminal's, or as the environment variable COLUMNS says, or 80.
std::size_t help_width();

/// The program as a manual page, in troff's man macros.
std::string manual_page(const CLI::App& program);

enum class Shell { bash, zsh, fish };

/// A script that lets a shell complete commands, options and the words they take.
std::string completion_script(const CLI::App& program, Shell shell);

}  // namespace hogwild::cli
