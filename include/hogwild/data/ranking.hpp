// Features numbered by how many rows hold them.
#pragma once

#include "hogwild/data/dataset.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// The same rows with their features ranked: the one in most rows is number 0, and those in no row
/// have none (see FeatureSpace::ranking). What most steps are on then lies together, in few cache
/// lines, and stands first in each row. Costs about as much as two epochs of training, on all
/// cores; done in place where data is moved in and nobody else has it, else in a copy. Data that is
/// ranked stays as it is. Models have plain numbers, whatever the rows they learnt from; so train()
/// and evaluate() take ranked rows, Model::predict() does not. Throws std::bad_alloc.
Dataset ranked(Dataset data);

/// The same rows with their hot features alone ranked, those in more than one row of 2048, of which
/// there are 4096 at most; the others follow in their plain order. If hot features make up less
/// than a quarter of the non-zeros, the rows stay as they are. Costs less than one epoch, likewise.
Dataset hot_first(Dataset data);

/// The same rows with plain numbers again, likewise.
Dataset unranked(Dataset data);

}  // namespace hogwild
