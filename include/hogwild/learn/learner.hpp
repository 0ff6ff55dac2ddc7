// Learning and predicting at once, inside a program that has threads of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/data/row.hpp"
#include "hogwild/learn/view_report.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/update/update_rule.hpp"

namespace [[gnu::visibility("default")]] hogwild {

class Descent;
class HotFeatures;
class ParameterFile;
class PublishedWeights;
class TeacherPlaces;

/// How a Learner learns. The rate is constant.
struct LearnerOptions {
  Index features = 1u << 20;  ///< rows hold indices 0 .. features - 1
  int hash_bits = 0;  ///< 1 .. 31: features are called by names of any number, which feature()
                      ///< hashes to 2^hash_bits indices as `hogwild train --hash-bits` does; then
                      ///< `features` counts for nothing. 0: they are called by index
  AnyLoss loss = Logistic{};              ///< not Softmax
  AnyUpdateRule update_rule = Adagrad{};  ///< with its numbers
  std::optional<float> learning_rate{};   ///< > 0; absent: the rule's own default
  bool bias = true;                       ///< an additive constant, learnt like a weight
  float positive_weight = 1;  ///< with a binary loss rows of the positive label count as so many,
  float negative_weight = 1;  ///< and those of the negative; >= 0
  std::uint64_t publish_every = 0;  ///< rows; 0: predictions are made by the weights of the moment.
                                    ///< Else by a copy, renewed after so many rows have been learnt
                                    ///< and by publish(): weights that another core has just
                                    ///< changed take three times as long to read (bench/learner).
                                    ///< 4 bytes more a feature, and 1/8
  int teachers = 0;  ///< threads that learn at once, each with weights of its own for hot_features,
                     ///< which it merges with the shared ones after about 128 steps on each; 0: all
                     ///< steps are on the shared weights. Not with adaptive_revision, publish_every
  std::vector<Index> hot_features{};  ///< the most frequent features, the most frequent first, as
                                      ///< hot_features() finds them in rows; at most 16384 are used
};

/// A model that learns while it is asked.
///
/// Contract:
///  (With adaptive_revision learn() allocates, and either may wait for another thread's step on the
///  same weight: that rule alone is not lock-free.)
///  1. learn(), predict(), margin(), feature(), publish(), snapshot() and save() may be called from
///     any number of threads at once, with no lock of yours. predict(), margin() and feature() take
///     no lock and allocate nothing, nor does learn(), but to publish.
///  2. Each weight a predict() reads is one that some learn() stored, or that it began with; the
///     weights of one row may come from before and after a step that another thread makes
///     meanwhile.
///  3. Two learn() calls that touch the same feature at the same moment may lose one of the two
///     steps (Hogwild!); one thread alone never does.
///  4. What a thread learnt is seen by its own next predict(), and by other threads soon after; at
///     once by a thread that synchronises with it.
///  5. With publish_every, (4) is of learn() alone: a predict() sees what was published last, which
///     was about so many rows ago, or by publish(). The learn() that publishes takes as long as
///     some thousand others; if another thread publishes already, it leaves it to that.
///  6. With teachers, a step on a hot feature is seen by a predict() of any thread, the teacher
///     included, only when it is merged: after about 128 steps of that thread on that feature, or
///     by snapshot() or save(), or settle(). A thread that learns while all teachers' places are
///     taken steps the shared weights. Where the system gives no views, or there are no hot
///     features, all do; views() says so. In this mode, and of a parameter file that has hot
///     features, learn(), predict() and margin() keep room for the indices of the longest row of
///     their thread, or for 16384; snapshot(), save() and settle() wait for learn() calls at hand.
///  7. Memory: features x (the rule's state, and what publish_every adds); nothing grows.
///  8. It has no threads of its own, prints nothing, and keeps nothing outside itself; several may
///     live in one process. Construction and destruction need the object to be alone.
/// How good its predictions are: ProgressiveValidation, noted before each learn().
class Learner {
 public:
  /// All weights zero. Memory: features x the rule's state (8 bytes for adagrad, 4 for sgd), given
  /// by the system as it is first used. Throws OptionError, std::bad_alloc.
  explicit Learner(const LearnerOptions& options = {});

  /// Goes on from a model's weights, the rule's state being new. Features, loss and labels are the
  /// model's, whatever options say of features, hash_bits and loss. Throws as above; OptionError
  /// for a model of several classes, for ftrl, which has no weight to begin with, and
  /// for a model with a bias without options.bias.
  Learner(const Model& start, const LearnerOptions& options);

  /// Learns into a parameter file, with other processes, or of one that is opened to read only
  /// predicts, by weights that others change. All is as the file has it but the weights of labels.
  /// snapshot() goes through all features. Throws as above.
  explicit Learner(std::shared_ptr<ParameterFile> parameters, const LearnerOptions& options = {});

  ~Learner();
  /// The other one is left without weights.
  Learner(Learner&&) noexcept;
  /// The other one is left empty.
  Learner& operator=(Learner&&) noexcept;

  /// The index of a feature by its name, as "namespace^name" is in VW text: by hash, or of a model
  /// with names by its dictionary. Nothing for a name that such a model lacks, or if features are
  /// called by index.
  std::optional<Index> feature(std::string_view name) const;

  /// One step on one row; returns its loss before the step, its weight and that of its label left
  /// out. For a binary loss the positive label is 1, or the model's; any above the middle of the
  /// two counts as it, so 0 is as good as -1. REQUIRES: every index < features().size; every value,
  /// the label and the weight finite, the weight >= 0; no index twice; parameters of a file not
  /// opened to read alone.
  float learn(const SparseRow& row, float label);

  /// One step on each row in turn, with the rows' own labels and weights; returns the mean loss,
  /// each row's taken before its step and counted by its weight and that of its label. Several rows
  /// in one call are learnt faster than in a call each (bench/learner). REQUIRES as above.
  float learn(std::span<const SparseRow> rows);

  /// The probability of the positive label where the loss has one, else the margin. REQUIRES as
  /// above.
  float predict(const SparseRow& row) const noexcept;
  void predict(std::span<const SparseRow> rows, std::span<float> out) const noexcept;  ///< [rows]
  /// w.x + bias, without the link to a probability.
  float margin(const SparseRow& row) const noexcept;

  const FeatureSpace& features() const noexcept {
    return space_;
  }                                                             ///< the feature space of the rows
  const AnyLoss& loss() const noexcept { return loss_; }        ///< that it minimises
  const LabelPair& labels() const noexcept { return labels_; }  ///< of a binary loss

  /// With publish_every: predictions are from now on of all rows whose learn() has returned. Any
  /// thread; waits for another's. Else there is nothing to do.
  void publish();

  /// With teachers: the steps that they have made on weights of their own are merged into the
  /// shared weights. Any thread. Else there is nothing to do.
  void settle() const;

  /// Whether teachers have weights of their own; share_of_rows is not counted.
  ViewReport views() const;

  /// The weights as they are now, frozen. Learning may go on meanwhile.
  Model snapshot() const;

  /// snapshot() to a file: see save(Model, path). Throws IoError; ModelError if learning diverged.
  void save(const std::string& path) const;

 private:
  Learner(FeatureSpace space, AnyLoss loss, LabelPair labels, const LearnerOptions& options,
          std::shared_ptr<ParameterFile> parameters = nullptr);

  void start_at(Index feature, float weight);
  void publish(bool patient);
  Index number(Index feature) const noexcept;
  void renumber(std::span<SparseRow> rows) const;

  // With what label and weight a row is learnt.
  SparseRow as_learnt(const SparseRow& row) const noexcept;

  LearnerOptions options_;
  FeatureSpace space_;
  AnyLoss loss_;
  LabelPair labels_;
  bool binary_;
  float rate_;
  std::shared_ptr<ParameterFile> parameters_;  // or null
  std::unique_ptr<const HotFeatures> hot_;     // whose coordinates come first; or null
  std::unique_ptr<Descent> descent_;
  std::unique_ptr<TeacherPlaces> teachers_;      // or null
  std::unique_ptr<PublishedWeights> published_;  // or null
};

}  // namespace hogwild
