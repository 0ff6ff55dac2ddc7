// The learning rate, found from the data.
#pragma once

#include <functional>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Tries rates, a factor of the square root of 10 apart, from the rule's default outwards until the
/// best lies between two others; then takes the minimum of the parabola through the three, over the
/// logarithm of the rate. A trial is a whole run with the options given, as many epochs and the
/// same early stopping, on one thread: a rate that is best for a short run is too large for a long
/// one. It learns a sample of the rows, as many as make all trials together some 3 % of the run but
/// at least of the order of a tenth of a second, and is scored on the validation rows, or without a
/// hundred of them on a fifth of the sample. Trials run at the same time on as many threads as
/// there are.
///
/// Under early stopping with a hundred validation rows or more, a set of at most 2.5 million
/// non-zeros is its own sample, and its rows are held out too, a fifth at a time: the loss of a
/// rate is the mean over these five trials and the one that is scored on the validation rows. With
/// options.refit, trials at the rate that was found tell for how many epochs: for the fewest whose
/// loss is about within a standard error of that at the geometric mean of the trials' best epochs.
/// Measured over five seeds, log loss on test rows above that of LIBLINEAR with the best of nine
/// penalties for these very rows, mean and worst, against three trials and the run's best epoch: 20
/// newsgroups, a group against the rest, -11.0 and 8.5 % instead of -8.0 and 0.6, another -1.6 and
/// 3.4 instead of 11.1 and 15.4, another -3.4 and -1.3 instead of 0.9 and 9.2; rcv1 -4.2 and -3.5
/// instead of -2.9 and 0.2; a9a 0.15 and 0.18 instead of 0.15 and 0.21.
///
/// Adagrad, and nesterov_adagrad, with the default epsilon get another with the rate, unless
/// options.find_epsilon is off: half the mean square of the values that are not zero. With next to
/// nothing under its root, adagrad's first step on a weight is as long as the rate however small
/// the gradient, and a set of many rare features and unequal labels is learnt by heart. Measured
/// over six seeds with early stopping: Debian packages 0.0461 instead of 0.0490, a9a and rcv1 the
/// same.
///
/// In batches of B rows, other than the full one, this is divided by B^2. A step is then by the
/// mean of B gradients, in which a feature of one of the rows has 1 / B of that row's gradient;
/// with an epsilon for whole gradients its steps were those of sgd, and too short. By 64 rows a
/// step the loss of 20 newsgroups in two classes is 0.1301 instead of 0.1589, that of rcv1 0.1022
/// instead of 0.1044 (0.1289 and 0.1022 row by row; one seed).
///
/// With fewer than some 100 rows there is nothing to tell rates apart by: then the rate is the
/// rule's default, and there are no trials.
///
/// What is found is a function of data, options and seed alone. Throws as train() does; OptionError
/// for a rule without a rate. stop() is asked now and then whether to end early; then the search is
/// interrupted, and its rate means nothing.
RateSearch find_rate(const Dataset& data, const TrainOptions& options,
                     const std::function<bool()>& stop = {});

}  // namespace hogwild
