#include "hogwild/data/feature_space.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "data/formats/parser.hpp"
#include "data/rows/name_hash.hpp"

namespace hogwild {

namespace {

ShortName short_name(std::string_view name) noexcept {
  std::array<char, ShortName::kMost> bytes{};
  std::memcpy(bytes.data(), name.data(), name.size());
  return ShortName::at(bytes.data(), name.size());
}

bool is_short(std::string_view name) noexcept {
  return name.size() <= ShortName::kMost;
}

}  // namespace

std::uint64_t hash_of_name(std::string_view name) noexcept {
  return is_short(name) ? hash_of_name(short_name(name)) : XXH3_64bits(name.data(), name.size());
}

std::string_view FeatureNames::operator[](Index j) const noexcept {
  const std::size_t begin = j == 0 ? 0 : entries_[j - 1].end;
  return std::string_view(text_).substr(begin, entries_[j].end - begin);
}

// The slot that holds the name of that hash for which same() is true, or the empty one where it
// belongs.
template <class Same>
std::size_t FeatureNames::slot_of(std::uint64_t hash, const Same& same) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const Slot held = slots_[slot];
    if (held == kEmpty) return slot;
    if ((held ^ hash) >> 32 != 0) continue;
    const auto j = static_cast<Index>(held);
    if (entries_[j].hash == hash && same(j)) return slot;
  }
}

std::size_t FeatureNames::slot_of(const ShortName& name, std::uint64_t hash) const noexcept {
  return slot_of(hash, [&](Index j) {
    const Entry& entry = entries_[j];
    return entry.low == name.low && entry.high == name.high && entry.size == name.size;
  });
}

std::size_t FeatureNames::slot_of(std::string_view name, std::uint64_t hash) const noexcept {
  if (is_short(name)) return slot_of(short_name(name), hash);
  return slot_of(hash, [&](Index j) { return (*this)[j] == name; });
}

void FeatureNames::clear() noexcept {
  text_.clear();
  entries_.clear();
  std::ranges::fill(slots_, kEmpty);
}

void FeatureNames::grow() {
  slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), kEmpty);
  const std::size_t mask = slots_.size() - 1;
  for (Index j = 0; j < size(); ++j) {
    std::size_t slot = entries_[j].hash & mask;
    while (slots_[slot] != kEmpty) slot = (slot + 1) & mask;
    slots_[slot] = FeatureNames::slot(entries_[j].hash, j);
  }
}

template <class Name>
Index FeatureNames::insert_as(const Name& name, std::uint64_t hash) {
  if (2 * entries_.size() >= slots_.size()) grow();
  Slot& held = slots_[slot_of(name, hash)];
  if (held != kEmpty) return static_cast<Index>(held);
  if (size() > kMaxIndex - 1) throw std::length_error("more than 2^32 - 2 feature names");
  Entry entry{hash, 0, kLong, 0, 0};
  if constexpr (std::is_same_v<Name, ShortName>) {
    const std::array words{name.low, name.high};
    text_.append(reinterpret_cast<const char*>(words.data()), name.size);
    entry.low = name.low;
    entry.high = name.high;
    entry.size = name.size;
  } else {
    text_.append(name);
  }
  entry.end = text_.size();
  entries_.push_back(entry);
  held = slot(hash, size() - 1);
  return size() - 1;
}

Index FeatureNames::insert(const ShortName& name, std::uint64_t hash) {
  return insert_as(name, hash);
}

Index FeatureNames::insert(std::string_view name, std::uint64_t hash) {
  return is_short(name) ? insert_as(short_name(name), hash) : insert_as(name, hash);
}

std::optional<Index> FeatureNames::find(const ShortName& name, std::uint64_t hash) const {
  if (slots_.empty()) return std::nullopt;
  const Slot held = slots_[slot_of(name, hash)];
  return held == kEmpty ? std::nullopt : std::optional(static_cast<Index>(held));
}

std::optional<Index> FeatureNames::find(std::string_view name, std::uint64_t hash) const {
  if (is_short(name)) return find(short_name(name), hash);
  if (slots_.empty()) return std::nullopt;
  const Slot held = slots_[slot_of(name, hash)];
  return held == kEmpty ? std::nullopt : std::optional(static_cast<Index>(held));
}

std::string FeatureSpace::name(Index j) const {
  if (names) return std::string((*names)[plain(j)]);
  if (hashes) return std::to_string((*hashes)[plain(j)]);
  return std::to_string(std::uint64_t{plain(j)} + static_cast<std::uint64_t>(index_base));
}

std::optional<Index> FeatureSpace::find(std::string_view name) const {
  if (hash_bits != 0) return find_hash(hashed_index(hash_of_name(name), hash_bits));
  if (!names) return std::nullopt;
  const auto index = names->find(name);
  if (index || name.find('^') == name.npos) return index;
  std::string alone;  // where no feature of a namespace is called "a^b", one without is
  append_part(alone, name, ParseRules());
  return names->find(alone);
}

FeatureSpace FeatureSpace::plain() const {
  FeatureSpace space = *this;
  if (ranking) space.size = ranking->size;
  space.ranking = nullptr;
  return space;
}

}  // namespace hogwild
