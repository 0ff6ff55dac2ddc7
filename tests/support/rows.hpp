// Small data sets made in memory.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild::test {

/// Rows of `features` binary features each held with probability `share`, labels drawn from a
/// planted logistic model; ones or normal values.
inline Dataset random_rows(Offset rows, Index features, double share, bool ones,
                           std::uint64_t seed = 1) {
  Dataset::Arrays arrays;
  for (Offset i = 0; i < rows; ++i) {
    Random random(seed, i);
    double margin = 0;
    for (Index j = 0; j < features; ++j) {
      if (random.uniform() >= share) continue;
      const double value = ones ? 1 : random.normal();
      arrays.indices.push_back(j);
      if (!ones) arrays.values.push_back(static_cast<float>(value));
      margin += value * Random(77, j).normal();
    }
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(random.uniform() < 1 / (1 + std::exp(-margin)) ? 1.0f : -1.0f);
  }
  return Dataset(std::move(arrays), {.size = features});
}

/// Rows of some of 300 features, the last the most frequent, after one of 2,700 rare ones; labels
/// from a planted logistic model; ones or normal values.
inline Dataset skewed_rows(Offset rows, bool ones, std::uint64_t seed = 1) {
  constexpr Index kRare = 2700, kFrequent = 300;
  Dataset::Arrays arrays;
  for (Offset i = 0; i < rows; ++i) {
    Random random(seed, i);
    double margin = 0;
    const auto add = [&](Index j) {
      const double value = ones ? 1 : random.normal();
      arrays.indices.push_back(j);
      if (!ones) arrays.values.push_back(static_cast<float>(value));
      margin += value * Random(77, j).normal() / 2;
    };
    add(static_cast<Index>(random.uniform() * kRare));
    for (Index j = 0; j < kFrequent; ++j) {
      if (random.uniform() < 3.0 / (kFrequent - j)) add(kRare + j);
    }
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(random.uniform() < 1 / (1 + std::exp(-margin)) ? 1.0f : -1.0f);
  }
  return Dataset(std::move(arrays), {.size = kRare + kFrequent});
}

/// Rows of one feature whose label is the row's number, to tell rows apart.
inline Dataset numbered_rows(Offset rows) {
  Dataset::Arrays arrays;
  for (Offset i = 0; i < rows; ++i) {
    arrays.indices.push_back(0);
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(static_cast<float>(i));
  }
  return Dataset(std::move(arrays), {.size = 1});
}

}  // namespace hogwild::test
