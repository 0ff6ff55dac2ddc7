// Labels with a text: `label<TAB>text`, or `__label__label text`. A row without a label is the text
// alone.
#include <algorithm>
#include <string>

#include "data/formats/record_parser.hpp"
#include "data/recipe/kinds.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/text/byte_order_mark.hpp"

namespace hogwild {
namespace {

constexpr std::string_view kLabelMark = "__label__";

struct LabelAndText {
  std::string_view label;  // empty: none
  std::string_view text;
};

LabelAndText parts_of_row(std::string_view row) {
  if (row.starts_with(kLabelMark)) {
    row.remove_prefix(kLabelMark.size());
    const std::size_t end = std::min(row.find_first_of(" \t"), row.size());
    return {row.substr(0, end), row.substr(std::min(end + 1, row.size()))};
  }
  const std::size_t tab = row.find('\t');
  if (tab == row.npos) return {{}, row};
  return {row.substr(0, tab), row.substr(tab + 1)};
}

ChosenRecipe choose(const Chunk& first, const ColumnOptions& options, const std::string&) {
  SampledColumn labels{.name = "label"};
  std::string_view text = first.text;
  while (!text.empty()) {
    std::string_view row = without_mark(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
    if (row.ends_with('\r')) row.remove_suffix(1);
    const std::string_view label = parts_of_row(row).label;
    if (!label.empty()) labels.values.emplace_back(label);
    if (text.find('\n') == text.npos) break;
  }
  // Both columns are there already, whatever else is said.
  ColumnOptions of_text;
  of_text.label = "label";
  of_text.ngrams = options.ngrams;
  of_text.char_ngrams = options.char_ngrams;
  of_text.min_count = options.min_count;
  of_text.stop_words = options.stop_words;
  ChosenRecipe chosen = choose_recipe(of_text, {labels}, labels.values.size());
  chosen.recipe.columns.push_back({.name = "", .role = Role::text});
  return chosen;
}

class LabelledTextParser final : public RecordParser {
 public:
  LabelledTextParser(const ParseRules& rules, RowBatch& batch)
      : maker_(rules, batch), trains_(!rules.drop_unknown) {
    const auto& columns = maker_.recipe().columns;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (columns[k].role == Role::label) label_ = k;
      if (columns[k].role == Role::text) text_ = k;
    }
    if (!label_ || !text_) {
      misfit_ = {"a row is a label and a text, and the model was trained on other columns",
                 "give the columns that the model was trained on, see `hogwild inspect MODEL`"};
    }
  }

  const std::optional<Misfit>& misfit() const noexcept override { return misfit_; }

  std::optional<Fault> parse(std::string_view record, std::uint64_t line) override {
    if (std::ranges::all_of(record, is_blank)) return std::nullopt;
    const auto [label, text] = parts_of_row(record);
    if (label.empty() && trains_ && !text.starts_with('\t')) {
      return Fault{record.data(), "the row has no label",
                   "a row is `label<TAB>text`, or `__label__label text`"};
    }
    if (text.starts_with(kLabelMark)) {
      return Fault{text.data(), "the row has several labels",
                   "a row has one label: of several write one row for each, or train one model for "
                   "each"};
    }
    if (auto fault = maker_.take(*label_, label, label.data())) return fault;
    if (auto fault = maker_.take(*text_, text, text.data())) return fault;
    return maker_.end_row(record.data(), line);
  }

  void drop_row() override { maker_.drop_row(); }

 private:
  RowMaker maker_;
  bool trains_;
  std::optional<std::size_t> label_, text_;
  std::optional<Misfit> misfit_;
};

}  // namespace

bool begins_labelled_text(std::string_view row, std::string_view text) {
  if (row.starts_with(kLabelMark)) return true;
  // Two columns with a tab between, a word and, in most rows, a text.
  constexpr int kRows = 16;
  int rows = 0, texts = 0;
  for (; rows < kRows && !text.empty(); ++rows) {
    const std::size_t end = text.find('\n');
    if (end == text.npos && rows > 0) break;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t tab = line.find('\t');
    if (tab == line.npos || line.find('\t', tab + 1) != line.npos) return false;
    if (line.substr(0, tab).find(' ') != line.npos) return false;
    texts += may_be_text(line.substr(tab + 1)) ? 1 : 0;
    if (rows == 0 && texts == 0) return false;  // a header
  }
  return 2 * texts > rows;
}

const RecordFormat kLabelledText{
    choose, [](const Chunk&, const ParseRules& rules, RowBatch& batch) {
      return std::unique_ptr<RecordParser>(std::make_unique<LabelledTextParser>(rules, batch));
    }};

}  // namespace hogwild
