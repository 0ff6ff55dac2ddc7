#include "data/recipe/row_maker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/recipe/choose.hpp"
#include "data/recipe/notation.hpp"
#include "hogwild/data/labels.hpp"

namespace hogwild {
namespace {

// As a message shows it: cut to 40 bytes, what is not printable escaped.
std::string quoted(std::string_view value) {
  constexpr std::size_t kLongest = 40;
  std::string shown = "'";
  for (const char c : value.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte >= 0x20 && byte != 0x7F ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return shown + (value.size() > kLongest ? "...'" : "'");
}

// A column of a table may be called as a feature is in VW text, so that a table of features is
// those features; but where words of a text might be called like it.
std::string prepared_name(const Column& column, const ParseRules& rules) {
  const auto is_text = [](const Column* its) { return its != nullptr && its->role == Role::text; };
  if (!is_text(&column) && !rules.recipe->is_of_namespaces() &&
      !is_text(rules.recipe->find(namespace_of(column.name)))) {
    return column.name;
  }
  std::string prepared;
  append_part(prepared, column.name, rules);
  return prepared;
}

}  // namespace

RowMaker::RowMaker(const ParseRules& rules, RowBatch& batch)
    : sink_(*rules.recipe, rules, batch), is_of_namespaces_(rules.recipe->is_of_namespaces()) {
  const std::vector<Column>& columns = recipe().columns;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    columns_.push_back({columns[k], prepared_name(columns[k], rules), k, sink_.crosses().has(k)});
    places_.emplace(columns[k].name, k);
    if (is_of_namespaces_ && is_pattern(columns[k].name)) patterns_.push_back(k);
  }
  had_.resize(columns.size());
}

std::optional<std::size_t> RowMaker::find(std::string_view name) {
  return is_of_namespaces_ ? std::nullopt : place_of(name);
}

std::optional<std::size_t> RowMaker::find_namespace(std::string_view name) {
  if (!is_of_namespaces_) return std::nullopt;
  if (const auto place = place_of(name); place || patterns_.empty()) return place;
  const auto found = std::ranges::find_if(
      patterns_, [&](std::size_t k) { return matches(name, columns_[k].column.name); });
  return found == patterns_.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::size_t> RowMaker::place_of(std::string_view name) {
  if (next_ >= columns_.size()) next_ = 0;
  if (columns_.empty() || columns_[next_].column.name != name) {
    const auto found = places_.find(name);
    if (found == places_.end()) return std::nullopt;
    next_ = found->second;
  }
  return next_++;
}

std::optional<Fault> RowMaker::unfit(std::size_t column, std::string_view value,
                                     const char* at) const {
  const Column& its = columns_[column].column;
  const ColumnKind& kind = *column_kind(its.role);
  return Fault{
      at, fmt::format("column '{}': expected {}, found {}", its.name, kind.expects, quoted(value)),
      fmt::format("correct it, leave it empty, or train with --categorical '{}'; "
                  "--on-error skip leaves such rows out",
                  its.name)};
}

std::string RowMaker::in_column(Role role) const {
  const Column* const column = recipe().find(role);
  return column == nullptr ? "" : fmt::format("column '{}': ", column->name);
}

std::optional<Fault> RowMaker::take_label(std::string_view value, const char* at) {
  label_at_ = at;
  if (value.empty()) return std::nullopt;
  const ParseRules& rules = sink_.rules();
  if (rules.class_labels) {
    const auto& positive = recipe().positive;
    const std::string name = canonical_class_name(value);
    if (!positive || name == *positive) return number_class(name, at, rules, sink_.batch(), label_);
    return number_class("not " + *positive, at, rules, sink_.batch(), label_);
  }
  const Column* const column = recipe().find(Role::label);
  const auto number =
      number_written(value, column == nullptr ? NumberNotation::plain : column->notation);
  if (!number) {
    return Fault{at,
                 fmt::format("{}expected a label that is a number, found {}",
                             in_column(Role::label), quoted(value)),
                 "correct it; for classes of any name train with --loss softmax or --one-vs-rest"};
  }
  label_ = *number;
  return std::nullopt;
}

std::optional<Fault> RowMaker::take_weight(std::string_view value, const char* at) {
  if (is_missing(value)) return std::nullopt;
  const auto number = whole_number(value);
  if (!number || *number < 0) {
    return Fault{
        at, fmt::format("{}expected a weight, found {}", in_column(Role::weight), quoted(value)),
        "a weight is a number from 0 on"};
  }
  weight_ = *number;
  return std::nullopt;
}

std::optional<Fault> RowMaker::take(std::size_t column, std::string_view value, const char* at) {
  const PreparedColumn& its = columns_[column];
  had_[column] = true;
  switch (its.column.role) {
    case Role::drop:
      return std::nullopt;
    case Role::label:
      return take_label(value, at);
    case Role::weight:
      return take_weight(value, at);
    case Role::id:
      if (sink_.rules().tags) tag_ = value;
      return std::nullopt;
    default:
      break;
  }
  if (is_missing(value)) {
    sink_.add_missing(its);
  } else if (!column_kind(its.column.role)->make(its, value, sink_)) {
    return unfit(column, value, at);
  }
  return std::nullopt;
}

std::optional<Fault> RowMaker::take(std::size_t column, double value, const char* at) {
  const PreparedColumn& its = columns_[column];
  const auto narrow = static_cast<float>(value);
  if (!std::isfinite(narrow)) {
    return Fault{at, fmt::format("column '{}': {} is out of range", its.column.name, value),
                 "numbers must be between -3.4e38 and 3.4e38"};
  }
  if (its.column.role != Role::number) return take(column, class_name(narrow), at);
  had_[column] = true;
  make_number(its, narrow, sink_);
  return std::nullopt;
}

std::optional<Fault> RowMaker::take_word(std::size_t column, std::string_view word,
                                         const char* at) {
  const PreparedColumn& its = columns_[column];
  if (its.column.role == Role::text) {
    had_[column] = true;
    sink_.add(its, its.name.empty() ? "" : "^", word, 1);
    return std::nullopt;
  }
  return take(column, word, at);
}

void RowMaker::take_feature(std::optional<std::size_t> name_space, const std::string& name,
                            float value) {
  if (!name_space) return add_named(name, value, sink_.rules(), sink_.batch());
  sink_.add_whole(columns_[*name_space], name, value);
}

void RowMaker::take_named(const std::string& name, float value) {
  // Hashed names are as they stand, so that a namespace may have a '^'.
  std::optional<std::size_t> place;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const std::string& its = columns_[k].name;
    const bool is_of =
        its.empty() ? namespace_of(name).empty()
                    : name.starts_with(its) && name.size() > its.size() && name[its.size()] == '^';
    if (is_of && (!place || columns_[*place].name.size() < its.size())) place = k;
  }
  if (!place) place = find_namespace(namespace_of(name));
  if (uses(place)) take_feature(place, name, value);
}

void RowMaker::take_unlisted(std::string_view name, std::string_view word) {
  if (is_of_namespaces_) {
    std::string whole(name);
    whole += '=';
    append_part(whole, word, sink_.rules());
    return take_named(whole, 1);
  }
  if (!recipe().has_others) return;
  const Column column{.name = std::string(name), .role = Role::category};
  const PreparedColumn its{column, prepared_name(column, sink_.rules())};
  is_missing(word) ? sink_.add_missing(its) : sink_.add(its, "=", word, 1);
}

void RowMaker::take_unlisted(std::string_view name, double value) {
  const auto narrow = static_cast<float>(value);
  if (!std::isfinite(narrow)) return;
  if (is_of_namespaces_) return take_named(std::string(name), narrow);
  if (!recipe().has_others) return;
  const Column column{.name = std::string(name), .role = Role::number};
  make_number({column, prepared_name(column, sink_.rules())}, narrow, sink_);
}

std::optional<Fault> RowMaker::end_row(const char* at, std::uint64_t line) {
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    if (had_[k] || column_kind(columns_[k].column.role) == nullptr) continue;
    sink_.add_missing(columns_[k], recipe().lacking_is_missing);
  }
  sink_.add_crosses();
  RowBatch& batch = sink_.batch();
  // The label may stand on a later line of the record.
  const std::string_view before =
      label_at_ == nullptr || label_at_ < at ? "" : std::string_view(at, label_at_);
  line += static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
  const std::uint64_t column = before.size() - (before.rfind('\n') + 1) + 1;
  const bool is_left_out = std::isnan(label_) && sink_.rules().skip_unlabelled;
  std::optional<Fault> fault;
  if (is_left_out) {
    ++batch.unlabelled_rows;
    batch.drop_row();
  } else {
    fault = end_named_row(at, label_, weight_, column, line, sink_.rules(), batch);
    if (!fault && sink_.rules().tags && !tag_.empty()) batch.keep_tag(tag_);
  }
  if (!fault) drop_row();
  return fault;
}

void RowMaker::drop_row() {
  sink_.crosses().forget();
  had_.assign(had_.size(), false);
  label_ = kUnlabelled;
  weight_ = 1;
  label_at_ = nullptr;
  tag_.clear();
}

}  // namespace hogwild
