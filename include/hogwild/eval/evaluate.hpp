// A model against labelled rows.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/eval/metrics.hpp"
#include "hogwild/model/model.hpp"

namespace hogwild {

/// Predicts every row on all cores and compares. The figures do not depend on the number of
/// threads. Throws ParseError or DataError where a label is missing or unknown to the model,
/// and DataError if no row has a weight above 0.
Metrics evaluate(const Model& model, const Dataset& data);

/// The mean of the model's own loss over the rows, and nothing else.
double mean_loss(const Model& model, const Dataset& data);

}  // namespace hogwild
