// How raw rows become features: what each column of a table, or each key of JSON lines, is for. A
// model keeps the recipe of the rows that it was trained on, and reads other rows by it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] hogwild {

/// What a column is for. Of VW text the columns are its namespaces, of libffm text its fields, and
/// their features have names of their own: `column^name`. Of other rows a number is a feature of
/// that value, named as the column; 0 is no feature. A category is the feature `column=value` of
/// value 1. Each word of a text is a feature `column^word`, each run of characters `column~run`;
/// their values are how often they occur, weighed: see TermWeights. Of a date its year is a number,
/// `column.year`; `column.month=5`, `column.weekday=3` (1: Monday) and, where it has a time of day,
/// `column.hour=14` are of value 1.
enum class Role { drop, label, weight, id, features, number, category, text, date };

/// What a missing value of a number, a category or a date becomes. A missing number is the mean of
/// the first rows as well, if most of them have one and these differ: so it says nothing of its
/// own. Of JSON lines null is a missing value, and a key that a row lacks only for the indicator.
enum class Missing {
  absent,     ///< no feature
  indicator,  ///< the feature `column=?` of value 1
};

/// How a column's numbers are written; in all but plain a percent sign or the sign of a currency
/// may be before or behind.
enum class NumberNotation {
  plain,          ///< 1234.5
  grouped,        ///< 1,234.5
  decimal_comma,  ///< 1.234,5
};

/// What a number is made before it is learnt.
enum class Change {
  none,
  log,   ///< ln(1 + x) of the size, with the sign
  sqrt,  ///< the square root of the size, with the sign
  clip,  ///< what is below or above 98 % of the first rows becomes their least or most
};

/// A column of a table; a key of JSON lines, of an object within the object the keys, with dots
/// between them; a namespace of VW text; or a field of libffm text.
struct Column {
  std::string name;        ///< as the header has it, or the number of the column
  Role role = Role::drop;  ///< what it is for
  NumberNotation notation = NumberNotation::plain;  ///< of a number, or of a label that is one
  Change change = Change::none;                     ///< of a number without bins
  float least = 0;                                  ///< of Change::clip
  float most = 0;                                   ///< of Change::clip
  std::optional<float> mean{};  ///< of a number that most of the first rows have: theirs
  std::vector<float> bins{};    ///< of a number: `column=k` of value 1 says in which bin it
                                ///< is, k being the number of these edges <= it, ascending;
                                ///< empty: the number is the value
  bool operator==(const Column&) const = default;  ///< whether both are equal
};

/// How the words of texts are cut and weighed. A word is a run of letters, digits and marks, in
/// lower case, as Unicode has them; of one character it is none.
struct TextOptions {
  int ngrams = 1;                         ///< runs of up to so many words, with blanks between
  int least_characters = 0;               ///< runs of so many characters of the text, blanks for
  int most_characters = 0;                ///< all that are no words; 0: none
  int min_count = 1;                      ///< words that fewer training rows have are left out
  std::vector<std::string> stop_words{};  ///< left out
  bool operator==(const TextOptions&) const = default;  ///< whether both are equal
};

/// What the counts of words are multiplied by, found from the training rows.
/// Source: Salton, Buckley, Term-weighting approaches in automatic text retrieval, Information
/// Processing and Management, 1988.
struct TermWeights {
  std::vector<float> idf;  ///< [features] by plain number: 1 + ln((1 + rows) / (1 + rows with it));
                           ///< 0: of a word that is left out; negative: of what is no word
};

/// The columns whose features are multiplied with each other: each feature of the first with each
/// of the second, and so on, is a feature `first*second` whose value is the product. Of a column
/// that is there twice each pair of features is met once, in the order of their names, and a
/// feature with itself only where its value is not 1.
using Cross = std::vector<std::string>;

/// How raw rows become features. See read().
struct Recipe {
  std::vector<Column> columns{};  ///< of the training rows, in their order
  bool has_header = true;         ///< the training table began with the names
  char separator = '\0';          ///< of tables, if the user gave one
  bool has_others = true;         ///< keys that it lacks become features, by their values
  bool lacking_is_missing =
      true;           ///< a column that a row lacks is a missing value; else it is none
  bool named = true;  ///< else columns have numbers, and tables no header
  Missing missing = Missing::absent;      ///< what a missing value becomes
  TextOptions text{};                     ///< of all columns of text
  std::vector<Cross> crosses{};           ///< features of several columns
  std::optional<std::string> positive{};  ///< of more labels than two: this one against the rest
  std::shared_ptr<const TermWeights> terms{};  ///< null: counts are not weighed

  /// The column of that name, or null.
  const Column* find(std::string_view name) const noexcept;

  /// The column that has that role, or null.
  const Column* find(Role role) const noexcept;

  /// Whether rows have features by namespaces, as VW text and libffm text have them; else values in
  /// columns.
  bool is_of_namespaces() const noexcept { return find(Role::features) != nullptr; }
};

/// The recipe as JSON in one line, without TermWeights: a model has those by feature.
std::string json_of(const Recipe& recipe);

/// The recipe again. Throws DataError for a text that is none.
Recipe recipe_of(std::string_view json);

/// "age number, city category": what was found, for a message; the columns that are dropped last.
/// Of namespaces their names alone.
std::string in_words(const Recipe& recipe);

/// What a user says about columns. A column is given by its name, by its number, counted from 1,
/// or, where several may be given, by a pattern in which * stands for any text and ? for any
/// character. The kind of a column that nothing is said about is found from the first rows; words
/// that are different in each of them name rows, and are not used; nor is the first of several
/// columns if it counts the rows: its whole numbers ascend by one, or it has no name and they are
/// different.
struct ColumnOptions {
  std::vector<std::string> columns{};      ///< names, for a table without a header
  std::string label{};                     ///< the column of the label
  std::string weight{};                    ///< the column of the rows' weights
  std::string id{};                        ///< the column that names rows, their tags
  std::vector<std::string> drop{};         ///< these are not used
  std::vector<std::string> only{};         ///< if given, others are not used
  std::vector<std::string> categorical{};  ///< these are categories
  std::vector<std::string> numeric{};      ///< these are numbers
  std::vector<std::string> text{};         ///< these are texts
  std::vector<std::string> date{};         ///< these are dates
  Missing missing = Missing::absent;       ///< what a missing value becomes
  std::vector<std::string> transform{};    ///< "log:COLUMN": see Change
  std::vector<std::string> cross{};        ///< "COLUMN:COLUMN", or more; ":": all pairs of columns
  int bins = 0;    ///< numbers become so many bins of as many rows each; 0: they do not
  int ngrams = 1;  ///< see TextOptions
  std::pair<int, int> char_ngrams{};  ///< runs of so few to so many characters, too; 0: none
  int min_count = 1;                  ///< see TextOptions
  std::string stop_words{};           ///< a file of words with white space between
  char separator = '\0';              ///< the byte between columns; 0: found from the first rows
  bool operator==(const ColumnOptions&) const = default;  ///< whether both are equal
};

/// The name of the first option that is not as it is by default; empty: all are.
std::string_view first_given(const ColumnOptions& options) noexcept;

/// The same without the options that namespaces have as well: drop, only and cross.
std::string_view first_given_of_columns(ColumnOptions options) noexcept;

}  // namespace hogwild
