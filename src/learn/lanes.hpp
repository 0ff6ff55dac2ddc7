// Four coordinates stepped at once.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "hogwild/update/step.hpp"
#include "parallel/cell.hpp"

namespace hogwild {

/// How many of four lanes are meant, as a type.
template <std::size_t kCount>
using Count = std::integral_constant<std::size_t, kCount>;

/// Four numbers with a number's arithmetic, by the compiler's portable vectors: on any x86-64 one
/// instruction, with a number's rounding. What makes four coordinates of adagrad cost what one does
/// is that a square root and a division of four numbers take hardly longer than of one.
class Lanes {
 public:
  using Floats = float __attribute__((vector_size(16)));
  using Doubles = double __attribute__((vector_size(32)));

  Lanes() = default;
  Lanes(float all) : floats_{all, all, all, all} {}
  explicit Lanes(Floats floats) : floats_(floats) {}

  /// Numbers that lie in a row, from lane 0 on; the other lanes are 0.
  template <std::size_t kCount>
  static Lanes of(const float* numbers, Count<kCount>) noexcept {
    Floats floats{};
    for (std::size_t i = 0; i < kCount; ++i) floats[i] = numbers[i];
    return Lanes(floats);
  }

  /// Puts the first lanes to where numbers lie in a row.
  template <std::size_t kCount>
  void to(float* numbers, Count<kCount>) const noexcept {
    for (std::size_t i = 0; i < kCount; ++i) numbers[i] = floats_[i];
  }

  Floats floats() const noexcept { return floats_; }

  friend Lanes operator+(Lanes a, Lanes b) noexcept { return Lanes(a.floats_ + b.floats_); }
  friend Lanes operator-(Lanes a, Lanes b) noexcept { return Lanes(a.floats_ - b.floats_); }
  friend Lanes operator*(Lanes a, Lanes b) noexcept { return Lanes(a.floats_ * b.floats_); }
  friend Lanes operator/(Lanes a, Lanes b) noexcept { return Lanes(a.floats_ / b.floats_); }

  friend Lanes sqrt(Lanes a) noexcept {
    Floats roots;
    for (std::size_t i = 0; i < 4; ++i) roots[i] = std::sqrt(a.floats_[i]);
    return Lanes(roots);
  }
  template <class Function>
  friend Lanes on_each(Lanes a, const Function& f) noexcept {
    return Lanes(Floats{f(a.floats_[0]), f(a.floats_[1]), f(a.floats_[2]), f(a.floats_[3])});
  }
  /// The two numbers of each of the table's entries at these whole numbers; below 0 the first.
  friend std::pair<Lanes, Lanes> looked_up(Lanes at, const std::array<float, 2>* table) noexcept {
    using Whole = int __attribute__((vector_size(16)));
    Whole numbers = __builtin_convertvector(at.floats_, Whole);
    numbers &= numbers > 0;
    const auto entry = [&](int lane) {
      return std::bit_cast<std::uint64_t>(table[static_cast<std::uint32_t>(numbers[lane])]);
    };
    const auto first = (Floats)WordPair{entry(0), entry(1)};
    const auto second = (Floats)WordPair{entry(2), entry(3)};
    return {Lanes(__builtin_shufflevector(first, second, 0, 2, 4, 6)),
            Lanes(__builtin_shufflevector(first, second, 1, 3, 5, 7))};
  }
  friend Lanes where_positive(Lanes condition, Lanes x) noexcept {
    return Lanes(condition.floats_ > 0 ? x.floats_ : Floats{});
  }
  /// As std::min() has it: a, unless b is less.
  friend Lanes min(Lanes a, Lanes b) noexcept {
    return Lanes(b.floats_ < a.floats_ ? b.floats_ : a.floats_);
  }
  friend Lanes abs(Lanes a) noexcept { return Lanes((Floats)((Bits)a.floats_ & ~kSign)); }
  /// The size of a, which is at least 0, with the sign of b.
  friend Lanes with_sign_of(Lanes a, Lanes b) noexcept {
    return Lanes((Floats)((Bits)a.floats_ | ((Bits)b.floats_ & kSign)));
  }

 private:
  using Bits = std::uint32_t __attribute__((vector_size(16)));
  static constexpr Bits kSign = {1u << 31, 1u << 31, 1u << 31, 1u << 31};

  Floats floats_;
};

/// The penalties of four coordinates: see Penalty.
struct PenaltyLanes {
  Lanes l1, l2;

  Lanes shrink(Lanes weight, Lanes rate) const noexcept {
    const Lanes left = abs(weight) - rate * l1;
    return with_sign_of(where_positive(left, left) / (Lanes(1) + rate * l2), weight);
  }
};

/// The same step for four coordinates.
inline Step<NoPenalty> in_lanes(const Step<NoPenalty>& step) noexcept {
  return step;
}
inline Step<PenaltyLanes> in_lanes(const Step<Penalty>& step) noexcept {
  return {step.rate, step.share, {Lanes(step.penalty.l1), Lanes(step.penalty.l2)}, step.time};
}

/// A rule that steps four coordinates at once: its state is a template of two numbers or of four.
template <class Rule>
concept HasLanes = requires {
  typename Rule::template StateOf<Lanes>;
}
&&(sizeof(typename Rule::State) == 2 * sizeof(float) ||
   sizeof(typename Rule::State) == 4 * sizeof(float));

/// Where the states of some coordinates are.
template <class Rule, std::size_t kCount>
using CellsOf = std::array<Cell<typename Rule::State>*, kCount>;

/// Four states of two or four numbers each, side by side. The words go straight from one register
/// to the other: through memory, four stores followed by a load of all would wait for the stores.
/// (Measured: 220 instead of 560 million non-zeros a second.)
template <class Rule>
class StatesAbreast {
 public:
  using State = typename Rule::State;
  template <std::size_t kCount>
  using Cells = CellsOf<Rule, kCount>;

  /// Those in up to four cells; other lanes are 0.
  template <std::size_t kCount>
  explicit StatesAbreast(const Cells<kCount>& cells) noexcept {
    if constexpr (kNumbers == 4) {
      const auto [a, b, c, d] = transposed(load_state<0>(cells), load_state<1>(cells),
                                           load_state<2>(cells), load_state<3>(cells));
      states_ = side_by_side(Lanes(a), Lanes(b), Lanes(c), Lanes(d));
    } else {
      const auto first = (Lanes::Floats)load<0>(cells);
      const auto second = (Lanes::Floats)load<2>(cells);
      states_ = side_by_side(Lanes(__builtin_shufflevector(first, second, 0, 2, 4, 6)),
                             Lanes(__builtin_shufflevector(first, second, 1, 3, 5, 7)));
    }
  }

  /// The weights that gradients are taken at.
  template <class Net>
  Lanes weights(const Rule& rule, const Step<Net>& step) const noexcept {
    if constexpr (has_lookahead<Rule>) {
      return rule.lookahead(states_, step);
    } else if constexpr (has_outcome<Rule>) {
      return rule.outcome(states_, step);
    } else {
      return states_.weight;
    }
  }

  template <class Net>
  void step(const Rule& rule, Lanes gradients, const Step<Net>& step) noexcept {
    states_ = rule.step(states_, gradients, step);
  }

  template <std::size_t kCount>
  void store(const Cells<kCount>& cells) const noexcept {
    if constexpr (kNested) {
      const auto numbers = std::bit_cast<std::array<Lanes, kNumbers>>(states_);
      std::apply([&](auto... number) { store_numbers(cells, number...); }, numbers);
    } else if constexpr (kNumbers == 4) {
      const auto [a, b, c, d] = states_;
      store_numbers(cells, a, b, c, d);
    } else {
      const auto [a, b] = states_;
      store_numbers(cells, a, b);
    }
  }

 private:
  static constexpr std::size_t kNumbers = sizeof(State) / sizeof(float);  // 2 or 4
  using Side = typename Rule::template StateOf<Lanes>;                    // states side by side
  static constexpr bool kNested = requires(const Side side) { side.now; };

  // Only nested states are cast: casting all makes an epoch of adagrad 8 % longer.
  template <class... Number>
  static Side side_by_side(Number... numbers) noexcept {
    if constexpr (kNested) return std::bit_cast<Side>(std::array{numbers...});
    if constexpr (!kNested) return {numbers...};
  }

  template <std::size_t kCount>
  static void store_numbers(const Cells<kCount>& cells, Lanes a, Lanes b, Lanes c,
                            Lanes d) noexcept {
    // Each from a register: an array that is indexed in a loop would go through memory.
    const auto [first, second, third, fourth] =
        transposed(a.floats(), b.floats(), c.floats(), d.floats());
    store_words(*cells[0], (WordPair)first);
    if constexpr (kCount > 1) store_words(*cells[1], (WordPair)second);
    if constexpr (kCount > 2) store_words(*cells[2], (WordPair)third);
    if constexpr (kCount > 3) store_words(*cells[3], (WordPair)fourth);
  }
  template <std::size_t kCount>
  static void store_numbers(const Cells<kCount>& cells, Lanes a, Lanes b) noexcept {
    store<0>(cells, (WordPair)__builtin_shufflevector(a.floats(), b.floats(), 0, 4, 1, 5));
    store<2>(cells, (WordPair)__builtin_shufflevector(a.floats(), b.floats(), 2, 6, 3, 7));
  }

  // Rows of numbers from columns of them.
  static std::array<Lanes::Floats, 4> transposed(Lanes::Floats a, Lanes::Floats b, Lanes::Floats c,
                                                 Lanes::Floats d) noexcept {
    const auto ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const auto cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const auto later_ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const auto later_cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    return {__builtin_shufflevector(ab, cd, 0, 1, 4, 5),
            __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
            __builtin_shufflevector(later_ab, later_cd, 0, 1, 4, 5),
            __builtin_shufflevector(later_ab, later_cd, 2, 3, 6, 7)};
  }

  // The state in cell number kAt, if there is one.
  template <std::size_t kAt, std::size_t kCount>
  static Lanes::Floats load_state(const Cells<kCount>& cells) noexcept {
    if constexpr (kAt < kCount) return (Lanes::Floats)load_words(*cells[kAt]);
    return Lanes::Floats{};
  }

  // The states in cells number kFirst and kFirst + 1, of those there are.
  template <std::size_t kFirst, std::size_t kCount>
  static WordPair load(const Cells<kCount>& cells) noexcept {
    if constexpr (kFirst + 1 < kCount) return load_pair(*cells[kFirst], *cells[kFirst + 1]);
    if constexpr (kFirst + 1 == kCount) {
      return WordPair{std::bit_cast<std::uint64_t>(std::as_const(*cells[kFirst]).load())};
    }
    return WordPair{};
  }
  template <std::size_t kFirst, std::size_t kCount>
  static void store(const Cells<kCount>& cells, WordPair words) noexcept {
    if constexpr (kFirst + 1 < kCount) store_pair(*cells[kFirst], *cells[kFirst + 1], words);
    if constexpr (kFirst + 1 == kCount) cells[kFirst]->store(std::bit_cast<State>(words[0]));
  }

  Side states_;
};

}  // namespace hogwild
