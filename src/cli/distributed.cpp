#include "cli/distributed.hpp"

#include <fmt/format.h>

#include <array>

#include "hogwild/core/error.hpp"

namespace hogwild::cli {
namespace {

constexpr std::array kOfRanks{"servers",     "fetch-every", "push-every",  "blocking",
                              "local-rate",  "warm-start",  "period",      "elasticity",
                              "synchronous", "dense",       "print-graph", "patience"};

}  // namespace

void add_distributed_options(CLI::App& command, TrainArguments& arguments) {
  DistributedOptions& ranks = arguments.ranks;
  add_choice<Distribution>(
      command, "--distributed", ranks.kind,
      "train under mpirun with all ranks (processes), each on its part of the rows. downpour: "
      "ranks fetch weights from servers and push steps to them, and each server has a part of the "
      "weights; easgd: each rank trains a model of its own and merges it with a central model "
      "regularly; eamsgd: easgd with momentum; allreduce: all ranks make each step together, on "
      "one batch; graph: each rank has a part of the features, in a dataflow graph that is split "
      "between devices (threads)",
      {{"downpour", Distribution::downpour},
       {"easgd", Distribution::easgd},
       {"eamsgd", Distribution::eamsgd},
       {"allreduce", Distribution::allreduce},
       {"graph", Distribution::graph}})
      ->each([&arguments](const std::string& kind) { arguments.distributed = kind; });
  command
      .add_option("--servers", ranks.servers,
                  "downpour, easgd, eamsgd: number of ranks that are only servers, the last ones "
                  "(default: 0, each rank trains and is a server)")
      ->type_name("S");
  command
      .add_option("--fetch-every", ranks.fetch_every,
                  "downpour: number of rows per thread between two fetches (default: 64)")
      ->type_name("N")
      ->check(digits());
  command
      .add_option("--push-every", ranks.push_every,
                  "downpour: number of rows per thread between two pushes (default: 1)")
      ->type_name("N")
      ->check(digits());
  command.add_flag(
      "--blocking", ranks.blocking,
      "downpour: wait until each fetch is complete; it is sent after the previous push");
  command
      .add_option("--local-rate", ranks.local_rate,
                  "downpour: learning rate of a rank's steps on its own copy of the weights until "
                  "the next fetch; 0: no such steps (default: the learning rate)")
      ->type_name("X");
  command
      .add_option("--warm-start", ranks.warm_start,
                  "downpour: one thread first trains alone on this many rows (default: 0)")
      ->type_name("ROWS")
      ->check(digits());
  command
      .add_option(
          "--period", ranks.period,
          "easgd, eamsgd: number of steps per thread between two exchanges with the central "
          "model (default: 10)")
      ->type_name("TAU")
      ->check(digits());
  command
      .add_option("--elasticity", ranks.elasticity,
                  "easgd, eamsgd: in an exchange move both models towards each other by this share "
                  "of their distance, instead of merging steps (a good value: 0.9 / number of "
                  "threads of all ranks)")
      ->type_name("ALPHA");
  command.add_flag(
      "--synchronous", ranks.synchronous,
      "easgd, eamsgd: all ranks exchange at the same time; the same run gives the same model, byte "
      "for byte");
  command.add_flag(
      "--dense", ranks.dense,
      "easgd, eamsgd: after each epoch exchange all weights, also those that did not change");
  command.add_flag(
      "--print-graph", arguments.print_graph,
      "graph: print the graph of a step before and after the split, in the DOT language");
  command
      .add_option("--patience", arguments.patience,
                  "stop all ranks if one of them is silent for this long (default: 20)")
      ->type_name("SECONDS")
      ->check(CLI::Range(2, 3600).description(""));
}

void require_not_distributed(const CLI::App& command) {
  for (const char* const name : kOfRanks) {
    if (command.count(std::string("--") + name) != 0) {
      throw OptionError(name, "it is of runs with --distributed, which was not chosen");
    }
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
