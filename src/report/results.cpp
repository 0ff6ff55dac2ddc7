#include "report/results.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <type_traits>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/report/report.hpp"
#include "model/weights_in_use.hpp"

namespace hogwild {

Facts facts_of(const Metrics& metrics) {
  Facts lines{{"rows", fmt::format("{}", metrics.rows)}};
  if (!metrics.log_loss) lines.emplace_back("loss", fmt::format("{:.5f}", metrics.loss));
  for (const Metric& metric : kMetrics) {
    const auto& value = metrics.*metric.value;
    if (!value || metric.title.empty()) continue;
    std::string text = fmt::format(fmt::runtime(metric.format), *value);
    if (metric.baseline != nullptr) {
      text += fmt::format("  ({}: {})", metric.note,
                          fmt::format(fmt::runtime(metric.format), *(metrics.*metric.baseline)));
    } else if (!metric.note.empty()) {
      text += fmt::format("  ({})", metric.note);
    }
    lines.emplace_back(metric.title, std::move(text));
  }
  if (metrics.classes) lines.emplace_back("classes", fmt::format("{}", *metrics.classes));
  return lines;
}

Facts facts_of(const Profile& profile, const Dataset& data) {
  const Source& source = data.source();
  const FeatureSpace& features = data.features();
  std::string naming = fmt::format("numbered from {}", features.index_base);
  if (features.names) naming = "named";
  if (features.hash_bits != 0) naming = fmt::format("hashed to {} bits", features.hash_bits);
  Facts lines{{"format", source.format},
              {"rows", fmt::format("{}", profile.rows)},
              {"features",
               fmt::format("{}  ({}; {} occur)", profile.features, naming, profile.used_features)},
              {"non-zeros", fmt::format("{}{}", profile.nonzeros,
                                        profile.all_ones ? "  (all values are 1)" : "")},
              {"density", fmt::format("{:.3g}", profile.density())}};
  for (const auto& [label, rows] : profile.labels) {
    const std::string name =
        data.classes() ? (*data.classes())[static_cast<std::size_t>(label)] : class_name(label);
    lines.emplace_back("label", fmt::format("{}: {} rows, {:.2f} %", name, rows,
                                            100.0 * static_cast<double>(rows) /
                                                static_cast<double>(profile.rows)));
  }
  if (profile.labels.empty()) {
    lines.emplace_back("labels", data.classes()
                                     ? fmt::format("{} different ones", data.classes()->size())
                                     : "none, or more than 20 different ones");
  }
  lines.emplace_back("Omega", fmt::format("{}  (most non-zeros in a row)", profile.omega));
  lines.emplace_back(
      "Delta", fmt::format("{:.4f}  (largest share of rows with one feature)", profile.delta));
  lines.emplace_back("rho",
                     fmt::format("{:.4f}  (largest share of rows barrier one row; {})", profile.rho,
                                 profile.rho_is_exact ? "exact" : "sampled, a lower bound"));
  if (source.skipped_lines != 0) {
    lines.emplace_back("skipped", fmt::format("{} lines; the first: {}", source.skipped_lines,
                                              source.first_skipped));
  }
  return lines;
}

Facts facts_of(const Model& model) {
  const Provenance& from = model.provenance();
  Facts lines{
      {"features", fmt::format("{}", model.features().size)},
      {"weights", fmt::format("{} not zero", count_nonzero(model.weights()))},
      {"bias", fmt::format("{}", fmt::join(model.biases(), ", "))},
      {"loss", std::string(name_of(model.loss()))},
      {"rule", fmt::format("{}, rate {}, {}", from.rule, from.learning_rate, from.schedule)},
      {"penalty", fmt::format("l1 {}, l2 {}", from.l1, from.l2)},
      {"learnt", fmt::format("{} row visits on {} rows, {} threads, seed {}", from.visits,
                             from.rows, from.threads, from.seed)},
      {"made by", fmt::format("hogwild {}", from.version)}};
  if (model.classes()) {
    lines.insert(lines.begin() + 4, {"classes", fmt::format("{}: {}", model.outputs(),
                                                            fmt::join(*model.classes(), ", "))});
  } else if (model.is_binary()) {
    lines.insert(lines.begin() + 4,
                 {"labels", fmt::format("{} negative, {} positive",
                                        model.name_of_label(model.labels().negative),
                                        model.name_of_label(model.labels().positive))});
  }
  if (const auto& recipe = model.features().recipe) {
    lines.emplace_back(recipe->is_of_namespaces() ? "namespaces" : "columns", in_words(*recipe));
  }
  return lines;
}

std::vector<Grid> grids_of(const std::vector<lab::Contender>& contenders, std::size_t columns) {
  std::size_t epochs = 0;
  double seconds = 0;
  for (const lab::Contender& c : contenders) {
    epochs = std::max(epochs, c.result.epochs.size());
    seconds = std::max(seconds, c.result.seconds);
  }
  columns = std::min(columns, epochs);
  const auto shown_epoch = [&](std::size_t column) { return epochs * column / columns; };
  const auto shown_second = [&](std::size_t column) {
    if (column == columns) return seconds;  // to the last bit
    return seconds * static_cast<double>(column) / static_cast<double>(columns);
  };

  Grid by_epoch{"loss by epoch", {"rule", "rate", "best loss", "seconds"}, {}};
  Grid by_second{"loss by second", {"rule"}, {}};
  for (std::size_t k = 1; k <= columns; ++k) {
    by_epoch.columns.push_back(fmt::format("epoch {}", shown_epoch(k)));
    by_second.columns.push_back(fmt::format("{:.2g} s", shown_second(k)));
  }
  by_epoch.columns.emplace_back("");
  for (const lab::Contender& c : contenders) {
    const TrainResult& result = c.result;
    const std::string name(name_of(c.rule));
    const bool rateless = std::visit(
        [](const auto& rule) { return !has_rate<std::decay_t<decltype(rule)>>; }, c.rule);
    auto& epoch_row = by_epoch.rows.emplace_back();
    epoch_row = {name, rateless ? "none" : fmt::format("{:.2g}", result.learning_rate),
                 fmt::format("{:.5f}", c.best_loss), fmt::format("{:.3f}", result.seconds)};
    auto& second_row = by_second.rows.emplace_back();
    second_row = {name};
    for (std::size_t k = 1; k <= columns; ++k) {
      const std::size_t epoch = shown_epoch(k);
      epoch_row.push_back(epoch <= result.epochs.size()
                              ? fmt::format("{:.5f}", *result.epochs[epoch - 1].valid_loss)
                              : "");
      std::string loss;  // of the last epoch that was finished by then
      for (const EpochReport& e : result.epochs) {
        if (e.seconds <= shown_second(k)) loss = fmt::format("{:.5f}", *e.valid_loss);
      }
      second_row.push_back(loss);
    }
    epoch_row.emplace_back(result.reason == StopReason::epochs ? "" : name_of(result.reason));
  }
  return {std::move(by_epoch), std::move(by_second)};
}

Grid grid_of(const std::vector<lab::ScalePoint>& points) {
  Grid grid{"speed by threads",
            {"optimizer", "strategy", "threads", "seen", "seconds", "(least - most)", "Mnnz/s",
             "speedup", "efficiency", "loss", "own weights"},
            {}};
  for (const lab::ScalePoint& point : points) {
    grid.rows.push_back(
        {point.rule, std::string(name_of(point.sharing)), fmt::format("{}", point.threads),
         fmt::format("{}", point.threads_seen), fmt::format("{:.3f}", point.median_seconds()),
         fmt::format("({:.3f} - {:.3f})", point.least_seconds(), point.most_seconds()),
         fmt::format("{:.1f}", point.nonzeros_per_second / 1e6),
         fmt::format("{:.2f}", point.speedup), fmt::format("{:.2f}", point.efficiency),
         fmt::format("{:.5f}", point.loss), fmt::format("{:.0f} %", 100 * point.own_share)});
  }
  return grid;
}

std::string in_words(const lab::Machine& machine) {
  std::string text = fmt::format(
      "{}, {} core{}", machine.processor.empty() ? "unknown processor" : machine.processor,
      machine.cores, machine.cores == 1 ? "" : "s");
  if (machine.clock_hz > 0) text += fmt::format(" at {:.1f} GHz", machine.clock_hz / 1e9);
  text += fmt::format(", {} NUMA node{}", machine.numa_nodes, machine.numa_nodes == 1 ? "" : "s");
  if (machine.line_transfers.empty()) return text;
  const auto [least, most] =
      std::ranges::minmax(machine.line_transfers, {}, &lab::Machine::LineTransfer::seconds);
  return text + fmt::format("; a cache line takes {:.0f} to {:.0f} ns from core to core",
                            1e9 * least.seconds, 1e9 * most.seconds);
}

namespace {

// Losses within this of the first number of workers' count as reached.
constexpr double kReached = 1.01;

std::optional<double> time_to(const lab::Simulation& simulation, double loss) {
  const auto found = std::ranges::find_if(
      simulation.epochs, [loss](const lab::SimulatedEpoch& epoch) { return epoch.loss <= loss; });
  return found == simulation.epochs.end() ? std::nullopt : std::optional(found->seconds);
}

}  // namespace

Grid grid_of(const std::vector<lab::Simulation>& simulations) {
  Grid grid{"what workers come to",
            {"method", "workers", "seconds", "speedup", "loss", "to 1 % in", "delay", "bytes", ""},
            {}};
  for (const lab::Simulation& simulation : simulations) {
    const auto& first =
        *std::ranges::find(simulations, simulation.options.method,
                           [](const lab::Simulation& s) { return s.options.method; });
    auto& row = grid.rows.emplace_back();
    row = {std::string(name_of(simulation.options.method)),
           fmt::format("{}", simulation.options.workers)};
    row.resize(grid.columns.size());
    if (simulation.reason == StopReason::diverged) row.back() = "diverged";
    if (simulation.epochs.empty()) continue;
    const lab::SimulatedEpoch& last = simulation.epochs.back();
    row[2] = fmt::format("{:.6f}", last.seconds);
    row[4] = fmt::format("{:.5f}", last.loss);
    row[6] = fmt::format("{:.1f}", last.delay);
    row[7] = fmt::format("{}", last.bytes);
    if (first.epochs.empty()) continue;
    const lab::SimulatedEpoch& firsts = first.epochs.back();
    row[3] = fmt::format("{:.2f}", firsts.seconds / last.seconds * last.epoch / firsts.epoch);
    const auto reached = time_to(simulation, kReached * firsts.loss);
    row[5] = reached ? fmt::format("{:.6f}", *reached) : "-";
  }
  return grid;
}

namespace {

// The coordinates of one output, the strongest first.
template <class Wanted, class Stronger>
Strongest strongest(const Model& model, std::size_t output, std::size_t each,
                    const std::string& towards, const Wanted& wanted, const Stronger& stronger) {
  const auto weight = [&](Index j) { return model.weights()[j * model.outputs() + output]; };
  std::vector<Index> chosen;
  for_each_nonzero(model.weights(), [&](std::size_t at, float w) {
    if (at % model.outputs() == output && wanted(w)) {
      chosen.push_back(static_cast<Index>(at / model.outputs()));
    }
  });
  const auto count = std::min(each, chosen.size());
  std::ranges::partial_sort(chosen, chosen.begin() + static_cast<std::ptrdiff_t>(count), stronger,
                            weight);
  Strongest found{towards, {}};
  for (std::size_t k = 0; k < count; ++k) {
    found.features.push_back({model.features().name(chosen[k]), weight(chosen[k])});
  }
  return found;
}

}  // namespace

std::vector<Strongest> strongest_of(const Model& model, std::size_t each,
                                    std::size_t most_classes) {
  const auto positive = [](float w) { return w > 0; };
  const auto negative = [](float w) { return w < 0; };
  if (!model.classes()) {
    const bool binary = model.is_binary();
    return {strongest(model, 0, each, binary ? "the positive label" : "larger numbers", positive,
                      std::ranges::greater{}),
            strongest(model, 0, each, binary ? "the negative label" : "smaller numbers", negative,
                      std::ranges::less{})};
  }
  std::vector<Strongest> found;
  for (std::size_t k = 0; k < std::min(model.outputs(), most_classes); ++k) {
    found.push_back(
        strongest(model, k, each, (*model.classes())[k], positive, std::ranges::greater{}));
  }
  return found;
}

}  // namespace hogwild
