// One coordinate's state, of any size, that changes as a whole.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <utility>

namespace hogwild {

/// Holds a State that is only ever seen and replaced as one: a sequence lock over relaxed words.
///
/// Invariants:
///  1. sequence_ is odd while, and only while, one thread is in exchange(). It alone writes words_.
///  2. load() returns words that were all read under one even sequence.
/// The words are stored with release and read with acquire order, so that a reader who meets a word
/// of a writer also sees that writer's odd sequence, and reads again. (Fences in their place would
/// do the same, but ThreadSanitizer does not know them.) On x86 both are plain moves.
template <class State>
class GuardedCell {
  static_assert(std::is_trivially_copyable_v<State>);
  static_assert(sizeof(State) % 8 == 0);

 public:
  State load() const noexcept {
    for (int tries = 1;; ++tries) {
      const std::uint32_t before = sequence().load(std::memory_order_acquire);
      const Words raw = words(std::memory_order_acquire, kEach);
      const bool whole = before % 2 == 0 && sequence().load(std::memory_order_relaxed) == before;
      if (whole) return std::bit_cast<State>(raw);
      wait(tries);
    }
  }

  /// Replaces the state by f(state), f being called once.
  template <class Function>
  void exchange(Function&& f) noexcept {
    std::uint32_t before = sequence().load(std::memory_order_relaxed);
    for (int tries = 1;; ++tries) {
      // Acquire: what the thread before wrote is there.
      if (before % 2 == 0 &&
          sequence().compare_exchange_weak(before, before + 1, std::memory_order_acquire,
                                           std::memory_order_relaxed)) {
        break;
      }
      wait(tries);
      before = sequence().load(std::memory_order_relaxed);
    }
    const Words raw = words(std::memory_order_relaxed, kEach);
    store(std::bit_cast<Words>(std::forward<Function>(f)(std::bit_cast<State>(raw))), kEach);
    sequence().store(before + 2, std::memory_order_release);  // with all words before it
  }

  /// REQUIRES: no other thread uses the cell, and whatever lets them in synchronises.
  void store(State state) noexcept {
    exchange([&](const State&) { return state; });
  }

 private:
  static constexpr std::size_t kWords = sizeof(State) / 8;
  using Words = std::array<std::uint64_t, kWords>;
  static constexpr std::make_index_sequence<kWords> kEach{};  // see Cell

  template <std::size_t... i>
  [[gnu::always_inline]] Words words(std::memory_order order,
                                     std::index_sequence<i...>) const noexcept {
    return {word(i).load(order)...};
  }
  template <std::size_t... i>
  [[gnu::always_inline]] void store(const Words& raw, std::index_sequence<i...>) noexcept {
    (word(i).store(raw[i], std::memory_order_release), ...);
  }

  // Whoever holds the cell may have been put to sleep: give it a core.
  static void wait(int tries) noexcept {
    if (tries % 64 == 0) std::this_thread::yield();
  }

  // std::atomic_ref takes no const object before C++26; load() does not write through it.
  std::atomic_ref<std::uint64_t> word(std::size_t i) const noexcept {
    return std::atomic_ref<std::uint64_t>(const_cast<std::uint64_t&>(words_[i]));
  }
  std::atomic_ref<std::uint32_t> sequence() const noexcept {
    return std::atomic_ref<std::uint32_t>(const_cast<std::uint32_t&>(sequence_));
  }

  alignas(8) Words words_;
  std::uint32_t sequence_;
};

}  // namespace hogwild
