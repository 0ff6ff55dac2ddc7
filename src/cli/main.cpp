// The command table; errors to exit codes.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "cli/command.hpp"
#include "cli/described_commands.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/version.hpp"

namespace hogwild::cli {
namespace {

// A program started without them would open its first file as its standard error.
void open_standard_streams() {
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) std::abort();
  }
}

std::string chosen_command(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "" : chosen[0]->get_name();
}

int complain(const CLI::App& app, const std::string& message, int status) {
  const std::string option = status == kBadUsage ? "--" : "";  // whose name the message begins with
  note("hogwild: " + option + with_owners(message, chosen_command(app), described_commands(app)));
  return status;
}

int usage_error(const CLI::App& app, const std::string& message) {
  const std::string where = chosen_command(app);
  note(fmt::format("hogwild: {}\nSee `hogwild {}{}--help`.", message, where,
                   where.empty() ? "" : " "));
  return kBadUsage;
}

int run(CLI::App& app, int argc, char** argv) {
  app.set_version_flag("--version", fmt::format("hogwild {}", kVersion));
  app.require_subcommand(1);
  app.option_defaults()->group("Options");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.footer(
      "Examples:\n"
      "  hogwild train data.svm -o model.hog\n"
      "  hogwild evaluate model.hog test.svm\n"
      "  zcat rows.gz | hogwild predict model.hog -\n"
      "`hogwild help COMMAND` shows all options. They can also be set in a file\n"
      "(--config run.toml: epochs = 5) or in the environment (HOGWILD_EPOCHS=5).\n"
      "Exit status: 0 done; 1 bad data, file or model; 2 usage; 3 diverged; 130 interrupted.");
  Action action;
  add_train_command(app, action);
  add_predict_command(app, action);
  add_evaluate_command(app, action);
  add_inspect_command(app, action);
  add_convert_command(app, action);
  add_generate_command(app, action);
  add_compare_command(app, action);
  add_scale_command(app, action);
  add_simulate_command(app, action);
  add_landscape_command(app, action);
  add_plot_command(app, action);
#ifdef HOGWILD_HAS_SERVE
  add_serve_command(app, action);
#endif
  add_check_command(app, action);
  add_manual_commands(app, action);

  for (CLI::App* const command : app.get_subcommands({})) {
    for (CLI::Option* const option : command->get_options()) {
      if (option->get_expected_max() == 0) continue;  // a flag
      option->check(CLI::Validator(
          [](const std::string& text) { return text.empty() ? std::string("it is empty") : ""; },
          ""));
    }
  }

  std::vector<std::string> typed(argv + 1, argv + argc);
  if (!typed.empty() && typed[0] == "help") {
    typed.erase(typed.begin());
    const auto commands = app.get_subcommands({});
    const auto is_typed = [&](const CLI::App* command) { return command->get_name() == typed[0]; };
    const bool of_all = typed.empty() || typed[0] == "help" || typed[0].starts_with('-');
    if (of_all || std::ranges::any_of(commands, is_typed)) {
      print(help_page(app, of_all ? "" : typed[0], help_width()));
      return kDone;
    }
  }
  try {
    std::vector<std::string> arguments = expand_arguments(app, typed);
    std::ranges::reverse(arguments);  // as CLI11 takes them
    app.parse(arguments);
  } catch (const CLI::CallForHelp& help) {
    const std::string chosen = chosen_command(app);
    if (chosen.empty() && !typed[0].starts_with('-'))
      return usage_error(app, usage_message(app, help, typed));
    print(help_page(app, chosen, help_width()));
    return kDone;
  } catch (const CLI::CallForVersion& version) {
    print(std::string(version.what()) + "\n");
    return kDone;
  } catch (const CLI::ParseError& error) {
    return usage_error(app, usage_message(app, error, typed));
  } catch (const OptionError& error) {
    return usage_error(app, "--" + std::string(error.what()));
  }
  return action();
}

}  // namespace
}  // namespace hogwild::cli

int main(int argc, char** argv) {
  using namespace hogwild::cli;
  open_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // write() reports EFBIG instead
  CLI::App app{"train sparse linear models with lock-free threads on one shared array", "hogwild"};
  try {
    return run(app, argc, argv);
  } catch (const hogwild::OptionError& error) {
    return complain(app, error.what(), kBadUsage);
  } catch (const std::bad_alloc&) {
    return complain(app, "out of memory; --hash-bits bounds the number of features", kBadWorld);
  } catch (const std::system_error& error) {
    return complain(app,
                    std::string("the system refused: ") + error.what() +
                        "; if it is out of threads, ask for fewer with --threads",
                    kBadWorld);
  } catch (const std::exception& error) {
    return complain(app, error.what(), kBadWorld);
  }
}
