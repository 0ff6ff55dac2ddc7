// How training went, as sections of a page.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/report/chart.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/report/report.hpp"
#include "report/results.hpp"

namespace hogwild {
namespace {

Chart rate_trials(const RateSearch& search) {
  Curve curve{"loss", {}, {}};
  for (const auto& [rate, loss] : search.trials) {
    curve.x.push_back(static_cast<double>(rate));
    curve.y.push_back(loss);
  }
  return {.title = "Rates that were tried",
          .x_label = "learning rate",
          .y_label = "loss of rows held out",
          .log_x = true,
          .curves = {std::move(curve)},
          .text = fmt::format("On {} rows, scored on {} others, in {:.2f} s; a rate that diverged "
                              "is left out.",
                              search.rows, search.held_out, search.seconds)};
}

// Keeps a thousand epochs at most, evenly, the last being one of them; returns one of how many.
std::size_t thin_out(RunLog& run) {
  constexpr std::size_t kMost = 1000;
  const std::size_t every = (run.epochs.size() + kMost - 1) / kMost;
  if (every <= 1) return every;
  // A speed of several epochs is theirs together, so rows are added up.
  std::vector<EpochReport> kept;
  std::uint64_t rows = 0;
  for (std::size_t k = 0; k < run.epochs.size(); ++k) {
    rows += run.epochs[k].rows;
    if ((run.epochs.size() - 1 - k) % every != 0) continue;
    kept.push_back(run.epochs[k]);
    kept.back().rows = std::exchange(rows, 0);
  }
  run.epochs = std::move(kept);
  return every;
}

// Of a chart of training and validation losses, one of them.
Chart only(Chart chart, bool validation, const std::string& title) {
  std::erase_if(chart.curves, [&](const Curve& curve) { return curve.is_dashed != validation; });
  for (Curve& curve : chart.curves) {
    curve.name.resize(curve.name.rfind(','));
    curve.is_dashed = false;
  }
  chart.title = title;
  return chart;
}

}  // namespace

Section section_of(const TrainResult& result) {
  RunLog run{"run", {}};
  double best = INFINITY;  // of validation losses
  int best_epoch = 0;
  std::uint64_t rows = 0, nonzeros = 0;
  for (const EpochReport& epoch : result.epochs) {
    rows += epoch.rows;
    nonzeros += epoch.nonzeros;
    if (epoch.valid_loss && *epoch.valid_loss < best) {
      best = *epoch.valid_loss;
      best_epoch = epoch.epoch;
    }
    if (!epoch.refit) run.epochs.push_back(epoch);
  }
  Section section{.title = "Training",
                  .facts = {{"ended by", std::string(name_of(result.reason))},
                            {"epochs", fmt::format("{} finished", result.epochs.size())},
                            {"seconds", fmt::format("{:.3f}, validation left out", result.seconds)},
                            {"threads", fmt::format("{}, of which {} learnt", result.threads,
                                                    result.threads_seen)},
                            {"learning rate", fmt::format("{:g}", result.learning_rate)},
                            {"rows learnt", fmt::format("{}, over all epochs", rows)}}};
  if (const double seconds = result.epochs.empty() ? 0 : result.epochs.back().seconds;
      seconds > 0) {
    section.facts.emplace_back("speed",
                               fmt::format("{:.0f} rows, {:.1f} million non-zeros per second",
                                           static_cast<double>(rows) / seconds,
                                           static_cast<double>(nonzeros) / seconds / 1e6));
  }
  if (best_epoch > 0) {
    section.facts.emplace_back("least validation loss",
                               fmt::format("{:.5f}, after epoch {}", best, best_epoch));
  }
  const std::size_t every = thin_out(run);
  if (!run.epochs.empty()) {
    section.charts.push_back(chart_of({run}, ChartX::epoch, ChartY::loss));
    section.charts.push_back(chart_of({run}, ChartX::seconds, ChartY::loss));
    section.charts.push_back(chart_of({run}, ChartX::epoch, ChartY::speed));
    if (result.epochs.front().learning_rate != result.epochs.back().learning_rate) {
      section.charts.push_back(chart_of({run}, ChartX::epoch, ChartY::learning_rate));
    }
    for (Chart& chart : section.charts) {
      for (Curve& curve : chart.curves) curve.name.erase(0, curve.name.find(' ') + 1);
    }
    section.charts.front().text =
        "The training loss is the mean over the rows, each before its update; the validation loss "
        "is measured after the epoch.";
    if (every > 1) section.charts.front().text += fmt::format(" One of {} epochs is drawn.", every);
  }
  if (result.rate_search && !result.rate_search->trials.empty()) {
    section.charts.push_back(rate_trials(*result.rate_search));
  }
  return section;
}

Section section_of(const std::vector<lab::Contender>& contenders) {
  constexpr std::size_t kColumns = 6;
  Section section{
      .title = "Rules", .text = lab::advice(contenders), .grids = grids_of(contenders, kColumns)};
  std::vector<RunLog> runs;
  for (const lab::Contender& contender : contenders) {
    if (contender.result.epochs.empty()) continue;
    runs.push_back({std::string(name_of(contender.rule)), contender.result.epochs});
    thin_out(runs.back());
  }
  if (runs.empty()) return section;
  const Chart by_epoch = chart_of(runs, ChartX::epoch, ChartY::loss);
  section.charts = {
      only(by_epoch, true, "Validation loss by epoch"),
      only(chart_of(runs, ChartX::seconds, ChartY::loss), true, "Validation loss by second"),
      only(by_epoch, false, "Training loss by epoch")};
  return section;
}

Section section_of(const std::vector<lab::ScalePoint>& points) {
  Section section{
      .title = "Threads",
      .text =
          "Seconds are of training alone, the median of the rounds. The speedup is over "
          "the first number of threads; efficiency is the speedup over how many times "
          "more threads there are. Own weights is the share of the rows that threads "
          "learnt by steps on weights of their own.",
      .grids = {grid_of(points)}};
  if (points.empty()) return section;
  Chart speeds = scaling_chart_of(points);
  Chart losses{.title = "Loss by threads",
               .x_label = "threads",
               .y_label = "validation loss",
               .from_zero = true,
               .curves = {}};
  auto point = points.begin();
  for (const Curve& speed : speeds.curves) {
    if (speed.is_guide) continue;
    Curve loss{speed.name, speed.x, {}, speed.colour};
    for (std::size_t k = 0; k < speed.x.size(); ++k) loss.y.push_back((point++)->loss);
    losses.curves.push_back(std::move(loss));
  }
  section.charts = {std::move(speeds), std::move(losses)};
  return section;
}

Section section_of(const std::vector<lab::Simulation>& simulations) {
  Section section{
      .title = "Virtual workers",
      .text =
          "Seconds are those of a virtual clock. The speedup is over the first number of workers "
          "of the method; \"to 1 % in\" is the time to within 1 % of that one's last loss.",
      .grids = {grid_of(simulations)}};
  std::vector<Chart> by_method;  // two each: by seconds and by updates
  std::vector<Curve> last;       // of a method each: loss after the last epoch by workers
  for (const lab::Simulation& simulation : simulations) {
    if (simulation.epochs.empty()) continue;
    const std::string method(name_of(simulation.options.method));
    if (last.empty() || last.back().name != method) {
      for (const char* const along : {"virtual seconds", "updates"}) {
        by_method.push_back({.title = fmt::format("Loss by {}: {}", along, method),
                             .x_label = along,
                             .y_label = "validation loss",
                             .curves = {}});
      }
      by_method[by_method.size() - 2].log_x = true;
      last.push_back({method, {}, {}, static_cast<int>(last.size())});
    }
    Chart &by_seconds = by_method[by_method.size() - 2], &by_updates = by_method.back();
    Curve updates{fmt::format("{} {}", method, simulation.options.workers),
                  {},
                  {},
                  static_cast<int>(by_updates.curves.size())};
    Curve seconds = updates;
    for (const lab::SimulatedEpoch& epoch : simulation.epochs) {
      updates.x.push_back(static_cast<double>(epoch.updates));
      seconds.x.push_back(epoch.seconds);
      updates.y.push_back(epoch.loss);
      seconds.y.push_back(epoch.loss);
    }
    by_updates.curves.push_back(std::move(updates));
    by_seconds.curves.push_back(std::move(seconds));
    last.back().x.push_back(simulation.options.workers);
    last.back().y.push_back(simulation.epochs.back().loss);
  }
  if (last.empty()) return section;
  section.charts = std::move(by_method);
  section.charts.push_back({.title = "Loss after the last epoch",
                            .x_label = "workers",
                            .y_label = "validation loss",
                            .log_x = true,
                            .curves = std::move(last)});
  return section;
}

}  // namespace hogwild
