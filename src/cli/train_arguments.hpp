// The options of `hogwild train`, between the command line and TrainOptions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "distributed/options.hpp"
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
  float gamma = 0, rho = 0, beta = 0, beta1 = 0, beta2 = 0, epsilon = 0;  // of the rule
  std::string learning_rate = "auto";
  std::string batch_size = "1";
  std::string init = "zero";
  std::string difficulty = "nonzeros";
  std::vector<std::string> class_weights;
  bool no_bias = false;
  std::uint64_t memory_limit = 0;  // bytes; 0: by the machine
  ProgressStyle progress = ProgressStyle::automatic;
  std::string log;
  std::string report;
  std::string resume;
  bool weights_only = false;
  std::string checkpoint;
  std::string checkpoint_every = "60s";
  std::string parameters;
  std::string distributed;   // the kind's name; empty: by this process alone
  DistributedOptions ranks;  // with a kind
  int patience = 20;         // seconds
  bool print_graph = false;
};

/// Declares those that every command which trains has. arguments must live as long as it.
void add_train_arguments(CLI::App& command, TrainArguments& arguments);

/// An option that takes the name of one of a variant's alternatives.
template <class Variant>
void add_alternative(CLI::App& app, const std::string& name, std::string& value,
                     const std::string& description) {
  const std::vector<std::string> names(kNamesOf<Variant>.begin(), kNamesOf<Variant>.end());
  app.add_option(name, value, description + " (default: " + value + ")")
      ->type_name(CLI::detail::join(names, "|"))
      ->check(one_of(names));
}

/// Sets what was typed of --gamma, --rho and the like on a rule. One that it lacks is passed over,
/// or if strict refused by OptionError.
void set_rule_options(const TrainArguments& arguments, const CLI::App& command,
                      AnyUpdateRule& rule_chosen, bool strict);

/// What they mean for train(), save for the validation rows. Throws OptionError where one does not
/// fit another; strict as above.
TrainOptions train_options(const TrainArguments& arguments, const CLI::App& command,
                           bool strict = true);

}  // namespace hogwild::cli
