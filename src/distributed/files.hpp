// Files to the rows of ranks.
#pragma once

#include <string>
#include <vector>

#include "distributed/world.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "options/distributed_options.hpp"

namespace hogwild {

/// This rank's rows, and the options with its validation rows.
struct RowsOfRank {
  Dataset data;
  TrainOptions options;
};

/// Reads this rank's part of files; validation rows are those that one process would take. All
/// ranks call it with the same arguments. Throws on all ranks what read() throws on one.
RowsOfRank read_rows(World& world, const std::vector<std::string>& paths, const FileOptions& files,
                     TrainOptions options, const DistributedOptions& ranks,
                     const ReadProgress& progress);

/// Rows of a step that all ranks make together where the user gives no number.
std::uint64_t default_batch_size(Offset rows, int ranks);

/// The rows of all ranks together, own being this rank's.
Offset rows_of_all(World& world, Offset own);

}  // namespace hogwild
