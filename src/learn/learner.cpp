#include "hogwild/learn/learner.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/update/schedule.hpp"
#include "learn/descent.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

bool is_binary(const AnyLoss& loss) {
  return std::visit([](const auto& l) { return l.kBinary; }, loss);
}

SparseRow signed_row(SparseRow row, const AnyLoss& loss) {
  if (is_binary(loss)) row.label = row.label > 0 ? 1.0f : -1.0f;
  return row;
}

}  // namespace

Learner::Learner(const LearnerOptions& options)
    : options_(options),
      rate_(options.learning_rate.value_or(
          std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule))) {
  if (!(rate_ > 0) || !std::isfinite(rate_)) {
    throw OptionError("learning-rate", "it is not a finite number > 0");
  }
  require_valid(options.update_rule);
  if (std::holds_alternative<Softmax>(options.loss)) {
    throw OptionError("loss", "a Learner has one margin a row, and softmax one a class");
  }
  DescentPlan plan;
  plan.features = options.features;
  plan.loss = options.loss;
  plan.rule = options.update_rule;
  plan.bias = options.bias;
  descent_ = make_descent(plan);
}

Learner::~Learner() = default;
Learner::Learner(Learner&&) noexcept = default;
Learner& Learner::operator=(Learner&&) noexcept = default;

float Learner::learn(const SparseRow& row, float label) {
  SparseRow labelled = row;
  labelled.label = label;
  return learn(std::span(&labelled, 1));
}

float Learner::learn(std::span<const SparseRow> rows) {
  LossSum total;
  for (const SparseRow& row : rows) {
    assert(std::ranges::all_of(row.indices, [&](Index j) { return j < options_.features; }));
    assert(std::isfinite(row.label) && row.weight >= 0 && std::isfinite(row.weight));
    const SparseRow one = signed_row(row, options_.loss);
    const LossSum sum = descent_->learn(0, std::span(&one, 1), {.rate = rate_});
    total.loss += sum.loss;
    total.weight += sum.weight;
  }
  return total.weight > 0 ? static_cast<float>(total.loss / total.weight) : 0;
}

float Learner::margin(const SparseRow& row) const noexcept {
  assert(std::ranges::all_of(row.indices, [&](Index j) { return j < options_.features; }));
  return descent_->margin(row, {.rate = rate_});
}

float Learner::predict(const SparseRow& row) const noexcept {
  return std::visit([m = margin(row)](const auto& loss) { return loss.prediction(m); },
                    options_.loss);
}

Model Learner::snapshot() const {
  Provenance provenance;
  provenance.version = kVersion;
  provenance.rule = name_of(options_.update_rule);
  provenance.learning_rate = rate_;
  provenance.schedule = Constant::kName;
  const auto weights = shared_zeroed_array<float>(options_.features);
  descent_->copy_weights({weights.get(), options_.features}, {.rate = rate_});
  return Model({.size = options_.features}, weights,
               descent_->weight(options_.features, {.rate = rate_}), options_.loss, LabelPair{},
               provenance);
}

void Learner::save(const std::string& path) const {
  hogwild::save(snapshot(), path);
}

}  // namespace hogwild
