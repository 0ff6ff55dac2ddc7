// What results come to in words: tables print it, pages show it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/profile.hpp"
#include "hogwild/eval/metrics.hpp"
#include "hogwild/lab/compare.hpp"
#include "hogwild/lab/scale.hpp"
#include "hogwild/lab/simulate.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/report/page.hpp"

namespace hogwild {

Facts facts_of(const Metrics& metrics);
Facts facts_of(const Profile& profile, const Dataset& data);
Facts facts_of(const Model& model);

/// The loss by epoch, then by second, in up to `columns` of either.
std::vector<Grid> grids_of(const std::vector<lab::Contender>& contenders, std::size_t columns);

Grid grid_of(const std::vector<lab::ScalePoint>& points);
Grid grid_of(const std::vector<lab::Simulation>& simulations);

/// The features that pull most towards something.
struct Strongest {
  std::string towards;
  struct Feature {
    std::string name;
    float weight;
  };
  std::vector<Feature> features;  ///< the strongest first
};

/// Of two labels (or numbers) both sides, of several classes each of the first ones; at most `each`
/// features.
std::vector<Strongest> strongest_of(const Model& model, std::size_t each,
                                    std::size_t most_classes = SIZE_MAX);

}  // namespace hogwild
