// What training tells, while it runs and at its end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "hogwild/learn/view_report.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/checkpoint.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// One epoch behind us.
struct EpochReport {
  int epoch = 0;               ///< counted from 1
  double seconds = 0;          ///< of training since the start of the run, validation left out
  std::uint64_t rows = 0;      ///< learnt in this epoch
  std::uint64_t nonzeros = 0;  ///< learnt in this epoch
  double train_loss = 0;       ///< mean loss of the rows, each taken before its own step
  std::optional<double> valid_loss{};  ///< mean loss of the validation rows after the epoch
  float learning_rate = 0;             ///< at the end of the epoch
  int threads = 0;                     ///< that trained
  bool refit = false;                  ///< of the second run, on all rows
};

/// How far a run is; read it at leisure, it changes nothing.
struct Progress {
  int epoch = 0;                 ///< being learnt, counted from 1
  int epochs = 0;                ///< that were asked for
  std::uint64_t rows_done = 0;   ///< over all epochs
  std::uint64_t rows_total = 0;  ///< over all epochs; about, while rows are learnt as they are
                                 ///< read the first time, and 0 where that can't be known
  double train_loss = 0;         ///< mean over this epoch so far, all threads together
  double seconds = 0;            ///< of training
};

/// Why a run ended.
enum class StopReason {
  epochs,          ///< all epochs are done
  early_stopping,  ///< the validation loss has not improved for as many epochs as allowed
  interrupted,     ///< TrainObserver::stop_requested() said so; if before the first row was learnt,
                   ///< the model is empty
  diverged,        ///< the loss is not finite or ten times that at the start; the model is that of
                   ///< the last epoch before
};

/// "epochs", "early_stopping", "interrupted", "diverged".
std::string_view name_of(StopReason reason) noexcept;

/// One rate that was tried on a sample.
struct RateTrial {
  float rate = 0;   ///< that was tried
  double loss = 0;  ///< mean loss of rows not learnt, at the end (under early stopping: the best);
                    ///< infinite if the trial diverged
};

/// How a learning rate was found.
struct RateSearch {
  float rate = 0;                   ///< the one that was chosen
  int workers = 1;                  ///< whose mean is learnt: `rate` is so many times the trials'
  std::optional<float> epsilon{};   ///< for adagrad with its default epsilon: see find_rate()
  std::vector<RateTrial> trials{};  ///< by rate, ascending
  std::uint64_t rows = 0;           ///< of the sample, learnt in each trial
  std::uint64_t held_out = 0;       ///< rows that the trials were scored on
  double seconds = 0;               ///< taken
  bool interrupted = false;         ///< before it came to an end
  int backed_off = 0;  ///< times the run then diverged, and began anew at a third of the rate
};

/// How the number of threads was found.
struct ThreadTrial {
  /// How fast a number of threads trained.
  struct Speed {
    int threads;                 ///< that trained in the trial
    double nonzeros_per_second;  ///< that all of them learnt
  };
  int threads = 1;              ///< the number that was chosen
  std::vector<Speed> trials{};  ///< by threads, ascending
};

/// Told by train() how it goes. All calls come from the thread that called train().
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void on_progress(const Progress&) {}      ///< some twenty times a second
  virtual void on_epoch(const EpochReport&) {}      ///< after each epoch
  virtual void on_rate(const RateSearch&) {}        ///< when the rate was found, before the epochs,
                                                    ///< and again each time it backs off
  virtual void on_threads(const ThreadTrial&) {}    ///< when their number was measured, likewise
  virtual bool stop_requested() { return false; }   ///< asked as often as on_progress is called
  virtual bool checkpoint_due() { return false; }   ///< likewise; then on_checkpoint() follows
  virtual void on_checkpoint(const Checkpoint&) {}  ///< the weights as they are; the state, if it
                                                    ///< is kept, of the end of an epoch before
};

/// What train() returns.
struct TrainResult {
  Model model;  ///< of the best epoch under early stopping, of the last otherwise
  std::vector<EpochReport> epochs;         ///< those that were finished
  StopReason reason = StopReason::epochs;  ///< why it ended
  int best_epoch = 0;       ///< the last whose validation (else training) loss was lower than those
                            ///< before it, by more than min_delta; 0: none was finished
  double seconds = 0;       ///< of training
  float learning_rate = 0;  ///< the initial rate that was used
  std::optional<RateSearch> rate_search{};  ///< how it was found, unless it was given
  int threads = 0;                          ///< that trained
  int threads_seen = 0;                     ///< that learnt at least one row
  ViewReport views{};                       ///< whether threads stepped weights of their own
  std::shared_ptr<const RunState> state{};  ///< for TrainOptions::resume_state, if it was to be
                                            ///< kept: of the run's end, or where it was
                                            ///< interrupted of the end of an epoch before, if there
                                            ///< is one; of a run that diverged there is none
};

}  // namespace hogwild
