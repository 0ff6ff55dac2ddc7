#include "cli/train_arguments.hpp"

namespace hogwild::cli {

void add_train_arguments(CLI::App& command, TrainArguments& arguments, Has program, Mode mode) {
  add_data_argument(command, arguments.paths);
  add_options(command, arguments.settings, program, mode);
  add_progress_option(command, arguments.progress);
}

void validate_on_a_tenth(Settings& settings) {
  constexpr double kShare = 0.1;
  if (settings.is_given("valid-fraction")) return;
  settings.files.valid_fraction = kShare;
  if (settings.is_given("valid")) settings.files.valid_fraction.reset();
}

}  // namespace hogwild::cli
