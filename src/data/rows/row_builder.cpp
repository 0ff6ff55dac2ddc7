#include "hogwild/data/row_builder.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "data/formats/parser.hpp"
#include "data/formats/registry.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/rows/row_batch.hpp"
#include "data/text/parsing.hpp"
#include "data/text/records.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

ReadOptions in_space(const FeatureSpace& features) {
  ReadOptions options;
  options.features = features.plain();
  options.class_labels = true;  // whatever they are
  if (const TextFormat* const format = text_format_named(features.format)) {
    options.format = format->format;
  } else {
    options.format = Format::vw;
  }
  return options;
}

[[noreturn]] void fail(const std::string& reason) {
  throw DataError("row", reason, "give another value, or none");
}

void require(const std::optional<Fault>& fault) {
  if (fault) throw DataError("row", fault->reason, fault->remedy);
}

}  // namespace

struct RowBuilder::Open {
  explicit Open(const FeatureSpace& features) : options(in_space(features)), parsing(options) {
    if (parsing.recipe()) maker.emplace(parsing.rules(), batch);
  }

  void begin() {
    if (std::exchange(is_open, true)) return;
    batch.clear();
  }

  // What was added of the row.
  void forget() {
    batch.clear();
    if (maker) maker->drop_row();
    is_open = is_whole = false;
  }

  void add(const std::string& name, float value) {
    begin();
    add_named(name, value, parsing.rules(), batch);
  }

  ReadOptions options;
  Parsing parsing;
  RowBatch batch;
  std::optional<RowMaker> maker;
  bool is_open = false;
  bool is_whole = false;  // it came as a line
};

RowBuilder::RowBuilder(const FeatureSpace& features) {
  const TextFormat* const format = text_format_named(features.format);
  const bool has_names = features.names || features.hash_bits != 0;
  if (!features.recipe && (!has_names || (format != nullptr && !format->by_name))) {
    throw OptionError("features", "features that have numbers need no RowBuilder");
  }
  open_ = std::make_unique<Open>(features);
}
RowBuilder::~RowBuilder() = default;
RowBuilder::RowBuilder(RowBuilder&&) noexcept = default;
RowBuilder& RowBuilder::operator=(RowBuilder&&) noexcept = default;

void RowBuilder::add(std::string_view column, std::string_view value) {
  open_->begin();
  if (!open_->maker) {
    std::string name;
    append_part(name, column, open_->parsing.rules());
    name += '=';
    append_part(name, value, open_->parsing.rules());
    return open_->add(name, 1);
  }
  const auto place = open_->maker->find(column);
  place ? require(open_->maker->take(*place, value, nullptr))
        : open_->maker->take_unlisted(column, value);
}

void RowBuilder::add(std::string_view column, double value) {
  if (!std::isfinite(static_cast<float>(value))) {
    fail(fmt::format("column '{}': {} is not finite", column, value));
  }
  open_->begin();
  if (!open_->maker) return add("", column, static_cast<float>(value));
  const auto place = open_->maker->find(column);
  place ? require(open_->maker->take(*place, value, nullptr))
        : open_->maker->take_unlisted(column, value);
}

void RowBuilder::add(std::string_view name_space, std::string_view name, float value) {
  if (!std::isfinite(value)) fail(fmt::format("feature '{}': {} is not finite", name, value));
  std::string whole;
  append_part(whole, name_space, open_->parsing.rules());
  if (!name_space.empty()) whole += '^';
  append_part(whole, name, open_->parsing.rules());
  if (!open_->maker) return open_->add(whole, value);
  open_->begin();
  const auto place = open_->maker->find_namespace(name_space);
  if (open_->maker->uses(place)) open_->maker->take_feature(place, whole, value);
}

void RowBuilder::add_line(std::string_view line) {
  open_->begin();
  const TextFormat& its = text_format(open_->options.format);
  Chunk chunk{.text = std::string(line), .begins_file = true};
  if (its.is_table) chunk.table = head_of(chunk.text, open_->parsing.recipe()->separator);
  const auto fault =
      parse_rows(chunk, its.format, open_->parsing.rules(), OnError::fail, open_->batch);
  open_->is_whole = !fault && open_->batch.rows() == 1;
  if (open_->is_whole) return;
  open_->forget();
  if (fault) throw ParseError("row", fault->line, fault->column, fault->reason, fault->remedy);
  fail("a line that is one row was expected");
}

SparseRow RowBuilder::row() {
  open_->begin();
  RowBatch& batch = open_->batch;
  if (!std::exchange(open_->is_whole, false)) {
    const ParseRules& rules = open_->parsing.rules();
    const auto fault = open_->maker ? open_->maker->end_row(nullptr, 1)
                                    : end_named_row(nullptr, kUnlabelled, 1, 1, 1, rules, batch);
    if (fault) open_->forget();
    require(fault);
    finish_features(rules, batch);
  }
  open_->is_open = false;
  batch.renumber_for(*open_->options.features);
  return batch.row(0);
}

}  // namespace hogwild
