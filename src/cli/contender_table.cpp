#include "cli/contender_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/progress.hpp"
#include "hogwild/core/alternatives.hpp"

namespace hogwild::cli {

double ContenderTable::Line::best() const {
  return losses.empty() ? INFINITY : std::ranges::min(losses);
}

ContenderTable::ContenderTable(const std::vector<AnyUpdateRule>& rules, int epochs)
    : epochs_(epochs) {
  for (const AnyUpdateRule& rule : rules) lines_.push_back({std::string(name_of(rule))});
}

ContenderTable::Line& ContenderTable::of(const AnyUpdateRule& rule) {
  return *std::ranges::find(lines_, name_of(rule), &Line::rule);
}

void ContenderTable::begin(const AnyUpdateRule& rule) {
  of(rule).begun = true;
  running_ = static_cast<std::size_t>(&of(rule) - lines_.data());
}

void ContenderTable::rate(const RateSearch& search) {
  lines_[running_].rate = search.rate;
}

void ContenderTable::epoch(const EpochReport& report) {
  std::vector<double>& losses = lines_[running_].losses;
  losses.resize(static_cast<std::size_t>(report.epoch - 1));  // a run that diverged begins anew
  losses.push_back(report.valid_loss.value_or(report.train_loss));
}

void ContenderTable::end(const lab::Contender& contender) {
  Line& line = of(contender.rule);
  line.rate = contender.result.learning_rate;
  if (contender.result.reason != StopReason::epochs) line.ended = name_of(contender.result.reason);
}

std::vector<std::string> ContenderTable::lines(bool blocks) const {
  constexpr std::size_t kMostSparks = 20;
  const double best = std::ranges::min_element(lines_, {}, &Line::best)->best();
  std::vector<std::string> shown{
      fmt::format("  {:<18} {:>9} {:>7} {:>9}", "rule", "best loss", "epochs", "rate")};
  for (const Line& line : lines_) {
    const bool leads = std::isfinite(line.best()) && line.best() == best;
    shown.push_back(fmt::format(
        "{} {:<18} {:>9} {:>7} {:>9}  {}{}", leads ? '*' : ' ', line.rule,
        line.losses.empty() ? "" : fmt::format("{:.5f}", line.best()),
        line.begun ? fmt::format("{}/{}", line.losses.size(), epochs_) : "",
        line.rate && *line.rate > 0 ? fmt::format("{:.2g}", *line.rate) : "",
        blocks && line.losses.size() > 1 ? spark_line(line.losses, kMostSparks) + " " : "",
        line.ended));
    shown.back().resize(shown.back().find_last_not_of(' ') + 1);
  }
  return shown;
}

}  // namespace hogwild::cli
