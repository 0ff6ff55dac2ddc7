// What training reports while it runs, and what it returns.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "hogwild/data/scale.hpp"
#include "hogwild/learn/view_report.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/checkpoint.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// A report on a finished epoch.
struct EpochReport {
  int epoch = 0;               ///< counted from 1
  double seconds = 0;          ///< training time since the start of the run, without validation
  std::uint64_t rows = 0;      ///< rows learnt in this epoch
  std::uint64_t nonzeros = 0;  ///< non-zeros learnt in this epoch
  double train_loss = 0;       ///< mean loss of the rows, each computed before its own step
  std::optional<double> valid_loss{};  ///< mean loss of the validation rows after the epoch
  float learning_rate = 0;             ///< learning rate at the end of the epoch
  int threads = 0;                     ///< number of training threads
  bool refit = false;                  ///< whether the epoch is part of the refit on all rows
};

/// The progress of a run; to read it does not affect the run.
struct Progress {
  int epoch = 0;                 ///< current epoch, counted from 1
  int epochs = 0;                ///< number of epochs requested
  std::uint64_t rows_done = 0;   ///< rows learnt, over all epochs
  std::uint64_t rows_total = 0;  ///< rows to learn, over all epochs; an estimate during the first
                                 ///< epoch of streamed text, and 0 if it is unknown
  double train_loss = 0;         ///< mean loss in this epoch so far, over all threads
  double seconds = 0;            ///< duration of training
};

/// Why a run ended.
enum class StopReason {
  epochs,          ///< all epochs are done
  early_stopping,  ///< the validation loss has not improved for as many epochs as allowed
  interrupted,     ///< TrainObserver::stop_requested() returned true; if this was before the first
                   ///< row was learnt, the model is empty
  diverged,        ///< the loss is not finite, or above ten times the loss at the start; the model
                   ///< is that of the last epoch before
};

/// "epochs", "early_stopping", "interrupted", "diverged".
std::string_view name_of(StopReason reason) noexcept;

/// One rate that was tried on a sample.
struct RateTrial {
  float rate = 0;   ///< the learning rate that was tried
  double loss = 0;  ///< mean loss of held-out rows at the end (with early stopping: mean of the
                    ///< epochs from the best one on; for a small set mean over several splits of
                    ///< its rows); infinite if a trial diverged
};

/// How a learning rate was found.
struct RateSearch {
  float rate = 0;                     ///< the rate that was chosen
  int workers = 1;                    ///< number of averaged workers: `rate` is the rate of the
                                      ///< trials times this
  std::optional<float> epsilon{};     ///< set for adagrad with its default epsilon: see find_rate()
  bool averaged = false;              ///< whether averages of the weights were better than the last
                                      ///< weights: see TrainOptions::find_average
  int epochs = 0;                     ///< number of epochs for a refit: see find_rate(); 0: it is
                                      ///< the best one of the run
  std::vector<RateTrial> trials{};    ///< in ascending order of rate
  std::uint64_t rows = 0;             ///< rows of the sample (of its first split), learnt in each
                                      ///< trial
  std::uint64_t held_out = 0;         ///< rows on which these trials were evaluated
  double seconds = 0;                 ///< duration of the search
  std::optional<double> base_loss{};  ///< of the best prediction that is the same for all rows, on
                                      ///< the held-out rows; absent where it is not known
  std::string doubt{};  ///< why no trial was better than that, as far as the rows show it; empty:
                        ///< one was better
  bool interrupted = false;  ///< whether the search was stopped early
  int backed_off = 0;  ///< how often the run then diverged and restarted at a third of the rate
};

/// How the number of threads was found.
struct ThreadTrial {
  /// How fast a number of threads trained.
  struct Speed {
    int threads;                 ///< number of threads in the trial
    double nonzeros_per_second;  ///< non-zeros learnt per second, by all threads together
  };
  int threads = 1;              ///< the number that was chosen
  std::vector<Speed> trials{};  ///< by threads, ascending
};

/// Receives reports from train(). All calls come from the thread that called train().
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void on_progress(const Progress&) {}      ///< about twenty times per second
  virtual void on_epoch(const EpochReport&) {}      ///< after each epoch
  virtual void on_scaling(const ScalingReport&) {}  ///< before all others, if values are scaled
  virtual void on_rate(const RateSearch&) {}        ///< when the rate is found, before the epochs,
                                                    ///< and each time it is reduced
  virtual void on_threads(const ThreadTrial&) {}    ///< when the number of threads is measured
  virtual bool stop_requested() { return false; }   ///< polled like on_progress(); true: stop
  virtual bool checkpoint_due() { return false; }   ///< likewise; true: call on_checkpoint()
  virtual void on_checkpoint(const Checkpoint&) {}  ///< the current weights; the state, if kept, is
                                                    ///< from the end of an earlier epoch
};

inline TrainObserver silent_observer;  ///< of nobody

/// What train() returns.
struct TrainResult {
  Model model;  ///< of the best epoch with early stopping, otherwise of the last epoch
  std::vector<EpochReport> epochs;         ///< the finished epochs
  StopReason reason = StopReason::epochs;  ///< why the run ended
  int refit_epochs = 0;                    ///< epochs of the refit; 0: there was none
  int best_epoch = 0;       ///< the best epoch: the last one whose validation loss (training loss
                            ///< if there are no validation rows) was lower than all before by more
                            ///< than min_delta; 0: no epoch was finished
  double seconds = 0;       ///< of training
  float learning_rate = 0;  ///< the initial rate that was used
  std::optional<RateSearch> rate_search{};  ///< how learning_rate was found; absent if it was given
  int threads = 0;                          ///< number of training threads
  int threads_seen = 0;                     ///< threads that learnt at least one row
  ViewReport views{};                       ///< whether threads had private copies of weights
  std::shared_ptr<const RunState> state{};  ///< for TrainOptions::resume_state, if keep_state is
                                            ///< set: from the end of the run, or for an interrupted
                                            ///< run from the end of an earlier epoch (null if there
                                            ///< was none); null if the run diverged
};

}  // namespace hogwild
