// The rows of the table. Defaults are those of the members.
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/range.hpp"
#include "options/column_rows.hpp"
#include "options/row.hpp"
#include "parallel/cores.hpp"

namespace hogwild {
namespace {

Option several(Option option) {
  option.several = true;
  return option;
}

// Of options that a run which goes on from a checkpoint must have alike.
Option shaping(Option option) {
  option.shapes_the_run = true;
  return option;
}

// "for momentum, nesterov; default: 0.9, of nesterov_adagrad 0.5".
std::string rules_and_defaults(std::string_view number) {
  std::vector<std::string_view> rules;
  std::vector<std::pair<float, std::vector<std::string_view>>> defaults;
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for_each_number(rule, [&](const RuleNumber& its, float value) {
      if (its.name != number) return;
      rules.push_back(rule.kName);
      auto same = std::ranges::find(defaults, value, [](const auto& pair) { return pair.first; });
      if (same == defaults.end()) same = defaults.insert(same, {value, {}});
      same->second.push_back(rule.kName);
    });
  });
  std::ranges::stable_sort(defaults, std::ranges::greater{},
                           [](const auto& pair) { return pair.second.size(); });
  std::string text = fmt::format("; for {} (default: ", fmt::join(rules, ", "));
  for (std::size_t k = 0; k < defaults.size(); ++k) {
    const auto& [value, of] = defaults[k];
    text +=
        k == 0 ? fmt::format("{}", value) : fmt::format("; for {} {}", fmt::join(of, ", "), value);
  }
  return text + ")";
}

// The number of a rule, kept until the rule is known.
Option rule_number(const RuleNumber& its) {
  const std::string name(its.name);
  Option option{.name = its.name,
                .group = {},
                .has = 0,
                .values = its.values,
                .help = std::string(its.help) + rules_and_defaults(its.name)};
  const auto format = number_format<float>(its.range);
  option.set = [=](Settings& settings, std::string_view text) {
    const auto value = format.read(text);
    if (!value || !format.fits(*value)) {
      throw OptionError(name, fmt::format("'{}' is not {}", text, format.expects));
    }
    settings.rule_numbers[name] = *value;
  };
  option.binding = Binding<Settings>{
      .text =
          [=](const Settings& settings) {
            const auto given = settings.rule_numbers.find(name);
            if (given != settings.rule_numbers.end()) return format.write(given->second);
            std::string text;
            std::visit(
                [&](const auto& rule) {
                  for_each_number(rule, [&](const RuleNumber& number, float value) {
                    if (number.name == name) text = format.write(value);
                  });
                },
                settings.train.update_rule);
            return text;
          },
      .require_valid = {}};
  return option;
}

std::vector<Option> rule_numbers() {
  std::vector<Option> rows;
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for_each_number(rule, [&](const RuleNumber& number, float) {
      if (std::ranges::find(rows, number.name, &Option::name) == rows.end()) {
        rows.push_back(of(kTraining | kLearner, rule_number(number)));
      }
    });
  });
  return rows;
}

Option steps_row() {
  using Table = std::vector<std::pair<double, double>>;
  return made(Row{"steps", "TABLE",
                  "for --schedule steps: factors on the learning rate, each from an epoch on, "
                  "EPOCH:FACTOR,... (3:0.5,6:0.1)"},
              Notation<Table>{.expects = "a table EPOCH:FACTOR,... as 3:0.5,6:0.1",
                              .read =
                                  [](std::string_view text) {
                                    return pairs_in<double, double>(text, ':',
                                                                    signed_number_in<double>);
                                  },
                              .write = [](const Table& table) { return pairs_text(table, ':'); }},
              &Settings::steps);
}

Option pin_row() {
  using Cores = std::vector<int>;
  return made(
      Row{"pin", "auto|CORE,...",
          "run thread 1 on the first of these cores only, thread 2 on the second, ...; auto: "
          "on all cores in turn",
          "threads may move"},
      Notation<Cores>{.expects = "auto or a list of cores, as in 0,2-5",
                      .read =
                          [](std::string_view text) {
                            return text == "auto" ? std::optional(cores_allowed())
                                                  : numbers_in(text);
                          },
                      .write = [](const Cores& cores) { return in_ranges(cores); }},
      &TrainOptions::pin);
}

Option class_weight_row() {
  using Weights = std::vector<std::pair<std::string, float>>;
  return several(made(
      Row{"class-weight", "L=W",
          "rows with label L count W times; repeat the option, or write L=W,L=W"},
      Notation<Weights>{.expects = "LABEL=WEIGHT with each label once and weights of at least 0",
                        .read =
                            [](std::string_view text) {
                              return pairs_in<std::string, float>(text, '=', [](auto label) {
                                return label.empty() ? std::nullopt
                                                     : std::optional(canonical_class_name(label));
                              });
                            },
                        .write = [](const Weights& weights) { return pairs_text(weights, '='); },
                        .fits =
                            [](Weights weights) {
                              std::ranges::sort(weights);
                              const bool twice =
                                  std::ranges::adjacent_find(
                                      weights, {}, &Weights::value_type::first) != weights.end();
                              return !twice && std::ranges::all_of(weights, [](const auto& pair) {
                                return at_least(0).contains(static_cast<double>(pair.second));
                              });
                            }},
      &TrainOptions::class_weights));
}

Option init_row() {
  static constexpr std::string_view kNormal = "normal:";
  return made(
      Row{"init", "zero|normal:S",
          "initial weights: zero, or random with a normal distribution of standard deviation S"},
      Notation<float>{
          .expects = "zero, or normal:S with a number S of at least 0",
          .read = [](std::string_view text) -> std::optional<float> {
            if (text == "zero") return 0.0f;
            if (!text.starts_with(kNormal)) return std::nullopt;
            return signed_number_in<float>(text.substr(kNormal.size()));
          },
          .write =
              [](const float& value) {
                return value == 0 ? "zero" : fmt::format("{}{}", kNormal, value);
              },
          .fits =
              [](const float& value) { return at_least(0).contains(static_cast<double>(value)); }},
      &TrainOptions::init);
}

Option distributed_row() {
  using Kind = std::optional<Distribution>;
  Option row =
      made(Row{"distributed", joined_words<Distribution>(),
               "train under mpirun with all ranks (processes), each on its part of the rows. "
               "downpour: ranks fetch weights from servers and push steps to them, and each "
               "server has a part of the weights; easgd: each rank trains a model of its own and "
               "merges it with a central model regularly; eamsgd: easgd with momentum, by default "
               "nesterov_adagrad; "
               "allreduce: all ranks make each step together, on one batch, by default of 2 to 64 "
               "rows; graph: each rank has "
               "a part of the features, in a dataflow graph that is split between devices "
               "(threads)"},
           Notation<Kind>{
               .expects = {},
               .read = [](std::string_view text) -> std::optional<Kind> {
                 return Kind(value_of_word<Distribution>("distributed", text));
               },
               .write = [](const Kind& kind) { return std::string(kind ? word_of(*kind) : ""); }},
           &Settings::distribution);
  row.set = [set = row.set](Settings& settings, std::string_view text) {
    set(settings, text);
    settings.ranks.kind = *settings.distribution;
  };
  return row;
}

std::vector<Option> most_used() {
  return {
      of(kTrain | kSimulate | kLibrary | kLearner,
         alternative("optimizer",
                     "update rule; on sparse rows a weight, its running means and its velocity "
                     "change only in steps on rows that have the feature",
                     &TrainOptions::update_rule)),
      of(kTraining | kLearner, shaping(alternative("loss",
                                                   "loss function; if tables, JSON lines or "
                                                   "labelled text have more than two labels, and "
                                                   "this is not given, softmax, or with texts "
                                                   "logistic, one against the rest",
                                                   &TrainOptions::loss))),
      shaping(number({"epochs", "N",
                      "number of passes over the rows; of tables, JSON lines and labelled text in "
                      "memory, if this is not given, 1 to 20, more for fewer rows"},
                     &TrainOptions::epochs, above(0))),
      of(kTraining | kLearner,
         optional_number(
             "auto",
             {"learning-rate", "auto|X",
              "initial learning rate; auto: found by short trial runs on a sample of the "
              "rows"},
             &TrainOptions::learning_rate, above(0))),
      text({"valid", "FILE", "validation rows: the model is evaluated on them after each epoch"},
           &FileOptions::valid),
      optional_number("",
                      {"valid-fraction", "F",
                       "use this share of the rows, from 0 to 1, for validation instead of "
                       "training"},
                      &FileOptions::valid_fraction, between(0, 1)),
      shaping(number({"early-stopping", "PATIENCE",
                      "stop after this many epochs without a better validation loss, and keep the "
                      "best model; needs --valid or --valid-fraction. If no update rule is "
                      "given, train also tries averages of the weights (--average)",
                      "off"},
                     &TrainOptions::early_stopping, at_least(0))),
      of(kTrain | kCompare | kLibrary,
         number_or(
             "auto", 0,
             {"threads", "N|auto",
              "number of training threads; auto: measured if the run is long and the rows are "
              "in memory, otherwise one per core, fewer for few rows. With private copies of "
              "weights (see --no-views) no more threads than cores are used"},
             &TrainOptions::threads, between(1, 4096))),
      of(kTraining | kLearner,
         made(Row{"hash-bits", "BITS",
                  "hash feature names into 2^BITS features: names are not kept, and memory is "
                  "bounded up to 22 bits; with more it is that of the features that occur",
                  "off"},
              Notation<int>{
                  .expects = "a whole number from 1 to 32",
                  .read = signed_number_in<int>,
                  .write = [](const int& bits) { return bits == 0 ? "" : fmt::format("{}", bits); },
                  .fits = [](const int& bits) { return bits >= 0 && bits <= 32; }},
              &ReadOptions::hash_bits))};
}

std::vector<Option> data() {
  constexpr unsigned kReading = kTraining | kRows;
  return {
      of(kReading,
         choice("format", "format of the data; auto: by the first row", &ReadOptions::format)),
      of(kReading, choice("on-error", "at a malformed line: fail, or skip it and count it",
                          &ReadOptions::on_error)),
      of(kReading, choice("duplicates",
                          "if a libsvm row has an index twice: refuse the row, or sum the "
                          "values",
                          &ReadOptions::duplicates)),
      of(kReading,
         choice("qid", "a libsvm row with qid:, as in ranking data: refuse it, or ignore the qid:",
                &ReadOptions::query_ids)),
      of(kReading, flag("weights-in-label",
                        "the label of a libsvm row may have a weight, label:weight; then each row "
                        "needs a label",
                        &ReadOptions::weights_in_label)),
      choice("index-base", "lowest index in libsvm data; auto: 0 if index 0 occurs, else 1",
             &ReadOptions::index_base),
      made(Row{"memory-limit", "BYTES",
               "hold at most this much data in memory (8G, 500M); train streams larger text: it "
               "trains on each row while it is read",
               "three quarters of the memory"},
           Notation<std::uint64_t>{.expects = "a number of bytes, as 500M or 8G",
                                   .read = bytes_in,
                                   .write =
                                       [](const std::uint64_t& bytes) {
                                         return bytes == 0 ? "" : fmt::format("{}", bytes);
                                       }},
           &ReadOptions::memory_limit),
      shaping(choice("order", "order of the rows in an epoch", &TrainOptions::order)),
      shaping(choice("curriculum",
                     "for --order curriculum: naive, easy rows first, level by level; mixed, easy "
                     "rows more often; combined, half naive and half mixed",
                     &TrainOptions::curriculum)),
      shaping(number({"levels", "L", "for --order curriculum: number of levels of difficulty"},
                     &TrainOptions::levels, above(0))),
      text(
          {"difficulty", "nonzeros|margin:MODEL|FILE",
           "for --order curriculum: difficulty of a row: nonzeros, its number of non-zeros; "
           "margin:MODEL, a small margin (w.x + bias) of that model is difficult; FILE, one number "
           "per line"},
          &FileOptions::difficulty),
      shaping(
          number({"seed", "S",
                  "random seed, for the order of the rows; with one thread, the same seed gives "
                  "the same model, byte for byte"},
                 &TrainOptions::seed, at_least(0)))};
}

std::vector<Option> model() {
  return {
      shaping(flag("one-vs-rest",
                   "labels are names of classes; learn one binary model per class, against all "
                   "other classes (--loss softmax learns all classes in one model)",
                   &TrainOptions::one_vs_rest)),
      shaping(text({"positive", "LABEL",
                    "which of two labels is the positive one: predict prints its probability",
                    "the larger number, or the last word"},
                   &TrainOptions::positive)),
      class_weight_row(),
      shaping(choice("scale",
                     "units in which values are learnt: auto, dense features and numeric labels "
                     "are standardised unless they are near unit scale, others are scaled if they "
                     "are far from each other's scale; standard, all are; max, the largest value "
                     "of a feature becomes 1; none",
                     &TrainOptions::scale)),
      shaping(number({"l1", "X", "L1 penalty: X times the sum of |w|"}, &TrainOptions::l1,
                     at_least(0))),
      shaping(number({"l2", "X", "L2 penalty: X/2 times the sum of w^2"}, &TrainOptions::l2,
                     at_least(0))),
      shaping(choice("penalty",
                     "how penalties apply to weights that a row does not use: degree, the penalty "
                     "of a feature is scaled by 1/frequency; exact, missed penalty steps are made "
                     "when the weight is used next; only for sgd at a constant rate and for "
                     "adagrad",
                     &TrainOptions::penalty_method)),
      of(kTraining | kLearner,
         shaping(flag("no-bias", "learn no bias (intercept)", &TrainOptions::bias, false))),
      shaping(init_row())};
}

std::vector<Option> optimizer() {
  std::vector<Option> rows{shaping(
      number_or("full", kFullBatch,
                {"batch-size", "N|full",
                 "number of rows per step, whose gradients are averaged; full: one step per epoch "
                 "on all rows"},
                &TrainOptions::batch_size, above(0)))};
  std::ranges::move(rule_numbers(), std::back_inserter(rows));
  std::vector<Option> more{
      of(kTrain | kCompare | kSimulate | kLibrary,
         shaping(choice("state",
                        "where the optimizer's state is: shared, one state for all threads; "
                        "per-thread, one for each thread",
                        &TrainOptions::state))),
      shaping(flag(
          "average",
          "save the average of the weights over all steps, the later ones counting more, not the "
          "last weights",
          &TrainOptions::average)),
      shaping(flag("batch-norm",
                   "batch normalisation of the margins (w.x + bias); the saved model includes the "
                   "result",
                   &TrainOptions::batch_norm)),
      shaping(number({"gradient-noise", "ETA",
                      "add random noise of variance ETA/(1+t)^0.55 to each gradient of step t"},
                     &TrainOptions::gradient_noise, at_least(0)))};
  std::ranges::move(more, std::back_inserter(rows));
  return rows;
}

std::vector<Option> schedule() {
  return {alternative("schedule", "how the learning rate changes from epoch to epoch",
                      &TrainOptions::schedule),
          optional_number("",
                          {"decay", "K",
                           "decay of the schedule per epoch (default: exponential 0.9, inverse and "
                           "inverse_sqrt 1, plateau 0.5)"},
                          &Settings::decay, at_least(0)),
          steps_row(),
          shaping(number(
              {"warm-up", "EPOCHS", "number of epochs in which the learning rate rises from 0"},
              &TrainOptions::warm_up, at_least(0)))};
}

std::vector<Option> stopping() {
  return {
      shaping(number({"min-delta", "X",
                      "for --early-stopping: a loss is better if it is lower by more than this"},
                     &TrainOptions::min_delta, at_least(0))),
      of(kTrain | kLibrary,
         flag("refit",
              "at the end train again on all rows, validation rows included, for the best number "
              "of epochs",
              &TrainOptions::refit)),
      of(kTrain | kLibrary, number({"refit-epochs", "N", "number of epochs of --refit",
                                    "the best number in trial runs or in the run"},
                                   &TrainOptions::refit_epochs, at_least(0))),
      number(
          {"stop-after", "N",
           "stop after N epochs, but compute the learning rate schedule for --epochs", "--epochs"},
          &TrainOptions::stop_after, at_least(0))};
}

std::vector<Option> threads() {
  constexpr unsigned kSharing = kTrain | kCompare | kSimulate | kLibrary;  // scale has a list
  return {
      of(kSharing, shaping(choice("strategy",
                                  "how threads change shared weights: hogwild, by loads and "
                                  "stores, so that a step is lost now and then; atomic, by "
                                  "compare-and-exchange, so that none is; locked, under one lock; "
                                  "deterministic, the same model for any number of threads",
                                  &TrainOptions::strategy))),
      of(kSharing,
         flag("no-views",
              "all threads change the same weights; by default each thread has private copies of "
              "the most frequent weights where that is measured to be faster",
              &TrainOptions::worker_views, false)),
      pin_row(),
      of(kTrain | kLibrary,
         text({"parameters", "FILE",
               "train the weights in this shared file, together with all processes that use it; "
               "created if it does not exist (in /dev/shm it is in memory only)"},
              &TrainOptions::parameters)),
      of(kTrain | kLibrary,
         number({"parameter-features", "N",
                 "number of features of a new --parameters file; needed if other processes use "
                 "higher indices",
                 "those of the data"},
                &TrainOptions::parameter_features, at_least(0)))};
}

std::vector<Option> distributed() {
  return {
      distributed_row(),
      number({"servers", "S",
              "downpour, easgd, eamsgd: number of ranks that are only servers, the last ones; 0: "
              "each rank trains and is a server"},
             &DistributedOptions::servers, at_least(0)),
      number({"fetch-every", "N", "downpour: number of rows per thread between two fetches"},
             &DistributedOptions::fetch_every, above(0)),
      number({"push-every", "N", "downpour: number of rows per thread between two pushes"},
             &DistributedOptions::push_every, above(0)),
      flag("blocking",
           "downpour: wait until each fetch is complete; it is sent after the previous push",
           &DistributedOptions::blocking),
      optional_number("",
                      {"local-rate", "X",
                       "downpour: learning rate of a rank's steps on its own copy of the weights "
                       "until the next fetch; 0: no such steps",
                       "the learning rate"},
                      &DistributedOptions::local_rate, at_least(0)),
      number({"warm-start", "ROWS", "downpour: one thread first trains alone on this many rows"},
             &DistributedOptions::warm_start, at_least(0)),
      number({"period", "TAU",
              "easgd, eamsgd: number of steps per thread between two exchanges with the central "
              "model"},
             &DistributedOptions::period, above(0)),
      optional_number("",
                      {"elasticity", "ALPHA",
                       "easgd, eamsgd: in an exchange move both models towards each other by this "
                       "share of their distance, instead of merging steps (a good value: 0.9 / "
                       "number of threads of all ranks)"},
                      &DistributedOptions::elasticity, above_to(0, 1)),
      flag("synchronous",
           "easgd, eamsgd: all ranks exchange at the same time; the same run gives the same "
           "model, byte for byte",
           &DistributedOptions::synchronous),
      flag("dense",
           "easgd, eamsgd: after each epoch exchange all weights, also those that did not change",
           &DistributedOptions::dense)};
}

std::vector<Option> start() {
  return {text({"resume", "CHECKPOINT|MODEL",
                "continue a run from its checkpoint, with the same files and options; or start at "
                "the weights of a model, with a new optimizer state"},
               &FileOptions::resume),
          flag("weights-only", "use only the weights of the checkpoint given to --resume",
               &FileOptions::weights_only),
          flag("new-classes",
               "the rows may have classes that the model given to --resume lacks; they are added",
               &TrainOptions::new_classes)};
}

std::vector<Option> teaching() {
  return {number({"features", "N",
                  "of a learner whose features are called by index: their number; 0: 1048576, or "
                  "those of the model"},
                 &TeachingOptions::features, at_least(0)),
          number({"positive-weight", "W", "of a learner: rows of the positive label count W times"},
                 &TeachingOptions::positive_weight, at_least(0)),
          number({"negative-weight", "W", "of a learner: rows of the negative label count W times"},
                 &TeachingOptions::negative_weight, at_least(0))};
}

std::vector<Option> table() {
  std::vector<Option> all;
  const auto add = [&](std::string_view group, unsigned has, std::vector<Option> rows) {
    for (Option& row : rows) {
      row.group = group;
      if (row.has == 0) row.has = has;
      all.push_back(std::move(row));
    }
  };
  add("Most used", kTraining, most_used());
  add("Data", kTraining, data());
  add(kColumnOptions, kTraining, column_rows());
  add("Model", kTraining, model());
  add("Optimizer", kTraining, optimizer());
  add("Schedule", kTraining, schedule());
  add("Stopping", kTraining, stopping());
  add("Threads", kTraining, threads());
  add("Distributed", kTrain, distributed());
  add("Output", kTrain | kLibrary, start());
  add("Learner", kLibrary | kLearner, teaching());
  return all;
}

}  // namespace

std::span<const Option> options() {
  static const std::vector<Option> all = table();
  return all;
}

}  // namespace hogwild
