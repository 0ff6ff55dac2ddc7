// The features of text that is learnt while it is read, where they have names or hashes: they are
// numbered as they are met.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "data/rows/named_batch.hpp"
#include "data/rows/shared_numbers.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"

namespace hogwild {

/// Invariants:
///  1. names_ changes with growing_ held alone, and is read with it shared. What space() has given
///     to others never changes: names_ is copied before it grows.
///  2. A number, once given, stays. first's features have those that they have there.
class MetFeatures {
 public:
  /// So many may be met, and one more by each thread: their cells are reserved as addresses.
  static constexpr Index kMost = Index{1} << 30;

  /// Whether features of such text are numbered as they are met.
  static bool are_in(const FeatureSpace& space) noexcept { return space.names || space.hashes; }

  /// first: what rows that are held have. bytes: of a feature's state and weight. memory_limit: of
  /// all that features take, in bytes; 0: none. source: of the text, for messages. Throws as
  /// number().
  MetFeatures(const FeatureSpace& first, std::size_t bytes, std::uint64_t memory_limit,
              std::string source);

  /// How many coordinates features may need.
  Index most() const noexcept { return most_ + SharedNumbers::kMostThreads; }

  /// The rows' features become numbers. Any number of threads at once, each with its own batch.
  /// Throws std::bad_alloc, std::length_error; DataError where features take too much memory.
  void number(NamedBatch& batch);

  /// All that were met.
  FeatureSpace space() const;

 private:
  void require_memory(std::size_t features, std::size_t of_table) const;

  FeatureSpace first_;
  std::size_t bytes_;
  std::uint64_t memory_limit_;
  std::string source_;
  Index most_;
  SharedNumbers hashes_;
  mutable std::shared_mutex growing_;
  std::shared_ptr<FeatureNames> names_;        // null: features have hashes
  mutable std::atomic<bool> is_given_{false};  // names_, to others
};

}  // namespace hogwild
