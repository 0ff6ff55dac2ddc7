// hogwild simulate
#include <fmt/format.h>

#include <sstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/train_outcome.hpp"
#include "core/text.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/lab/simulate.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/train.hpp"

namespace hogwild::cli {
namespace {

constexpr double kMicro = 1e-6, kNano = 1e-9, kMega = 1e6;

struct SimulateCommand {
  TrainArguments train;
  std::vector<int> workers;
  std::vector<std::string> methods{"hogwild"};
  lab::SimulationOptions simulation;
  std::string delay = "none";
  std::string stragglers;
  double latency_us = lab::SimulatedCosts{}.latency / kMicro;
  double bandwidth_mb = lab::SimulatedCosts{}.bandwidth / kMega;
  double row_ns = lab::SimulatedCosts{}.row / kNano;
  double nonzero_ns = lab::SimulatedCosts{}.nonzero / kNano;
  std::string line_transfer = "0";
  bool measure = false;
  bool json = false;
};

// The numbers after a name: "uniform:5:20" has 5 and 20.
std::vector<double> numbers_after(const std::string& text, std::size_t count,
                                  const std::string& option, const std::string& form) {
  std::istringstream stream(text);
  std::string part;
  std::getline(stream, part, ':');
  std::vector<double> numbers;
  const auto refuse = [&] { throw OptionError(option, fmt::format("'{}' is not {}", text, form)); };
  while (std::getline(stream, part, ':')) {
    const auto number = number_in<double>(part);
    if (!number) refuse();
    numbers.push_back(*number);
  }
  if (numbers.size() != count) refuse();
  return numbers;
}

// "none", "fixed:US", "uniform:US:US", "exponential:US".
lab::Delay delay_in(const std::string& text) {
  const std::string kind = text.substr(0, text.find(':'));
  const auto numbers = [&](std::size_t count, const std::string& form) {
    return numbers_after(text, count, "delay", form);
  };
  if (kind == "none") return {};
  if (kind == "fixed") {
    return {lab::Delay::Kind::fixed, numbers(1, "fixed:MICROSECONDS")[0] * kMicro, 0};
  }
  if (kind == "uniform") {
    const auto range = numbers(2, "uniform:FROM:TO in microseconds");
    return {lab::Delay::Kind::uniform, range[0] * kMicro, range[1] * kMicro};
  }
  if (kind == "exponential") {
    return {lab::Delay::Kind::exponential, 0,
            numbers(1, "exponential:MEAN in microseconds")[0] * kMicro};
  }
  throw OptionError("delay", fmt::format("'{}' is none of none, fixed:US, uniform:US:US and "
                                         "exponential:US",
                                         text));
}

// "NS" or "NS:NS", in a socket and from socket to socket.
void take_line_transfer(const std::string& text, lab::SimulatedCosts& costs) {
  const bool two = text.find(':') != std::string::npos;
  const auto numbers = numbers_after(":" + text, two ? 2 : 1, "line-transfer",
                                     "NS or NEAR:FAR in nanoseconds, as 50 or 50:150");
  costs.line_transfer = numbers.front() * kNano;
  costs.far_line_transfer = numbers.back() * kNano;
}

lab::Method method_named(const std::string& name) {
  for (const lab::Method method : {lab::Method::hogwild, lab::Method::views, lab::Method::downpour,
                                   lab::Method::easgd, lab::Method::allreduce}) {
    if (name_of(method) == name) return method;
  }
  throw OptionError(
      "method", fmt::format("'{}' is none of hogwild, views, downpour, easgd and allreduce", name));
}

lab::SimulationOptions simulation_options(const SimulateCommand& command) {
  lab::SimulationOptions options = command.simulation;
  lab::SimulatedCosts& costs = options.costs;
  costs.delay = delay_in(command.delay);
  costs.latency = command.latency_us * kMicro;
  costs.bandwidth = command.bandwidth_mb * kMega;
  costs.row = command.row_ns * kNano;
  costs.nonzero = command.nonzero_ns * kNano;
  take_line_transfer(command.line_transfer, costs);
  if (!command.stragglers.empty()) {
    const auto numbers =
        numbers_after(":" + command.stragglers, 2, "stragglers", "SHARE:FACTOR, as 0.1:10");
    costs.stragglers = numbers[0];
    costs.slowness = numbers[1];
  }
  return options;
}

int run(SimulateCommand& command, const CLI::App& app) {
  validate_on_a_tenth(command.train.settings);
  require_report(command.train);
  std::vector<int> workers = command.workers;
  if (workers.empty()) workers = {1, 4, 16, 64, 256, 1024};
  lab::SimulationOptions simulated = simulation_options(command);
  std::vector<lab::Method> methods;
  for (const std::string& name : command.methods) methods.push_back(method_named(name));
  ProgressDisplay display(command.train.progress);
  const TrainOptions asked_for = train_options(command.train.settings);
  require_valid(kSimulated,
                {.train = asked_for, .files = command.train.files(), .validation_to_come = true});
  const auto [stream, rows, options] =
      open_rows(command.train.paths, command.train.files(), asked_for, display, Holding::always);
  const Dataset& data = *rows;

  const InterruptGuard guard;
  if (command.measure) {
    const lab::SimulatedCosts asked = simulated.costs;
    simulated.costs = lab::measured_costs(data, options, asked);
    if (app.count("--nonzero-cost") != 0) simulated.costs.nonzero = asked.nonzero;
    if (app.count("--line-transfer") != 0) {
      simulated.costs.line_transfer = asked.line_transfer;
      simulated.costs.far_line_transfer = asked.far_line_transfer;
    }
    display.say(fmt::format("measured: {:.2f} ns per non-zero, {:.0f} ns per cache line",
                            simulated.costs.nonzero / kNano,
                            simulated.costs.line_transfer / kNano));
  }
  std::vector<lab::SimulationOptions> all;
  for (const lab::Method method : methods) {
    for (const int n : workers) {
      simulated.method = method;
      simulated.workers = n;
      all.push_back(simulated);
    }
  }
  const std::vector<lab::Simulation> done = lab::simulate(data, options, all, display);
  display.clear();
  for (const lab::Simulation& simulation : done) {
    if (!command.json) break;
    for (const lab::SimulatedEpoch& epoch : simulation.epochs) {
      print(json_line(simulation, epoch) + "\n");
    }
    print(json_line(simulation) + "\n");
  }
  if (!command.json) print(table(done));
  const auto how_far = fmt::format("after {} of {} simulations", done.size(), all.size());
  const bool stopped = report_interrupted(command.train, app, section_of(done), data, how_far);
  return stopped ? kInterrupted : kDone;
}

void add_cost_options(CLI::App& sub, SimulateCommand& command) {
  sub.add_option(
         "--latency", command.latency_us,
         fmt::format("latency of a message in microseconds (default: {:g})", command.latency_us))
      ->type_name("US");
  sub.add_option("--bandwidth", command.bandwidth_mb,
                 fmt::format("bandwidth of a link in megabytes per second (default: {:g})",
                             command.bandwidth_mb))
      ->type_name("MB");
  sub.add_option("--row-cost", command.row_ns,
                 fmt::format("nanoseconds per row, in addition to --nonzero-cost (default: {:g})",
                             command.row_ns))
      ->type_name("NS");
  sub.add_option("--nonzero-cost", command.nonzero_ns,
                 fmt::format("nanoseconds per non-zero (default: {:g})", command.nonzero_ns))
      ->type_name("NS");
  sub.add_option("--line-transfer", command.line_transfer,
                 "hogwild, views: nanoseconds to transfer a cache line between two cores; after a "
                 "colon, between two sockets (default: 0)")
      ->type_name("NS[:NS]");
  sub.add_option("--sockets", command.simulation.costs.sockets,
                 "hogwild, views: number of sockets (default: 1)")
      ->type_name("N")
      ->check(CLI::Range(1, 65536).description(""));
}

}  // namespace

void add_simulate_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<SimulateCommand>(
      app, action, "simulate", "simulate training by many workers, on a virtual clock", run);
  command.train.settings.files.valid_fraction = 0.1;
  sub.option_defaults()->group("Simulation");
  listed(sub.add_option("--workers", command.workers,
                        "numbers of workers to simulate (default: 1,4,16,64,256,1024)"))
      ->type_name("N,...")
      ->check(CLI::Range(1, 65536).description(""));
  listed(sub.add_option(
             "--method", command.methods,
             "hogwild: shared weights in one array; views: hogwild with private copies of the "
             "most frequent weights; downpour: servers hold the weights; easgd: a central "
             "model; allreduce: all workers make each step together (default: hogwild)"))
      ->type_name("METHOD,...");
  sub.add_option("--delay", command.delay,
                 "delay of each message in microseconds; for hogwild and views, of each step "
                 "(default: none)")
      ->type_name("none|fixed:US|uniform:US:US|exponential:US");
  sub.add_option("--stragglers", command.stragglers,
                 "this share of the workers is slower by this factor")
      ->type_name("SHARE:FACTOR");
  sub.add_option("--fetch-every", command.simulation.fetch_every,
                 "downpour: number of rows between two fetches (default: 64)")
      ->type_name("N")
      ->check(digits());
  sub.add_option("--push-every", command.simulation.push_every,
                 "downpour: number of rows between two pushes (default: 1)")
      ->type_name("N")
      ->check(digits());
  sub.add_option("--period", command.simulation.period,
                 "easgd: number of rows between two exchanges (default: 10)")
      ->type_name("TAU")
      ->check(digits());
  sub.add_option("--elasticity", command.simulation.elasticity,
                 "easgd: in an exchange move both models towards each other by this share of their "
                 "distance, instead of merging steps")
      ->type_name("ALPHA");
  sub.add_option("--servers", command.simulation.servers,
                 "downpour, easgd: total number of servers, each with a part of the weights "
                 "(default: one per worker)")
      ->type_name("S");
  add_cost_options(sub, command);
  sub.add_flag("--measure", command.measure,
               "measure --nonzero-cost and --line-transfer on this machine, unless they are given");
  sub.add_flag("--json", command.json, "print a line of JSON per epoch, and one at the end");
  add_train_arguments(sub, command.train, kSimulate, kSimulated);
  add_report_option(sub, command.train.report);
  sub.footer(
      "Seconds are those of a virtual clock. One worker makes the same steps as `train --threads "
      "1`. The same seed and costs give the same results. For hogwild and views each worker has a "
      "core and waits for cache lines that other workers wrote; memory bandwidth is not "
      "simulated.\nExamples:\n  hogwild simulate data.svm --workers 1,2,64,1024 --delay "
      "exponential:50\n  hogwild simulate data.svm --method hogwild,views --workers 1,16,128 "
      "--line-transfer 50:150 --sockets 2\n  hogwild simulate data.svm --method "
      "downpour,easgd,allreduce --latency 100\n  hogwild simulate data.svm --method downpour "
      "--optimizer adaptive_revision --push-every 64");
}

}  // namespace hogwild::cli
