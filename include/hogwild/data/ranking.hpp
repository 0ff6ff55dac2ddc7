// Features numbered by how many rows hold them.
#pragma once

#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// The same rows with their features ranked: the one in most rows is number 0, and those in no row
/// have none (see FeatureSpace::ranking). What most steps are on then lies together, in few cache
/// lines, and stands first in each row. Costs about as much as an epoch or two of training, and as
/// much memory as the rows. Data that is ranked stays as it is. Models have plain numbers, whatever
/// the rows they learnt from; so train() and evaluate() take ranked rows, Model::predict() does
/// not. On all cores. Throws std::bad_alloc.
Dataset ranked(const Dataset& data);

/// The same rows with plain numbers again.
Dataset unranked(const Dataset& data);

}  // namespace hogwild
