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
#include "hogwild/feed/order.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/update/schedule.hpp"
#include "hogwild/update/update_rule.hpp"

namespace [[gnu::visibility("default")]] hogwild {

struct RunState;

/// How threads share the parameters.
enum class Strategy {
  hogwild,        ///< racy steps: the fastest; a step is lost now and then
  atomic,         ///< compare-exchange steps: none is lost
  locked,         ///< one mutex around each row or batch: the baseline to compare with
  deterministic,  ///< all threads on the same rows, each stepping its own features: the same bits
                  ///< whatever the number of threads. With one row a step the margins of 64 rows
                  ///< in succession are taken at the same weights
};

/// Where the optimizer's state (adagrad's sum) lives.
enum class StateHome {
  shared,      ///< beside the weight, all threads' steps in one state
  per_thread,  ///< each thread's own; sums are scaled to what all threads have seen. sgd has no
               ///< state, and is the same either way. Not with l1 or l2
};

/// All rows in one step, as TrainOptions::batch_size.
inline constexpr std::uint64_t kFullBatch = 0;

/// How a penalty reaches the coordinates that a row does not touch.
enum class PenaltyMethod {
  degree,  ///< a row pays for those that do not hold its features, n / d_j times its own: any rule
  exact,   ///< every step shrinks every weight; a weight catches up when it is touched. sgd at a
           ///< constant rate, and adagrad. (ftrl does so by itself)
};

/// The objective is mean loss + l1 |w|_1 + (l2/2) |w|^2, the bias not penalised.
struct TrainOptions {
  AnyLoss loss = Logistic{};  ///< to minimise
  bool one_vs_rest = false;   ///< with a binary loss: one margin a class, each against the rest.
                              ///< Then, and with Softmax, labels are classes of any number
  AnyUpdateRule update_rule = Adagrad{};  ///< with its numbers
  std::optional<float> learning_rate{};   ///< > 0; absent: found from the data, see find_rate()
  bool find_epsilon = true;      ///< where the rate is found, and adagrad's epsilon is its default,
                                 ///< find that too: see find_rate()
  std::uint64_t batch_size = 1;  ///< rows a step, their gradients averaged, or kFullBatch; batches
                                 ///< of one epoch are of that size but the last
  AnySchedule schedule = Constant{};  ///< factor on the learning rate, by epochs done
  double warm_up = 0;  ///< epochs in which the rate rises from 0 to where the schedule has it; >= 0
  int epochs = 1;      ///< passes over the data, > 0
  int stop_after = 0;  ///< end after that many of the epochs, the schedule being that of all of
                       ///< them; 0: after all
  int early_stopping = 0;  ///< end after that many epochs without a better validation loss, with
                           ///< the weights of the best; 0: don't. Needs validation rows
  double min_delta = 0;    ///< what counts as better: lower by more than this; >= 0
  bool refit = false;  ///< then learn again from all rows, validation included, for as many epochs
                       ///< as were best. Needs validation rows
  int threads = 0;     ///< 0: as many as are fastest: measured where the run is long enough, else
                       ///< one a core, or fewer for few rows. At most one a core learn where each
                       ///< has weights of its own, see worker_views
  std::vector<int> pin{};  ///< thread k is kept to core pin[k % size], so that its memory stays
                           ///< near it; empty: the system moves threads as it likes
  std::uint64_t seed = 1;  ///< of the order of rows, and of the validation split
  float l1 = 0;            ///< >= 0
  float l2 = 0;            ///< >= 0
  PenaltyMethod penalty_method = PenaltyMethod::degree;  ///< of l1 and l2
  bool bias = true;         ///< an additive constant, learnt like a weight
  bool batch_norm = false;  ///< normalise the margins of a batch (Ioffe and Szegedy 2015); folded
                            ///< into the model's weights and bias. Needs a batch size above 1
  bool average = false;  ///< keep the mean of the weights over all steps (Polyak and Juditsky 1992)
  float gradient_noise = 0;  ///< eta of the noise N(0, eta / (1 + t)^0.55) on each gradient that
                             ///< step t takes (Neelakantan et al. 2015); >= 0, 0: none
  float init = 0;  ///< weights start at N(0, init^2), a function of seed and feature; >= 0, 0: at 0
  std::optional<Model> resume{};  ///< weights start at this model's, features being matched by what
                                  ///< the data calls them; the rule's state starts anew
  std::shared_ptr<const RunState> resume_state{};  ///< go on from there, with the same options and
                                                   ///< rows: with one thread (or by
                                                   ///< Strategy::deterministic) the bits of a run
                                                   ///< that never ended. Not of rows that are
                                                   ///< learnt as they are read
  std::string parameters{};  ///< a file of parameters, see ParameterFile: learn into those, with
                             ///< whoever else does; empty: into an array of the run's own. A rate
                             ///< that is left open is the file's, if there is one. Not with
                             ///< classes, penalties that go by the number of steps (ftrl's, exact
                             ///< ones), averages, batch norm, state by thread, locks, refit,
                             ///< resume_state, nor where all threads learn together
  Index parameter_features = 0;  ///< that a file which is made is for, if its features are numbered
                                 ///< and these rows hold fewer
  bool keep_state = false;       ///< leave TrainResult::state; of rows that are
                                 ///< learnt as they are read there is none
  std::vector<std::pair<std::string, float>> class_weights{};  ///< (label as class_name() has it,
                                                               ///< >= 0): its rows count as that
                                                               ///< many
  Strategy strategy = Strategy::hogwild;  ///< how threads change shared weights
  StateHome state = StateHome::shared;    ///< where the optimizer's state is
  bool worker_views = true;  ///< where it is measured to be faster, each of several threads steps
                             ///< weights of its own for the most frequent features, and merges
                             ///< them with the shared ones after about 128 steps on each. Steps on
                             ///< single rows; not with adaptive_revision, exact penalties, classes
                             ///< or one lock
  RowOrder order = RowOrder::shuffle;                    ///< of rows in an epoch
  CurriculumKind curriculum = CurriculumKind::combined;  ///< with RowOrder::curriculum
  int levels = 5;                                        ///< of difficulty; > 0
  std::vector<float> difficulty{};  ///< [rows] how difficult each is; empty: its non-zeros
  std::vector<float> validation_difficulty{};  ///< [validation rows] likewise, for refit
  std::optional<Dataset> validation{};  ///< evaluated after each epoch, never learnt; its features
                                        ///< are numbered as the training data's
};

/// Training from files: see train_files().
struct FileOptions {
  ReadOptions read{};  ///< its threads are those of training, and its class_labels, classes and
                       ///< features are set by the other options; memory_limit 0: three quarters of
                       ///< the memory of this machine, or of its container
  std::string valid{};                     ///< a file of validation rows; empty: none
  std::optional<double> valid_fraction{};  ///< share of the rows to validate on instead of training
                                           ///< on them, in [0, 1]; not with valid
  std::string difficulty = "nonzeros";     ///< of a row, for RowOrder::curriculum: "nonzeros";
                                        ///< "margin:MODEL", by the margin of a model; or a file of
                                        ///< one number a line
  std::string resume{};       ///< a checkpoint or a model to start at; empty: none
  bool weights_only = false;  ///< of a checkpoint take the weights alone
};

/// Whether there are to be validation rows.
inline bool validates(const FileOptions& files) noexcept {
  return !files.valid.empty() || files.valid_fraction.has_value();
}

/// Whether rows have a margin for each class, and labels are classes.
bool learns_classes(const TrainOptions& options) noexcept;

/// Throws OptionError if an option is out of its range or two contradict each other. train() calls
/// it; call it before reading data that may take long, and say so if validation rows are still to
/// come.
void require_valid(const TrainOptions& options, bool validation_to_come = false);

}  // namespace hogwild
