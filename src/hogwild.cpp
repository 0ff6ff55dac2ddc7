// The C interface over the C++ one: handles are objects, errors are caught at the border.
#include "hogwild/hogwild.h"

#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/data/row_builder.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/learn/learner.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "options/option.hpp"
#include "options/refusals.hpp"

using namespace hogwild;

struct hogwild_options {
  Settings settings;
  std::string text;  // that hogwild_options_get() returned last
};

struct hogwild_model {
  Model model;
};

struct hogwild_row_builder {
  RowBuilder builder;
};

struct hogwild_learner {
  Learner learner;
};

namespace {

thread_local std::string last_error;

hogwild_status failed(hogwild_status status, const char* what) noexcept {
  try {
    last_error = what;
  } catch (...) {
    last_error.clear();
  }
  return status;
}

// Runs f, and turns what it throws into a status.
template <class Function>
hogwild_status guarded(const Function& f) noexcept {
  try {
    f();
    return HOGWILD_OK;
  } catch (const OptionError& error) {
    return failed(HOGWILD_OPTION_ERROR, error.what());
  } catch (const ParseError& error) {
    return failed(HOGWILD_PARSE_ERROR, error.what());
  } catch (const DataError& error) {
    return failed(HOGWILD_DATA_ERROR, error.what());
  } catch (const IoError& error) {
    return failed(HOGWILD_IO_ERROR, error.what());
  } catch (const ModelError& error) {
    return failed(HOGWILD_MODEL_ERROR, error.what());
  } catch (const std::bad_alloc&) {
    return failed(HOGWILD_NO_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return failed(HOGWILD_OTHER_ERROR, error.what());
  } catch (...) {
    return failed(HOGWILD_OTHER_ERROR, "an error of unknown kind");
  }
}

const Settings& settings_of(const hogwild_options* options) {
  static const Settings defaults;
  return options == nullptr ? defaults : options->settings;
}

// What a Learner takes of the options. Throws OptionError for one that it does not have.
LearnerOptions learner_options(const Settings& settings) {
  const TrainOptions train = train_options(settings);
  require_valid(kTaught, {.train = train, .files = settings.files, .validation_to_come = true});
  require_had(settings, kLearner, "a learner");
  return {.features = settings.teaching.features,
          .hash_bits = settings.files.read.hash_bits,
          .loss = train.loss,
          .update_rule = train.update_rule,
          .learning_rate = train.learning_rate,
          .bias = train.bias,
          .positive_weight = settings.teaching.positive_weight,
          .negative_weight = settings.teaching.negative_weight};
}

std::vector<std::string> strings(const char* const* texts, std::size_t count) {
  if (count == 0) throw OptionError("data", "no file is named");
  return {texts, texts + count};
}

SparseRow row_of(const hogwild_row& row) {
  return {.indices = {row.indices, row.nonzeros},
          .values = row.values == nullptr ? std::span<const float>()
                                          : std::span<const float>(row.values, row.nonzeros),
          .label = row.label,
          .weight = row.weight};
}

[[noreturn]] void refuse(std::size_t row, const std::string& reason) {
  throw DataError(fmt::format("row {}", row), reason, "give rows as described in hogwild.h");
}

// Checks what the C++ interface requires; features: of the space, or nothing if any number will do.
void require_rows(std::span<const hogwild_row> rows, std::optional<Index> features, bool to_learn) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SparseRow row = row_of(rows[i]);
    std::int64_t before = -1;
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      if (std::int64_t{row.indices[k]} <= before) refuse(i, "its indices are not ascending");
      before = row.indices[k];
      if (!std::isfinite(row.value(k))) refuse(i, fmt::format("value {} is not finite", k));
    }
    if (features && before >= std::int64_t{*features}) {
      refuse(i, fmt::format("index {} is not below the {} features", before, *features));
    }
    if (!to_learn) continue;
    if (!std::isfinite(row.label)) refuse(i, "its label is not finite");
    if (!(row.weight >= 0) || !std::isfinite(row.weight)) {
      refuse(i, "its weight is not a finite number >= 0");
    }
  }
}

int told(const std::optional<Index>& found, std::uint32_t* index) noexcept {
  if (found) *index = *found;
  return found.has_value() ? 1 : 0;
}

}  // namespace

const char* hogwild_version(void) {
  return kVersion;
}

const char* hogwild_last_error(void) {
  return last_error.c_str();
}

hogwild_status hogwild_options_new(hogwild_options** options) {
  return guarded([&] { *options = new hogwild_options(); });
}

hogwild_status hogwild_options_set(hogwild_options* options, const char* name, const char* value) {
  return guarded([&] { options->settings.set(option_named(name, kLibrary).name, value); });
}

const char* hogwild_options_get(hogwild_options* options, const char* name) {
  const hogwild_status status =
      guarded([&] { options->text = option_named(name, kLibrary).text(options->settings); });
  return status == HOGWILD_OK ? options->text.c_str() : nullptr;
}

void hogwild_options_free(hogwild_options* options) {
  delete options;
}

hogwild_status hogwild_train(const char* const* paths, size_t count, const hogwild_options* options,
                             hogwild_model** model) {
  return guarded([&] {
    const Settings& settings = settings_of(options);
    TrainResult result =
        train_files(strings(paths, count), settings.files, train_options(settings));
    if (result.reason == StopReason::diverged) {
      throw OptionError("learning-rate",
                        fmt::format("training diverged at {:g}; use a smaller learning rate",
                                    result.learning_rate));
    }
    *model = new hogwild_model{std::move(result.model)};
  });
}

hogwild_status hogwild_model_load(const char* path, hogwild_model** model) {
  return guarded([&] { *model = new hogwild_model{load(path)}; });
}

hogwild_status hogwild_model_save(const hogwild_model* model, const char* path) {
  return guarded([&] { save(model->model, path); });
}

void hogwild_model_free(hogwild_model* model) {
  delete model;
}

uint32_t hogwild_model_features(const hogwild_model* model) {
  return model->model.features().size;
}

size_t hogwild_model_outputs(const hogwild_model* model) {
  return model->model.outputs();
}

const char* hogwild_model_class(const hogwild_model* model, size_t number) {
  const ClassNames& classes = model->model.classes();
  return classes && number < classes->size() ? (*classes)[number].c_str() : nullptr;
}

int hogwild_model_feature(const hogwild_model* model, const char* name, size_t length,
                          uint32_t* index) {
  std::optional<Index> found;
  guarded([&] { found = model->model.features().find({name, length}); });
  return told(found, index);
}

hogwild_status hogwild_model_predict(const hogwild_model* model, const hogwild_row* rows,
                                     size_t count, float* predictions) {
  return guarded([&] {
    const Model& predicting = model->model;
    const std::size_t outputs = predicting.outputs();
    require_rows({rows, count}, std::nullopt, false);
    for (std::size_t i = 0; i < count; ++i) {
      const SparseRow row = row_of(rows[i]);
      const std::span out(predictions + i * outputs, outputs);
      if (outputs == 1) {
        out[0] = predicting.predict(row);
      } else if (predicting.gives_probability()) {
        predicting.probabilities(row, out);
      } else {
        predicting.margins(row, out);
      }
    }
  });
}

hogwild_status hogwild_row_builder_new(const hogwild_model* model, hogwild_row_builder** builder) {
  return guarded([&] { *builder = new hogwild_row_builder{RowBuilder(model->model.features())}; });
}

void hogwild_row_builder_free(hogwild_row_builder* builder) {
  delete builder;
}

hogwild_status hogwild_row_builder_text(hogwild_row_builder* builder, const char* column,
                                        const char* value) {
  return guarded([&] { builder->builder.add(column, std::string_view(value)); });
}

hogwild_status hogwild_row_builder_number(hogwild_row_builder* builder, const char* column,
                                          double value) {
  return guarded([&] { builder->builder.add(column, value); });
}

hogwild_status hogwild_row_builder_line(hogwild_row_builder* builder, const char* line) {
  return guarded([&] { builder->builder.add_line(line); });
}

hogwild_status hogwild_row_builder_row(hogwild_row_builder* builder, hogwild_row* row) {
  return guarded([&] {
    const SparseRow made = builder->builder.row();
    *row = {.indices = made.indices.data(),
            .values = made.values.empty() ? nullptr : made.values.data(),
            .nonzeros = made.nonzeros(),
            .label = made.label,
            .weight = made.weight};
  });
}

hogwild_status hogwild_model_evaluate(const hogwild_model* model, const char* const* paths,
                                      size_t count, double* loss, double* auc, double* accuracy) {
  return guarded([&] {
    const Metrics metrics = evaluate(model->model, strings(paths, count)).metrics;
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    if (loss != nullptr) *loss = metrics.loss;
    if (auc != nullptr) *auc = metrics.auc.value_or(kNone);
    if (accuracy != nullptr) *accuracy = metrics.accuracy.value_or(kNone);
  });
}

hogwild_status hogwild_learner_new(const hogwild_model* model, const hogwild_options* options,
                                   hogwild_learner** learner) {
  return guarded([&] {
    const LearnerOptions asked = learner_options(settings_of(options));
    *learner = model == nullptr ? new hogwild_learner{Learner(asked)}
                                : new hogwild_learner{Learner(model->model, asked)};
  });
}

void hogwild_learner_free(hogwild_learner* learner) {
  delete learner;
}

int hogwild_learner_feature(const hogwild_learner* learner, const char* name, size_t length,
                            uint32_t* index) {
  std::optional<Index> found;
  guarded([&] { found = learner->learner.feature({name, length}); });
  return told(found, index);
}

hogwild_status hogwild_learner_learn(hogwild_learner* learner, const hogwild_row* rows,
                                     size_t count, float* loss) {
  return guarded([&] {
    require_rows({rows, count}, learner->learner.features().size, true);
    std::vector<SparseRow> learnt(count);
    std::transform(rows, rows + count, learnt.begin(), row_of);
    const float mean = learner->learner.learn(learnt);
    if (loss != nullptr) *loss = mean;
  });
}

hogwild_status hogwild_learner_predict(const hogwild_learner* learner, const hogwild_row* rows,
                                       size_t count, float* predictions) {
  return guarded([&] {
    require_rows({rows, count}, learner->learner.features().size, false);
    for (std::size_t i = 0; i < count; ++i) {
      predictions[i] = learner->learner.predict(row_of(rows[i]));
    }
  });
}

hogwild_status hogwild_learner_snapshot(const hogwild_learner* learner, hogwild_model** model) {
  return guarded([&] { *model = new hogwild_model{learner->learner.snapshot()}; });
}
