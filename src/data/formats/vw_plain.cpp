// Plain lines of Vowpal Wabbit text to rows, all at a stretch.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/formats/parser.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/rows/name_hash.hpp"
#include "data/text/number.hpp"
#include "data/text/scan.hpp"

namespace hogwild {
namespace {

// What the names of a namespace begin with, "namespace^", and the names that follow from it.
class NameHead {
 public:
  /// REQUIRES: kReadPast bytes behind end, and the text lives as long.
  void begin_namespace(const char* begin, const char* end) {
    head_ = {begin, end};
    size_ = head_.empty() ? 0 : head_.size() + 1;
    is_written_ = false;
    if (size_ == 0) short_head_ = {};
    if (size_ == 0 || size_ >= kShortHead) return;
    short_head_ = ShortName::at(begin, head_.size());
    short_head_.low |= std::uint64_t{'^'} << 8 * head_.size();
    short_head_.size = size_;
  }

  /// Another number for every short namespace; 0 for others, and where there is none.
  std::uint64_t key() const noexcept { return size_ < kShortHead ? short_head_.low : 0; }

  /// use(name, its hash), of a ShortName where the name is short. REQUIRES: kReadPast bytes behind
  /// end.
  template <class Use>
  auto with(const char* begin, const char* end, const Use& use) {
    const auto size = static_cast<std::size_t>(end - begin);
    if (size_ < kShortHead && size_ + size <= ShortName::kMost) {
      const ShortName whole = short_head_.followed_by(ShortName::at(begin, size));
      return use(whole, hash_of_name(whole));
    }
    const std::string_view whole = name(begin, end);
    return use(whole, hash_of_name(whole));
  }

  /// The whole name, until the next call.
  const std::string& name(const char* begin, const char* end) {
    if (!std::exchange(is_written_, true)) {
      name_ = head_;
      if (size_ != 0) name_ += '^';
    }
    name_.resize(size_);
    return name_.append(begin, end);
  }

 private:
  static constexpr std::size_t kShortHead = 8;

  std::string_view head_;
  std::size_t size_ = 0;     // with the '^'
  ShortName short_head_;     // where that is less than kShortHead
  std::string name_;         // begins with the head
  bool is_written_ = false;  // does it
};

// How names become numbers.
enum class Names { hashed, kept, known };

// The number of a feature; nothing if it is unknown, and left out.
template <Names kNames>
inline std::optional<Index> index_of(NameHead& head, const char* begin, const char* end,
                                     const ParseRules& rules, RowBatch& batch) {
  return head.with(begin, end, [&](const auto& name, std::uint64_t hash) -> std::optional<Index> {
    if constexpr (kNames == Names::hashed) return hashed_index(hash, rules.hash_bits);
    if constexpr (kNames == Names::kept) return batch.names.insert(name, hash);
    if constexpr (kNames == Names::known) return rules.known_names->find(name, hash);
  });
}

// The rows of plain lines, a window of a scan after the other.
template <Names kNames>
class PlainRows {
 public:
  PlainRows(std::string_view text, std::size_t begin, std::size_t end, const ParseRules& rules,
            RowBatch& batch, RowMaker* maker)
      : text_(text.data()),
        rules_(rules),
        batch_(batch),
        maker_(maker),
        scan_(kNames == Names::hashed ? Grammar::names : Grammar::whole_names, text, begin, end),
        plain_end_(begin),
        size_(batch.offsets.back()) {
    // A feature is at least two bytes long, as in " a".
    batch.indices.reserve(size_ + (end - begin) / 2 + 1);
    batch.values.reserve(batch.indices.capacity());
  }

  /// Adds all there are. Returns where the first line begins that is not plain.
  std::size_t add() {
    while (scan_.next() && add_window()) {
    }
    batch_.drop_row();  // what is left of a line that is not plain
    if (maker_ != nullptr) maker_->drop_row();
    return plain_end_;
  }

 private:
  bool add_window() {
    batch_.make_room(size_ + scan_.features());
    const std::size_t sound = scan_.all_ones()
                                  ? scan_.features()
                                  : convert_values(text_, scan_.name_ends(), scan_.value_ends(),
                                                   scan_.features(), values_.data());
    namespaces_ = scan_.namespaces();
    std::size_t done = 0;
    for (const TokenScan::Line& line : scan_.lines()) {
      if (line.features > sound || !add_features(done, line.features) || !end_row(line)) {
        return false;
      }
      done = line.features;
    }
    if (scan_.stopped() || sound < scan_.features()) return false;
    if (done < sound && !add_features(done, sound)) return false;
    begin_namespaces(sound);
    return true;
  }

  static constexpr std::size_t kMostMet = 256;

  // What the recipe says of a namespace.
  struct InRecipe {
    std::uint64_t key = 0;
    std::optional<std::size_t> place{};
    bool is_used = true;
    bool is_crossed = false;
  };

  // A blank or a line end, one of which there is.
  static const char* end_of_token(const char* p) noexcept {
    while (*p != ' ' && *p != '\n') ++p;
    return p;
  }

  // Reads what stands before the first name; false if that is not a label and a bar.
  bool begin_row() {
    const char* const begin = text_ + plain_end_;
    const char* const end = end_of_token(begin);
    next_ = 0;
    in_row_ = *end == ' ' && end[1] == '|' && parse_plain_label(begin, end, rules_, batch_, label_);
    ones_ = true;
    return in_row_;
  }

  // Of the window, to the row that is open or begins.
  bool add_features(std::size_t from, std::size_t to) {
    if (!in_row_ && !begin_row()) return false;
    while (from < to) {
      begin_namespaces(from);
      const std::size_t end =
          namespaces_.empty() ? to : std::min<std::size_t>(to, namespaces_.front().features);
      add_of_namespace(from, end);
      from = end;
    }
    return true;
  }

  void add_of_namespace(std::size_t from, std::size_t to) {
    if (!its_.is_used) return;
    if (its_.is_crossed) return add_of_crossed(from, to);
    Index* const indices = batch_.indices.data();
    float* const values = batch_.values.data();
    const std::uint32_t* const begins = scan_.name_begins();
    const std::uint32_t* const ends = scan_.name_ends();
    const bool all_ones = scan_.all_ones();
    std::size_t size = size_;
    for (std::size_t k = from; k < to; ++k) {
      const std::optional<Index> index =
          index_of<kNames>(head_, text_ + begins[k], text_ + ends[k], rules_, batch_);
      if (!index) {
        batch_.add_unknown();
        continue;
      }
      indices[size] = *index;
      values[size] = all_ones ? 1 : values_[k];
      ++size;
    }
    if (!all_ones && ones_) {
      ones_ = std::all_of(values + size_, values + size, [](float value) { return value == 1; });
    }
    size_ = size;
  }

  // The same of a namespace that is multiplied with others.
  void add_of_crossed(std::size_t from, std::size_t to) {
    for (std::size_t k = from; k < to; ++k) {
      const float value = scan_.all_ones() ? 1 : values_[k];
      const char *const begin = text_ + scan_.name_begins()[k], *const end =
                                                                    text_ + scan_.name_ends()[k];
      add(index_of<kNames>(head_, begin, end, rules_, batch_), value);
      maker_->crosses().note(*its_.place, head_.name(begin, end), value);
    }
  }

  void add(std::optional<Index> index, float value) {
    if (!index) return batch_.add_unknown();
    batch_.indices[size_] = *index;
    batch_.values[size_++] = value;
    ones_ = ones_ && value == 1;
  }

  // Makes room for the products, and for as many features as the window has behind the row.
  // False if one is too large for a float.
  bool add_crosses(std::size_t features_behind) {
    bool are_finite = true;
    maker_->crosses().multiply([&](const std::string& name, float value) {
      batch_.make_room(size_ + 1 + features_behind);
      add(number_of(name, rules_, batch_), value);
      are_finite = are_finite && std::isfinite(value);
    });
    return are_finite;
  }

  // Those that stand before feature k of the window.
  void begin_namespaces(std::size_t k) {
    while (!namespaces_.empty() && namespaces_.front().features <= k) {
      const char *const begin = text_ + namespaces_.front().begin, *const end = end_of_token(begin);
      head_.begin_namespace(begin, end);
      namespaces_ = namespaces_.subspan(1);
      if (maker_ != nullptr) find_in_recipe({begin, end});
    }
  }

  // Most rows have the namespaces of the row before, in its order.
  void find_in_recipe(std::string_view name) {
    const std::uint64_t key = head_.key();
    if (next_ < met_.size() && key != 0 && met_[next_].key == key) {
      its_ = met_[next_++];
      return;
    }
    its_ = {.key = key, .place = maker_->find_namespace(name)};
    its_.is_used = maker_->uses(its_.place);
    its_.is_crossed = its_.is_used && its_.place && maker_->prepared(*its_.place).is_crossed;
    if (next_ == met_.size() && met_.size() < kMostMet) met_.push_back(its_);
    if (next_ < met_.size()) met_[next_++] = its_;
  }

  bool end_row(const TokenScan::Line& line) {
    const char* const at = text_ + line.begin;
    if (maker_ != nullptr && !add_crosses(scan_.features() - line.features)) return false;
    // Kept names get other numbers later; read() then sorts each row by those.
    const auto fault = kNames == Names::known
                           ? batch_.end_row_at(size_, at, label_, 1, Duplicates::sum)
                           : batch_.end_hashed_row(size_, at, label_, ones_,
                                                   kNames == Names::kept || rules_.any_order);
    if (fault) return false;
    ++batch_.lines;
    batch_.note_label(label_, batch_.lines, 1);
    plain_end_ = line.end + std::size_t{1};
    size_ = batch_.offsets.back();
    in_row_ = false;
    return true;
  }

  const char* text_;
  const ParseRules& rules_;
  RowBatch& batch_;
  RowMaker* maker_;  // or null: all namespaces are used, and none is multiplied
  TokenScan scan_;
  std::span<const TokenScan::Namespace> namespaces_;  // of the window, those not begun yet
  NameHead head_;
  InRecipe its_;
  std::vector<InRecipe> met_;  // in the row before, and up to next_ in this one
  std::size_t next_ = 0;
  std::size_t plain_end_;  // where the open row begins
  std::size_t size_;       // of the batch's arrays
  bool in_row_ = false;
  bool ones_ = true;
  float label_ = 0;
  // Of the window.
  static_assert(TokenScan::kMost > TokenScan::kWindow / 2 + kWrittenPast);
  std::array<float, TokenScan::kMost> values_;
};

}  // namespace

std::size_t parse_plain_vw(std::string_view text, std::size_t begin, std::size_t end,
                           const ParseRules& rules, RowBatch& batch, RowMaker* maker) {
  if (rules.hash_bits != 0) {
    return PlainRows<Names::hashed>(text, begin, end, rules, batch, maker).add();
  }
  if (rules.known_names == nullptr) {
    return PlainRows<Names::kept>(text, begin, end, rules, batch, maker).add();
  }
  return PlainRows<Names::known>(text, begin, end, rules, batch, maker).add();
}

}  // namespace hogwild
