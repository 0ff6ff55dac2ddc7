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
      "under mpirun, learn with all ranks, each from its own part of the files: downpour, fetching "
      "from and pushing to servers that share out the parameters; easgd, each learning by "
      "itself and merging its steps into a centre now and then, which is what is saved; eamsgd, "
      "the same with momentum; allreduce, all making each step together, on batches of which each "
      "rank has its part; graph, the same with features shared "
      "out in place of rows, as a dataflow graph that is cut where it crosses devices, a device "
      "being a thread of a rank",
      {{"downpour", Distribution::downpour},
       {"easgd", Distribution::easgd},
       {"eamsgd", Distribution::eamsgd},
       {"allreduce", Distribution::allreduce},
       {"graph", Distribution::graph}})
      ->each([&arguments](const std::string& kind) { arguments.distributed = kind; });
  command
      .add_option("--servers", ranks.servers,
                  "downpour: the last S ranks serve and learn nothing (default: 0, all ranks serve "
                  "beside learning)")
      ->type_name("S");
  command
      .add_option("--fetch-every", ranks.fetch_every,
                  "downpour: rows a thread learns between fetches (default: 64)")
      ->type_name("N")
      ->check(digits());
  command
      .add_option("--push-every", ranks.push_every,
                  "downpour: rows a thread learns between pushes; more send less (default: 1)")
      ->type_name("N")
      ->check(digits());
  command.add_flag("--blocking", ranks.blocking,
                   "downpour: fetch after the push before, and wait for it");
  command
      .add_option("--local-rate", ranks.local_rate,
                  "downpour: of the steps a rank makes on its own copy until the next fetch; 0: "
                  "none (default: the learning rate)")
      ->type_name("X");
  command
      .add_option("--warm-start", ranks.warm_start,
                  "downpour: rows that one thread learns before the others begin (default: 0)")
      ->type_name("ROWS")
      ->check(digits());
  command
      .add_option("--period", ranks.period,
                  "easgd, eamsgd: steps of a thread between exchanges with the centre (default: "
                  "10)")
      ->type_name("TAU")
      ->check(digits());
  command
      .add_option("--elasticity", ranks.elasticity,
                  "easgd, eamsgd: the part of their distance by which both sides move, in place of "
                  "merging the steps of all ranks (0.9 / threads of all ranks suits)")
      ->type_name("ALPHA");
  command.add_flag("--synchronous", ranks.synchronous,
                   "easgd, eamsgd: all ranks exchange at once; runs repeat to the bit");
  command.add_flag("--dense", ranks.dense,
                   "easgd, eamsgd: after an epoch exchange the weights that were not touched, too");
  command.add_flag("--print-graph", arguments.print_graph,
                   "graph: print a step in the DOT language, before it is cut and after");
  command
      .add_option("--patience", arguments.patience,
                  "end all ranks when one has not been heard of for so long (default: 20)")
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
