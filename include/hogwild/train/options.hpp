// What training may be told, every default beside its meaning.
#pragma once

#include <cstdint>
#include <optional>

#include "hogwild/data/dataset.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/update/schedule.hpp"
#include "hogwild/update/update_rule.hpp"

namespace hogwild {

/// How threads share the parameters.
enum class Strategy {
  hogwild,  ///< racy steps: the fastest; a step is lost now and then
  atomic,   ///< compare-exchange steps: none is lost
  locked,   ///< one mutex around each row: the baseline to compare with
};

/// Where the optimizer's state (adagrad's sum) lives.
enum class StateHome {
  shared,      ///< beside the weight, all threads' steps in one state
  per_thread,  ///< each thread's own; sums are scaled to what all threads have seen. sgd has no
               ///< state, and is the same either way. Not with l1 or l2
};

/// The order of rows within an epoch; either way each row comes exactly once.
enum class RowOrder {
  shuffle,     ///< anew each epoch, a function of seed and epoch alone
  sequential,  ///< as stored
};

/// The objective is mean loss + l1 |w|_1 + (l2/2) |w|^2, the bias not penalised.
struct TrainOptions {
  AnyLoss loss = Logistic{};
  AnyUpdateRule update_rule = Adagrad{};
  std::optional<float> learning_rate{};  ///< > 0; absent: the rule's own default
  AnySchedule schedule = Constant{};     ///< factor on the learning rate, by epochs done
  double warm_up = 0;  ///< epochs in which the rate rises from 0 to where the schedule has it; >= 0
  int epochs = 1;      ///< passes over the data, > 0
  int stop_after = 0;  ///< end after that many of the epochs, the schedule being that of all of
                       ///< them; 0: after all
  int early_stopping = 0;  ///< end after that many epochs without a better validation loss, with
                           ///< the weights of the best; 0: don't. Needs validation rows
  double min_delta = 0;  ///< what counts as better: lower by more than this; >= 0
  bool refit = false;  ///< then learn again from all rows, validation included, for as many epochs
                       ///< as were best. Needs validation rows
  int threads = 0;     ///< 0: as many as the machine has, or fewer for few rows
  std::uint64_t seed = 1;  ///< of the order of rows, and of the validation split
  float l1 = 0;            ///< >= 0
  float l2 = 0;            ///< >= 0
  bool bias = true;        ///< an additive constant, learnt like a weight
  Strategy strategy = Strategy::hogwild;
  StateHome state = StateHome::shared;
  RowOrder order = RowOrder::shuffle;
  std::optional<Dataset> validation{};  ///< evaluated after each epoch, never learnt; its features
                                        ///< are numbered as the training data's
};

/// Throws OptionError if an option is out of its range or two contradict each other. train() calls
/// it; call it before reading data that may take long, and say so if validation rows are still to
/// come.
void require_valid(const TrainOptions& options, bool validation_to_come = false);

}  // namespace hogwild
