// Tables: CSV, TSV, and others of one byte between columns. RFC 4180 (2005) tells the quotes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "data/formats/record_parser.hpp"
#include "data/recipe/kinds.hpp"
#include "data/recipe/plain_rows.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/text/byte_order_mark.hpp"
#include "data/text/field_scan.hpp"
#include "data/text/records.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

std::string_view trimmed(const Field& field) noexcept {
  std::string_view text = field.text;
  if (field.quoted) return text;
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> values_of(std::string_view record, const Dialect& dialect) {
  std::vector<std::string> values;
  FieldReader reader(record, dialect);
  for (Field field; reader.next(field);) values.emplace_back(trimmed(field));
  return values;
}

// A first record of words, each of them once, is taken for names, and so is one that has the name
// of the label.
bool is_header(const std::vector<std::string>& first, const ColumnOptions& options) {
  if (!options.columns.empty()) return false;
  const bool is_name = !may_be_number(options.label);
  if (is_name && std::ranges::find(first, options.label) != first.end()) return true;
  const std::set<std::string> different(first.begin(), first.end());
  return different.size() == first.size() &&
         std::ranges::none_of(first, [](const std::string& name) {
           return name.empty() || may_be_number(name) || may_be_date(name) || may_be_text(name);
         });
}

std::vector<std::string> names_of(const std::vector<std::string>& first,
                                  const ColumnOptions& options, const std::string& path,
                                  std::uint64_t line) {
  if (!options.columns.empty()) {
    if (options.columns.size() == first.size()) return options.columns;
    throw OptionError("columns", fmt::format("{} names for the {} columns of {}",
                                             options.columns.size(), first.size(), path));
  }
  if (is_header(first, options)) {
    for (std::size_t k = 0; k < first.size(); ++k) {
      if (std::find(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(k), first[k]) !=
          first.begin() + static_cast<std::ptrdiff_t>(k)) {
        throw ParseError(path, line, 1, fmt::format("two columns are called '{}'", first[k]),
                         "give each column of the header a name of its own");
      }
    }
    return first;
  }
  std::vector<std::string> names;
  for (std::size_t k = 0; k < first.size(); ++k) names.push_back(fmt::format("{}", k + 1));
  return names;
}

std::string_view kind_of_table(char separator) {
  if (separator == '\t') return "TSV: columns with tabs between them";
  if (separator == ';') return "CSV: columns with semicolons between them";
  return separator == ',' ? "CSV: columns with commas between them" : "a table";
}

ChosenRecipe choose(const Chunk& first, const ColumnOptions& options, const std::string& path) {
  const TableHead& head = *first.table;
  const std::vector<std::string> values = values_of(head.first_record, head.dialect);
  const bool has_header = is_header(values, options);
  const std::vector<std::string> names = names_of(values, options, path, head.line);
  if (options.label.empty()) {
    throw ParseError(path, head.line, 1,
                     fmt::format("this looks like {}", kind_of_table(head.dialect.separator)),
                     fmt::format("say which column is the label: --label NAME; the columns are {}",
                                 fmt::join(names, ", ")));
  }
  std::vector<SampledColumn> columns;
  for (const std::string& name : names) columns.push_back({.name = name});
  constexpr std::size_t kRows = 10'000;
  const std::string_view text = first.text;
  bool header_to_come = has_header;
  std::size_t at = 0, rows = 0;
  while (rows < kRows && at < text.size()) {
    const std::size_t end = end_of_record(text, at, head.dialect);
    std::string_view record = without_mark(text.substr(at, end - at));
    if (record.ends_with('\r')) record.remove_suffix(1);
    at = end + 1;
    if (record.empty()) continue;
    if (std::exchange(header_to_come, false)) continue;
    ++rows;
    std::size_t k = 0;
    FieldReader reader(record, head.dialect);
    for (Field field; k < columns.size() && reader.next(field); ++k) {
      const std::string_view value = trimmed(field);
      if (!is_missing(value)) columns[k].values.emplace_back(value);
    }
  }
  ChosenRecipe chosen = choose_recipe(options, columns, rows);
  chosen.recipe.named = has_header || !options.columns.empty();
  chosen.recipe.has_header = has_header;
  chosen.recipe.separator = options.separator;
  return chosen;
}

// Of a field that begins with a quote, as FieldScan finds it: whether it ends with one, and its
// value is what stands between as it is.
bool has_plain_quotes(const char* begin, const char* end) noexcept {
  if (end - begin < 2 || end[-1] != '"') return false;
  return end - begin == 2 || !(is_blank(begin[1]) || is_blank(end[-2]));
}

class TableParser final : public RecordParser {
 public:
  TableParser(const Chunk& chunk, const ParseRules& rules, RowBatch& batch)
      : head_(*chunk.table),
        batch_(batch),
        maker_(rules, batch),
        header_to_come_(chunk.begins_file) {
    lay_out();
    header_to_come_ = header_to_come_ && has_header_;
    if (!misfit_) plain_.emplace(maker_, rules, batch, columns_);
  }

  const std::optional<Misfit>& misfit() const noexcept override { return misfit_; }

  std::size_t end_of_record(std::string_view text, std::size_t at) const override {
    return hogwild::end_of_record(text, at, head_.dialect);
  }

  std::size_t parse_plain(std::string_view text, std::size_t at, std::size_t end) override {
    if (header_to_come_ || (at == 0 && text.starts_with(kUtf8Mark))) return at;
    const char* const bytes = text.data();
    FieldScan scan(text, at, end, head_.dialect);
    std::size_t field = at, column = 0;
    bool quotes_before = false;  // in the window where the open field begins
    const auto stop = [&] {
      plain_->drop_row();
      return at;
    };
    while (scan.next()) {
      const bool has_quotes = scan.has_quotes() || quotes_before;
      quotes_before = scan.has_quotes();
      for (const std::uint32_t field_end : scan.ends()) {
        const bool is_last = bytes[field_end] == '\n';
        if (is_last && field == at && field_end == at) return stop();  // an empty line
        if (is_last != (column + 1 == columns_.size())) return stop();
        const char *value = bytes + field, *value_end = bytes + field_end;
        if (is_last && field != field_end && value_end[-1] == '\r') --value_end;
        if (has_quotes && value != value_end && *value == '"') {
          if (!has_plain_quotes(value, value_end)) return stop();
          ++value;
          --value_end;
        }
        if (!plain_->take(column, value, value_end)) return stop();
        field = field_end + 1;
        ++column;
        if (!is_last) continue;
        const bool is_header = has_header_ && bytes[at] == head_.first_record.front() &&
                               text.substr(at, head_.first_record.size()) == head_.first_record;
        if (is_header || !plain_->end_row(bytes + at, batch_.lines + 1)) return stop();
        ++batch_.lines;
        at = field;
        column = 0;
      }
    }
    return stop();
  }

  std::optional<Fault> parse(std::string_view record, std::uint64_t line) override {
    if (record.empty()) return std::nullopt;
    if (header_to_come_) {
      header_to_come_ = false;
      return std::nullopt;
    }
    if (has_header_ && record == head_.first_record) {
      return Fault{record.data(), "the header is here again",
                   "remove this line, or give the files one by one"};
    }
    FieldReader reader(record, head_.dialect);
    Field field;
    std::size_t fields = 0;
    for (const char* at = reader.at(); reader.next(field); at = reader.at(), ++fields) {
      if (reader.is_broken()) {
        return Fault{at, "a quoted field is not closed, or something stands behind its last quote",
                     "write a quote within a quoted field twice"};
      }
      if (fields >= columns_.size() || columns_[fields] == kNone) continue;
      if (auto fault = maker_.take(columns_[fields], trimmed(field), at)) return fault;
    }
    if (fields != columns_.size()) {
      return Fault{record.data(),
                   fmt::format("{} fields, and the first record has {}", fields, columns_.size()),
                   "a row has a field for each column, empty ones included; a separator within a "
                   "field needs quotes around the field"};
    }
    return maker_.end_row(record.data(), line);
  }

  void drop_row() override { maker_.drop_row(); }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  // Which column of the recipe each field is.
  void lay_out() {
    const std::vector<std::string> first = values_of(head_.first_record, head_.dialect);
    const std::vector<Column>& columns = maker_.recipe().columns;
    std::vector<std::string_view> lacking;
    for (const Column& column : columns) {
      const bool is_needed = column_kind(column.role) != nullptr;
      if (is_needed && std::ranges::find(first, column.name) == first.end()) {
        lacking.push_back(column.name);
      }
    }
    std::vector<std::string_view> strange;
    for (const std::string& name : first) {
      if (!maker_.find(name)) strange.push_back(name);
    }
    has_header_ = maker_.recipe().named && lacking.empty();
    if (has_header_) {
      for (const std::string& name : first) {
        columns_.push_back(maker_.find(name).value_or(kNone));
        if (columns_.back() != kNone && std::ranges::count(columns_, columns_.back()) > 1) {
          misfit_ = {fmt::format("two columns are called '{}'", name),
                     "give each column of the header a name of its own"};
        }
      }
      return;
    }
    const bool lacks_label =
        first.size() + 1 == columns.size() && maker_.recipe().find(Role::label) != nullptr;
    const bool has_no_name = strange.size() == first.size() || !maker_.recipe().has_header;
    if (has_no_name && (lacks_label || first.size() == columns.size())) {
      for (std::size_t k = 0; k < columns.size(); ++k) {
        if (!lacks_label || columns[k].role != Role::label) columns_.push_back(k);
      }
      return;
    }
    if (has_no_name) {
      misfit_ = {
          fmt::format("{} columns, and the model was trained on {}", first.size(), columns.size()),
          "give the columns that the model was trained on, see `hogwild inspect MODEL`"};
      return;
    }
    misfit_ = {
        fmt::format(
            "the table lacks {} of the model's columns: {}{}", lacking.size(),
            fmt::join(lacking, ", "),
            strange.empty() ? "" : fmt::format("; not known to it: {}", fmt::join(strange, ", "))),
        "give the columns that the model was trained on, in any order; the label may be "
        "missing"};
  }

  const TableHead& head_;
  RowBatch& batch_;
  RowMaker maker_;
  std::optional<PlainRows> plain_;
  bool has_header_ = false;
  bool header_to_come_;
  std::vector<std::size_t> columns_;  // of the recipe, by field; kNone: not used
  std::optional<Misfit> misfit_;
};

}  // namespace

bool has_numbered_feature(std::string_view row) {
  const auto is_feature = [&](std::size_t begin, std::size_t end) {
    const std::string_view token = row.substr(begin, end - begin);
    const std::size_t colon = token.find(':');
    return colon != token.npos && colon > 0 &&
           std::ranges::all_of(token.substr(0, colon),
                               [](char c) { return c >= '0' && c <= '9'; }) &&
           whole_number(token.substr(colon + 1)).has_value();
  };
  for (std::size_t at = 0; at < row.size();) {
    const std::size_t end = std::min(row.find_first_of(" \t", at), row.size());
    if (is_feature(at, end)) return true;
    at = end + 1;
  }
  return false;
}

bool begins_table(std::string_view row, std::string_view text) {
  const bool has_features =
      row.find('|') != row.npos || begins_libffm(row) || has_numbered_feature(row);
  return !has_features && sniff_separator(text) != '\0';
}

const RecordFormat kTables{choose,
                           [](const Chunk& chunk, const ParseRules& rules,
                              RowBatch& batch) -> std::unique_ptr<RecordParser> {
                             return std::make_unique<TableParser>(chunk, rules, batch);
                           }};

}  // namespace hogwild
