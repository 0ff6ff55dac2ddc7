// How much the rows of a data set are in each other's way.
#pragma once

#include <cstdint>
#include <vector>

#include "hogwild/data/dataset.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// How many rows have a label.
struct LabelCount {
  float label = 0;  ///< as the data has it
  Offset rows = 0;  ///< that have it
};

/// Counts of a data set, and the statistics of its hypergraph: rows are edges, features are
/// vertices (Niu, Recht, Re, Wright, NIPS 2011, section 2). The bias, which every row holds, is
/// left out.
struct Profile {
  Offset rows = 0;          ///< number of rows
  Offset nonzeros = 0;      ///< number of non-zeros
  Index features = 0;       ///< of the feature space
  Index used_features = 0;  ///< that occur in at least one row
  bool all_ones = false;    ///< every value is 1
  Offset omega = 0;         ///< Omega: most non-zeros in a row
  double delta = 0;         ///< Delta: largest share of rows that hold one feature
  double rho = 0;           ///< rho: largest share of rows that share a feature with one row,
                            ///< that row itself included
  std::vector<LabelCount> labels;  ///< ascending; empty if there are more than 20 different ones
  bool rho_is_exact = true;        ///< otherwise rho is a lower bound, from a sample of the rows

  /// Non-zeros / (rows x features); 0 for an empty table.
  double density() const noexcept;
};

/// rho is exact where that takes at most about `most_steps`, a nanosecond or more each, else
/// sampled with the seed.
Profile profile(const Dataset& data, std::uint64_t seed = 1, double most_steps = 1e9);

}  // namespace hogwild
