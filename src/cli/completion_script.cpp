#include <fmt/ranges.h>

#include "cli/described_commands.hpp"

namespace hogwild::cli {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::string bash_script(const CLI::App& program) {
  std::vector<std::string> names;
  std::string cases;
  for (const DescribedCommand& command : described_commands(program)) {
    names.push_back(command.name);
    std::vector<std::string> options;
    std::string choices, arguments;
    for (const DescribedOption& argument : command.arguments) {
      arguments += joined(argument.choices, " ");
    }
    for (const DescribedOption& option : command.options) {
      options.insert(options.end(), option.names.begin(), option.names.end());
      if (!option.choices.empty()) {
        choices += fmt::format("        {}) words=\"{}\" ;;\n", joined(option.names, "|"),
                               joined(option.choices, " "));
      } else if (!option.takes_file && !option.values.empty()) {
        choices += fmt::format("        {}) words=\" \" ;;\n", joined(option.names, "|"));
      }
    }
    cases += fmt::format(
        "    {})\n      options=\"{}\" arguments=\"{}\"\n      case \"$before\" in\n{}      esac\n"
        "      ;;\n",
        command.name, joined(options, " "), arguments, choices);
  }
  return "_hogwild() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local options=\"\" arguments=\"\" words=\"\"\n"
         "  COMPREPLY=()\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    COMPREPLY=($(compgen -W \"" +
         joined(names, " ") +
         " --help --version\" -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         cases +
         "  esac\n"
         "  if [[ -n $words ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "  elif [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  elif [[ -n $arguments ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$arguments\" -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _hogwild hogwild\n";
}

// A word between single quotes of fish.
std::string in_quotes(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') word += '\\';
    word += c;
  }
  return word + "'";
}

std::string fish_script(const CLI::App& program) {
  std::string script;
  for (const DescribedCommand& command : described_commands(program)) {
    script += fmt::format("complete -c hogwild -n __fish_use_subcommand -f -a {} -d {}\n",
                          command.name, in_quotes(command.description));
    for (const DescribedOption& option : command.options) {
      script +=
          fmt::format("complete -c hogwild -n '__fish_seen_subcommand_from {}'", command.name);
      for (const std::string& name : option.names) {
        script += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!option.choices.empty()) {
        script += " -x -a " + in_quotes(joined(option.choices, " "));
      } else if (!option.values.empty()) {
        script += option.takes_file ? " -r" : " -x";
      }
      script += " -d " + in_quotes(option.description) + "\n";
    }
  }
  return script;
}

}  // namespace

std::string completion_script(const CLI::App& program, Shell shell) {
  switch (shell) {
    case Shell::fish:
      return fish_script(program);
    case Shell::zsh:  // which knows bash's scripts
      return "#compdef hogwild\nautoload -U +X bashcompinit && bashcompinit\n" +
             bash_script(program);
    default:
      return bash_script(program);
  }
}

}  // namespace hogwild::cli
