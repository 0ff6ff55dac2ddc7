#include "data/text/parsing.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "data/formats/record_parser.hpp"
#include "data/formats/registry.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/recipe/term_weights.hpp"
#include "data/text/byte_order_mark.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {

namespace {

// The rules that tell where a label ends, and whether a row may lack it.
ParseRules rules_of_labels(const ReadOptions& options) {
  ParseRules rules;
  rules.skip_unlabelled = options.unlabelled == Unlabelled::skip;
  rules.ignore_query_ids = options.query_ids == QueryIds::ignore;
  rules.weights_in_label = options.weights_in_label;
  return rules;
}

}  // namespace

Parsing::Parsing(const ReadOptions& options, FeatureOrder order, const Answering& answering)
    : options_(options), format_(options.format) {
  const int most_bits = options.all_hashes ? 31 : 32;
  if (options.hash_bits < 0 || options.hash_bits > most_bits) {
    throw OptionError("hash-bits",
                      fmt::format("{} is not between 1 and {}", options.hash_bits, most_bits));
  }
  rules_ = rules_of_labels(options);
  rules_.duplicates = options.duplicates;
  rules_.hash_bits = options.hash_bits;
  rules_.any_order = order == FeatureOrder::any;
  rules_.class_labels = options.class_labels;
  rules_.empty_rows = answering.each_line;
  rules_.tags = answering.tags;
  if (options.classes) {
    for (const std::string& name : *options.classes) known_classes_.insert(name);
    rules_.known_classes = &known_classes_;
  }
  recipe_ = options.recipe;
  if (!recipe_ && options.features) recipe_ = options.features->recipe;
  rules_.recipe = recipe_.get();
  rules_.one_based = options.index_base == IndexBase::one;
  if (options.features) {
    const FeatureSpace space = options.features->plain();  // text has no other numbers
    rules_.hash_bits = space.hash_bits;
    rules_.known_names = space.names.get();
    rules_.known_hashes = space.hashes.get();
    rules_.one_based = space.index_base == 1;
    rules_.known_end = std::uint64_t{space.size} + static_cast<std::uint64_t>(space.index_base);
    rules_.drop_unknown = true;
  }
}

void Parsing::decide_format(const Chunk& first, const std::string& path) {
  if (first.table) format_ = Format::csv;
  // Names that were made in memory are those of VW text.
  const FeatureSpace* const space = options_.features ? &*options_.features : nullptr;
  const bool made_in_memory = space != nullptr && space->format.empty();
  const std::string wanted = space == nullptr                 ? ""
                             : made_in_memory && space->names ? name_of(Format::vw)
                                                              : space->format;
  if (format_ == Format::automatic) {
    const TextFormat* const its = text_format_named(wanted);
    const bool is_as_wanted = its != nullptr && its->by_name && its->records == nullptr;
    format_ = is_as_wanted ? its->format : TextKind(options_).format_of(first.text);
  }
  const TextFormat& its = text_format(format_);
  if (recipe_ && !options_.features && !fits(its, recipe_.get())) {
    throw DataError(path,
                    fmt::format("this is {} text, and the model was trained on {}", its.name,
                                recipe_->is_of_namespaces() ? "namespaces" : "columns"),
                    "give rows as the model was trained on");
  }
  if (its.records != nullptr) {
    decide_recipe(first, path);
    if (fits(its, recipe_.get())) return;
    if (!recipe_ && wanted.empty()) {
      throw DataError(path,
                      fmt::format("this is {} text, and the model was not trained on columns",
                                  name_of(format_)),
                      "give rows of features, as the model was trained on");
    }
  } else {
    decide_namespaces(first, path);
    if (options_.word_labels && first_label_is_word(first.text, format_, options_)) {
      rules_.class_labels = true;
    }
  }
  if (wanted.empty() || wanted == name_of(format_)) return;
  throw DataError(path,
                  fmt::format("this is {} text, and the model was trained on {} text",
                              name_of(format_), wanted),
                  fmt::format("give {} text, as the model needs", wanted));
}

void Parsing::decide_recipe(const Chunk& first, const std::string& path) {
  if (!recipe_ && !options_.features) {
    ChosenRecipe chosen = text_format(format_).records->choose(first, options_.columns, path);
    const bool is_one_of_many = !options_.positive.empty() && chosen.labels.size() > 2;
    if (is_one_of_many) chosen.recipe.positive = canonical_class_name(options_.positive);
    recipe_ = std::make_shared<const Recipe>(std::move(chosen.recipe));
    const bool are_words = chosen.labels_are_words || is_one_of_many;
    rules_.class_labels = rules_.class_labels || (options_.word_labels && are_words);
  }
  rules_.recipe = recipe_.get();
}

void Parsing::decide_namespaces(const Chunk& first, const std::string& path) {
  const bool has_namespaces = text_format(format_).by_name;
  const std::string_view given =
      has_namespaces ? first_given_of_columns(options_.columns) : first_given(options_.columns);
  if (!given.empty()) {
    throw OptionError(
        std::string(given),
        fmt::format("it is of columns{}, and {} is {} text; leave it out, or give --format",
                    has_namespaces ? "" : " or namespaces", path, name_of(format_)));
  }
  if (recipe_ || options_.features || first_given(options_.columns).empty()) return;
  RowBatch batch;
  ParseRules rules = rules_of_labels(options_);
  rules.duplicates = Duplicates::sum;
  rules.class_labels = true;  // whatever they are
  const auto fault = parse_rows(first, format_, rules, OnError::skip, batch);
  if (fault && batch.rows() == 0) {
    throw ParseError(path, fault->line, fault->column, fault->reason, fault->remedy);
  }
  recipe_ = std::make_shared<const Recipe>(
      choose_namespaces(options_.columns, namespaces_of(batch.names)));
  rules_.recipe = recipe_.get();
}

bool first_label_is_word(std::string_view text, Format format, const ReadOptions& options) {
  const ParseRules of_numbers = rules_of_labels(options);
  ParseRules of_words = of_numbers;
  of_words.class_labels = true;
  const Format its = format == Format::automatic ? sniff(text).format : format;
  if (text_format(its).records != nullptr) return false;
  while (!text.empty()) {
    const Chunk line{.text = std::string(text.substr(0, text.find('\n')))};
    text.remove_prefix(std::min(text.size(), line.text.size() + 1));
    RowBatch numbers, words;
    if (!parse_rows(line, its, of_numbers, OnError::fail, numbers)) {
      if (numbers.rows() > 0) return false;
      continue;
    }
    return !parse_rows(line, its, of_words, OnError::fail, words) &&
           !std::isnan(words.labels.front());
  }
  return false;
}

void finish_features(const ParseRules& rules, RowBatch& batch) {
  if (rules.known_hashes != nullptr) batch.keep_known(*rules.known_hashes, rules.any_order);
  if (rules.known_names != nullptr && rules.recipe != nullptr && rules.recipe->terms) {
    weigh(batch, *rules.recipe->terms);
  }
}

namespace {

// Where lines are not plain, looking at each for a stretch of plain ones costs more than it brings:
// after each vain look twice as many are passed over.
class PlainStretches {
 public:
  bool may_begin() noexcept {
    if (to_pass_ == 0) return true;
    --to_pass_;
    return false;
  }
  void note(bool some) noexcept {
    constexpr int kMostPassedOver = 64;
    passing_ = some ? 0 : std::clamp(2 * passing_, 1, kMostPassedOver);
    to_pass_ = passing_;
  }

 private:
  int passing_ = 0;
  int to_pass_ = 0;
};

// Where a fault at a byte of a record is, which may have several lines.
void set_place(SpottedFault& fault, std::string_view record, const char* at, std::uint64_t line) {
  const std::string_view before = record.substr(
      0, static_cast<std::size_t>(std::clamp(at, record.data(), record.data() + record.size()) -
                                  record.data()));
  fault.line = line + static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
  fault.column = before.size() - (before.rfind('\n') + 1) + 1;
}

std::optional<SpottedFault> parse_records(const Chunk& chunk, const TextFormat& its,
                                          const ParseRules& rules, OnError on_error,
                                          RowBatch& batch) {
  std::optional<SpottedFault> first;
  if (its.is_table && !chunk.table) {
    batch.lines = 1;
    return SpottedFault{1, 1, "this is no table", "give files of one format", true};
  }
  const auto parser = its.records->parser(chunk, rules, batch);
  if (const auto& misfit = parser->misfit()) {
    batch.lines = 1;
    return SpottedFault{1, 1, misfit->reason, misfit->remedy, true};
  }
  const std::string_view text = chunk.text;
  const std::size_t padded = end_of_padded_lines(text);
  PlainStretches stretches;
  for (std::size_t at = 0; at < text.size();) {
    if (at < padded && stretches.may_begin()) {
      const std::size_t before = at;
      at = parser->parse_plain(text, at, padded);
      stretches.note(at != before);
      if (at == text.size()) break;
    }
    const std::size_t end = parser->end_of_record(text, at);
    std::string_view record = text.substr(at, end - at);
    at = end + 1;
    const std::uint64_t line = batch.lines + 1;
    batch.lines = line + static_cast<std::uint64_t>(std::ranges::count(record, '\n'));
    if (record.ends_with('\r')) record.remove_suffix(1);
    record = without_mark(record);
    // Of a table blanks may be what is between fields.
    const bool is_empty =
        record.empty() || (!its.is_table && std::ranges::all_of(record, is_blank));
    if (rules.empty_rows && is_empty) {
      batch.end_row(record.data(), kUnlabelled, 1, rules.duplicates);
      batch.note_label(kUnlabelled, line, 1);
      continue;
    }
    auto fault = parser->parse(record, line);
    if (!fault) continue;
    if (!first) {
      first = SpottedFault{0, 0, std::move(fault->reason), std::move(fault->remedy)};
      set_place(*first, record, fault->at, line);
    }
    batch.drop_row();
    parser->drop_row();
    ++batch.skipped_lines;
    if (on_error != OnError::skip) break;
  }
  return first;
}

}  // namespace

std::optional<SpottedFault> parse_rows(const Chunk& chunk, Format format, const ParseRules& rules,
                                       OnError on_error, RowBatch& batch) {
  std::optional<SpottedFault> first;
  batch.class_labels = rules.class_labels;
  const auto reject = [&](std::uint64_t column, std::string reason, std::string remedy) {
    if (!first) first = {batch.lines, column, std::move(reason), std::move(remedy)};
    batch.drop_row();
    ++batch.skipped_lines;
    return on_error == OnError::skip;
  };

  if (chunk.overlong) {
    batch.lines = 1;
    reject(1, fmt::format("the line is longer than {} MiB", kLongestLine >> 20),
           "is this a text file with one row per line?");
    return first;
  }
  const std::string_view text = chunk.text;
  const TextFormat& its = text_format(format);
  if (its.records != nullptr) {
    first = parse_records(chunk, its, rules, on_error, batch);
    finish_features(rules, batch);
    return first;
  }
  std::optional<RowMaker> maker;
  if (rules.recipe != nullptr) maker.emplace(rules, batch);
  PlainStretches stretches;
  const std::size_t padded = end_of_padded_lines(text);
  for (std::size_t at = 0; at < text.size();) {
    if (its.parse_plain != nullptr && at >= kReadBefore && at < padded && stretches.may_begin()) {
      const std::size_t before = at;
      at = its.parse_plain(text, at, padded, rules, batch, maker ? &*maker : nullptr);
      stretches.note(at != before);
    }
    if (at == text.size()) break;
    std::string_view line = text.substr(at, text.find('\n', at) - at);
    at = std::min(text.size(), at + line.size() + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = without_mark(line);  // no plain line begins with one
    ++batch.lines;
    if (rules.empty_rows && std::ranges::all_of(line, is_blank)) {
      batch.end_row(line.data(), kUnlabelled, 1, rules.duplicates);
      batch.note_label(kUnlabelled, batch.lines, 1);
      continue;
    }
    if (auto fault = its.parse_line(line, batch.lines, rules, batch, maker ? &*maker : nullptr)) {
      if (maker) maker->drop_row();
      const auto column = static_cast<std::uint64_t>(fault->at - line.data()) + 1;
      if (!reject(column, std::move(fault->reason), std::move(fault->remedy))) break;
    }
  }
  finish_features(rules, batch);
  return first;
}

}  // namespace hogwild
