// Results in words and in JSON. Pure functions to text; nothing is printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/profile.hpp"
#include "hogwild/eval/metrics.hpp"
#include "hogwild/lab/compare.hpp"
#include "hogwild/lab/scale.hpp"
#include "hogwild/lab/simulate.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// One JSON object on one line, without the line end: {"event":"epoch",...}.
std::string json_line(const EpochReport& report);

/// {"event":"end","reason":...,"learning_rate":...}, and if that was found
/// "rate_search":{"trials":[{"learning_rate":..,"loss":..},...],...}, a loss being null for a trial
/// that diverged.
std::string json_line(const TrainResult& result);

/// {"rows":..,"log_loss":..,"auc":..,"accuracy":..,...}; what has no meaning for the model is left
/// out.
std::string json_line(const Metrics& metrics);

/// {"rows":..,"features":..,"nonzeros":..,...}.
std::string json_line(const Profile& profile, const Dataset& data);

/// {"features":..,"nonzero_weights":..,"bias":..,...}.
std::string json_line(const Model& model);

/// {"event":"contender","optimizer":..,"learning_rate":..,"best_loss":..,"seconds":..,"reason":..,
/// "epochs":[{"epoch":..,"seconds":..,"train_loss":..,"valid_loss":..},...]}; a best_loss is null
/// where no epoch was finished.
std::string json_line(const lab::Contender& contender);

/// One rule a line, best first: its rate, its best validation loss, its seconds, and the loss by
/// epoch; then again by second of training. Up to `columns` of either, evenly spaced.
std::string table(const std::vector<lab::Contender>& contenders, std::size_t columns = 6);

/// {"event":"scale","optimizer":..,"strategy":..,"learning_rate":..,"epochs":..,"threads":..,
/// "threads_seen":..,"rounds":[seconds,..],"seconds":..,"least":..,"most":..,
/// "nonzeros_per_second":..,"speedup":..,"efficiency":..,"loss":..,"own_weights":..}. seconds is
/// the median of the rounds, own_weights ScalePoint::own_share; a loss is null if a run diverged.
std::string json_line(const lab::ScalePoint& point);

/// {"event":"machine","processor":..,"clock_hz":..,"cores":..,"numa_nodes":..,
/// "line_transfers":[{"cores":[..,..],"seconds":..},..]}.
std::string json_line(const lab::Machine& machine);

/// The same in a sentence.
std::string in_words(const lab::Machine& machine);

/// One rule, strategy and number of threads a line.
std::string table(const std::vector<lab::ScalePoint>& points);

/// "hogwild", "downpour", "easgd", "allreduce".
std::string_view name_of(lab::Method method) noexcept;

/// {"event":"simulate","method":..,"workers":..,"epoch":..,"updates":..,"seconds":..,"loss":..,
/// "delay":..,"bytes":..}, seconds being virtual.
std::string json_line(const lab::Simulation& simulation, const lab::SimulatedEpoch& epoch);

/// {"event":"end","method":..,"workers":..,"reason":..}, after those of its epochs.
std::string json_line(const lab::Simulation& simulation);

/// One number of workers a line: its virtual seconds, the speedup over the first of the method, the
/// last loss, and the time to within 1 % of that first one's.
std::string table(const std::vector<lab::Simulation>& simulations);

/// Lines of "name  value", aligned.
std::string table(const Metrics& metrics);
std::string table(const Profile& profile, const Dataset& data);
std::string table(const Model& model);

/// The features of the largest weights and of the smallest, `each` of both, by name; of several
/// classes those of the largest weights of each.
std::string strongest_features(const Model& model, std::size_t each);

}  // namespace hogwild
