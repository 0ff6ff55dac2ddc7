// Rows as ranks send them to each other.
#pragma once

#include <span>

#include "distributed/packet.hpp"
#include "distributed/world.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// Adds a row, of its features those from begin to below end, without values if all are ones.
void put_row(Bytes& bytes, const SparseRow& row, Index begin, Index end, bool ones);

/// The rows of all those bytes, in that order, as rows of the data set that `like` is a part of.
Dataset rows_in(std::span<const Bytes> parts, const Dataset& like, bool ones);

/// Whether all values of all ranks' rows are ones. To be called by all ranks.
bool all_ones(World& world, const Dataset& own);

/// Some rows of each rank, from all over its own, of about so many bytes together. The first rank
/// gets them, the others none. To be called by all ranks.
Dataset sample_of_all(World& world, const Dataset& own, std::uint64_t bytes);

}  // namespace hogwild
