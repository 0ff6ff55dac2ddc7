#include "hogwild/learn/learner.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>
#include <variant>

#include "data/named_feature.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/update/schedule.hpp"
#include "learn/descent.hpp"
#include "learn/published_weights.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

FeatureSpace space_of(const LearnerOptions& options) {
  FeatureSpace space;
  space.size = options.features;
  if (options.hash_bits == 0) return space;
  if (options.hash_bits < 1 || options.hash_bits > 31) {
    throw OptionError("hash-bits", "it is not between 1 and 31");
  }
  space.size = Index{1} << options.hash_bits;
  space.hash_bits = options.hash_bits;
  space.format = "vw";  // text of such names
  return space;
}

LearnerOptions as_in(const ParameterKind& kind, LearnerOptions options) {
  options.update_rule = kind.update_rule;
  options.learning_rate = kind.learning_rate;
  options.bias = kind.bias;
  return options;
}

void require_class_weight(float weight) {
  if (weight >= 0 && std::isfinite(weight)) return;
  throw OptionError("class-weight", "it is not a finite number >= 0");
}

}  // namespace

Learner::Learner(FeatureSpace space, AnyLoss loss, LabelPair labels, const LearnerOptions& options,
                 std::shared_ptr<ParameterFile> parameters)
    : options_(options),
      space_(std::move(space)),
      loss_(loss),
      labels_(labels),
      binary_(std::visit([](const auto& l) { return l.kBinary; }, loss)),
      rate_(options.learning_rate.value_or(
          std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule))),
      parameters_(std::move(parameters)) {
  if (!(rate_ > 0) || !std::isfinite(rate_)) {
    throw OptionError("learning-rate", "it is not a finite number > 0");
  }
  require_valid(options.update_rule);
  require_class_weight(options.positive_weight);
  require_class_weight(options.negative_weight);
  if (std::holds_alternative<Softmax>(loss)) {
    throw OptionError("loss", "a Learner has one margin a row, and softmax one a class");
  }
  DescentPlan plan;
  plan.features = space_.size;
  plan.loss = loss;
  plan.rule = options.update_rule;
  plan.bias = options.bias;
  if (parameters_) plan.cells = {parameters_, parameters_->cells()};
  descent_ = make_descent(plan);
  if (options.publish_every == 0) return;
  if (parameters_) {
    throw OptionError("publish-every", "what other processes learn would not be published");
  }
  published_ = std::make_unique<PublishedWeights>(space_.size, options.publish_every);
}

Learner::Learner(const LearnerOptions& options)
    : Learner(space_of(options), options.loss, LabelPair{}, options) {}

Learner::Learner(const Model& start, const LearnerOptions& options)
    : Learner(start.features(), start.loss(), start.labels(), options) {
  if (start.outputs() > 1) {
    throw OptionError("resume", "a Learner has one margin a row, and the model one a class");
  }
  if (std::holds_alternative<Ftrl>(options.update_rule)) {
    throw OptionError("resume", "ftrl has no weight that could be set; choose another rule");
  }
  if (!options.bias && start.bias() != 0) {
    throw OptionError("bias", "the model has one; keep it");
  }
  // A zero that is written would take memory.
  for (Index j = 0; j < space_.size; ++j) {
    if (start.weights()[j] != 0) start_at(j, start.weights()[j]);
  }
  if (options.bias) start_at(space_.size, start.bias());
}

Learner::Learner(std::shared_ptr<ParameterFile> parameters, const LearnerOptions& options)
    : Learner(parameters->kind().features, parameters->kind().loss, parameters->kind().labels,
              as_in(parameters->kind(), options), parameters) {}

Learner::~Learner() = default;
Learner::Learner(Learner&&) noexcept = default;
Learner& Learner::operator=(Learner&&) noexcept = default;

float Learner::learn(const SparseRow& row, float label) {
  SparseRow labelled = row;
  labelled.label = label;
  return learn(std::span(&labelled, 1));
}

std::optional<Index> Learner::feature(std::string_view name) const {
  return feature_named(space_, name);
}

SparseRow Learner::as_learnt(const SparseRow& row) const noexcept {
  if (!binary_) return row;
  SparseRow learnt = row;
  const bool positive = row.label > (labels_.negative + labels_.positive) / 2;
  learnt.label = positive ? 1.0f : -1.0f;
  learnt.weight *= positive ? options_.positive_weight : options_.negative_weight;
  return learnt;
}

float Learner::learn(std::span<const SparseRow> rows) {
  assert(!parameters_ || parameters_->writable());
  LossSum total;
  for (const SparseRow& row : rows) {
    assert(std::ranges::all_of(row.indices, [&](Index j) { return j < space_.size; }));
    assert(std::isfinite(row.label) && row.weight >= 0 && std::isfinite(row.weight));
    const SparseRow one = as_learnt(row);
    const LossSum sum = descent_->learn(0, std::span(&one, 1), {.rate = rate_});
    total.loss += sum.loss;
    total.weight += sum.weight;
    if (published_ && published_->note(row)) publish(false);
  }
  return total.weight > 0 ? static_cast<float>(total.loss / total.weight) : 0;
}

float Learner::margin(const SparseRow& row) const noexcept {
  assert(std::ranges::all_of(row.indices, [&](Index j) { return j < space_.size; }));
  return published_ ? published_->margin(row) : descent_->margin(row, {.rate = rate_});
}

void Learner::start_at(Index coordinate, float weight) {
  descent_->start(coordinate, weight);
  if (published_) published_->start(coordinate, weight);
}

void Learner::publish() {
  if (published_) publish(true);
}

void Learner::publish(bool patient) {
  published_->publish([&](Index j) { return descent_->weight(j, {.rate = rate_}); }, patient);
}

float Learner::predict(const SparseRow& row) const noexcept {
  return std::visit([m = margin(row)](const auto& loss) { return loss.prediction(m); }, loss_);
}

void Learner::predict(std::span<const SparseRow> rows, std::span<float> out) const noexcept {
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = predict(rows[i]);
}

Model Learner::snapshot() const {
  Provenance provenance;
  provenance.version = kVersion;
  provenance.rule = name_of(options_.update_rule);
  provenance.learning_rate = rate_;
  provenance.schedule = Constant::kName;
  const auto weights = shared_zeroed_array<float>(space_.size);
  descent_->each_weight(space_.size, {.rate = rate_}, [&](Index j, float weight) { weights[j] = weight; });
  return Model(space_, weights, descent_->weight(space_.size, {.rate = rate_}), loss_, labels_,
               provenance);
}

void Learner::save(const std::string& path) const {
  hogwild::save(snapshot(), path);
}

}  // namespace hogwild
