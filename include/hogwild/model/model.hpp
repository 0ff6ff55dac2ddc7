// What training leaves: frozen weights, what they mean, and where they came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/data/row.hpp"
#include "hogwild/objective/loss.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// How a model was made. Nothing here depends on the clock or the machine, so that two equal runs
/// give the same bytes.
struct Provenance {
  std::string version;       ///< of this library
  std::string rule;          ///< e.g. "adagrad"
  float learning_rate = 0;   ///< the initial one
  std::string schedule;      ///< e.g. "constant"
  float l1 = 0;              ///< strength of the L1 penalty; >= 0
  float l2 = 0;              ///< strength of the L2 penalty; >= 0
  int threads = 0;           ///< that trained
  std::uint64_t seed = 0;    ///< of the run
  std::uint64_t rows = 0;    ///< of the training data
  std::uint64_t visits = 0;  ///< rows learnt, over all epochs
};

/// A linear model, of one margin, or of one a class. Immutable; copies share the weights.
/// Thread safety: every member is const, allocates nothing and takes no lock; share it freely.
class Model {
 public:
  /// An empty model of no features, which predicts a margin of 0.
  Model() = default;

  /// weights is [features.size]; bias is added to every margin.
  /// label_names: of two labels that are words, by the numbers that `labels` has; or null.
  Model(FeatureSpace features, std::shared_ptr<const float[]> weights, float bias, AnyLoss loss,
        LabelPair labels, Provenance provenance, ClassNames label_names = {});

  /// A model of several classes: weights is [features.size x classes], those of one feature side by
  /// side; biases is [classes]. The loss is softmax, or one that is binary, one against the rest.
  /// REQUIRES: two classes or more.
  Model(FeatureSpace features, std::shared_ptr<const float[]> weights, std::vector<float> biases,
        AnyLoss loss, ClassNames classes, Provenance provenance);

  /// w.x + b. A feature past the model's counts as unknown, with weight 0. REQUIRES: outputs()
  /// == 1.
  float margin(const SparseRow& row) const noexcept;

  /// The margin of each class (or the one), [outputs()].
  void margins(const SparseRow& row, std::span<float> out) const noexcept;

  /// The probability of each class, [outputs()], summing to 1: the softmax of the margins, or one
  /// against the rest each class's own over their sum. REQUIRES: outputs() > 1,
  /// gives_probability().
  void probabilities(const SparseRow& row, std::span<float> out) const noexcept;

  /// The number of the class with the largest margin. REQUIRES: outputs() > 1.
  std::size_t likeliest_class(const SparseRow& row) const noexcept;

  /// Asks the memory for the weights of a row that is next: predictions took 4 % longer without.
  [[gnu::always_inline]] void prefetch(const SparseRow& row) const noexcept {
    for (const Index j : row.indices) {
      if (j < features_.size) __builtin_prefetch(&weights_[j * outputs()]);
    }
  }

  /// The probability of the positive label, where the loss has one (logistic); else the margin.
  /// REQUIRES: outputs() == 1.
  float predict(const SparseRow& row) const noexcept;

  /// The label, which name_of_label() writes as the training file does: the likelier of the two, or
  /// for a loss of numbers the margin. REQUIRES: outputs() == 1.
  float label(const SparseRow& row) const noexcept;

  /// [features().size x outputs()]
  std::span<const float> weights() const noexcept {
    return {weights_.get(), std::size_t{features_.size} * outputs()};
  }
  /// The same, to be kept beyond the model's life.
  const std::shared_ptr<const float[]>& shared_weights() const noexcept { return weights_; }
  float bias() const noexcept { return biases_[0]; }                  ///< the intercept
  std::span<const float> biases() const noexcept { return biases_; }  ///< [outputs()]
  std::size_t outputs() const noexcept { return biases_.size(); }  ///< 1, or the number of classes
  /// The names of the classes, [outputs()]; null: there is one margin.
  ClassNames classes() const noexcept { return outputs() > 1 ? names_ : nullptr; }
  /// The names of labels that are words: those of the classes, or of two labels; else null.
  const ClassNames& label_names() const noexcept { return names_; }
  /// A label as the training file writes it; for words it is a number of label_names().
  std::string name_of_label(float label) const;
  /// The feature space of the weights.
  const FeatureSpace& features() const noexcept { return features_; }
  const AnyLoss& loss() const noexcept { return loss_; }  ///< that was minimised
  /// Which labels -1 and +1 stand for.
  const LabelPair& labels() const noexcept { return labels_; }
  const Provenance& provenance() const noexcept { return provenance_; }  ///< how it was trained

  bool is_binary() const noexcept;          ///< labels are a pair, not numbers or classes
  bool gives_probability() const noexcept;  ///< predict() is a probability

 private:
  double margin_of(std::size_t output, const SparseRow& row) const noexcept;

  FeatureSpace features_;
  std::shared_ptr<const float[]> weights_;
  std::vector<float> biases_{0};
  AnyLoss loss_;
  LabelPair labels_;
  ClassNames names_;
  Provenance provenance_;
};

}  // namespace hogwild
