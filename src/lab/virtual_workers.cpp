#include "lab/virtual/workers.hpp"

#include <fmt/format.h>

#include <variant>

#include "hogwild/core/error.hpp"
#include "lab/virtual/allreduce.hpp"
#include "lab/virtual/downpour.hpp"
#include "lab/virtual/easgd.hpp"
#include "lab/virtual/hogwild.hpp"

namespace hogwild::lab {
namespace {

template <class Rule>
std::unique_ptr<VirtualWorkers> made(const Rule& rule, const DescentPlan& plan,
                                     const SimulationOptions& options, std::uint64_t seed) {
  switch (options.method) {
    case Method::downpour:
      return std::make_unique<VirtualDownpour<Rule>>(rule, plan, options, seed);
    case Method::easgd:
      if constexpr (!has_outcome<Rule>) {
        return std::make_unique<VirtualElastic<Rule>>(rule, plan, options, seed);
      }
      throw OptionError("optimizer", "easgd can't merge ftrl's weights");
    case Method::allreduce:
      return std::make_unique<VirtualAllreduce<Rule>>(rule, plan, options, seed);
    case Method::views:
      if constexpr (!may_part<Rule>) {
        throw OptionError("method",
                          fmt::format("copies of {}'s weights can't be merged", Rule::kName));
      }
      [[fallthrough]];
    default:
      return std::make_unique<VirtualHogwild<Rule>>(rule, plan, options, seed);
  }
}

}  // namespace

std::unique_ptr<VirtualWorkers> make_virtual_workers(const DescentPlan& plan,
                                                     const SimulationOptions& options,
                                                     std::uint64_t seed) {
  return std::visit([&](const auto& rule) { return made(rule, plan, options, seed); }, plan.rule);
}

}  // namespace hogwild::lab
