// Whether rows come in an order that tells something of their labels.
#pragma once

#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// How much of the variance of the labels lies between stretches of the data: about 0 for rows in a
/// random order, 1 for rows sorted by label. Few rows say nothing: 0. Source: the intraclass
/// correlation of a one-way analysis of variance; Fisher, Statistical Methods for Research Workers,
/// 1925.
double change_of_labels(const Dataset& data);

}  // namespace hogwild
