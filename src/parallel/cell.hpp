// One coordinate's state in as few atomic words as it fits.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace hogwild {

/// Holds a State in words that are only ever accessed as relaxed atomics. A state of 4 or 8 bytes
/// is one word: load() and store() can't tear it. Relaxed is enough because nothing is published
/// through a cell: whoever reads it follows no pointer and relies on no other write, and the end
/// of a run, where all must be seen, is a join of threads.
///
/// Both are always inlined: left to itself, GCC 12 calls load() once a non-zero in the loop that
/// learns, and keeps nothing of that loop in registers.
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
    Words raw;
    for (std::size_t i = 0; i < kWords; ++i) raw[i] = word(i).load(std::memory_order_relaxed);
    return std::bit_cast<State>(raw);
  }

  [[gnu::always_inline]] void store(State state) noexcept {
    const auto raw = std::bit_cast<Words>(state);
    for (std::size_t i = 0; i < kWords; ++i) word(i).store(raw[i], std::memory_order_relaxed);
  }

  /// Replaces the state by f(state); f may be called several times. The first word, which holds the
  /// weight, changes as one indivisible step, and no step of it is lost. Further words are stored
  /// after it: of two simultaneous steps, either's may be the last.
  template <class Function>
  void exchange(Function&& f) noexcept {
    for (;;) {
      const State before = load();
      Word seen = std::bit_cast<Words>(before)[0];
      const auto after = std::bit_cast<Words>(f(before));
      if (!word(0).compare_exchange_weak(seen, after[0], std::memory_order_relaxed)) continue;
      for (std::size_t i = 1; i < kWords; ++i) word(i).store(after[i], std::memory_order_relaxed);
      return;
    }
  }

 private:
  using Words = std::array<Word, kWords>;

  // std::atomic_ref takes no const object before C++26; load() does not write through it.
  std::atomic_ref<Word> word(std::size_t i) const noexcept {
    return std::atomic_ref<Word>(const_cast<Word&>(words_[i]));
  }

  alignas(std::atomic_ref<Word>::required_alignment) Words words_;
};

}  // namespace hogwild
