#include "hogwild/lab/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/train/train.hpp"
#include "options/refusals.hpp"

namespace hogwild::lab {

std::vector<Contender> compare(const Dataset& data, const TrainOptions& options,
                               const std::vector<AnyUpdateRule>& rules, CompareObserver& observer) {
  for (const AnyUpdateRule& rule : rules) {
    TrainOptions its = options;
    its.update_rule = rule;
    its.find_average = false;
    require_valid(kCompared, {.train = its});
  }
  std::vector<Contender> contenders;
  for (const AnyUpdateRule& rule : rules) {
    if (observer.stop_requested()) break;
    observer.on_begin(rule);
    TrainOptions its = options;
    its.update_rule = rule;
    its.find_average = false;
    Contender contender{.rule = rule, .result = train(data, its, observer)};
    contender.result.model = {};
    contender.best_loss = std::numeric_limits<double>::infinity();
    for (const EpochReport& epoch : contender.result.epochs) {
      contender.best_loss = std::min(contender.best_loss, *epoch.valid_loss);
    }
    observer.on_end(contender);
    contenders.push_back(std::move(contender));
  }
  std::ranges::stable_sort(contenders, {}, &Contender::best_loss);
  return contenders;
}

std::string advice(const std::vector<Contender>& contenders) {
  if (contenders.empty()) return "nothing was compared";
  const Contender& best = contenders.front();
  if (!std::isfinite(best.best_loss)) return "no update rule finished an epoch";
  const auto close = std::ranges::count_if(contenders, [&](const Contender& other) {
    return other.best_loss <= best.best_loss * 1.005;
  });
  std::string text = fmt::format("use --optimizer {}", name_of(best.rule));
  if (const auto& search = best.result.rate_search) {
    text += fmt::format(" --learning-rate {:g}", search->rate);
    if (search->epsilon) text += fmt::format(" --epsilon {:g}", *search->epsilon);
  }
  if (close == 2) {
    text += fmt::format("; {} is within 0.5 % of it", name_of(contenders[1].rule));
  } else if (close > 2) {
    text += fmt::format("; {} others are within 0.5 % of it", close - 1);
  }
  const std::string_view name = name_of(best.rule);
  const bool adaptive = name != "sgd" && name != "momentum" && name != "nesterov";
  if (adaptive) {
    text += "; on sparse rows, rules with a learning rate per weight are usually the best";
  } else {
    text += "; it has one learning rate for all weights, so use --schedule in longer runs";
  }
  return text;
}

}  // namespace hogwild::lab
