// Predictions and the model that makes them, as sections of a page.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hogwild/report/page.hpp"
#include "report/results.hpp"

namespace hogwild {
namespace {

constexpr int kNegative = 1, kPositive = 0;  // colours

Chart roc_chart(const ScoreCurves& scores) {
  Curve curve{"ROC", {}, {}, kPositive};
  for (const RocVertex& vertex : scores.roc) {
    curve.x.push_back(vertex.false_positive_rate);
    curve.y.push_back(vertex.recall);
  }
  Curve chance{"chance", {0, 1}, {0, 1}};
  chance.is_dashed = chance.is_guide = true;
  return {.title = fmt::format("ROC curve, area {:.5f}", *scores.auc),
          .x_label = "false positive rate",
          .y_label = "true positive rate",
          .curves = {std::move(curve), std::move(chance)},
          .text =
              "Along the dashed line scores tell nothing; in the upper left corner they tell "
              "the labels apart."};
}

Chart precision_recall_chart(const ScoreCurves& scores, double base_rate) {
  Curve curve{"precision", {}, {}, kPositive};
  for (const Threshold& threshold : scores.thresholds) {
    curve.x.push_back(threshold.recall);
    curve.y.push_back(threshold.precision);
  }
  Curve base{"base rate", {0, 1}, {base_rate, base_rate}};
  base.is_dashed = base.is_guide = true;
  return {.title = fmt::format("Precision and recall, average precision {:.5f}",
                               *scores.average_precision),
          .x_label = "recall: share of positive rows found",
          .y_label = "precision: share found that is positive",
          .curves = {std::move(curve), std::move(base)}};
}

Chart threshold_chart(const ScoreCurves& scores) {
  Curve precision{"precision", {}, {}, kPositive}, recall{"recall", {}, {}, kNegative};
  for (auto threshold = scores.thresholds.rbegin(); threshold != scores.thresholds.rend();
       ++threshold) {
    precision.x.push_back(threshold->score);
    precision.y.push_back(threshold->precision);
    recall.x.push_back(threshold->score);
    recall.y.push_back(threshold->recall);
  }
  return {.title = "What a threshold brings",
          .x_label = scores.are_probabilities ? "called positive from this probability on"
                                              : "called positive from this margin on",
          .y_label = "precision, recall",
          .curves = {std::move(precision), std::move(recall)}};
}

Chart reliability_chart(const ScoreCurves& scores) {
  Curve curve{"rows in bins", {}, {}, kPositive};
  double most = 0;
  for (const ReliabilityBin& bin : scores.reliability) {
    curve.x.push_back(bin.predicted);
    curve.y.push_back(bin.positive);
    most = std::max({most, bin.predicted, bin.positive});
  }
  Curve ideal{"ideal", {0, most}, {0, most}};
  ideal.is_dashed = ideal.is_guide = true;
  return {.title = "Reliability",
          .x_label = "mean predicted probability of a bin",
          .y_label = "share of positive rows in the bin",
          .curves = {std::move(curve), std::move(ideal)},
          .text = "Below the dashed line probabilities are too high, above it too low."};
}

Grid reliability_grid(const ScoreCurves& scores) {
  Grid grid{"Bins of the reliability diagram",
            {"mean predicted probability", "share of positive rows", "rows"},
            {},
            true};
  for (const ReliabilityBin& bin : scores.reliability) {
    grid.rows.push_back({fmt::format("{:.5f}", bin.predicted), fmt::format("{:.5f}", bin.positive),
                         fmt::format("{}", bin.rows)});
  }
  return grid;
}

Chart score_chart(const ScoreCurves& scores) {
  Curve negative{"negative rows", {}, {}, kNegative}, positive{"positive rows", {}, {}, kPositive};
  for (const ScoreBin& bin : scores.histogram) {
    const double middle = (bin.from + bin.to) / 2;
    negative.x.push_back(middle);
    negative.y.push_back(bin.negative);
    positive.x.push_back(middle);
    positive.y.push_back(bin.positive);
  }
  return {.title = "Scores by label",
          .x_label = scores.are_probabilities ? "predicted probability" : "margin",
          .y_label = "share of the label's rows",
          .bars = true,
          .curves = {std::move(negative), std::move(positive)}};
}

// How many weights are in each of some intervals of one width. Zeros are left out: they say nothing
// and drown the rest.
Chart weight_chart(const Model& model) {
  constexpr std::size_t kBins = 60;
  double low = 0, high = 0;
  for (const float w : model.weights()) {
    low = std::min(low, static_cast<double>(w));
    high = std::max(high, static_cast<double>(w));
  }
  Curve curve{"weights", std::vector<double>(kBins), std::vector<double>(kBins), kNegative};
  const double width = (high - low) / kBins;
  for (std::size_t k = 0; k < kBins; ++k) {
    curve.x[k] = low + (static_cast<double>(k) + 0.5) * width;
  }
  for (const float w : model.weights()) {
    if (w == 0) continue;
    const auto k = static_cast<std::size_t>((static_cast<double>(w) - low) / width);
    ++curve.y[std::min(k, kBins - 1)];
  }
  return {.title = "Weights that are not zero",
          .x_label = "weight",
          .y_label = "how many",
          .log_y = true,
          .bars = true,
          .curves = {std::move(curve)}};
}

}  // namespace

Section section_of(const Metrics& metrics, const std::string& of_what) {
  Section section{.title = "Predictions of " + of_what, .facts = facts_of(metrics)};
  if (!metrics.curves) return section;
  const ScoreCurves& scores = *metrics.curves;
  if (scores.auc) {
    section.facts.emplace_back("average precision",
                               fmt::format("{:.5f}", *scores.average_precision));
    section.charts.push_back(roc_chart(scores));
    section.charts.push_back(precision_recall_chart(scores, metrics.base_rate.value_or(0)));
  }
  if (!scores.reliability.empty()) {
    section.charts.push_back(reliability_chart(scores));
    section.grids.push_back(reliability_grid(scores));
  }
  if (!scores.histogram.empty()) section.charts.push_back(score_chart(scores));
  if (scores.auc) section.charts.push_back(threshold_chart(scores));
  return section;
}

Section section_of(const Model& model) {
  constexpr std::size_t kEach = 15;
  constexpr std::size_t kMostClasses = 20;
  Section section{.title = "The model", .facts = facts_of(model)};
  if (model.outputs() > kMostClasses) {
    section.text = fmt::format("Features are listed for the first {} of {} classes.", kMostClasses,
                               model.outputs());
    std::erase_if(section.facts, [](const auto& fact) { return fact.first == "bias"; });
    for (auto& [name, value] : section.facts) {
      if (name == "classes") value = fmt::format("{}", model.outputs());
    }
  }
  for (const Strongest& some : strongest_of(model, kEach, kMostClasses)) {
    if (some.features.empty()) continue;
    Grid grid{"strongest towards " + some.towards, {"feature", "weight"}, {}};
    for (const auto& [name, weight] : some.features) {
      grid.rows.push_back({name, fmt::format("{:+.4f}", weight)});
    }
    section.grids.push_back(std::move(grid));
  }
  if (std::ranges::any_of(model.weights(), [](float w) { return w != 0; })) {
    section.charts.push_back(weight_chart(model));
  }
  return section;
}

Section section_of(const Profile& profile, const Dataset& data) {
  return {.title = "The rows to learn from", .facts = facts_of(profile, data)};
}

}  // namespace hogwild
