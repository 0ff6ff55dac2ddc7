// Results in words and in JSON. Pure functions to text; nothing is printed.
#pragma once

#include <string>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/profile.hpp"
#include "hogwild/eval/metrics.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild {

/// One JSON object on one line, without the line end: {"event":"epoch",...}.
std::string json_line(const EpochReport& report);

/// {"event":"end","reason":...}.
std::string json_line(const TrainResult& result);

/// {"rows":..,"log_loss":..,"auc":..,"accuracy":..,...}; what has no meaning for the model is left
/// out.
std::string json_line(const Metrics& metrics);

/// {"rows":..,"features":..,"nonzeros":..,...}.
std::string json_line(const Profile& profile, const Dataset& data);

/// {"features":..,"nonzero_weights":..,"bias":..,...}.
std::string json_line(const Model& model);

/// Lines of "name  value", aligned.
std::string table(const Metrics& metrics);
std::string table(const Profile& profile, const Dataset& data);
std::string table(const Model& model);

/// The features of the largest weights and of the smallest, `each` of both, by name.
std::string strongest_features(const Model& model, std::size_t each);

}  // namespace hogwild
