// hogwild check
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.hpp"
#include "hogwild/lab/gradient_check.hpp"

namespace hogwild::cli {
namespace {

int run(std::uint64_t& seed, const CLI::App&) {
  const auto checks = lab::check_gradients(seed);
  std::string text = fmt::format("{:<14} {:>5} {:>5} {:<10} {:>11} {:>12}\n", "loss", "l1", "l2",
                                 "batch norm", "coordinates", "worst error");
  for (const lab::GradientCheck& check : checks) {
    text += fmt::format("{:<14} {:>5} {:>5} {:<10} {:>11} {:>12.1e}{}\n", check.loss,
                        check.penalty.l1, check.penalty.l2, check.batch_norm ? "yes" : "no",
                        check.coordinates, check.worst_error, check.passed() ? "" : "  WRONG");
  }
  print(text);
  const auto wrong = std::ranges::count_if(checks, [](const auto& c) { return !c.passed(); });
  note(wrong == 0 ? fmt::format("all {} gradients agree with their central differences to {:g}",
                                checks.size(), lab::GradientCheck::kWorst)
                  : fmt::format("hogwild: {} of {} gradients are wrong", wrong, checks.size()));
  return wrong == 0 ? kDone : kBadWorld;
}

}  // namespace

void add_check_command(CLI::App& app, Action& action) {
  auto [sub, seed] = add_command<std::uint64_t>(
      app, action, "check", "check all gradients against finite differences", run);
  seed = 1;
  sub.add_option("--seed", seed, "of the random rows and points (default: 1)")
      ->type_name("S")
      ->check(digits());
  sub.footer(
      "Checks each loss with and without penalties and batch normalisation, in double precision. "
      "Exits with status 1 if a gradient is wrong by more than one millionth.");
}

}  // namespace hogwild::cli
