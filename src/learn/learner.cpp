#include "hogwild/learn/learner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

#include "data/formats/registry.hpp"
#include "data/rows/hot_features.hpp"
#include "data/rows/named_feature.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/update/schedule.hpp"
#include "learn/descent.hpp"
#include "learn/published_weights.hpp"
#include "learn/teachers.hpp"
#include "parallel/cores.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

// Rows that are learnt in one call, so that what the next ones touch is asked for ahead of time;
// fewer if they are long, as their indices may be copied.
constexpr std::size_t kBlock = 64, kBlockNonzeros = 16384;

std::span<const SparseRow> first_block(std::span<const SparseRow> rows) noexcept {
  std::size_t count = 1;
  std::size_t nonzeros = rows[0].nonzeros();
  while (count < std::min(kBlock, rows.size()) &&
         (nonzeros += rows[count].nonzeros()) <= kBlockNonzeros) {
    ++count;
  }
  return rows.first(count);
}

FeatureSpace space_of(const LearnerOptions& options) {
  constexpr Index kFeatures = 1u << 20;
  FeatureSpace space;
  space.size = options.features > 0 ? options.features : kFeatures;
  if (options.hash_bits == 0) return space;
  if (options.hash_bits < 1 || options.hash_bits > 31) {
    throw OptionError("hash-bits", "it is not between 1 and 31");
  }
  space.size = Index{1} << options.hash_bits;
  space.hash_bits = options.hash_bits;
  space.format = text_format(Format::vw).name;  // text of such names
  return space;
}

FeatureSpace space_of(const Model& start, const LearnerOptions& options) {
  FeatureSpace space = start.features();
  if (space.hashes) {  // a Learner has them all
    if (space.hash_bits > 31) {
      throw OptionError("hash-bits",
                        "the model's features are hashed to 32 bits, and one that goes on learning "
                        "may have 31; serve it with --read-only, or train it with fewer bits");
    }
    space.hashes = nullptr;
    space.size = count_of_hashes(space.hash_bits);
  }
  if (options.features <= space.size) return space;
  if (space.names || space.hash_bits > 0) {
    throw OptionError("features", "the model's features have names, and no more can be added");
  }
  space.size = options.features;
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

void require_teachable(const LearnerOptions& options) {
  const bool parts = std::visit(
      [](const auto& rule) { return may_part<std::decay_t<decltype(rule)>>; }, options.update_rule);
  if (!parts) {
    throw OptionError("teachers",
                      fmt::format("weights of {} can't be merged; choose another update rule",
                                  name_of(options.update_rule)));
  }
  if (options.publish_every > 0) {
    throw OptionError("publish-every",
                      "weights that teachers have not merged would not be published");
  }
}

std::unique_ptr<const HotFeatures> hot_first(const std::vector<Index>& features,
                                             const FeatureSpace& space) {
  if (std::ranges::any_of(features, [&](Index j) { return j >= space.size; })) {
    throw OptionError("hot-features", "one of them is not below the number of features");
  }
  auto hot = std::make_unique<const HotFeatures>(features);
  if (std::uint64_t{space.size} + hot->size() > kMaxIndex) return nullptr;
  return hot->size() > 0 ? std::move(hot) : nullptr;
}

// How often features occur that are known by their order alone: by Zipf's law, the first in each
// row.
HotCoordinates assumed(Index hot) {
  HotCoordinates coordinates{.hot = hot, .touched = {}, .squares = {}};
  for (Index j = 0; j < hot; ++j) {
    coordinates.touched.push_back(1 / (1 + static_cast<float>(j)));
    coordinates.squares.push_back(coordinates.touched.back());
  }
  // As if each feature were in a row whatever the others are.
  double along = 0;
  for (const float square : coordinates.squares) along += std::pow(static_cast<double>(square), 2);
  coordinates.together = together_of(coordinates.squares, along * along);
  return coordinates;
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
    throw OptionError("loss", "a Learner does not support softmax");
  }
  if (options.teachers < 0 || options.teachers > 4096) {
    throw OptionError("teachers", "it is not between 0 and 4096");
  }
  const auto& first = parameters_ ? parameters_->kind().hot : options.hot_features;
  if (parameters_ || options.teachers > 0) hot_ = hot_first(first, space_);
  DescentPlan plan;
  plan.features = space_.size + (hot_ ? hot_->size() : 0);
  if (options.teachers > 0) {
    require_teachable(options);
    plan.workers = options.teachers;
    plan.views = Views::always;
    plan.line_transfer = line_transfer_seconds();
    if (hot_) plan.hot = assumed(hot_->size());
    teachers_ = std::make_unique<TeacherPlaces>(options.teachers);
  }
  plan.loss = loss;
  plan.rule = options.update_rule;
  plan.bias = options.bias;
  if (parameters_) plan.cells = {parameters_, parameters_->cells()};
  descent_ = make_descent(plan);
  if (options.publish_every == 0) return;
  if (parameters_) {
    throw OptionError("publish-every", "weights that other processes learn would not be published");
  }
  published_ = std::make_unique<PublishedWeights>(space_.size, options.publish_every);
}

Learner::Learner(const LearnerOptions& options)
    : Learner(space_of(options), options.loss, LabelPair{}, options) {}

Learner::Learner(const Model& start, const LearnerOptions& options)
    : Learner(space_of(start, options), start.loss(), start.labels(), options) {
  if (start.outputs() > 1) {
    throw OptionError("resume", "a Learner does not support models of classes");
  }
  if (start.label_names()) {
    throw OptionError("resume", "a Learner's labels are numbers, and this model's are words");
  }
  if (std::holds_alternative<Ftrl>(options.update_rule)) {
    throw OptionError("resume", "ftrl can't start at given weights; choose another update rule");
  }
  if (!options.bias && start.bias() != 0) {
    throw OptionError("bias", "the model has a bias; keep it");
  }
  // A zero that is written would take memory.
  for (Index j = 0; j < start.features().size; ++j) {
    const auto& hashes = start.features().hashes;
    if (start.weights()[j] != 0) start_at(hashes ? (*hashes)[j] : j, start.weights()[j]);
  }
  if (options.bias) start_at(space_.size, start.bias());
}

Index Learner::number(Index feature) const noexcept {
  if (!hot_) return feature;
  return feature < space_.size ? hot_->number(feature) : feature + hot_->size();  // the bias
}

// The indices are valid until the thread's next call.
void Learner::renumber(std::span<SparseRow> rows) const {
  thread_local std::vector<Index> numbers;
  numbers.clear();
  for (const SparseRow& row : rows) {
    numbers.insert(numbers.end(), row.indices.begin(), row.indices.end());
  }
  hot_->renumber(numbers);
  std::span<const Index> left = numbers;
  for (SparseRow& row : rows) {
    row.indices = left.first(row.nonzeros());
    left = left.subspan(row.nonzeros());
  }
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
  return space_.find(name);
}

SparseRow Learner::as_learnt(const SparseRow& row) const noexcept {
  assert(std::ranges::all_of(row.indices, [&](Index j) { return j < space_.size; }));
  assert(std::isfinite(row.label) && row.weight >= 0 && std::isfinite(row.weight));
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
  const TeacherPlaces::Held place = teachers_ ? teachers_->take() : TeacherPlaces::none();
  const auto learn_block = [&](std::span<const SparseRow> block, std::span<SparseRow> learnt) {
    std::ranges::transform(block, learnt.begin(), [&](const auto& row) { return as_learnt(row); });
    if (hot_) renumber(learnt);
    const LossSum sum = descent_->learn(place.number(), learnt, {.rate = rate_});
    total.loss += sum.loss;
    total.weight += sum.weight;
  };
  if (published_ || rows.size() == 1) {
    SparseRow room;
    for (const SparseRow& row : rows) {
      learn_block({&row, 1}, {&room, 1});
      if (published_ && published_->note(row)) publish(false);
    }
  } else {
    std::array<SparseRow, kBlock> room;
    while (!rows.empty()) {
      const auto block = first_block(rows);
      learn_block(block, std::span(room).first(block.size()));
      rows = rows.subspan(block.size());
    }
  }
  return total.weight > 0 ? static_cast<float>(total.loss / total.weight) : 0;
}

float Learner::margin(const SparseRow& row) const noexcept {
  assert(std::ranges::all_of(row.indices, [&](Index j) { return j < space_.size; }));
  if (published_) return published_->margin(row);
  SparseRow asked = row;
  if (hot_) renumber(std::span(&asked, 1));
  return descent_->margin(asked, {.rate = rate_});
}

void Learner::start_at(Index feature, float weight) {
  descent_->start(number(feature), weight);
  if (published_) published_->start(feature, weight);
}

void Learner::settle() const {
  for (int place = 0; teachers_ && place < teachers_->size(); ++place) {
    const auto held = teachers_->wait_for(place);
    descent_->settle(place);
  }
}

ViewReport Learner::views() const {
  ViewReport report = descent_->views();
  if (report.own > 0 || !report.reason.empty()) return report;
  report.reason = teachers_ ? "hot_features is empty" : "there are no teachers";
  return report;
}

void Learner::publish() {
  if (published_) publish(true);
}

void Learner::publish(bool patient) {
  published_->publish([&](Index j) { return descent_->weight(number(j), {.rate = rate_}); },
                      patient);
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
  settle();
  const FeatureSpace numbered = hot_ ? hot_->first_in(space_) : space_;
  const auto weights = shared_zeroed_array<float>(space_.size);
  descent_->each_weight(numbered.size, {.rate = rate_}, [&](Index j, std::span<const float> some) {
    for (const float weight : some) {
      const Index plain = numbered.plain(j++);
      if (weight != 0) weights[static_cast<std::ptrdiff_t>(plain)] = weight;
    }
  });
  return Model(space_, weights, descent_->weight(number(space_.size), {.rate = rate_}), loss_,
               labels_, provenance);
}

void Learner::save(const std::string& path) const {
  hogwild::save(snapshot(), path);
}

}  // namespace hogwild
