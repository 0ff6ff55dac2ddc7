// What training leaves: frozen weights, what they mean, and where they came from.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/data/row.hpp"
#include "hogwild/objective/loss.hpp"

namespace hogwild {

/// How a model was made. Nothing here depends on the clock or the machine, so that two equal runs
/// give the same bytes.
struct Provenance {
  std::string version;  ///< of this library
  std::string rule;     ///< e.g. "adagrad"
  float learning_rate = 0;
  std::string schedule;  ///< e.g. "constant"
  float l1 = 0;
  float l2 = 0;
  int threads = 0;
  std::uint64_t seed = 0;
  std::uint64_t rows = 0;    ///< of the training data
  std::uint64_t visits = 0;  ///< rows learnt, over all epochs
};

/// A linear model. Immutable; copies share the weights.
/// Thread safety: every member is const, allocates nothing and takes no lock; share it freely.
class Model {
 public:
  /// An empty model of no features, which predicts a margin of 0.
  Model() = default;

  /// weights is [features.size]; bias is added to every margin.
  Model(FeatureSpace features, std::shared_ptr<const float[]> weights, float bias, AnyLoss loss,
        LabelPair labels, Provenance provenance);

  /// w.x + b. A feature past the model's counts as unknown, with weight 0.
  float margin(const SparseRow& row) const noexcept;

  /// The probability of the positive label, where the loss has one (logistic); else the margin.
  float predict(const SparseRow& row) const noexcept;

  /// The label as the training file writes it: the likelier of the two, or for a loss of numbers
  /// the margin.
  float label(const SparseRow& row) const noexcept;

  /// [features().size]
  std::span<const float> weights() const noexcept { return {weights_.get(), features_.size}; }
  float bias() const noexcept { return bias_; }
  const FeatureSpace& features() const noexcept { return features_; }
  const AnyLoss& loss() const noexcept { return loss_; }
  const LabelPair& labels() const noexcept { return labels_; }
  const Provenance& provenance() const noexcept { return provenance_; }

  bool is_binary() const noexcept;          ///< labels are a pair, not numbers
  bool gives_probability() const noexcept;  ///< predict() is a probability

 private:
  FeatureSpace features_;
  std::shared_ptr<const float[]> weights_;
  float bias_ = 0;
  AnyLoss loss_;
  LabelPair labels_;
  Provenance provenance_;
};

}  // namespace hogwild
