// hogwild manual and hogwild completion: the help, for man and for shells.
#include <memory>

#include "cli/command.hpp"
#include "cli/described_commands.hpp"

namespace hogwild::cli {

void add_manual_commands(CLI::App& app, Action& action) {
  CLI::App& manual = *app.add_subcommand("manual", "print the manual page");
  manual.footer("Example: hogwild manual | man -l -");
  manual.callback([&app, &action] {
    action = [&app] {
      print(manual_page(app));
      return kDone;
    };
  });
  auto shell = std::make_shared<Shell>(Shell::bash);
  CLI::App& completion = *app.add_subcommand("completion", "print a completion script for a shell");
  add_choice<Shell>(completion, "shell", *shell, "shell",
                    {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}})
      ->required();
  completion.footer(
      "Examples:\n"
      "  . <(hogwild completion bash)\n"
      "  hogwild completion fish > ~/.config/fish/completions/hogwild.fish");
  completion.callback([&app, &action, shell] {
    action = [&app, shell] {
      print(completion_script(app, *shell));
      return kDone;
    };
  });
}

}  // namespace hogwild::cli
