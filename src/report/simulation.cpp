// What virtual workers have come to, as JSON lines.
#include <nlohmann/json.hpp>

#include "hogwild/report/report.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string_view name_of(lab::Method method) noexcept {
  switch (method) {
    case lab::Method::views:
      return "views";
    case lab::Method::downpour:
      return "downpour";
    case lab::Method::easgd:
      return "easgd";
    case lab::Method::allreduce:
      return "allreduce";
    default:
      return "hogwild";
  }
}

std::string json_line(const lab::Simulation& simulation, const lab::SimulatedEpoch& epoch) {
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

std::string json_line(const lab::Simulation& simulation) {
  const Json json({{"event", "end"},
                   {"method", name_of(simulation.options.method)},
                   {"workers", simulation.options.workers},
                   {"reason", name_of(simulation.reason)}});
  return json.dump();
}

}  // namespace hogwild
