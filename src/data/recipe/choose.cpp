#include "data/recipe/choose.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "core/text.hpp"
#include "data/recipe/change.hpp"
#include "data/recipe/kinds.hpp"
#include "data/recipe/notation.hpp"
#include "data/recipe/words.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

constexpr std::string_view kColumn = "column", kNamespace = "namespace";

}  // namespace

bool is_pattern(std::string_view name) noexcept {
  return name.find_first_of("*?") != name.npos;
}

bool matches(std::string_view text, std::string_view pattern) {
  std::size_t at = 0, p = 0;
  std::size_t star = pattern.npos, resume = 0;  // the last *, and where its text may end
  while (at < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = at;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[at])) {
      ++p;
      ++at;
    } else if (star != pattern.npos) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

namespace {

class Choosing {
 public:
  // noun: what a column is called.
  Choosing(const ColumnOptions& options, const std::vector<SampledColumn>& sampled,
           std::size_t rows, std::string_view noun)
      : options_(options), sampled_(sampled), rows_(rows), noun_(noun), given_(sampled.size()) {
    for (const SampledColumn& column : sampled) names_.push_back(column.name);
  }

  ChosenRecipe run() {
    ChosenRecipe chosen;
    give_roles();
    Recipe& recipe = chosen.recipe;
    for (std::size_t k = 0; k < sampled_.size(); ++k) {
      Column column{.name = names_[k], .role = given_[k] ? given_[k]->role : kind_of(sampled_[k])};
      const std::vector<std::string>& values = sampled_[k].values;
      if (column.role == Role::number || column.role == Role::label) {
        column.notation = likeliest_notation(values);
      }
      if (column.role == Role::number) note_numbers(sampled_[k], column);
      if (column.role == Role::label) {
        chosen.labels.insert(values.begin(), values.end());
        chosen.labels_are_words = !are_numbers(values, column.notation);
      }
      recipe.columns.push_back(std::move(column));
    }
    note_changes(recipe);
    note_crosses(recipe);
    recipe.missing = options_.missing;
    recipe.has_others = options_.only.empty() && std::ranges::none_of(options_.drop, is_pattern);
    recipe.text = text_options();
    return chosen;
  }

 private:
  struct Given {
    Role role;
    std::string_view option;
  };

  // The positions of the columns that a name, a number or a pattern stands for.
  std::vector<std::size_t> columns_named(const std::string& name, std::string_view option) const {
    std::vector<std::size_t> found;
    const auto take_if = [&](const auto& is_meant) {
      for (std::size_t k = 0; k < names_.size(); ++k) {
        if (is_meant(names_[k])) found.push_back(k);
      }
    };
    take_if([&](const std::string& its) { return its == name; });
    if (!found.empty()) return found;
    // Namespaces have no places; a field of libffm text may be called by a number.
    const auto number = noun_ == kColumn ? number_in<std::size_t>(name) : std::nullopt;
    if (number && *number >= 1 && *number <= names_.size()) return {*number - 1};
    if (is_pattern(name)) {
      take_if([&](const std::string& its) { return matches(its, name); });
    }
    if (!found.empty()) return found;
    const std::string near = nearest_word(name, names_);
    throw OptionError(
        std::string(option),
        fmt::format("there is no {0} '{1}'{2}; the {0}s are {3}{4}", noun_, name,
                    near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                    fmt::join(std::span(names_).first(std::min(names_.size(), kShown)), ", "),
                    names_.size() > kShown ? ", ..." : ""));
  }

  void give(std::size_t column, Role role, std::string_view option) {
    auto& given = given_[column];
    if (given && given->role != role) {
      throw OptionError(std::string(option), fmt::format("{} '{}' is given to --{} already", noun_,
                                                         names_[column], given->option));
    }
    given = Given{role, option};
  }

  void give_one(const std::string& name, Role role, std::string_view option) {
    if (name.empty()) return;
    const auto columns = columns_named(name, option);
    if (columns.size() > 1) {
      throw OptionError(std::string(option), fmt::format("'{}' stands for {} {}s; give one", name,
                                                         columns.size(), noun_));
    }
    give(columns.front(), role, option);
  }

  // Of a pattern those columns that have no role yet.
  void give_all(const std::vector<std::string>& names, Role role, std::string_view option) {
    for (const std::string& name : names) {
      for (const std::size_t column : columns_named(name, option)) {
        if (!is_pattern(name) || !given_[column]) give(column, role, option);
      }
    }
  }

  void give_roles() {
    give_one(options_.label, Role::label, "label");
    give_one(options_.weight, Role::weight, "weight");
    give_one(options_.id, Role::id, "id");
    give_all(options_.categorical, Role::category, "categorical");
    give_all(options_.numeric, Role::number, "numeric");
    give_all(options_.text, Role::text, "text");
    give_all(options_.date, Role::date, "date");
    give_all(options_.drop, Role::drop, "drop");
    if (options_.only.empty()) return;
    std::vector<bool> kept(names_.size(), false);
    for (const std::string& name : options_.only) {
      for (const std::size_t column : columns_named(name, "only")) kept[column] = true;
    }
    for (std::size_t k = 0; k < names_.size(); ++k) {
      const bool is_feature = !given_[k] || column_kind(given_[k]->role) != nullptr;
      if (!kept[k] && is_feature) given_[k] = Given{Role::drop, "only"};
    }
  }

  // Whether an option names the column that gives it no role.
  bool is_asked_for(const std::string& name) const {
    const auto names_it = [&](const std::string& parts) {
      const std::vector<std::string> all = parts_of(parts, ':');
      return std::ranges::find(all, name) != all.end();
    };
    return std::ranges::any_of(options_.only, names_it) ||
           std::ranges::any_of(options_.cross, names_it) ||
           std::ranges::any_of(options_.transform, names_it);
  }

  // Whether the first column numbers the rows: each number is one more than that before, or all are
  // different and nothing is said of what they are, as in the index that pandas writes.
  bool counts_rows(const SampledColumn& column) const {
    constexpr std::size_t kEnough = 20, kOthers = 3;  // the label and two more
    const bool is_first = &column == &sampled_.front() && sampled_.size() > kOthers;
    if (!is_first || is_asked_for(column.name) || rows_ < kEnough || column.values.size() != rows_)
      return false;
    std::vector<std::int64_t> numbers;
    for (const std::string& value : column.values) {
      const auto number = number_in<std::int64_t>(value);
      if (!number) return false;
      numbers.push_back(*number);
    }
    const bool is_unnamed = column.name.empty() || column.name.starts_with("Unnamed: ");
    if (is_unnamed) std::ranges::sort(numbers);
    const auto is_no_next = [&](std::int64_t a, std::int64_t b) {
      return is_unnamed ? a == b : b != a + 1;
    };
    return std::ranges::adjacent_find(numbers, is_no_next) == numbers.end();
  }

  Role kind_of(const SampledColumn& column) const {
    if (noun_ != kColumn) return Role::features;
    const auto& values = column.values;
    if (column.has_lists) return Role::text;
    if (counts_rows(column)) return Role::drop;
    if (values.empty()) return column.has_numbers ? Role::number : Role::category;
    for (const ColumnKind& kind : column_kinds()) {
      if (kind.role == Role::category) break;
      if (kind.role == Role::number && column.has_words) continue;
      const auto are_all = [&](const auto& its) { return are_numbers(values, its.first); };
      if (kind.role == Role::number && std::ranges::any_of(notations(), are_all)) return kind.role;
      const auto fit = static_cast<std::size_t>(std::ranges::count_if(values, kind.may_be));
      // Some texts are short.
      if (fit == values.size() || (kind.role == Role::text && 2 * fit >= values.size())) {
        return kind.role;
      }
    }
    // Where most rows have a value of their own, categories tell nothing: phrases are of words that
    // others have, too; names of rows are of no use.
    constexpr std::size_t kEnough = 100;
    if (values.size() < kEnough) return Role::category;
    std::size_t blanks = 0;
    for (const std::string& value : values) {
      blanks += static_cast<std::size_t>(std::ranges::count(value, ' '));
    }
    const std::set<std::string_view> different(values.begin(), values.end());
    if (blanks >= values.size() && 2 * different.size() >= values.size()) return Role::text;
    return different.size() == values.size() ? Role::drop : Role::category;
  }

  void note_numbers(const SampledColumn& sampled, Column& column) const {
    std::vector<float> numbers = numbers_of(sampled, column);
    if (options_.bins > 0) {
      column.bins = edges_between(std::move(numbers));
    } else if (2 * numbers.size() > rows_) {
      const auto [least, most] = std::ranges::minmax(numbers);
      if (least == most) return;
      const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
      column.mean = static_cast<float>(sum / static_cast<double>(numbers.size()));
    }
  }

  // Of bins that as many numbers are in each.
  std::vector<float> edges_between(std::vector<float> numbers) const {
    std::ranges::sort(numbers);
    std::vector<float> edges;
    for (int k = 1; k < options_.bins && !numbers.empty(); ++k) {
      const auto at =
          numbers.size() * static_cast<std::size_t>(k) / static_cast<std::size_t>(options_.bins);
      if (edges.empty() || edges.back() != numbers[at]) edges.push_back(numbers[at]);
    }
    return edges;
  }

  // "log:income": the word and the columns.
  void note_changes(Recipe& recipe) const {
    for (const std::string& text : options_.transform) {
      const std::size_t colon = text.find(':');
      const NumberChange* const change = change_named(std::string_view(text).substr(0, colon));
      if (colon == text.npos || change == nullptr) {
        throw OptionError("transform", fmt::format("'{}' is not log:COLUMN, sqrt:COLUMN or "
                                                   "clip:COLUMN",
                                                   text));
      }
      for (const std::size_t k : columns_named(text.substr(colon + 1), "transform")) {
        Column& column = recipe.columns[k];
        if (column.role != Role::number) {
          throw OptionError("transform", fmt::format("column '{}' is {}, not a number", column.name,
                                                     name_of(column.role)));
        }
        column.change = change->change;
        if (column.change == Change::clip) note_range(sampled_[k], column);
      }
    }
  }

  static void note_range(const SampledColumn& sampled, Column& column) {
    std::vector<float> numbers = numbers_of(sampled, column);
    if (numbers.empty()) return;
    std::ranges::sort(numbers);
    const auto part = (numbers.size() - 1) / 100;
    column.least = numbers[part];
    column.most = numbers[numbers.size() - 1 - part];
  }

  void note_crosses(Recipe& recipe) const {
    const auto is_feature = [&](std::size_t k) {
      const Role role = recipe.columns[k].role;
      return role == Role::features || column_kind(role) != nullptr;
    };
    for (const std::string& text : options_.cross) {
      if (text == ":") {
        for (std::size_t a = 0; a < names_.size(); ++a) {
          for (std::size_t b = a + 1; b < names_.size() && is_feature(a); ++b) {
            if (is_feature(b)) recipe.crosses.push_back({names_[a], names_[b]});
          }
        }
        continue;
      }
      const std::vector<std::string> parts = parts_of(text, ':');
      if (parts.size() < 2) {
        throw OptionError("cross", fmt::format("'{0}' is not {1}:{1}; : alone is all pairs", text,
                                               noun_ == kColumn ? "COLUMN" : "NAMESPACE"));
      }
      std::vector<Cross> crosses{{}};
      for (const std::string& part : parts) {
        std::vector<Cross> longer;
        for (const Cross& begun : crosses) {
          for (const std::size_t k : columns_named(part, "cross")) {
            if (!is_feature(k)) {
              throw OptionError("cross", fmt::format("{} '{}' has no features: it is {}", noun_,
                                                     names_[k], name_of(recipe.columns[k].role)));
            }
            longer.push_back(begun);
            longer.back().push_back(names_[k]);
          }
        }
        crosses = std::move(longer);
      }
      std::ranges::move(crosses, std::back_inserter(recipe.crosses));
    }
  }

  static std::vector<float> numbers_of(const SampledColumn& sampled, const Column& column) {
    std::vector<float> numbers;
    for (const std::string& value : sampled.values) {
      const auto number = number_written(value, column.notation);
      if (number) numbers.push_back(*number);
    }
    return numbers;
  }

  TextOptions text_options() const {
    TextOptions text{.ngrams = options_.ngrams, .min_count = options_.min_count};
    std::tie(text.least_characters, text.most_characters) = options_.char_ngrams;
    if (options_.stop_words.empty()) return text;
    std::ifstream file(options_.stop_words);
    if (!file) {
      throw IoError(options_.stop_words, std::strerror(errno),
                    "check the path given to --stop-words");
    }
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    Words words;
    words.cut(all);
    for (std::size_t k = 0; k < words.size(); ++k) text.stop_words.emplace_back(words[k]);
    std::ranges::sort(text.stop_words);
    const auto [again, end] = std::ranges::unique(text.stop_words);
    text.stop_words.erase(again, end);
    return text;
  }

  static constexpr std::size_t kShown = 40;

  const ColumnOptions& options_;
  const std::vector<SampledColumn>& sampled_;
  std::size_t rows_;
  std::string_view noun_;
  std::vector<std::string> names_;
  std::vector<std::optional<Given>> given_;  // by column
};

}  // namespace

ChosenRecipe choose_recipe(const ColumnOptions& options, const std::vector<SampledColumn>& columns,
                           std::size_t rows) {
  return Choosing(options, columns, rows, kColumn).run();
}

Recipe choose_namespaces(const ColumnOptions& options, const std::vector<std::string>& namespaces) {
  std::vector<SampledColumn> sampled;
  for (const std::string& name : namespaces) sampled.push_back({name});
  Recipe recipe = Choosing(options, sampled, 0, kNamespace).run().recipe;
  if (!recipe.is_of_namespaces()) {
    throw OptionError(options.only.empty() ? "drop" : "only", "no namespace is left");
  }
  // Rows have namespaces that the first ones lack.
  recipe.has_others = options.only.empty();
  for (const auto& [names, role] :
       {std::pair(&options.drop, Role::drop), std::pair(&options.only, Role::features)}) {
    for (const std::string& name : *names) {
      if (is_pattern(name) && recipe.find(name) == nullptr) {
        recipe.columns.push_back({.name = name, .role = role});
      }
    }
  }
  return recipe;
}

std::vector<std::string> namespaces_of(const FeatureNames& names) {
  std::vector<std::string> namespaces;
  std::set<std::string_view> met;
  for (Index j = 0; j < names.size(); ++j) {
    const std::string_view head = namespace_of(names[j]);
    if (!met.insert(head).second) continue;
    std::string& name = namespaces.emplace_back();  // without what append_part() put in
    for (std::size_t k = 0; k < head.size(); ++k) {
      if (!(head[k] == ':' && k + 1 < head.size() && head[k + 1] == '^')) name += head[k];
    }
  }
  return namespaces;
}

std::string_view first_given(const ColumnOptions& options) noexcept {
  const ColumnOptions none;
  const auto is_given = [&](auto ColumnOptions::*member) {
    return options.*member != none.*member;
  };
  if (is_given(&ColumnOptions::label)) return "label";
  if (is_given(&ColumnOptions::weight)) return "weight";
  if (is_given(&ColumnOptions::id)) return "id";
  if (is_given(&ColumnOptions::drop)) return "drop";
  if (is_given(&ColumnOptions::only)) return "only";
  if (is_given(&ColumnOptions::categorical)) return "categorical";
  if (is_given(&ColumnOptions::numeric)) return "numeric";
  if (is_given(&ColumnOptions::text)) return "text";
  if (is_given(&ColumnOptions::date)) return "date";
  if (is_given(&ColumnOptions::missing)) return "missing";
  if (is_given(&ColumnOptions::transform)) return "transform";
  if (is_given(&ColumnOptions::cross)) return "cross";
  if (is_given(&ColumnOptions::bins)) return "bins";
  if (is_given(&ColumnOptions::ngrams)) return "ngrams";
  if (is_given(&ColumnOptions::char_ngrams)) return "char-ngrams";
  if (is_given(&ColumnOptions::min_count)) return "min-count";
  if (is_given(&ColumnOptions::stop_words)) return "stop-words";
  if (is_given(&ColumnOptions::columns)) return "columns";
  return is_given(&ColumnOptions::separator) ? "separator" : "";
}

std::string_view first_given_of_columns(ColumnOptions options) noexcept {
  options.drop.clear();
  options.only.clear();
  options.cross.clear();
  return first_given(options);
}

}  // namespace hogwild
