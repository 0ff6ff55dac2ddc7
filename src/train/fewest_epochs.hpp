// How many epochs a run on all rows gets, from runs on parts of them.
#pragma once

#include <span>
#include <vector>

namespace hogwild {

/// [epochs] the loss of a run on its validation rows after each epoch.
using ValidationCurve = std::vector<double>;

/// The smallest number of epochs whose loss is at most one standard error, less a quarter of a per
/// cent of the loss, above that at the best number, over the curves. The best number is the
/// geometric mean of theirs: an arithmetic one would be that of a single curve that gains a little
/// by very many epochs. A curve that early stopping has ended goes on in a straight line. 0 if a
/// curve is empty. Source of the rule: Breiman, Friedman, Olshen and Stone, Classification and
/// Regression Trees, 1984, section 3.4.3.
int fewest_good_epochs(std::span<const ValidationCurve> curves);

}  // namespace hogwild
