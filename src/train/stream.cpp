// Text, learnt as it is read: whether to, and how.
#include "hogwild/train/stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "data/rows/hot_features.hpp"
#include "data/rows/named_feature.hpp"
#include "feed/met_features.hpp"
#include "feed/text_feed.hpp"
#include "hogwild/core/error.hpp"
#include "options/refusals.hpp"
#include "train/file_units.hpp"
#include "train/plan.hpp"
#include "train/prepare.hpp"
#include "train/run.hpp"
#include "train/search.hpp"

namespace hogwild {
namespace {

constexpr double kMebi = 1 << 20;

// Up to this change of labels along the text, rows count as mixed.
constexpr double kMixed = 0.1;

std::uint64_t bytes_of(const Dataset& data) {
  return data.offsets().size_bytes() + data.indices().size_bytes() + data.values().size_bytes() +
         data.labels().size_bytes();
}

std::size_t state_bytes(const AnyUpdateRule& rule) {
  return std::visit([](const auto& r) { return sizeof(typename std::decay_t<decltype(r)>::State); },
                    rule);
}

// Why the rows of this text must be held, whatever their number. It has a sample.
std::optional<std::string> reason_of_text(const RowStream& stream, const TrainOptions& options) {
  const Dataset& sample = *stream.sample();
  if (sample.classes()) return "labels are classes";
  if (sample.nonzeros() == 0) return "no row of its sample has a feature";
  if (sample.features().recipe && sample.features().recipe->terms) {
    return "words are weighed by all rows";
  }
  if (sample.seen_labels().unlabelled()) return "some rows have no label";
  if (has_two_labels(options) && sample.seen_labels().labels().size() != 2) {
    return "its sample does not have both labels";
  }
  if (!options.parameters.empty() && sample.features().hash_bits == 0) {
    return "--parameters needs the number of features; give --hash-bits";
  }
  if (options.epochs > 1 && !stream.can_repeat()) {
    return "several epochs need text that can be read more than once";
  }
  const bool paced = options.warm_up > 0 || !std::holds_alternative<Constant>(options.schedule);
  if (paced && stream.bytes_of_text() == 0) {
    return "the learning rate depends on the number of rows, which is not known";
  }
  return {};
}

}  // namespace

std::optional<std::string> reason_to_hold(const TrainOptions& options) {
  const Request request{.train = options};
  const Refusal* const refusal = first_refusal(kStreamed, request);
  if (refusal == nullptr) return {};
  return reason_for(*refusal, request);
}

DataPlan plan_data(const RowStream& stream, const TrainOptions& options,
                   std::uint64_t memory_limit) {
  DataPlan plan;
  const std::optional<Dataset>& sample = stream.sample();
  if (!sample) return {.reason = "its sample has no row"};
  const double times =
      stream.is_all_seen()
          ? 1
          : static_cast<double>(stream.bytes_of_text()) /
                static_cast<double>(std::max<std::uint64_t>(1, sample->source().bytes));
  plan.held_bytes = static_cast<std::uint64_t>(times * static_cast<double>(bytes_of(*sample)));
  plan.learning_bytes =
      sample->features().size * std::uint64_t{state_bytes(options.update_rule) + sizeof(float)};
  if (plan.learning_bytes > memory_limit) {
    throw OptionError(
        "memory-limit",
        fmt::format(
            "the weights of {} features take {:.0f} MiB, and the limit is {:.0f} MiB; raise "
            "it, or hash the features to fewer with --hash-bits",
            sample->features().size, static_cast<double>(plan.learning_bytes) / kMebi,
            static_cast<double>(memory_limit) / kMebi));
  }
  const bool fits = plan.held_bytes + plan.learning_bytes <= memory_limit;
  auto reason = reason_to_hold(options);
  if (!reason) reason = reason_of_text(stream, options);
  if (reason) {
    if (!fits) {
      throw OptionError(
          "memory-limit",
          fmt::format("the rows must be held in memory ({}), which takes about {:.0f} MiB, and the "
                      "limit is {:.0f} MiB; raise it, or leave out the option that needs all rows",
                      *reason, static_cast<double>(plan.held_bytes + plan.learning_bytes) / kMebi,
                      static_cast<double>(memory_limit) / kMebi));
    }
    plan.reason = *reason;
    return plan;
  }
  if (stream.is_all_seen() ||
      (stream.bytes_of_text() > 0 && stream.bytes_of_text() <= kLittleText)) {
    plan.reason = "there are few";
  } else if (fits && options.epochs > 1) {
    plan.reason = "several epochs";
  } else if (fits && has_two_labels(options) && change_of_labels(*sample) > kMixed) {
    plan.reason = "the labels are sorted, so the rows must be shuffled";
  }
  plan.streams = !fits || plan.reason.empty();
  if (plan.streams) {
    plan.reason = options.epochs == 1 ? "one epoch" : "it is larger than memory";
  }
  return plan;
}

namespace {

// The feature numbered 1 in the text becomes feature 0 of the model; there is no 0.
Model counted_from_one(const Model& model) {
  FeatureSpace space = model.features();
  space.index_base = 1;
  if (space.size > 0) --space.size;
  const auto weights = model.shared_weights();
  std::shared_ptr<const float[]> shifted(weights, space.size > 0 ? weights.get() + 1 : nullptr);
  return Model(std::move(space), std::move(shifted), model.bias(), model.loss(), model.labels(),
               model.provenance());
}

// The features that are to come first as the text is read, where several threads have views. Of
// text whose indices may be any, the largest are given up for that.
std::optional<HotFeatures> hot_features(const Dataset& sample, const TrainOptions& options) {
  constexpr Index kLargeIndices = Index{1} << 31;
  const bool alone = options.threads == 1 && options.parameters.empty();
  const bool few = sample.features().size <= Hotness::kMost;
  if (alone || few || sample.features().size > kLargeIndices ||
      reason_for_one_view(options, options.threads)) {
    return std::nullopt;
  }
  HotFeatures hot(sample);
  return hot.size() > 0 ? std::optional(std::move(hot)) : std::nullopt;
}

// Rows to learn and to validate become of one space, where features have names or hashes. Throws
// DataError if they are called differently.
void number_alike(Dataset& sample, Dataset& validation) {
  if (validation.features().hash_bits != 0) {
    validation = with_numbered_hashes(std::move(validation));
  }
  if (const auto both = union_of(sample.features(), validation.features())) {
    sample = in_space(sample, *both);
  }
  validation = in_space(validation, sample.features());
}

void require_streamable(const RowStream& stream, const TrainOptions& options) {
  auto reason = reason_to_hold(options);
  if (!stream.sample()) reason = "no row was seen in it";
  if (!reason) reason = reason_of_text(stream, options);
  if (!reason) return;
  throw DataError(stream.text().paths.front(), fmt::format("this can't be streamed: {}", *reason),
                  "read() the rows and train on the data set");
}

}  // namespace

TrainResult train(RowStream& stream, const TrainOptions& given, TrainObserver& asking) {
  require_valid(given);
  require_streamable(stream, given);
  bool from_one = false;
  TrainOptions asked = given;
  Dataset first_rows = *stream.sample();
  std::optional<MetFeatures> met;
  if (first_rows.features().hashes && !given.parameters.empty()) {
    throw OptionError("parameters",
                      "read the rows with ReadOptions::all_hashes, so that a feature "
                      "has the same number in all processes");
  }
  if (MetFeatures::are_in(first_rows.features())) {
    if (asked.validation) number_alike(first_rows, *asked.validation);
    met.emplace(first_rows.features(), state_bytes(given.update_rule) + sizeof(float),
                stream.text().asked.memory_limit, Source{.paths = stream.text().paths}.name());
  } else if (asked.validation) {
    asked.validation = with_all_hashes(std::move(*asked.validation));
  }
  const bool is_scaled = asked.scale != Scale::none && asked.parameters.empty();
  Scaling scaling = scaling_for(first_rows, asked);
  if (is_scaled && asked.validation) scaling.meet(*asked.validation, first_rows);
  if (!scaling.changes_nothing()) asking.on_scaling(scaling.report());
  const Dataset sample = scaling.scaled(first_rows);
  TrainOptions options = scaled(asked, scaling, sample.features());
  InFileUnits observer(asking, scaling, nullptr);
  take_over_from_file(options);
  options.keep_state = false;  // of which the place in the text would be a part
  TrainResult result = run_at_found_rate(
      sample, options, observer, stream.can_repeat() && options.parameters.empty(),
      [&, rate_is_open = searches_rate(options)](TrainOptions found) {
        std::optional<HotFeatures> hot = hot_features(sample, found);
        const auto plan_of = [&](const TrainOptions& by) {
          TrainPlan made = plan_training(sample, by);
          made.descent.features =
              met ? std::min(met->most(), stream.features().size) : stream.features().size;
          made.descent.likely_features = sample.features().size;
          if (!hot) return made;
          if (met || stream.features().hash_bits != 0) made.descent.features += hot->size();
          made.descent.likely_features += hot->size();
          made.part(hot_coordinates(sample, *hot));
          return made;
        };
        TrainPlan plan = plan_of(found);
        if (!found.parameters.empty()) {
          auto file =
              join_parameters(stream.features(), plan.labels,
                              hot ? hot->features() : std::vector<Index>(), found, rate_is_open);
          hot.reset();
          if (!file->kind().hot.empty()) hot.emplace(file->kind().hot);
          plan = plan_of(found);
          plan.learn_into(std::move(file));
        }
        const auto labels = has_two_labels(found) ? std::optional(plan.labels) : std::nullopt;
        TextFeed feed(stream.text(), found.order, found.seed, labels, plan.descent.workers, hot,
                      is_scaled ? &scaling : nullptr, met ? &*met : nullptr);
        TrainResult ended = run(feed, plan, sample, found, observer);
        from_one = !met && stream.features().hash_bits == 0 && feed.record().index_base() == 1;
        stream.text().source = feed.record().source();
        return ended;
      });
  result = observer.restored(std::move(result));
  if (!from_one || (options.validation && has_index_zero(*options.validation))) return result;
  result.model = counted_from_one(result.model);
  return result;
}

double change_of_labels(const Dataset& data) {
  constexpr Offset kStretches = 64;
  const Offset each = data.rows() / kStretches;
  if (each < 2) return 0;
  const auto label = [&](Offset i) { return static_cast<double>(data.labels()[i]); };
  double sum = 0;
  for (Offset i = 0; i < kStretches * each; ++i) sum += label(i);
  const double mean = sum / static_cast<double>(kStretches * each);
  double between = 0, within = 0;
  for (Offset stretch = 0; stretch < kStretches; ++stretch) {
    double own = 0;
    for (Offset i = stretch * each; i < (stretch + 1) * each; ++i) own += label(i);
    own /= static_cast<double>(each);
    between += (own - mean) * (own - mean);
    for (Offset i = stretch * each; i < (stretch + 1) * each; ++i) {
      within += (label(i) - own) * (label(i) - own);
    }
  }
  const auto n = static_cast<double>(each);
  const double mean_between = n * between / (kStretches - 1);
  const double mean_within = within / (static_cast<double>(kStretches) * (n - 1));
  const double all = mean_between + (n - 1) * mean_within;
  return all > 0 ? (mean_between - mean_within) / all : 0;
}

}  // namespace hogwild
