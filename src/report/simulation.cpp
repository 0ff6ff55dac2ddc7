// What virtual workers have come to.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "hogwild/report/report.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::ordered_json;

// Losses within this of the one worker's count as reached.
constexpr double kReached = 1.01;

std::optional<double> time_to(const Simulation& simulation, double loss) {
  const auto found = std::ranges::find_if(
      simulation.epochs, [loss](const SimulatedEpoch& epoch) { return epoch.loss <= loss; });
  return found == simulation.epochs.end() ? std::nullopt : std::optional(found->seconds);
}

}  // namespace

std::string_view name_of(Method method) noexcept {
  switch (method) {
    case Method::downpour:
      return "downpour";
    case Method::easgd:
      return "easgd";
    case Method::allreduce:
      return "allreduce";
    default:
      return "hogwild";
  }
}

std::string json_line(const Simulation& simulation, const SimulatedEpoch& epoch) {
  const Json json({{"event", "simulate"},
                   {"method", name_of(simulation.options.method)},
                   {"workers", simulation.options.workers},
                   {"epoch", epoch.epoch},
                   {"updates", epoch.updates},
                   {"seconds", epoch.seconds},
                   {"loss", epoch.loss},
                   {"delay", epoch.delay},
                   {"bytes", epoch.bytes}});
  return json.dump();
}

std::string json_line(const Simulation& simulation) {
  const Json json({{"event", "end"},
                   {"method", name_of(simulation.options.method)},
                   {"workers", simulation.options.workers},
                   {"reason", name_of(simulation.reason)}});
  return json.dump();
}

std::string table(const std::vector<Simulation>& simulations) {
  std::string text =
      fmt::format("{:<10} {:>7} {:>12} {:>8} {:>10} {:>12} {:>10} {:>12}\n", "method", "workers",
                  "seconds", "speedup", "loss", "to 1 % in", "delay", "bytes");
  const auto out = std::back_inserter(text);
  for (const Simulation& simulation : simulations) {
    const auto& first = *std::ranges::find(simulations, simulation.options.method,
                                           [](const Simulation& s) { return s.options.method; });
    if (simulation.epochs.empty()) {
      fmt::format_to(out, "{:<10} {:>7} diverged\n", name_of(simulation.options.method),
                     simulation.options.workers);
      continue;
    }
    const SimulatedEpoch& last = simulation.epochs.back();
    const double aim = first.epochs.empty() ? 0 : kReached * first.epochs.back().loss;
    const auto reached = time_to(simulation, aim);
    const double speedup = first.epochs.empty() ? NAN
                                                : first.epochs.back().seconds / last.seconds *
                                                      last.epoch / first.epochs.back().epoch;
    fmt::format_to(out, "{:<10} {:>7} {:>12.6f} {:>8.2f} {:>10.5f} {:>12} {:>10.1f} {:>12}{}\n",
                   name_of(simulation.options.method), simulation.options.workers, last.seconds,
                   speedup, last.loss, reached ? fmt::format("{:.6f}", *reached) : "-", last.delay,
                   last.bytes, simulation.reason == StopReason::diverged ? "  diverged" : "");
  }
  return text;
}

}  // namespace hogwild
