// A copy of the weights for those who ask, that changes only now and then: a weight that another
// core has just stored takes as long to read as all the others of a row together.
//
// Invariants of PublishedWeights:
//  1. Every shared word is an atomic one, relaxed but as (2) says. A published weight is one that
//     the descent had when it was published, or at the beginning.
//  2. What was learnt and then noted is among the weights of every publication that begins after
//     note() has returned. A row is learnt, counted, and its features marked; publish() takes the
//     marks away, counts too, and reads the weights. The count is acquired and released by both,
//     so one comes before the other: either publish() sees what was learnt, or note() sees that a
//     mark is gone, and sets it anew.
//  3. Of several publications one works, and others wait, or leave it to that.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/row.hpp"
#include "learn/kernel.hpp"
#include "parallel/cores.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

class PublishedWeights {
 public:
  /// every: rows from one publication to the next. Throws std::bad_alloc.
  PublishedWeights(Index features, std::uint64_t every)
      : every_(every), weights_(std::size_t{features} + 1), marks_(features / kBits + 1) {}

  /// w.x + b by the weights that were published last.
  float margin(const SparseRow& row) const noexcept {
    const auto weight_of = [&](Index j) {
      return std::atomic_ref(weights_[j]).load(std::memory_order_relaxed);
    };
    const float sum = row.values.empty() ? dot<true>(row, weight_of) : dot<false>(row, weight_of);
    return sum + weight_of(static_cast<Index>(weights_.size() - 1));
  }

  /// After a row has been learnt; whether publication is due.
  bool note(const SparseRow& row) noexcept {
    const std::uint64_t before = noted_.fetch_add(1, std::memory_order_acq_rel);
    for (const Index j : row.indices) {
      const std::uint64_t mark = std::uint64_t{1} << (j % kBits);
      const std::atomic_ref word(marks_[j / kBits]);
      if ((word.load(std::memory_order_relaxed) & mark) == 0) {
        word.fetch_or(mark, std::memory_order_relaxed);
      }
    }
    return (before + 1) % every_ == 0;
  }

  /// weight_of(j): a coordinate's weight as it is; the last is the bias. patient: else it is left
  /// to whoever publishes already.
  template <class WeightOf>
  void publish(const WeightOf& weight_of, bool patient) {
    const auto lock =
        patient ? std::unique_lock(publishing_) : std::unique_lock(publishing_, std::try_to_lock);
    if (!lock) return;
    taken_.clear();
    for (std::size_t k = 0; k < marks_.size(); ++k) {
      const std::atomic_ref word(marks_[k]);
      if (word.load(std::memory_order_relaxed) == 0) continue;
      taken_.emplace_back(k, word.exchange(0, std::memory_order_relaxed));
    }
    noted_.fetch_add(0, std::memory_order_acq_rel);
    const auto put = [&](Index j) {
      std::atomic_ref(weights_[j]).store(weight_of(j), std::memory_order_relaxed);
    };
    for (auto [k, marks] : taken_) {
      for (; marks != 0; marks &= marks - 1) {
        put(static_cast<Index>(k * kBits) + static_cast<Index>(std::countr_zero(marks)));
      }
    }
    put(static_cast<Index>(weights_.size() - 1));
  }

  /// Before anything is noted.
  void start(Index j, float weight) noexcept { weights_[j] = weight; }

 private:
  static constexpr std::size_t kBits = 64;

  std::uint64_t every_;
  ZeroedArray<float> weights_;        // [features + 1]
  ZeroedArray<std::uint64_t> marks_;  // a bit a feature: learnt since it was published
  // Apart from what whoever asks reads each time.
  alignas(kCacheLinePair) std::atomic<std::uint64_t> noted_{0};
  std::mutex publishing_;
  std::vector<std::pair<std::size_t, std::uint64_t>> taken_;  // words of marks; guarded by it
};

}  // namespace hogwild
