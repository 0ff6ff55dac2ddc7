#include "cli/distributed.hpp"

#include "hogwild/core/error.hpp"

namespace hogwild::cli {

void add_distributed_options(CLI::App& command, TrainArguments& arguments) {
  command
      .add_flag("--print-graph", arguments.print_graph,
                "graph: print the graph of a step before and after the split, in the DOT language")
      ->group("Distributed");
  command
      .add_option("--patience", arguments.patience,
                  "stop all ranks if one of them is silent for this long (default: 20)")
      ->type_name("SECONDS")
      ->check(CLI::Range(2, 3600).description(""))
      ->group("Distributed");
}

void require_not_distributed(const CLI::App& command) {
  for (const CLI::Option* const option : command.get_options()) {
    if (option->get_group() != "Distributed" || option->count() == 0) continue;
    throw OptionError(option->get_lnames().front(),
                      "it is of runs with --distributed, which was not chosen");
  }
}

#ifndef HOGWILD_HAS_MPI
int run_distributed(const TrainArguments&, const CLI::App&) {
  throw OptionError("distributed",
                    "this hogwild was built without MPI; install libopenmpi-dev and "
                    "libboost-mpi-dev (or MPICH's) and build it again");
}
#endif

}  // namespace hogwild::cli
