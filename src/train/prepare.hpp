// Rows as a run takes them: with numbers of classes for labels, and with class weights.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/train/options.hpp"

namespace hogwild {

using ClassWeights = std::vector<std::pair<std::string, float>>;

struct Prepared {
  Dataset data;
  TrainOptions options;  ///< without class weights: the rows have them
};

/// Checks the options and that the rows fit them, numbers the classes of both sets of rows,
/// adds the features of the model that the run goes on from, and weighs the training rows. What is
/// prepared already stays as it is. Throws as train() does.
Prepared prepare(const Dataset& data, const TrainOptions& options);

/// Which label is -1 and which is +1 to a run with a binary loss: those of options.resume, or by
/// options.positive; of labels that are words, their numbers. Throws ParseError or DataError where
/// the labels are not such a pair, OptionError where options.positive is neither.
LabelPair labels_of_run(const Dataset& data, const TrainOptions& options);

/// The same rows with the features of a model too, behind those it has: a run that goes on from the
/// model keeps what it knows of them.
Dataset with_features_of(const Model& model, Dataset rows);

/// The model's classes, then those that rows have besides. Throws ParseError or DataError, with the
/// label, where there are such and options.new_classes is not set.
ClassNames classes_of_run(const Dataset& data, const TrainOptions& options);

/// The rows, each weighing as many times more as its label is to.
Dataset with_class_weights(const Dataset& data, const ClassWeights& weights);

/// The options with what is left open as the file of options.parameters has it, if there is one:
/// the rate, and adagrad's epsilon. Throws OptionError if what they say else does not go with a
/// file that has been learnt into, IoError, ModelError.
void take_over_from_file(TrainOptions& options);

/// Joins the file, or makes it, for rows of these features, or more, and labels, at the rate that
/// the options have; if that was found for this run, and the file has come to be meanwhile, they
/// come back with the file's. hot: ParameterKind::hot of a file that is made. Throws as
/// ParameterFile::join().
std::shared_ptr<ParameterFile> join_parameters(FeatureSpace features, const LabelPair& labels,
                                               std::vector<Index> hot, TrainOptions& options,
                                               bool rate_was_found);

/// How much of the variance of the labels lies between stretches of the data: about 0 for rows in a
/// random order, 1 for rows sorted by label. Few rows say nothing: 0. Source: the intraclass
/// correlation of a one-way analysis of variance; Fisher, Statistical Methods for Research Workers,
/// 1925.
double change_of_labels(const Dataset& data);

}  // namespace hogwild
