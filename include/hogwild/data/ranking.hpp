// Features numbered by how many rows hold them.
#pragma once

#include <span>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/dataset.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// The same rows with their features ranked: the one in most rows is number 0, and those in no row
/// have none (see FeatureSpace::ranking). What most steps are on then lies together, in few cache
/// lines, and stands first in each row. Costs about as much as two epochs of training, on all
/// cores; done in place where data is moved in and nobody else has it, else in a copy. Data that is
/// ranked stays as it is. Models have plain numbers, whatever the rows they learnt from; so train()
/// and evaluate() take ranked rows, Model::predict() does not. Throws std::bad_alloc.
Dataset ranked(Dataset data);

/// The same rows with their hot features alone ranked, those in more than one row of 8192, of which
/// there are 16384 at most; the others follow in their plain order. If hot features make up less
/// than a quarter of the non-zeros, the rows stay as they are. Costs less than one epoch, likewise.
Dataset hot_first(Dataset data);

/// The same with these features first, which are different and in the rows' space; if none is
/// given, as the data is.
Dataset hot_first(Dataset data, std::span<const Index> features);

/// The features that hot_first() would rank, the most frequent first; of data that is ranked, by
/// its plain numbers. Empty where none is frequent.
std::vector<Index> hot_features(const Dataset& data);

/// The same rows with plain numbers again, likewise.
Dataset unranked(Dataset data);

}  // namespace hogwild
