// A model against labelled rows.
#pragma once

#include <string>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/eval/metrics.hpp"
#include "hogwild/model/model.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Predicts every row on all cores and compares. The figures do not depend on the number of
/// threads. Throws ParseError or DataError where a label is missing or unknown to the model,
/// and DataError if no row has a weight above 0.
Metrics evaluate(const Model& model, const Dataset& data);

/// What was found in text.
struct Evaluation {
  Metrics metrics;      ///< of all rows
  Source source;        ///< what reading found: skipped lines, features that the model lacks
  Offset nonzeros = 0;  ///< of features that the model has
};

/// The same of the rows of text files, "-" being the standard input, predicted while they are read
/// and not held: for the AUC a binary model's rows take 8 bytes each (twice that while the array
/// grows), besides two chunks of text a thread. Features, labels and classes are those of the
/// model, whatever the options say. Sums are made of other parts than a data set's, so the last
/// digits may be others. A .hogdata file is evaluated as a data set. Throws as read() and
/// evaluate() do, for the same fault on any number of threads. Thread safety: any threads at once,
/// of other files than "-".
Evaluation evaluate(const Model& model, const std::vector<std::string>& paths,
                    ReadOptions options = {});

/// The mean of the model's own loss over the rows, and nothing else.
double mean_loss(const Model& model, const Dataset& data);

}  // namespace hogwild
