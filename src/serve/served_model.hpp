// What a service answers by: a model, or one that learns meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "data/rows/row_batch.hpp"
#include "hogwild/eval/progressive.hpp"
#include "hogwild/learn/learner.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/model/model.hpp"

namespace hogwild {

/// Thread safety: every member from any threads at once, learn() too.
class ServedModel {
 public:
  /// A model that is given, which learns if options are: then OptionError as Learner has it.
  ServedModel(Model model, const std::optional<LearnerOptions>& learning);

  /// Live parameters, which it learns into if the file was joined.
  ServedModel(std::shared_ptr<ParameterFile> parameters, const LearnerOptions& options);

  const FeatureSpace& features() const noexcept { return model_.features(); }
  const AnyLoss& loss() const noexcept { return model_.loss(); }
  const LabelPair& labels() const noexcept { return model_.labels(); }
  ClassNames classes() const noexcept { return model_.classes(); }  ///< or null
  const ClassNames& label_names() const noexcept { return model_.label_names(); }
  bool is_binary() const noexcept { return model_.is_binary(); }
  bool gives_probability() const noexcept { return model_.gives_probability(); }
  bool learns() const noexcept { return progressive_.has_value(); }
  const std::shared_ptr<ParameterFile>& parameters() const noexcept { return parameters_; }

  /// Of a model of one margin: that of a row. REQUIRES: its features are of the space.
  float margin(const SparseRow& row) const noexcept;

  /// The model as it was given, without weights if it learns.
  const Model& model() const noexcept { return model_; }

  /// Whether a label is one that can be learnt: of a binary loss one of the two, 0 or -1 standing
  /// for either of them as the negative.
  bool knows(float label) const noexcept;

  /// The mean loss before each row's step, of all but those of weight 0. REQUIRES: learns(), and
  /// knows() each row's label.
  double learn(const RowBatch& rows);

  /// Whether some loss was not finite: then the weights are of no use.
  bool has_diverged() const noexcept { return diverged_.load(std::memory_order_relaxed); }
  void note_divergence() noexcept { diverged_.store(true, std::memory_order_relaxed); }

  std::uint64_t learnt() const noexcept { return learnt_.load(std::memory_order_relaxed); }
  std::optional<ProgressiveMetrics> progressive() const;

  /// The weights as they are now.
  Model snapshot() const;

  /// Tells other processes that this one lives, if there may be any.
  void beat() noexcept;

 private:
  Model model_;  // without weights where a Learner has them
  std::optional<Learner> learner_;
  std::shared_ptr<ParameterFile> parameters_;
  std::optional<ProgressiveValidation> progressive_;
  std::atomic<std::uint64_t> learnt_{0};  // rows; relaxed, as a count of events
  std::atomic<bool> diverged_{false};
  std::atomic<std::uint64_t> told_{0};  // of those, to other processes
};

}  // namespace hogwild
