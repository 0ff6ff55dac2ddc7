// Results as aligned tables.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/report/report.hpp"

namespace hogwild {
namespace {

using Lines = std::vector<std::pair<std::string_view, std::string>>;

std::string aligned(const Lines& lines) {
  std::size_t widest = 0;
  for (const auto& [name, value] : lines) widest = std::max(widest, name.size());
  std::string text;
  for (const auto& [name, value] : lines) {
    fmt::format_to(std::back_inserter(text), "{:<{}}  {}\n", name, widest, value);
  }
  return text;
}

}  // namespace

std::string table(const std::vector<Contender>& contenders, std::size_t columns) {
  std::size_t epochs = 0;
  double seconds = 0;
  for (const Contender& c : contenders) {
    epochs = std::max(epochs, c.result.epochs.size());
    seconds = std::max(seconds, c.result.seconds);
  }
  columns = std::min(columns, epochs);
  const auto shown_epoch = [&](std::size_t column) { return epochs * column / columns; };
  const auto shown_second = [&](std::size_t column) {
    if (column == columns) return seconds;  // to the last bit
    return seconds * static_cast<double>(column) / static_cast<double>(columns);
  };

  std::string text =
      fmt::format("{:<18} {:>8} {:>9} {:>8} ", "rule", "rate", "best loss", "seconds");
  for (std::size_t k = 1; k <= columns; ++k) {
    text += fmt::format(" {:>9}", fmt::format("epoch {}", shown_epoch(k)));
  }
  for (const Contender& c : contenders) {
    const TrainResult& result = c.result;
    const bool rateless = std::visit(
        [](const auto& rule) { return !has_rate<std::decay_t<decltype(rule)>>; }, c.rule);
    text += fmt::format("\n{:<18} {:>8} {:>9.5f} {:>8.3f} ", name_of(c.rule),
                        rateless ? "none" : fmt::format("{:.2g}", result.learning_rate),
                        c.best_loss, result.seconds);
    for (std::size_t k = 1; k <= columns; ++k) {
      const std::size_t epoch = shown_epoch(k);
      text += epoch <= result.epochs.size()
                  ? fmt::format(" {:>9.5f}", *result.epochs[epoch - 1].valid_loss)
                  : fmt::format(" {:>9}", "");
    }
    if (result.reason != StopReason::epochs) text += fmt::format("  {}", name_of(result.reason));
  }

  text += fmt::format("\n\n{:<18} {:>27} ", "rule", "loss after");
  for (std::size_t k = 1; k <= columns; ++k) {
    text += fmt::format(" {:>9}", fmt::format("{:.2g} s", shown_second(k)));
  }
  for (const Contender& c : contenders) {
    text += fmt::format("\n{:<46} ", name_of(c.rule));
    for (std::size_t k = 1; k <= columns; ++k) {
      std::string loss;  // of the last epoch that was finished by then
      for (const EpochReport& epoch : c.result.epochs) {
        if (epoch.seconds <= shown_second(k)) loss = fmt::format("{:.5f}", *epoch.valid_loss);
      }
      text += fmt::format(" {:>9}", loss);
    }
  }
  return text + "\n";
}

std::string table(const std::vector<ScalePoint>& points) {
  std::string text =
      fmt::format("{:>7} {:>6} {:>9} {:>17} {:>8} {:>8} {:>11} {:>9}\n", "threads", "seen",
                  "seconds", "(least - most)", "Mnnz/s", "speedup", "efficiency", "loss");
  for (const ScalePoint& point : points) {
    fmt::format_to(std::back_inserter(text),
                   "{:>7} {:>6} {:>9.3f} {:>17} {:>8.1f} {:>8.2f} {:>11.2f} {:>9.5f}\n",
                   point.threads, point.threads_seen, point.median_seconds(),
                   fmt::format("({:.3f} - {:.3f})", point.seconds.front(), point.seconds.back()),
                   point.nonzeros_per_second / 1e6, point.speedup, point.efficiency, point.loss);
  }
  return text;
}

std::string table(const Metrics& metrics) {
  Lines lines{{"rows", fmt::format("{}", metrics.rows)}};
  if (metrics.log_loss) {
    lines.emplace_back("log loss", fmt::format("{:.5f}  (base rate alone: {:.5f})",
                                               *metrics.log_loss, *metrics.base_log_loss));
  } else {
    lines.emplace_back("loss", fmt::format("{:.5f}", metrics.loss));
  }
  if (metrics.auc) lines.emplace_back("auc", fmt::format("{:.5f}", *metrics.auc));
  if (metrics.accuracy) {
    lines.emplace_back("accuracy", fmt::format("{:.5f}  (commoner label alone: {:.5f})",
                                               *metrics.accuracy, *metrics.base_accuracy));
  }
  if (metrics.base_rate) lines.emplace_back("base rate", fmt::format("{:.5f}", *metrics.base_rate));
  if (metrics.calibration) {
    lines.emplace_back("calibration",
                       fmt::format("{:.4f}  (mean probability / base rate)", *metrics.calibration));
  }
  if (metrics.classes) lines.emplace_back("classes", fmt::format("{}", *metrics.classes));
  if (metrics.rmse) lines.emplace_back("rmse", fmt::format("{:.6g}", *metrics.rmse));
  return aligned(lines);
}

std::string table(const Profile& profile, const Dataset& data) {
  const Source& source = data.source();
  const FeatureSpace& features = data.features();
  std::string naming = fmt::format("numbered from {}", features.index_base);
  if (features.names) naming = "named";
  if (features.hash_bits != 0) naming = fmt::format("hashed to {} bits", features.hash_bits);
  Lines lines{{"format", source.format},
              {"rows", fmt::format("{}", profile.rows)},
              {"features",
               fmt::format("{}  ({}; {} occur)", profile.features, naming, profile.used_features)},
              {"non-zeros", fmt::format("{}{}", profile.nonzeros,
                                        profile.all_ones ? "  (all values are 1)" : "")},
              {"density", fmt::format("{:.3g}", profile.density())}};
  for (const auto& [label, rows] : profile.labels) {
    lines.emplace_back("label", fmt::format("{}: {} rows, {:.2f} %", label, rows,
                                            100.0 * static_cast<double>(rows) /
                                                static_cast<double>(profile.rows)));
  }
  if (profile.labels.empty()) lines.emplace_back("labels", "none, or more than 20 different ones");
  lines.emplace_back("Omega", fmt::format("{}  (most non-zeros in a row)", profile.omega));
  lines.emplace_back(
      "Delta", fmt::format("{:.4f}  (largest share of rows with one feature)", profile.delta));
  lines.emplace_back("rho",
                     fmt::format("{:.4f}  (largest share of rows meeting one row; {})", profile.rho,
                                 profile.rho_is_exact ? "exact" : "sampled, a lower bound"));
  if (source.skipped_lines != 0) {
    lines.emplace_back("skipped", fmt::format("{} lines; the first: {}", source.skipped_lines,
                                              source.first_skipped));
  }
  return aligned(lines);
}

std::string table(const Model& model) {
  const Provenance& from = model.provenance();
  const auto nonzero = std::ranges::count_if(model.weights(), [](float w) { return w != 0; });
  Lines lines{
      {"features", fmt::format("{}", model.features().size)},
      {"weights", fmt::format("{} not zero", nonzero)},
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
                 {"labels", fmt::format("{} negative, {} positive", model.labels().negative,
                                        model.labels().positive)});
  }
  return aligned(lines);
}

namespace {

// The coordinates of one output, the strongest first, `each` at most, under a title.
template <class Wanted, class Stronger>
std::string strongest(const Model& model, std::size_t output, std::size_t each,
                      const std::string& title, const Wanted& wanted, const Stronger& stronger) {
  const auto weight = [&](Index j) { return model.weights()[j * model.outputs() + output]; };
  std::vector<Index> chosen;
  for (Index j = 0; j < model.features().size; ++j) {
    if (wanted(weight(j))) chosen.push_back(j);
  }
  const auto count = std::min(each, chosen.size());
  std::ranges::partial_sort(chosen, chosen.begin() + static_cast<std::ptrdiff_t>(count), stronger,
                            weight);
  std::string text = title + "\n";
  for (std::size_t k = 0; k < count; ++k) {
    fmt::format_to(std::back_inserter(text), "  {:+9.4f}  {}\n", weight(chosen[k]),
                   model.features().name(chosen[k]));
  }
  return text;
}

}  // namespace

std::string strongest_features(const Model& model, std::size_t each) {
  const auto positive = [](float w) { return w > 0; };
  const auto negative = [](float w) { return w < 0; };
  if (!model.classes()) {
    return strongest(model, 0, each, "strongest towards the positive label", positive,
                     std::ranges::greater{}) +
           strongest(model, 0, each, "strongest towards the negative label", negative,
                     std::ranges::less{});
  }
  std::string text;
  for (std::size_t k = 0; k < model.outputs(); ++k) {
    text += strongest(model, k, each, "strongest towards " + (*model.classes())[k], positive,
                      std::ranges::greater{});
  }
  return text;
}

}  // namespace hogwild
