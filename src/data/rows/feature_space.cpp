#include "hogwild/data/feature_space.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "data/rows/name_hash.hpp"

namespace hogwild {

std::uint64_t hash_of_name(std::string_view name) noexcept {
  if (name.size() > ShortName::kMost) return XXH3_64bits(name.data(), name.size());
  std::array<char, ShortName::kMost> bytes{};
  std::memcpy(bytes.data(), name.data(), name.size());
  return hash_of_name(ShortName::at(bytes.data(), name.size()));
}

std::string_view FeatureNames::operator[](Index j) const noexcept {
  const std::uint64_t begin = j == 0 ? 0 : ends_[j - 1];
  return std::string_view(text_).substr(begin, ends_[j] - begin);
}

// The slot that holds name, or the empty one where it belongs.
std::size_t FeatureNames::slot_of(std::string_view name, std::uint64_t hash) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const Index held = slots_[slot];
    if (held == kEmpty || (hashes_[held] == hash && (*this)[held] == name)) return slot;
  }
}

void FeatureNames::grow() {
  slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), kEmpty);
  const std::size_t mask = slots_.size() - 1;
  for (Index j = 0; j < size(); ++j) {
    std::size_t slot = hashes_[j] & mask;
    while (slots_[slot] != kEmpty) slot = (slot + 1) & mask;
    slots_[slot] = j;
  }
}

Index FeatureNames::insert(std::string_view name, std::uint64_t hash) {
  if (2 * hashes_.size() >= slots_.size()) grow();
  Index& held = slots_[slot_of(name, hash)];
  if (held == kEmpty) {
    if (size() > kMaxIndex - 1) throw std::length_error("more than 2^32 - 2 feature names");
    held = size();
    text_.append(name);
    ends_.push_back(text_.size());
    hashes_.push_back(hash);
  }
  return held;
}

std::optional<Index> FeatureNames::find(std::string_view name, std::uint64_t hash) const {
  if (slots_.empty()) return std::nullopt;
  const Index held = slots_[slot_of(name, hash)];
  return held == kEmpty ? std::nullopt : std::optional(held);
}

std::string FeatureSpace::name(Index j) const {
  if (names) return std::string((*names)[plain(j)]);
  return std::to_string(std::uint64_t{plain(j)} + static_cast<std::uint64_t>(index_base));
}

FeatureSpace FeatureSpace::plain() const {
  FeatureSpace space = *this;
  if (ranking) space.size = ranking->size;
  space.ranking = nullptr;
  return space;
}

}  // namespace hogwild
