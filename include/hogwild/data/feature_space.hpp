// How features are named: by a dictionary, by a hash, or by the number a file gives them. A data
// set and a model each carry a FeatureSpace; a test file is read in the model's.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/core/array.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/data/recipe.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// 64 hash bits of a name, the same on every machine and in every version of this library: two
/// folded products of its bytes for names of up to 16 (after Wang Yi's wyhash, 2019), XXH3 for
/// longer ones.
std::uint64_t hash_of_name(std::string_view name) noexcept;

struct ShortName;
class NumberTable;

/// A dictionary of names, numbered from 0 in order of insertion.
/// Thread safety: const members may be called at once from any threads; insert() only alone.
class FeatureNames {
 public:
  /// The number of name, given one if it is new. Throws std::length_error past kMaxIndex names.
  Index insert(std::string_view name) { return insert(name, hash_of_name(name)); }

  /// The same, where hash_of_name(name) is at hand. REQUIRES: hash == hash_of_name(name).
  Index insert(std::string_view name, std::uint64_t hash);

  /// The number of a name, or nothing.
  std::optional<Index> find(std::string_view name) const { return find(name, hash_of_name(name)); }
  /// The number of a name, or nothing.
  std::optional<Index> find(std::string_view name, std::uint64_t hash) const;

  /// The name numbered j, valid until the next insert(). REQUIRES: j < size().
  std::string_view operator[](Index j) const noexcept;

  Index size() const noexcept { return static_cast<Index>(entries_.size()); }  ///< number of names

  /// Removes all names, and keeps the memory that they took. Only alone.
  void clear() noexcept;

  /// The memory that names and table take, in bytes.
  std::size_t bytes() const noexcept {
    return text_.size() + entries_.size() * sizeof(Entry) + slots_.size() * sizeof(Slot);
  }

  /// The hash of name j. REQUIRES: j < size().
  std::uint64_t hash(Index j) const noexcept { return entries_[j].hash; }

  /// Calls f(k, the number of name k or nothing) for some names of others, by their numbers there;
  /// for this library alone. Many are looked for at once.
  template <class Function>
  void find_each(const FeatureNames& others, std::span<const Index> names,
                 const Function& f) const {
    constexpr std::size_t kSlotsAhead = 16, kEntriesAhead = 8;
    for (std::size_t k = 0; k < names.size() + kSlotsAhead; ++k) {
      if (k < names.size()) prefetch_slot(others.hash(names[k]));
      if (k >= kEntriesAhead && k - kEntriesAhead < names.size()) {
        prefetch_entry(others.hash(names[k - kEntriesAhead]));
      }
      if (k < kSlotsAhead) continue;
      const Index name = names[k - kSlotsAhead];
      f(k - kSlotsAhead, find(others[name], others.hash(name)));
    }
  }

  /// insert() and find() of a name of up to 16 bytes; for this library alone.
  Index insert(const ShortName& name, std::uint64_t hash);
  /// The same.
  std::optional<Index> find(const ShortName& name, std::uint64_t hash) const;

 private:
  // All that a look at one short name needs, side by side.
  struct Entry {
    std::uint64_t hash;
    std::uint64_t end : 56;   // where in text_ the name ends
    std::uint64_t size : 8;   // of a short name; of others kLong
    std::uint64_t low, high;  // the name itself, where it is short
  };
  static constexpr std::uint64_t kLong = 0xFF;

  // A name's number, and above it the upper half of its hash; kEmpty: none.
  using Slot = std::uint64_t;
  static constexpr Slot kEmpty = ~Slot{0};
  static Slot slot(std::uint64_t hash, Index number) noexcept {
    return (hash & ~std::uint64_t{0xFFFFFFFFu}) | number;
  }

  void prefetch_slot(std::uint64_t hash) const noexcept {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  void prefetch_entry(std::uint64_t hash) const noexcept {
    if (slots_.empty()) return;
    const Slot held = slots_[hash & (slots_.size() - 1)];
    if (held != kEmpty) __builtin_prefetch(&entries_[static_cast<Index>(held)]);
  }
  template <class Same>
  std::size_t slot_of(std::uint64_t hash, const Same& same) const noexcept;
  std::size_t slot_of(std::string_view name, std::uint64_t hash) const noexcept;
  std::size_t slot_of(const ShortName& name, std::uint64_t hash) const noexcept;
  template <class Name>
  Index insert_as(const Name& name, std::uint64_t hash);
  void grow();

  std::string text_;            // all names, end to end
  std::vector<Entry> entries_;  // [size()]
  std::vector<Slot> slots_;     // open addressing, at most half full, a power of two
};

/// The hashes that features of a wide space have there, each of which has a plain number in order
/// of its first occurrence: of 2^28 hashes few occur, and arrays are as long as those.
/// Thread safety: every member is const; share it freely.
class FeatureNumbers {
 public:
  FeatureNumbers() = default;
  /// Hash hashes[j] has number j. REQUIRES: all are different, and at most kMaxIndex.
  explicit FeatureNumbers(Array<Index> hashes);
  ~FeatureNumbers();
  FeatureNumbers(const FeatureNumbers&) = delete;
  FeatureNumbers& operator=(const FeatureNumbers&) = delete;

  /// The number of a hash, or nothing. Throws std::bad_alloc, the first time.
  std::optional<Index> find(Index hash) const;

  /// The same of many: a hash that has no number becomes kNone. Returns whether all have one.
  /// Throws std::bad_alloc, the first time.
  bool find(std::span<Index> hashes) const;

  bool ascending() const noexcept { return ascending_; }           ///< whether the hashes are
  Index operator[](Index j) const noexcept { return hashes_[j]; }  ///< REQUIRES: j < size()
  Index size() const noexcept { return static_cast<Index>(hashes_.size()); }  ///< of the hashes
  std::span<const Index> hashes() const noexcept { return hashes_; }          ///< [size()]

  static constexpr Index kNone = 0xFFFFFFFFu;  ///< no feature's number

 private:
  const NumberTable& table() const;

  Array<Index> hashes_;
  bool ascending_ = true;
  // Made when it is first asked for: a model that is only written to a file needs none.
  mutable std::once_flag made_;
  mutable std::unique_ptr<const NumberTable> table_;
};

/// Features in another order than the plain one: those of most rows come first. Behind the ranked
/// ones all features follow, feature j at features.size() + j; there the ranked ones occur in no
/// row. If all features that occur are ranked, none follow.
struct Ranking {
  Array<Index> features;  ///< [ranked features] the plain number of each, all different, < size
  Index size = 0;         ///< of the plain space

  /// The number of a ranked feature as the data has it.
  Index plain(Index j) const noexcept {
    const auto ranked = static_cast<Index>(features.size());
    return j < ranked ? features[j] : j - ranked;
  }
};

/// The features of a data set or a model: how many, and what each is called.
struct FeatureSpace {
  Index size = 0;                               ///< features are numbered 0 .. size - 1
  std::shared_ptr<const FeatureNames> names{};  ///< by plain number, or null: features have numbers
  int hash_bits = 0;  ///< 0, or features are hashed to 2^hash_bits numbers and have no names
  std::shared_ptr<const FeatureNumbers> hashes{};  ///< by plain number, the feature's hash; null:
                                                   ///< the hash is the plain number
  int index_base = 0;                              ///< what the file adds to a plain number: 0 or 1
  std::string format{};  ///< of the file, as --format has it; empty for data made in memory
  std::shared_ptr<const Recipe> recipe{};    ///< how columns or namespaces become features; null:
                                             ///< rows have features, and all of them are used
  std::shared_ptr<const Ranking> ranking{};  ///< of a data set's features, [size]; null: they have
                                             ///< their plain numbers, as a model's always do

  /// Whether a recipe makes features of the values in columns.
  bool has_columns() const noexcept { return recipe && !recipe->is_of_namespaces(); }

  /// What the data file calls feature j: its name, its hash, or its number there.
  std::string name(Index j) const;

  /// The plain number of the feature of that name: by its hash, or by the dictionary. Nothing where
  /// features are called by number, or for a name that none of them has.
  std::optional<Index> find(std::string_view name) const;

  /// The plain number of the feature of that hash. REQUIRES: hash_bits != 0.
  std::optional<Index> find_hash(Index hash) const {
    return hashes ? hashes->find(hash) : std::optional(hash);
  }

  /// The plain number of feature j.
  Index plain(Index j) const noexcept { return ranking ? ranking->plain(j) : j; }

  /// The same features with their plain numbers.
  FeatureSpace plain() const;
};

}  // namespace hogwild
