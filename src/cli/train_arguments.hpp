// The options of `hogwild train`, between the command line and TrainOptions.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/train/options.hpp"

namespace hogwild::cli {

/// What is typed.
struct TrainArguments {
  DataOptions data;
  TrainOptions train;
  std::string output;
  std::string valid;
  double valid_fraction = 0;
  std::string loss{Logistic::kName};
  std::string optimizer{Adagrad::kName};
  std::string schedule{Constant::kName};
  double decay = 0;
  std::string steps;
  float gamma = 0, rho = 0, beta1 = 0, beta2 = 0, epsilon = 0;  // of the rule
  float learning_rate = 0;
  bool no_bias = false;
  std::string threads = "auto";
  ProgressStyle progress = ProgressStyle::automatic;
  std::string log;
};

/// Declares them all on the command. arguments must live as long as it.
void add_train_arguments(CLI::App& command, TrainArguments& arguments);

/// What they mean for train(), save for the validation rows. Throws OptionError where one does not
/// fit another.
TrainOptions train_options(const TrainArguments& arguments, const CLI::App& command);

}  // namespace hogwild::cli
