// Training options and their defaults.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/data/scale.hpp"
#include "hogwild/feed/order.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/update/schedule.hpp"
#include "hogwild/update/update_rule.hpp"

namespace [[gnu::visibility("default")]] hogwild {

struct RunState;

/// How threads share the parameters.
enum class Strategy {
  hogwild,        ///< a step is a relaxed load and a relaxed store: the fastest; a step can be lost
  atomic,         ///< a step is a compare-exchange: no step is lost
  locked,         ///< one mutex for all threads, held during each row or batch: a baseline
  deterministic,  ///< all threads work on the same rows, and each updates its own features: the
                  ///< result is bit-identical for any number of threads. If a step is one row, the
                  ///< margins of 64 consecutive rows are computed with the same weights
};

/// Where the optimizer's state is stored (for adagrad, the sum of squared gradients).
enum class StateHome {
  shared,      ///< one state per weight, stored beside it and updated by all threads
  per_thread,  ///< each thread has its own state, and scales its sums to the rows of all threads.
               ///< sgd has no state: both values are the same for it. Not with l1 or l2
};

/// The value of TrainOptions::batch_size for one step on all rows.
inline constexpr std::uint64_t kFullBatch = 0;

/// How a penalty is applied to weights of features that are not in the row of a step.
enum class PenaltyMethod {
  degree,  ///< a row that has feature j pays n / d_j times the penalty of j, also for the rows
           ///< without j (n: sum of the row weights, d_j: rows that have j). Any update rule
  exact,   ///< each step penalises all weights; a weight gets the missed penalties when it is used
           ///< next. Only sgd at a constant learning rate, and adagrad (ftrl does it by itself)
};

/// Training options. The objective is mean loss + l1 |w|_1 + (l2/2) |w|^2; the bias has no penalty.
/// Members stand in groups, and have the names of the options of `hogwild train`.
struct TrainOptions {
  // Objective: what is minimised.
  AnyLoss loss = Logistic{};  ///< the loss to minimise
  bool one_vs_rest = false;   ///< with a binary loss: one margin per class, that class against all
                              ///< others. With this option or Softmax, labels are classes, of which
                              ///< there may be any number
  std::vector<std::pair<std::string, float>> class_weights{};  ///< (label, as class_name() has it;
                                                               ///< weight >= 0): rows with the
                                                               ///< label count weight times
  std::string positive{};  ///< the label that counts as positive, as class_name() has it; empty:
                           ///< the larger of two numbers. A resumed model keeps its labels
  Scale scale = Scale::automatic;  ///< units of values, and so of the weights that l1 and l2 are
                                   ///< about. Not for a Learner and with `parameters`, which learn
                                   ///< values as they are
  float l1 = 0;                    ///< coefficient of the L1 penalty; >= 0
  float l2 = 0;                    ///< coefficient of the L2 penalty; >= 0
  PenaltyMethod penalty_method = PenaltyMethod::degree;  ///< how l1 and l2 are applied
  bool bias = true;  ///< an additive constant, learnt like a weight

  // Optimizer: how a step is made.
  AnyUpdateRule update_rule = Adagrad{};  ///< update rule and its hyper-parameters
  std::optional<float> learning_rate{};   ///< > 0; absent: found from the data, see find_rate()
  bool find_average = true;      ///< if the learning rate is found from the data under early
                                 ///< stopping, and the rule is adagrad with its defaults,
                                 ///< `average` is tried too, and chosen where it is better
  bool find_epsilon = true;      ///< if the learning rate is found from the data, and adagrad's
                                 ///< epsilon has its default value, find epsilon too: see
                                 ///< find_rate()
  std::uint64_t batch_size = 1;  ///< rows per step, whose gradients are averaged, or kFullBatch;
                                 ///< the last batch of an epoch can be smaller
  AnySchedule schedule = Constant{};  ///< factor on the learning rate, by epochs done
  double warm_up = 0;  ///< epochs in which the rate rises from 0 to the value of the schedule; >= 0
  StateHome state = StateHome::shared;  ///< where the optimizer's state is
  bool average = false;     ///< keep the average of the weights over all steps (Polyak and Juditsky
                            ///< 1992), in which those after step s count s times (Lacoste-Julien,
                            ///< Schmidt and Bach 2012)
  bool batch_norm = false;  ///< normalise the margins of each batch (Ioffe and Szegedy 2015); the
                            ///< model's weights and bias include the result. Needs a batch size
                            ///< above 1
  float gradient_noise = 0;  ///< eta: add noise N(0, eta / (1 + t)^0.55) to each gradient of step t
                             ///< (Neelakantan et al. 2015); >= 0; 0: no noise

  // Stopping: when the run ends.
  int epochs = 1;      ///< passes over the data, > 0
  int stop_after = 0;  ///< stop after this many epochs, but compute the schedule for all `epochs`;
                       ///< 0: run all epochs
  int early_stopping = 0;  ///< stop after this many epochs without a better validation loss, and
                           ///< keep the weights of the best epoch; 0: off. Needs validation rows
  double min_delta = 0;    ///< a loss is better if it is lower by more than this; >= 0
  bool refit = false;    ///< after training, train again on all rows, validation rows included, for
                         ///< the best number of epochs. Needs validation rows
  int refit_epochs = 0;  ///< epochs of the refit; 0: the best number, that of the search for a
                         ///< rate where it split the rows in several ways, else that of the run
  std::optional<Dataset> validation{};  ///< rows to evaluate after each epoch; only refit trains on
                                        ///< them; their features have the numbers of the training
                                        ///< data

  // Threads.
  int threads = 0;  ///< number of threads; 0: the fastest number, measured if the run is long
                    ///< enough, else one per core, or fewer for few rows. With private copies of
                    ///< weights (see worker_views) at most one thread per core
  std::vector<int> pin{};  ///< thread k runs only on core pin[k % size], so that its memory stays
                           ///< near that core; empty: the operating system may move threads
  Strategy strategy = Strategy::hogwild;  ///< how threads change shared weights
  bool worker_views = true;  ///< if this is measured to be faster, each of several threads has a
                             ///< private copy of the most frequent weights, and merges it with the
                             ///< shared weights after about 128 steps per weight. Only for steps on
                             ///< single rows; not with adaptive_revision, exact penalties, classes
                             ///< or one lock

  // Order of the rows.
  std::uint64_t seed = 1;  ///< random seed, for example for the row order and the validation split
  RowOrder order = RowOrder::shuffle;                    ///< order of the rows in an epoch
  CurriculumKind curriculum = CurriculumKind::combined;  ///< used with RowOrder::curriculum
  int levels = 5;                                        ///< number of levels of difficulty; > 0
  std::vector<float> difficulty{};  ///< [rows] difficulty of each row; empty: number of non-zeros
  std::vector<float> validation_difficulty{};  ///< [validation rows] the same, for refit

  // Start: where the run starts, and what it keeps.
  float init = 0;  ///< initial weights: N(0, init^2), by seed and feature; >= 0; 0: zero weights
  std::optional<Model> resume{};  ///< start at the weights of this model, with a new optimizer
                                  ///< state. Features are matched by their names or numbers in the
                                  ///< data; those that the rows lack keep their weights, and labels
                                  ///< are the model's
  bool new_classes = false;  ///< with resume: the rows may have classes that the model lacks, which
                             ///< start at zero weights; else such a class is an error
  std::shared_ptr<const RunState> resume_state{};  ///< continue the run that left this state, with
                                                   ///< the same options and rows. With one thread
                                                   ///< (or Strategy::deterministic) the result is
                                                   ///< bit-identical to that of an uninterrupted
                                                   ///< run. Not for streamed rows
  bool keep_state = false;   ///< return TrainResult::state; there is no state for streamed rows
                             ///< or with `parameters`
  std::string parameters{};  ///< path of a parameter file, see ParameterFile: train its weights,
                             ///< together with other processes; empty: train private weights. If
                             ///< learning_rate is absent and the file exists, the file's rate is
                             ///< used. Not with classes, penalties that depend on the number of
                             ///< steps (ftrl's, exact ones), averages, batch_norm, per-thread
                             ///< state, locks, init, refit, resume_state, kFullBatch or
                             ///< Strategy::deterministic
  Index parameter_features = 0;  ///< number of features of a new parameter file, if features have
                                 ///< numbers and these rows have fewer features
};

/// Training from files: see train_files().
struct FileOptions {
  ReadOptions read{};   ///< how to read the files; training sets the threads, and other options set
                        ///< class_labels, classes and features. memory_limit 0: three quarters of
                        ///< the memory of this machine, or of its container
  std::string valid{};  ///< a file of validation rows; empty: none
  std::optional<double> valid_fraction{};  ///< share of the rows used for validation instead of
                                           ///< training, in [0, 1]; not with valid
  std::string difficulty = "nonzeros";     ///< for RowOrder::curriculum, difficulty of a row:
                                        ///< "nonzeros"; "margin:MODEL": small |margin| of a model
                                        ///< is difficult; or a file with one number per line
  std::string resume{};       ///< a checkpoint or a model to start at; empty: none
  bool weights_only = false;  ///< use only the weights of the checkpoint, not its state
  // Of rows that a recipe makes, which people give without a thought of options.
  bool loss_by_labels = false;  ///< more than two labels that are words are learnt by Softmax, or,
                                ///< if a column is a text, one_vs_rest
  bool epochs_by_rows = false;  ///< held rows get as many epochs as make up to 250,000 visits, from
                                ///< 1 to 20
};

/// Whether the options ask for validation rows.
inline bool validates(const FileOptions& files) noexcept {
  return !files.valid.empty() || files.valid_fraction.has_value();
}

/// Whether rows have one margin per class and labels are classes (one_vs_rest or Softmax).
bool learns_classes(const TrainOptions& options) noexcept;

/// Throws OptionError if an option is out of range or two options contradict each other. train()
/// calls it. Call it before you read data for a long time; validation_to_come: validation rows will
/// be set later.
void require_valid(const TrainOptions& options, bool validation_to_come = false);

}  // namespace hogwild
