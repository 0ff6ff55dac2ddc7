// One coordinate's state in as few atomic words as it fits.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/sanitizers.hpp"

namespace hogwild {

/// Two words side by side in a register of vectors.
using WordPair = std::uint64_t __attribute__((vector_size(16)));

/// Holds a State in words that are only ever accessed as relaxed atomics. A state of 4 or 8 bytes
/// is one word: load() and store() can't tear it. Relaxed is enough because nothing is published
/// through a cell: whoever reads it follows no pointer and relies on no other write, and the end
/// of a run, where all must be seen, is a join of threads.
///
/// Both are always inlined: left to itself, GCC 12 calls load() once a non-zero in the loop that
/// learns, and keeps nothing of that loop in registers. Nor do they loop over the words, since it
/// would then build a state of three words in memory: adaptive_revision took 3.8 times as long.
///
/// A cell is plain memory under std::atomic_ref, so that an array of them may be zero pages of the
/// kernel or a mapped file, in which no constructor has run.
template <class State>
class Cell {
  static_assert(std::is_trivially_copyable_v<State>);
  static_assert(sizeof(State) % 4 == 0);

 public:
  using Word = std::conditional_t<sizeof(State) % 8 == 0, std::uint64_t, std::uint32_t>;
  static constexpr std::size_t kWords = sizeof(State) / sizeof(Word);
  static_assert(std::atomic_ref<Word>::is_always_lock_free);

  [[gnu::always_inline]] State load() const noexcept {
    return [&]<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
      return std::bit_cast<State>(Words{word(i).load(std::memory_order_relaxed)...});
    }
    (kEach);
  }

  [[gnu::always_inline]] void store(State state) noexcept {
    const auto raw = std::bit_cast<Words>(state);
    [&]<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
      (word(i).store(raw[i], std::memory_order_relaxed), ...);
    }
    (kEach);
  }

  /// Replaces the state by f(state); f may be called several times. The first word, which holds the
  /// weight, changes as one indivisible step, and no step of it is lost. Further words are stored
  /// after it: of two simultaneous steps, either's may be the last. racy: store the first word as
  /// the others, so that one of two simultaneous steps may be lost.
  template <class Function>
  void exchange(Function&& f, bool racy = false) noexcept {
    for (;;) {
      const State before = load();
      Word seen = std::bit_cast<Words>(before)[0];
      const auto after = std::bit_cast<Words>(f(before));
      if (racy) {
        word(0).store(after[0], std::memory_order_relaxed);
      } else if (!word(0).compare_exchange_weak(seen, after[0], std::memory_order_relaxed)) {
        continue;
      }
      for (std::size_t i = 1; i < kWords; ++i) word(i).store(after[i], std::memory_order_relaxed);
      return;
    }
  }

 private:
  using Words = std::array<Word, kWords>;
  static constexpr std::make_index_sequence<kWords> kEach{};

  template <class S>
  friend WordPair load_pair(const Cell<S>& first, const Cell<S>& second) noexcept;
  template <class S>
  friend void store_pair(Cell<S>& first, Cell<S>& second, WordPair words) noexcept;
  template <class S>
  friend WordPair load_words(const Cell<S>& cell) noexcept;
  template <class S>
  friend void store_words(Cell<S>& cell, WordPair words) noexcept;

  // std::atomic_ref takes no const object before C++26; load() does not write through it.
  std::atomic_ref<Word> word(std::size_t i) const noexcept {
    return std::atomic_ref<Word>(const_cast<Word&>(words_[i]));
  }

  alignas(std::atomic_ref<Word>::required_alignment) Words words_;
};

// Two words, wherever they lie, loaded or stored each as by load() and store(). On
// x86-64, where any move of an aligned word of 8 bytes is one access, to a register of vectors too
// (Intel and AMD, both manuals, on guaranteed atomic operations), the moves are spelt out: GCC 12
// takes an atomic word to a register of vectors by way of a general one, and back. Measured in the
// loop that learns click rows with adagrad on one thread: 180 cycles a row instead of 215. Under a
// sanitizer the accesses must be the compiler's.
#if defined(__x86_64__) && !defined(HOGWILD_SANITIZED)
#define HOGWILD_MOVES_SPELT_OUT
#endif

[[gnu::always_inline]] inline WordPair load_two(const std::uint64_t& first,
                                                const std::uint64_t& second) noexcept {
#if defined(HOGWILD_MOVES_SPELT_OUT)
  WordPair words;
#if defined(__AVX__)
  asm volatile("vmovq %1, %0\n\tvmovhps %2, %0, %0"
#else
  asm volatile("movq %1, %0\n\tmovhps %2, %0"
#endif
               : "=&x"(words)
               : "m"(first), "m"(second));
  return words;
#else
  const auto load = [](const std::uint64_t& word) {
    return std::atomic_ref(const_cast<std::uint64_t&>(word)).load(std::memory_order_relaxed);
  };
  return WordPair{load(first), load(second)};
#endif
}

[[gnu::always_inline]] inline void store_two(std::uint64_t& first, std::uint64_t& second,
                                             WordPair words) noexcept {
#if defined(HOGWILD_MOVES_SPELT_OUT)
#if defined(__AVX__)
  asm volatile("vmovlps %2, %0\n\tvmovhps %2, %1"
#else
  asm volatile("movlps %2, %0\n\tmovhps %2, %1"
#endif
               : "=m"(first), "=m"(second)
               : "x"(words));
#else
  std::atomic_ref(first).store(words[0], std::memory_order_relaxed);
  std::atomic_ref(second).store(words[1], std::memory_order_relaxed);
#endif
}

/// The states of two cells of one word each.
template <class State>
[[gnu::always_inline]] inline WordPair load_pair(const Cell<State>& first,
                                                 const Cell<State>& second) noexcept {
  static_assert(sizeof(State) == sizeof(std::uint64_t));
  return load_two(first.words_[0], second.words_[0]);
}
template <class State>
[[gnu::always_inline]] inline void store_pair(Cell<State>& first, Cell<State>& second,
                                              WordPair words) noexcept {
  static_assert(sizeof(State) == sizeof(std::uint64_t));
  store_two(first.words_[0], second.words_[0], words);
}

/// The state of a cell of two words, each of which is loaded or stored as a whole.
template <class State>
[[gnu::always_inline]] inline WordPair load_words(const Cell<State>& cell) noexcept {
  static_assert(sizeof(State) == 2 * sizeof(std::uint64_t));
  return load_two(cell.words_[0], cell.words_[1]);
}
template <class State>
[[gnu::always_inline]] inline void store_words(Cell<State>& cell, WordPair words) noexcept {
  static_assert(sizeof(State) == 2 * sizeof(std::uint64_t));
  store_two(cell.words_[0], cell.words_[1], words);
}

}  // namespace hogwild
