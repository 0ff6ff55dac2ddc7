// Online learning and prediction at the same time, from any threads of a program.
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

class LocalDescent;
class HotFeatures;
class ParameterFile;
class PublishedWeights;
class TeacherPlaces;

/// Options of a Learner. The learning rate is constant.
struct LearnerOptions {
  Index features = 0;  ///< rows hold indices 0 .. features - 1. 0: 2^20, or for a Learner that
                       ///< starts at a model the model's; a larger number adds features to these
  int hash_bits = 0;   ///< 1 .. 31: features have names, any number of them, and feature() hashes a
                       ///< name to one of 2^hash_bits indices, as `hogwild train --hash-bits` does;
                       ///< `features` is then ignored. 0: features have indices only
  AnyLoss loss = Logistic{};              ///< the loss; not Softmax
  AnyUpdateRule update_rule = Adagrad{};  ///< update rule and its hyper-parameters
  std::optional<float> learning_rate{};   ///< > 0; absent: the default of the update rule
  bool bias = true;                       ///< an additive constant, learnt like a weight
  float positive_weight = 1;  ///< with a binary loss: factor on the weight of positive rows; >= 0
  float negative_weight = 1;  ///< with a binary loss: factor on the weight of negative rows; >= 0
  std::uint64_t publish_every = 0;  ///< 0: predictions read the current weights. Else they read a
                                    ///< copy, which is updated each time that many rows have been
                                    ///< learnt, and by publish(): a weight that another core has
                                    ///< just changed takes three times as long to read
                                    ///< (bench/learner). The copy takes 4 1/8 bytes per feature
  int teachers = 0;  ///< number of threads that learn at once, each with a private copy of the
                     ///< weights of hot_features, which it merges with the shared weights after
                     ///< about 128 steps per weight; 0: no private copies. Not with
                     ///< adaptive_revision or publish_every
  std::vector<Index> hot_features{};  ///< the most frequent features, the most frequent first, as
                                      ///< hot_features() finds them in rows; at most 16384 are used
};

/// A model that learns and predicts at the same time.
///
/// Contract:
/// (With adaptive_revision learn() allocates, and learn() and predict() may wait for the step of
/// another thread on the same weight: only that rule is not lock-free.)
///  1. Any number of threads may call learn(), predict(), margin(), feature(), publish(),
///     snapshot() and save() at the same time, without a lock. predict(), margin() and feature()
///     take no lock and allocate nothing; learn() takes a lock or allocates only to publish.
///  2. Each weight that predict() reads was stored by a learn() call, or is the initial one. If
///     another thread makes a step at the same time, some weights of the row may be from before the
///     step, and others from after it.
///  3. If two threads change the same weight at the same moment, one of the two steps may be lost
///     (Hogwild!). With one thread no step is lost.
///  4. The next predict() of a thread sees what this thread has learnt. Other threads see it soon
///     after; a thread that synchronises with this one sees it at once.
///  5. With publish_every, (4) holds for learn() only: predict() reads the weights of the last
///     publication, at most about publish_every rows ago. A learn() call that publishes takes as
///     long as some thousand other calls; it does not publish if another thread is publishing.
///  6. With teachers, no predict(), not even that of the learning thread, sees a step on a hot
///     feature before it is merged: after about 128 steps of that thread on that feature, or by
///     snapshot(), save() or settle(). A thread that calls learn() while `teachers` other threads
///     are in it updates the shared weights. All threads do so if the system can't map private
///     pages, or if there are no hot features; views() has the reason. With teachers, or with a
///     parameter file that has hot features, learn(), predict() and margin() keep a buffer per
///     thread, for 16384 indices or those of its longest row; snapshot(), save() and settle() wait
///     for learn() calls in progress.
///  7. Memory: features x (size of the rule's state, + 4 1/8 bytes with publish_every); it does not
///     grow.
///  8. A Learner starts no threads, prints nothing and has no global state; a process may have
///     several. No other thread may use it during construction and destruction.
/// To measure its predictions, call ProgressiveValidation::note() before each learn().
class Learner {
 public:
  /// All weights start at zero. Memory: features x size of the rule's state (8 bytes for adagrad, 4
  /// for sgd); the system allocates it at first use. Throws OptionError, std::bad_alloc.
  explicit Learner(const LearnerOptions& options = {});

  /// Starts at the weights of a model, with a new optimizer state. Features, loss and labels are
  /// those of the model, and the features up to options.features if that is more; hash_bits and
  /// loss are ignored. Of a model hashed to more than 22 bits, which has the features that its rows
  /// had, the learner has all 2^hash_bits, with their hashes as indices: see FeatureSpace::hashes.
  ///  Throws as above; OptionError for a model of several classes, for ftrl, whose
  /// state has no weight to set, for a model with a bias if options.bias is false, and for more
  /// features than those of a model whose features have names.
  Learner(const Model& start, const LearnerOptions& options);

  /// Learns into a parameter file, together with other processes; if the file was opened read-only,
  /// only predicts, with weights that other processes change. Features, loss, labels, update rule,
  /// learning rate, bias and hot features are those of the file. snapshot() reads all features.
  /// Throws as above.
  explicit Learner(std::shared_ptr<ParameterFile> parameters, const LearnerOptions& options = {});

  ~Learner();
  /// The moved-from Learner has no weights.
  Learner(Learner&&) noexcept;
  /// The moved-from Learner is empty.
  Learner& operator=(Learner&&) noexcept;

  /// The index of the feature with this name ("namespace^name" for VW text): a hash of the name, or
  /// for a model with names, its number in the dictionary. std::nullopt if the dictionary does not
  /// have the name, or if features have indices only.
  std::optional<Index> feature(std::string_view name) const;

  /// Makes one step on one row; returns the loss of the row before the step, not multiplied by the
  /// weights of the row and its label. For a binary loss the labels are -1 and 1, or those of the
  /// model; a label above the middle of the two is positive, so that 0 is the same as -1. REQUIRES:
  /// every index < features().size, no index twice; every value, the label and the weight are
  /// finite, the weight >= 0; a parameter file is not opened read-only.
  float learn(const SparseRow& row, float label);

  /// Makes one step on each row in order, with the label and weight of the row; returns the mean of
  /// the losses, each taken before its step and weighted by the weights of the row and its label.
  /// One call for several rows is faster than one call per row (bench/learner). REQUIRES as above.
  float learn(std::span<const SparseRow> rows);

  /// The probability of the positive label if the loss defines one, otherwise the margin. REQUIRES
  /// as above.
  float predict(const SparseRow& row) const noexcept;
  void predict(std::span<const SparseRow> rows, std::span<float> out) const noexcept;  ///< [rows]
  /// w.x + bias, without the link to a probability.
  float margin(const SparseRow& row) const noexcept;

  /// The feature space of the rows.
  const FeatureSpace& features() const noexcept { return space_; }
  const AnyLoss& loss() const noexcept { return loss_; }        ///< the loss that it minimises
  const LabelPair& labels() const noexcept { return labels_; }  ///< the labels of a binary loss

  /// With publish_every: publishes the weights, so that predictions use all rows whose learn() has
  /// returned. Any thread may call it; it waits while another thread publishes. Without
  /// publish_every it does nothing.
  void publish();

  /// With teachers: merges the steps on private copies into the shared weights. Any thread may call
  /// it. Without teachers it does nothing.
  void settle() const;

  /// Whether teachers have private copies of weights; share_of_rows is not computed.
  ViewReport views() const;

  /// A model with the current weights. Other threads may learn at the same time.
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
  std::unique_ptr<LocalDescent> descent_;
  std::unique_ptr<TeacherPlaces> teachers_;      // or null
  std::unique_ptr<PublishedWeights> published_;  // or null
};

}  // namespace hogwild
