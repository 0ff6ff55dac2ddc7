// Racing rates on a sample.
#include "hogwild/train/tune.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "parallel/cores.hpp"
#include "parallel/mapped_memory.hpp"
#include "parallel/thread_team.hpp"
#include "train/doubt.hpp"
#include "train/fewest_epochs.hpp"
#include "train/file_units.hpp"
#include "train/plan.hpp"
#include "train/prepare.hpp"
#include "train/rate_sample.hpp"
#include "train/run.hpp"
#include "train/search.hpp"

namespace hogwild {
namespace {

constexpr double kStride = 0.5;  // between trials, in powers of ten
// What floats allow of rates.
constexpr double kLowestRate = 1e-36, kHighestRate = 1e36;
constexpr double kAsGood = 1e-3;  // relative difference of losses that says nothing
// Labels that features tell: the larger the rate, the smaller such a loss, and the larger that of a
// row that is unlike the others. Of the loss without features.
constexpr double kSolved = 0.01;

float rate_of(double strides, double centre) {
  const double rate = centre * std::pow(10, strides * kStride);
  // To two digits: nobody wants to read 0.0316228.
  const double unit = std::pow(10, std::floor(std::log10(rate)) - 1);
  return static_cast<float>(std::round(rate / unit) * unit);
}

// A feature that one row of a batch has gets that row's part of the mean: its gradient is smaller
// by the batch's rows, and its square by the square of those. (In a step on all rows no feature is
// as rare as that.)
float square_of_batch(std::uint64_t batch) {
  const float rows = batch == kFullBatch ? 1 : static_cast<float>(batch);
  return rows * rows;
}

class Stoppable : public TrainObserver {
 public:
  explicit Stoppable(const std::atomic<bool>& stop) : stop_(stop) {}
  bool stop_requested() override { return stop_.load(std::memory_order_relaxed); }

 private:
  const std::atomic<bool>& stop_;
};

// Under early stopping the mean from the best epoch on: the best alone is as low as its luck, and a
// rate whose losses leap up and down has the most of that.
double score(const TrainResult& result, bool early_stopping) {
  if (result.reason == StopReason::diverged || result.epochs.empty()) {
    return std::numeric_limits<double>::infinity();
  }
  const auto best = static_cast<std::size_t>(result.best_epoch) - 1;
  const auto from =
      std::span(result.epochs).subspan(early_stopping ? best : result.epochs.size() - 1);
  double sum = 0;
  for (const EpochReport& epoch : from) sum += *epoch.valid_loss;
  return sum / static_cast<double>(from.size());
}

// Where the parabola through three points at -1, 0, 1 has its minimum, the middle one being lowest.
double lowest_of_parabola(double left, double middle, double right) {
  const double curvature = left - 2 * middle + right;
  if (!std::isfinite(curvature) || !(curvature > 0)) return 0;
  return std::clamp((left - right) / (2 * curvature), -0.5, 0.5);
}

// The options of a trial on the sample.
TrainOptions trial_options(const TrainOptions& asked, const RateSample& sample) {
  TrainOptions options = asked;
  options.validation = sample.held_out;
  options.difficulty = sample.difficulty;
  options.epochs = options.stop_after > 0 ? options.epochs : sample.epochs;
  if (options.stop_after > 0) options.stop_after = std::min(options.stop_after, sample.epochs);
  options.refit = false;
  options.refit_epochs = 0;
  options.keep_state = false;
  options.resume = sample.start;
  return options;
}

// The loss, on the held-out rows, of the model that trials start at.
double loss_before(const RateSample& sample, const TrainOptions& options) {
  if (sample.start) return mean_loss(*sample.start, sample.held_out);
  const Dataset& rows = sample.learnt;
  const FeatureSpace space{.size = rows.features().size};
  const std::size_t outputs = learns_classes(options) ? rows.classes()->size() : 1;
  const auto zeros = shared_zeroed_array<float>(space.size * outputs);
  if (learns_classes(options)) {
    const std::vector<float> biases(outputs);
    return mean_loss(Model(space, zeros, biases, options.loss, rows.classes(), {}),
                     sample.held_out);
  }
  const LabelPair labels = has_two_labels(options) ? labels_of_run(rows, options) : LabelPair();
  const ClassNames words = has_two_labels(options) ? rows.classes() : nullptr;
  return mean_loss(Model(space, zeros, 0, options.loss, labels, {}, words), sample.held_out);
}

}  // namespace

// Half the mean square of the values.
float epsilon_for(const Dataset& data, std::uint64_t batch) {
  double half = 0.5;
  if (!data.all_ones() && data.nonzeros() > 0) {
    double sum = 0;
    for (const float value : data.values()) {
      sum += static_cast<double>(value) * static_cast<double>(value);
    }
    half = std::clamp(sum / static_cast<double>(data.nonzeros()) / 2, 1e-30, 1e30);
  }
  return static_cast<float>(half) / square_of_batch(batch);
}

namespace {

// Of the held-out rows; nothing if the loss has none.
std::optional<double> mean_base_loss(std::span<const RateSample> samples,
                                     const TrainOptions& options) {
  double sum = 0;
  for (const RateSample& sample : samples) {
    const auto loss = base_loss_of(sample.held_out, options);
    if (!loss) return {};
    sum += *loss;
  }
  return sum / static_cast<double>(samples.size());
}

bool differs(double loss, double other) {
  return !(std::abs(loss - other) <= kAsGood * std::abs(other));
}

// Trials of the rates of one rule on a sample.
class RateRace {
 public:
  // ended: set where stop() asks for it. All must live as long.
  RateRace(std::span<const RateSample> samples, TrainOptions options,
           const std::function<bool()>& stop, std::atomic<bool>& ended)
      : samples_(samples),
        centre_(std::visit([](const auto& rule) { return static_cast<double>(rule.kDefaultRate); },
                           options.update_rule)),
        stop_(stop),
        ended_(ended),
        threads_(std::clamp(options.threads > 0 ? options.threads : cores(), 1, 3)) {
    options.threads = 1;
    float* const epsilon = epsilon_of_sum(options.update_rule);
    if (epsilon != nullptr && options.find_epsilon && *epsilon == kEpsilonOfSum) {
      *epsilon = *(epsilon_ = epsilon_for(samples.front().learnt, options.batch_size));
    }
    for (const RateSample& sample : samples) trials_.push_back(trial_options(options, sample));
  }

  // Tries rates until the best lies between two others. Where no rate changes the loss that trials
  // start at, larger ones are tried.
  void run() {
    double before = 0;
    for (std::size_t k = 0; k < samples_.size(); ++k) {
      before += loss_before(samples_[k], trials_[k]);
    }
    before /= static_cast<double>(samples_.size());
    try_all({0, 1});  // two at a time cost as much as one, on two cores
    while (!ended_.load(std::memory_order_relaxed)) {
      const int lowest = losses_.begin()->first, highest = losses_.rbegin()->first;
      const auto [best_at, least] = *best();
      const bool found = std::isfinite(least);
      const bool learns_nothing =
          found && !differs(least, before) && !differs(losses_[highest], before);
      if ((!found || (best_at == lowest && differs(losses_[lowest + 1], least))) &&
          rate_of(lowest - 2, centre_) > kLowestRate) {
        try_all({lowest - 1, lowest - 2});
      } else if (found &&
                 ((best_at == highest && differs(losses_[highest - 1], least)) || learns_nothing) &&
                 rate_of(highest + 2, centre_) < kHighestRate) {
        try_all({highest + 1, highest + 2});
      } else {
        return;
      }
    }
  }

  double best_loss() const { return best()->second; }

  // Of rates as good as the best the smallest, since its loss changes least from set to set, moved
  // to where a parabola is lowest.
  // base_loss: of predictions without features, or 0.
  float rate(double base_loss) const {
    const auto lowest_at_most = [&](double good) {
      return std::ranges::find_if(losses_, [&](const auto& its) { return its.second <= good; })
          ->first;
    };
    if (best_loss() < kSolved * base_loss)
      return rate_of(lowest_at_most(kSolved * base_loss), centre_);
    const int chosen = lowest_at_most(best_loss() * (1 + kAsGood));
    const auto loss_at = [&](int strides) {
      const auto entry = losses_.find(strides);
      return entry != losses_.end() ? entry->second : std::numeric_limits<double>::infinity();
    };
    const double shift =
        lowest_of_parabola(loss_at(chosen - 1), loss_at(chosen), loss_at(chosen + 1));
    return rate_of(chosen + shift, centre_);
  }

  std::optional<float> epsilon() const { return epsilon_; }

  // [samples] of trials at that rate.
  std::vector<ValidationCurve> curves_at(float rate) {
    std::vector<ValidationCurve> curves(samples_.size());
    for_each_trial(curves.size(), [&](std::size_t k) {
      for (const EpochReport& epoch : trial(k, rate).epochs) curves[k].push_back(*epoch.valid_loss);
    });
    return curves;
  }

  std::vector<RateTrial> trials() const {
    std::vector<RateTrial> all;
    for (const auto& [strides, loss] : losses_) all.push_back({rate_of(strides, centre_), loss});
    return all;
  }

 private:
  std::map<int, double>::const_iterator best() const {
    return std::ranges::min_element(losses_, {}, [](const auto& entry) { return entry.second; });
  }

  void try_all(const std::vector<int>& strides) {
    const std::size_t each = samples_.size();
    std::vector<double> scores(strides.size() * each);
    for_each_trial(scores.size(), [&](std::size_t k) {
      scores[k] = score(trial(k % each, rate_of(strides[k / each], centre_)),
                        trials_[k % each].early_stopping > 0);
    });
    for (std::size_t k = 0; k < scores.size(); ++k) {
      losses_[strides[k / each]] += scores[k] / static_cast<double>(each);
    }
  }

  TrainResult trial(std::size_t sample, float rate) const {
    TrainOptions options = trials_[sample];
    options.learning_rate = rate;
    Stoppable observer(ended_);
    return hogwild::run(samples_[sample].learnt, options, observer);
  }

  // Calls function(k) for each k < count, on all threads.
  void for_each_trial(std::size_t count, const std::function<void(std::size_t)>& function) {
    std::atomic<std::size_t> next{0};
    threads_.run(
        [&](int) {
          for (std::size_t k = next.fetch_add(1); k < count; k = next.fetch_add(1)) function(k);
        },
        [&] {
          if (stop_ && stop_()) ended_.store(true, std::memory_order_relaxed);
        });
  }

  std::span<const RateSample> samples_;
  std::vector<TrainOptions> trials_{};  // the options of one on each sample
  double centre_;
  std::optional<float> epsilon_{};
  const std::function<bool()>& stop_;
  std::atomic<bool>& ended_;
  ThreadTeam threads_;
  std::map<int, double> losses_{};  // of trials, by strides from the centre
};

// Whether averages of the weights may take the place of the last ones. Mean losses on test rows,
// five seeds, with early stopping and refit, above those of the best of nine of LIBLINEAR's
// penalties: on a set of 300 binary features with 3 % positive rows 2.6 % with the last weights and
// 0.6 % where averages are tried; on three groups of 20 newsgroups against the rest -21.9, -1.8 and
// -3.1 %, or -11.0, -1.6 and -3.4 %.
bool may_be_averaged(const TrainOptions& options) {
  const auto* const adagrad = std::get_if<Adagrad>(&options.update_rule);
  return options.find_average && options.early_stopping > 0 && adagrad != nullptr &&
         adagrad->epsilon == kEpsilonOfSum && !options.average && !options.batch_norm &&
         options.state == StateHome::shared && options.penalty_method == PenaltyMethod::degree &&
         options.strategy == Strategy::hogwild && options.batch_size == 1 &&
         options.parameters.empty() && !options.resume && !options.resume_state;
}

}  // namespace

RateSearch find_rate(const Dataset& asked_data, const TrainOptions& asked,
                     const std::function<bool()>& stop) {
  auto [rows, options] = prepare(asked_data, asked);
  const Scaling scaling = scaling_for(rows, options);
  if (scaling.changes_nothing()) return race_rates(rows, options, stop);
  rows = scaling.scaled(unranked(std::move(rows)));
  return in_file_units(race_rates(rows, scaled(options, scaling, rows.features()), stop), scaling);
}

RateSearch race_rates(const Dataset& data, const TrainOptions& given,
                      const std::function<bool()>& stop) {
  const auto begin = std::chrono::steady_clock::now();
  TrainOptions asked = given;
  // The rest is to come, at this rate too.
  if (asked.keep_state) asked.stop_after = 0;
  const float default_rate = std::visit(
      [](const auto& rule) {
        if (!has_rate<std::decay_t<decltype(rule)>>) {
          throw OptionError("learning-rate", std::string(rule.kName) + " has no rate to be found");
        }
        return rule.kDefaultRate;
      },
      asked.update_rule);
  const std::vector<RateSample> samples = take_rate_samples(data, asked);
  if (samples.empty()) return {.rate = default_rate};
  const RateSample& sample = samples.front();
  TrainOptions options = asked;
  std::atomic<bool> ended{false};
  auto race = std::make_unique<RateRace>(samples, options, stop, ended);
  race->run();
  RateSearch search;
  // Of a small part of the rows another would be better than of all.
  const bool tells_of_all = 2 * sample.learnt.rows() >= data.rows();
  if (tells_of_all && may_be_averaged(asked) && !ended.load(std::memory_order_relaxed)) {
    options.average = true;
    auto averaged = std::make_unique<RateRace>(samples, options, stop, ended);
    averaged->run();
    search.averaged = averaged->best_loss() < race->best_loss();
    if (search.averaged) race = std::move(averaged);
  }
  search.base_loss = mean_base_loss(samples, options);
  search.rate = race->rate(search.base_loss.value_or(0));
  if (asked.refit && asked.refit_epochs == 0 && samples.size() > 1) {
    search.epochs = fewest_good_epochs(race->curves_at(search.rate));
  }
  search.epsilon = race->epsilon();
  search.rows = sample.learnt.rows();
  search.held_out = sample.held_out.rows();
  search.trials = race->trials();
  if (search.base_loss && race->best_loss() >= *search.base_loss * (1 - kAsGood)) {
    search.doubt = doubt_about(sample.learnt, options);
  }
  search.interrupted = ended.load(std::memory_order_relaxed);
  search.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return search;
}

}  // namespace hogwild
