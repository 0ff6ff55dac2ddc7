#include "options/column_rows.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "hogwild/core/range.hpp"
#include "hogwild/data/recipe.hpp"
#include "options/row.hpp"
#include "options/value_text.hpp"

namespace hogwild {
namespace {

Option char_ngrams_row() {
  using Pair = std::pair<int, int>;
  return made(
      Row{"char-ngrams", "A:B", "of texts: runs of A to B characters are features, too", "off"},
      Notation<Pair>{.expects = "two numbers A:B, 1 <= A <= B <= 20",
                     .read = [](std::string_view text) -> std::optional<Pair> {
                       const std::vector<std::string> parts = parts_of(text, ':');
                       const auto least = number_in<int>(parts.front()),
                                  most = number_in<int>(parts.back());
                       if (parts.size() != 2 || !least || !most) return std::nullopt;
                       return Pair(*least, *most);
                     },
                     .write =
                         [](const Pair& its) {
                           return its == Pair() ? "" : fmt::format("{}:{}", its.first, its.second);
                         },
                     .fits =
                         [](const Pair& its) {
                           return its == Pair() ||
                                  (its.first >= 1 && its.first <= its.second && its.second <= 20);
                         }},
      &ColumnOptions::char_ngrams);
}

Option separator_row() {
  return made(Row{"separator", "BYTE|tab", "what is between columns",
                  "comma, tab or semicolon, by the first rows"},
              Notation<char>{
                  .expects = "one byte, or tab",
                  .read = [](std::string_view text) -> std::optional<char> {
                    if (text == "tab") return '\t';
                    if (text.size() != 1) return std::nullopt;
                    return text.front();
                  },
                  .write =
                      [](const char& its) {
                        if (its == '\0') return std::string();
                        return its == '\t' ? std::string("tab") : std::string(1, its);
                      },
                  .fits = [](const char& its) { return its != '"' && its != '\n' && its != '\r'; }},
              &ColumnOptions::separator);
}

}  // namespace

std::vector<Option> column_rows() {
  constexpr unsigned kReading = kTraining | kRows;
  return {
      text({"label", "COLUMN", "the label: a column by its name, or by its number from 1"},
           &ColumnOptions::label),
      text({"weight", "COLUMN", "the weight of each row"}, &ColumnOptions::weight),
      text({"id", "COLUMN", "what names a row: predict --tags prints it"}, &ColumnOptions::id),
      also("ignore", texts({"drop", "COLUMN,...",
                            "columns that are not used, or namespaces of VW text, or fields of "
                            "libffm text; here and below a name may have * for any text"},
                           &ColumnOptions::drop)),
      also("keep", texts({"only", "COLUMN,...",
                          "the only columns, namespaces or fields that are used", "all"},
                         &ColumnOptions::only)),
      texts({"categorical", "COLUMN,...",
             "each value is a feature, column=value. The kind of a column that no option names is "
             "found from the first rows, and printed"},
            &ColumnOptions::categorical),
      texts({"numeric", "COLUMN,...", "each value is a number"}, &ColumnOptions::numeric),
      texts({"text", "COLUMN,...",
             "each word is a feature, column^word, weighed by tf-idf unless features are hashed"},
            &ColumnOptions::text),
      texts({"date", "COLUMN,...",
             "year, month, day of the week and hour are features: 2026-03-31 14:30, 3/31/2026 or "
             "31.3.2026"},
            &ColumnOptions::date),
      choice(
          "missing",
          "what an empty value becomes: absent, no feature, or of a number the mean of the first "
          "rows; indicator, the feature column=? as well",
          &ColumnOptions::missing),
      texts({"transform", "CHANGE:COLUMN,...",
             "numbers are changed: log, ln(1 + x); sqrt, the square root; clip, to the range that "
             "98 % of the first rows have"},
            &ColumnOptions::transform),
      texts({"cross", "COLUMN:COLUMN,...",
             "the features of one column, namespace or field times those of another, or of more, "
             "are features, too; : alone is all pairs"},
            &ColumnOptions::cross),
      number({"bins", "N",
              "numbers become categories: N ranges that as many of the first rows have", "off"},
             &ColumnOptions::bins, between(0, 10'000)),
      number({"ngrams", "N", "of texts: runs of up to N words are features, too"},
             &ColumnOptions::ngrams, between(1, 10)),
      char_ngrams_row(),
      number({"min-count", "N", "of texts: leave out words that fewer rows have"},
             &ColumnOptions::min_count, above(0)),
      text({"stop-words", "FILE", "of texts: leave out the words in this file"},
           &ColumnOptions::stop_words),
      of(kReading, texts({"columns", "NAME,...", "the names of the columns, if no header has them"},
                         &ColumnOptions::columns)),
      of(kReading, separator_row())};
}

}  // namespace hogwild
