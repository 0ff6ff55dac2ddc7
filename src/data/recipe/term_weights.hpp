// The counts of words in rows to weights, by how many training rows have each word.
#pragma once

#include "data/rows/row_batch.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/recipe.hpp"

namespace hogwild {

/// The weights of the words that rows have, whose features have plain numbers and names.
TermWeights term_weights(const Dataset::Arrays& rows, const FeatureSpace& space,
                         const Recipe& recipe);

/// A count c of a word becomes (1 + ln c) idf, and all of a row together get a length of 1.
void weigh(Dataset::Arrays& rows, const TermWeights& terms);

/// The same of a batch, in place.
void weigh(RowBatch& batch, const TermWeights& terms);

}  // namespace hogwild
