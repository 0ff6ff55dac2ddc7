// Rows of a table whose values are plain: numbers, categories and a label that is a number, in a
// few instructions each. What is not plain goes to the RowMaker, so that rows are the same.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/recipe/row_maker.hpp"
#include "data/rows/hashes.hpp"
#include "data/rows/name_hash.hpp"
#include "data/text/number.hpp"

namespace hogwild {

/// For each row: take() for each column of the file, in order, then end_row(). After a false, what
/// was taken is to be dropped, and the RowMaker decides the whole row.
class PlainRows {
 public:
  /// columns: of the recipe, by the file's columns; another number: not used. All must outlive it.
  PlainRows(RowMaker& maker, const ParseRules& rules, RowBatch& batch,
            const std::vector<std::size_t>& columns)
      : maker_(maker), rules_(rules), batch_(batch), had_(maker.recipe().columns.size(), false) {
    const Column* const label = maker.recipe().find(Role::label);
    for (const std::size_t column : columns) columns_.push_back(prepared(column));
    for (const Column& column : maker.recipe().columns) {
      const auto k = static_cast<std::size_t>(&column - maker.recipe().columns.data());
      const bool is_feature = column_kind(column.role) != nullptr;
      ends_by_maker_ = ends_by_maker_ || (is_feature && !had_[k]) || column.role == Role::weight;
    }
    ends_by_maker_ = ends_by_maker_ || rules.known_names != nullptr || rules.tags ||
                     rules.class_labels || label == nullptr ||
                     label->notation != NumberNotation::plain;
  }

  /// The value of the k-th column. kReadPast bytes behind end can be read.
  [[gnu::always_inline]] bool take(std::size_t k, const char* begin, const char* end) {
    PlainColumn& column = columns_[k];
    if (k == 0) begin_row();
    if (column.what == What::nothing) return true;
    if (begin != end && (is_blank(*begin) || is_blank(end[-1]))) {
      begin = skip_blanks(begin, end);
      while (begin != end && is_blank(end[-1])) --end;
    }
    switch (column.what) {
      case What::category:
        if (begin == end) {
          if (rules_.recipe->missing == Missing::absent) return true;
        } else if (end - begin > kLongestMissing || !is_missing({begin, end})) {
          const auto size = static_cast<std::size_t>(end - begin);
          if (add_category(column, begin, size)) {
            if (column.is_crossed) note(column, {begin, size}, 1);
            return true;
          }
        }
        break;
      case What::number: {
        if (begin == end && (!column.mean || rules_.recipe->missing != Missing::absent)) break;
        float number = 0;
        if (begin == end) {
          number = *column.mean;
        } else if (!parse(begin, end, number)) {
          break;
        }
        if (add_number(column, number)) return true;
        break;
      }
      case What::label:
        if (!ends_by_maker_ && begin != end && parse(begin, end, label_)) {
          label_at_ = begin;
          return true;
        }
        row_ends_by_maker_ = true;
        break;
      default:
        break;
    }
    return take_by_maker(column.column, begin, end);
  }

  /// at: where the row begins; line: of the chunk.
  bool end_row(const char* at, std::uint64_t line) {
    if (ends_by_maker_ || row_ends_by_maker_) {
      cut();
      maker_.note_had(had_);
      return !maker_.end_row(at, line);
    }
    bool are_finite = true;
    maker_.crosses().multiply([&](const std::string& name, float value) {
      batch_.make_room(end_ + 1);
      put(*number_of(name, rules_, batch_), value);
      are_finite = are_finite && std::isfinite(value);
    });
    if (!are_finite) return false;
    const bool any_order = rules_.hash_bits == 0 || rules_.any_order;
    if (batch_.end_hashed_row(end_, at, label_, ones_, any_order)) return false;
    batch_.note_label(label_, line, static_cast<std::uint64_t>(label_at_ - at) + 1);
    return true;
  }

  /// Forgets what was taken of the open row.
  void drop_row() {
    end_ = batch_.offsets.back();
    cut();
    batch_.drop_row();
    maker_.drop_row();
  }

 private:
  enum class What : unsigned char { nothing, label, number, category, other };

  struct PlainColumn {
    What what;
    std::size_t column;            // of the recipe
    std::string name;              // of a category with its '='
    ShortName short_name{};        // where it is one
    bool is_crossed = false;       // with other columns
    std::optional<Index> index{};  // of a number, once it is known
    std::optional<float> mean{};
  };

  static constexpr std::ptrdiff_t kLongestMissing = 4;  // of those that are not empty

  PlainColumn prepared(std::size_t column) {
    const std::vector<Column>& all = maker_.recipe().columns;
    if (column >= all.size()) return {What::nothing, column, {}};
    had_[column] = true;
    const Column& its = all[column];
    PlainColumn plain{What::other, column, maker_.prepared(column).name};
    if (its.mean) plain.mean = changed(its, *its.mean);
    if (its.role == Role::drop || (its.role == Role::id && !rules_.tags))
      plain.what = What::nothing;
    plain.is_crossed = maker_.prepared(column).is_crossed;
    const bool is_plain = its.notation == NumberNotation::plain;
    if (its.role == Role::label && is_plain) plain.what = What::label;
    if (its.role == Role::number && is_plain && its.bins.empty() && its.change == Change::none) {
      plain.what = What::number;
    }
    if (its.role == Role::category) {
      plain.what = What::category;
      plain.name += '=';
    }
    if (plain.name.size() <= ShortName::kMost) {
      std::array<char, ShortName::kMost> padded{};
      std::ranges::copy(plain.name, padded.begin());
      plain.short_name = ShortName::at(padded.data(), plain.name.size());
    }
    if (rules_.hash_bits != 0) {
      plain.index = hashed_index(hash_of_name(plain.name), rules_.hash_bits);
    } else if (rules_.known_names != nullptr) {
      plain.index = rules_.known_names->find(plain.name);
    }
    return plain;
  }

  // Room for all the features that take() adds itself, so that it need not look.
  void begin_row() {
    row_ends_by_maker_ = false;
    ones_ = true;
    end_ = batch_.offsets.back();
    batch_.make_room(end_ + columns_.size());
  }
  void cut() {
    batch_.indices.resize(end_);
    batch_.values.resize(end_);
  }

  void put(Index index, float value) {
    batch_.indices[end_] = index;
    batch_.values[end_++] = value;
    ones_ = ones_ && value == 1;
  }

  static bool parse(const char* begin, const char* end, float& number) {
    std::uint32_t whole = 0;
    if (parse_short_integer(begin, end, whole)) {
      number = static_cast<float>(whole);
      return true;
    }
    return parse_number(begin, end, number);
  }

  bool add_number(PlainColumn& column, float value) {
    if (value == 0) return true;
    if (!column.index) {
      if (rules_.known_names != nullptr) return false;
      column.index = batch_.names.insert(column.name);
    }
    put(*column.index, value);
    if (column.is_crossed) note(column, {}, value);
    return true;
  }

  bool add_category(const PlainColumn& column, const char* begin, std::size_t size) {
    if (rules_.hash_bits != 0) {
      put(hashed_index(hash_of(column, begin, size), rules_.hash_bits), 1);
      return true;
    }
    if (column.name.size() + size > ShortName::kMost) return false;
    if (std::find(begin, begin + size, '^') != begin + size) return false;
    const ShortName name = column.short_name.followed_by(ShortName::at(begin, size));
    const std::uint64_t hash = hash_of_name(name);
    if (rules_.known_names == nullptr) {
      put(batch_.names.insert(name, hash), 1);
      return true;
    }
    const auto index = rules_.known_names->find(name, hash);
    if (index) put(*index, 1);
    return index.has_value();
  }

  // Apart from take(), which is in the loop over fields.
  [[gnu::noinline]] void note(const PlainColumn& column, std::string_view category, float value) {
    name_ = column.name;
    name_ += category;
    maker_.crosses().note(column.column, name_, value);
  }

  std::uint64_t hash_of(const PlainColumn& column, const char* begin, std::size_t size) {
    if (column.name.size() + size <= ShortName::kMost) {
      return hash_of_name(column.short_name.followed_by(ShortName::at(begin, size)));
    }
    name_ = column.name;
    name_.append(begin, size);
    return hash_of_name(name_);
  }

  bool take_by_maker(std::size_t column, const char* begin, const char* end) {
    cut();
    if (maker_.take(column, {begin, end}, begin)) return false;
    for (; end_ < batch_.indices.size(); ++end_) ones_ = ones_ && batch_.values[end_] == 1;
    batch_.make_room(end_ + columns_.size());
    return true;
  }

  RowMaker& maker_;
  const ParseRules& rules_;
  RowBatch& batch_;
  std::vector<PlainColumn> columns_;  // of the file
  std::vector<bool> had_;             // of the recipe's columns, by the file
  bool ends_by_maker_ = false;
  // Of the open row.
  bool row_ends_by_maker_ = false;
  std::size_t end_ = 0;  // of its features, in arrays that are longer
  bool ones_ = true;     // are their values
  float label_ = kUnlabelled;
  const char* label_at_ = nullptr;
  std::string name_;
};

}  // namespace hogwild
