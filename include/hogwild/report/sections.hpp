// What runs return, as sections of a page.
#pragma once

#include <string>
#include <vector>

#include "hogwild/data/profile.hpp"
#include "hogwild/eval/metrics.hpp"
#include "hogwild/lab/compare.hpp"
#include "hogwild/lab/scale.hpp"
#include "hogwild/lab/simulate.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// How it went: losses by epoch and by second, speed, and how rate and threads were found.
Section section_of(const TrainResult& result);

/// How good predictions are, and of a binary model the curves of its scores. of_what: the rows, for
/// the title.
Section section_of(const Metrics& metrics, const std::string& of_what);

/// What the weights are: how they are distributed, and the strongest features by name.
Section section_of(const Model& model);

/// What the rows are, and how much they are in each other's way.
Section section_of(const Profile& profile, const Dataset& data);

/// Rules side by side; the grids are those that table() prints.
Section section_of(const std::vector<lab::Contender>& contenders);

/// Numbers of threads side by side, likewise.
Section section_of(const std::vector<lab::ScalePoint>& points);

/// Numbers of virtual workers side by side, likewise.
Section section_of(const std::vector<lab::Simulation>& simulations);

}  // namespace hogwild
