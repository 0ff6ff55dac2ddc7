// Four coordinates stepped at once.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "hogwild/core/types.hpp"
#include "hogwild/update/step.hpp"

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
  /// As std::min() has it: a, unless b is less.
  friend Lanes min(Lanes a, Lanes b) noexcept {
    return Lanes(b.floats_ < a.floats_ ? b.floats_ : a.floats_);
  }

 private:
  Floats floats_;
};

/// A rule that steps four coordinates at once: its state is a template of two numbers.
template <class Rule>
concept HasLanes = requires {
  typename Rule::template StateOf<Lanes>;
}
&&sizeof(typename Rule::State) == 2 * sizeof(float);

/// Four states of two numbers each, side by side. The words go straight from one register to the
/// other: through memory, four stores followed by a load of all would wait for the stores.
/// (Measured: 220 instead of 560 million non-zeros a second.)
template <class Rule>
class StatesAbreast {
 public:
  using State = typename Rule::State;

  /// Those of j[0] .. j[kCount - 1]; the other lanes are 0.
  template <class View, std::size_t kCount>
  StatesAbreast(const Index* j, const View& view, Count<kCount>) noexcept {
    const auto word = [&](auto i) -> std::uint64_t {
      if constexpr (i < kCount) return std::bit_cast<std::uint64_t>(view.state(j[i]));
      return 0;
    };
    const auto first = (Lanes::Floats)(Words{word(Count<0>()), word(Count<1>())});
    const auto second = (Lanes::Floats)(Words{word(Count<2>()), word(Count<3>())});
    states_ = {Lanes(__builtin_shufflevector(first, second, 0, 2, 4, 6)),
               Lanes(__builtin_shufflevector(first, second, 1, 3, 5, 7))};
  }

  template <class Net>
  void step(const Rule& rule, Lanes gradients, const Step<Net>& step) noexcept {
    states_ = rule.step(states_, gradients, step);
  }

  template <class View, std::size_t kCount>
  void put(const Index* j, View& view, Count<kCount>) const noexcept {
    const auto [a, b] = states_;
    const auto first = (Words)__builtin_shufflevector(a.floats(), b.floats(), 0, 4, 1, 5);
    const auto second = (Words)__builtin_shufflevector(a.floats(), b.floats(), 2, 6, 3, 7);
    view.put(j[0], std::bit_cast<State>(first[0]));
    if constexpr (kCount > 1) view.put(j[1], std::bit_cast<State>(first[1]));
    if constexpr (kCount > 2) view.put(j[2], std::bit_cast<State>(second[0]));
    if constexpr (kCount > 3) view.put(j[3], std::bit_cast<State>(second[1]));
  }

 private:
  using Words = std::uint64_t __attribute__((vector_size(16)));

  typename Rule::template StateOf<Lanes> states_;
};

}  // namespace hogwild
