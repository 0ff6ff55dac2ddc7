#include "train/file_units.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"
#include "train/run_state.hpp"

namespace hogwild {
namespace {

// By what a loss of scaled rows is multiplied.
double loss_unit(const Scaling& scaling) {
  const double scale = scaling.label().scale;
  return scale == 1 ? 1 : 1 / (scale * scale);
}

Model with_weights(const Model& like, std::shared_ptr<const float[]> weights,
                   const std::vector<double>& wide) {
  std::vector<float> biases;
  for (const double bias : wide) biases.push_back(static_cast<float>(bias));
  if (like.classes()) {
    return Model(like.features(), std::move(weights), std::move(biases), like.loss(),
                 like.classes(), like.provenance());
  }
  return Model(like.features(), std::move(weights), biases[0], like.loss(), like.labels(),
               like.provenance(), like.label_names());
}

}  // namespace

Model scaled(const Model& model, const Scaling& scaling, const FeatureSpace& rows) {
  const std::size_t outputs = model.outputs();
  const auto weights = shared_zeroed_array<float>(model.weights().size());
  std::vector<double> biases(model.biases().begin(), model.biases().end());
  for (Index j = 0; j < model.features().size; ++j) {
    const auto number = same_feature(rows, model.features(), j);
    const Unit unit = number ? scaling.unit(*number) : Unit();
    for (std::size_t k = 0; k < outputs; ++k) {
      const auto weight = static_cast<double>(model.weights()[j * outputs + k]);
      biases[k] += weight * unit.offset;
      weights[static_cast<std::ptrdiff_t>(j * outputs + k)] =
          static_cast<float>(weight / unit.scale * scaling.label().scale);
    }
  }
  for (double& bias : biases) bias = scaling.label().of(bias);
  return with_weights(model, weights, biases);
}

Model in_file_units(const Model& model, const Scaling& scaling, const Model* start) {
  if (scaling.changes_nothing()) return model;
  const std::size_t outputs = model.outputs();
  const Unit& label = scaling.label();
  const auto weights = shared_zeroed_array<float>(model.weights().size());
  std::vector<double> biases;
  for (const float bias : model.biases()) biases.push_back(label.back(static_cast<double>(bias)));
  std::optional<Model> began;
  if (start != nullptr) began = scaled(*start, scaling, model.features());
  for (Index j = 0; j < model.features().size; ++j) {
    const auto before = began ? same_feature(began->features(), model.features(), j) : std::nullopt;
    const Unit unit = scaling.unit(j);
    for (std::size_t k = 0; k < outputs; ++k) {
      const float trained = model.weights()[j * outputs + k];
      const bool was_known = before && k < began->outputs();
      const std::size_t known = was_known ? *before * began->outputs() + k : 0;
      if (trained == 0 && !was_known) continue;
      float& weight = weights[static_cast<std::ptrdiff_t>(j * outputs + k)];
      weight = was_known && began->weights()[known] == trained
                   ? start->weights()[known]
                   : static_cast<float>(static_cast<double>(trained) * unit.scale / label.scale);
      // By the weight as it is rounded, so that a row of means has the margin that it had.
      biases[k] -= static_cast<double>(weight) * unit.offset;
    }
  }
  return with_weights(model, weights, biases);
}

RateSearch in_file_units(RateSearch search, const Scaling& scaling) {
  if (search.base_loss) *search.base_loss *= loss_unit(scaling);
  for (auto& trial : search.trials) trial.loss *= loss_unit(scaling);
  return search;
}

Scaling scaling_for(const Dataset& rows, const TrainOptions& options) {
  if (!options.parameters.empty()) return {};
  const bool number_labels =
      std::holds_alternative<Squared>(options.loss) && !learns_classes(options);
  return {rows, options.scale, number_labels, options.bias};
}

TrainOptions scaled(TrainOptions options, const Scaling& scaling, const FeatureSpace& rows) {
  if (options.resume_state && options.resume_state->scaling != scaling.fingerprint()) {
    throw OptionError("resume",
                      "the checkpoint is from a run on values in other units; give the same files "
                      "and --scale, or start at its weights with --weights-only");
  }
  if (scaling.changes_nothing()) return options;
  if (options.validation)
    options.validation = scaling.scaled(unranked(*std::move(options.validation)));
  if (options.resume) options.resume = scaled(*options.resume, scaling, rows);
  options.l1 *= static_cast<float>(scaling.label().scale);
  options.min_delta /= static_cast<float>(loss_unit(scaling));
  return options;
}

void InFileUnits::on_progress(const Progress& progress) {
  Progress told = progress;
  told.train_loss *= loss_unit(scaling_);
  observer_.on_progress(told);
}

EpochReport InFileUnits::restored(EpochReport report) const {
  report.train_loss *= loss_unit(scaling_);
  if (report.valid_loss) *report.valid_loss *= loss_unit(scaling_);
  return report;
}

void InFileUnits::on_epoch(const EpochReport& report) {
  observer_.on_epoch(restored(report));
}

void InFileUnits::on_rate(const RateSearch& search) {
  observer_.on_rate(in_file_units(search, scaling_));
}

void InFileUnits::on_checkpoint(const Checkpoint& checkpoint) {
  observer_.on_checkpoint(
      {in_file_units(checkpoint.model, scaling_, start_), marked(checkpoint.state)});
}

std::shared_ptr<const RunState> InFileUnits::marked(std::shared_ptr<const RunState> state) const {
  if (!state || scaling_.changes_nothing()) return state;
  RunState its = *state;
  its.scaling = scaling_.fingerprint();
  return std::make_shared<const RunState>(std::move(its));
}

TrainResult InFileUnits::restored(TrainResult result) const {
  result.model = in_file_units(result.model, scaling_, start_);
  result.state = marked(std::move(result.state));
  for (EpochReport& report : result.epochs) report = restored(report);
  if (result.rate_search)
    result.rate_search = in_file_units(*std::move(result.rate_search), scaling_);
  return result;
}

}  // namespace hogwild
