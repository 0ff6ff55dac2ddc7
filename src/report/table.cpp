// Results as aligned tables.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>
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
      {"bias", fmt::format("{}", model.bias())},
      {"loss", std::string(name_of(model.loss()))},
      {"rule", fmt::format("{}, rate {}, {}", from.rule, from.learning_rate, from.schedule)},
      {"penalty", fmt::format("l1 {}, l2 {}", from.l1, from.l2)},
      {"learnt", fmt::format("{} row visits on {} rows, {} threads, seed {}", from.visits,
                             from.rows, from.threads, from.seed)},
      {"made by", fmt::format("hogwild {}", from.version)}};
  if (model.is_binary()) {
    lines.insert(lines.begin() + 4,
                 {"labels", fmt::format("{} negative, {} positive", model.labels().negative,
                                        model.labels().positive)});
  }
  return aligned(lines);
}

std::string strongest_features(const Model& model, std::size_t each) {
  const auto weights = model.weights();
  std::vector<Index> order;
  for (Index j = 0; j < weights.size(); ++j) {
    if (weights[j] != 0) order.push_back(j);
  }
  const auto list = [&](const char* title, auto&& wanted, auto&& stronger) {
    std::vector<Index> chosen;
    std::ranges::copy_if(order, std::back_inserter(chosen), wanted);
    const auto count = std::min(each, chosen.size());
    std::ranges::partial_sort(chosen, chosen.begin() + static_cast<std::ptrdiff_t>(count),
                              stronger);
    std::string text = fmt::format("{}\n", title);
    for (std::size_t k = 0; k < count; ++k) {
      fmt::format_to(std::back_inserter(text), "  {:+9.4f}  {}\n", weights[chosen[k]],
                     model.features().name(chosen[k]));
    }
    return text;
  };
  return list(
             "strongest towards the positive label", [&](Index j) { return weights[j] > 0; },
             [&](Index a, Index b) { return weights[a] > weights[b]; }) +
         list(
             "strongest towards the negative label", [&](Index j) { return weights[j] < 0; },
             [&](Index a, Index b) { return weights[a] < weights[b]; });
}

}  // namespace hogwild
