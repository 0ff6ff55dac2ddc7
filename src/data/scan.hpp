// Where the tokens of a text end, found a vector of bytes at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hogwild {

/// Which bytes end a token.
enum class Delimiters {
  libsvm,  ///< ' ', ':' and a line end
  vw,      ///< these and '|', and all that is below ' '
};

/// Marks delimiters: bit i of marks[b] tells of byte 64 b + i. Bits past the end of the text are 0.
/// marks is [(size + 63) / 64].
///
/// Uses the widest vectors that the processor has. The environment variable HOGWILD_SIMD limits
/// it to one instruction set, by Highway's name (SSE2, SSSE3, SSE4, AVX2, AVX3, NEON, ...), read
/// once; a name that this processor lacks is passed over.
void mark_delimiters(Delimiters which, std::string_view text, std::uint64_t* marks);

/// The instruction set in use, by Highway's name.
const char* scan_instruction_set();

/// Walks over the delimiters of a text from front to back, a window of it marked at a time.
class DelimiterWalk {
 public:
  static constexpr std::size_t kEnd = static_cast<std::size_t>(-1);
  /// Marks of 4 KiB of text: some of what fits L1.
  using Window = std::array<std::uint64_t, 64>;

  /// Begins at `place`. The window is the caller's, so that the walk itself can stay in registers:
  /// measured on click rows, x1.2 of the parser's speed.
  DelimiterWalk(Delimiters which, std::string_view text, std::size_t place, Window& window)
      : which_(which),
        text_(text.data()),
        size_(text.size()),
        window_(window.data()),
        block_(place / 64),
        window_end_(block_) {
    if (fill()) marks_ = window_[block_ % kBlocks] & (~std::uint64_t{0} << place % 64);
  }

  /// The place of the next delimiter, or kEnd.
  std::size_t next() noexcept {
    while (marks_ == 0) {
      ++block_;
      if (block_ >= window_end_ && !fill()) return kEnd;
      marks_ = window_[block_ % kBlocks];
    }
    const std::size_t place = block_ * 64 + static_cast<std::size_t>(std::countr_zero(marks_));
    marks_ &= marks_ - 1;
    return place;
  }

 private:
  static constexpr std::size_t kBlocks = Window().size();

  // Marks the window that holds the block at hand; false if that is past the end.
  bool fill() noexcept {
    if (block_ * 64 >= size_) return false;
    const std::size_t first = block_ / kBlocks * kBlocks;
    const std::size_t bytes = std::min(kBlocks * 64, size_ - first * 64);
    mark_delimiters(which_, {text_ + first * 64, bytes}, window_);
    window_end_ = first + (bytes + 63) / 64;
    return true;
  }

  Delimiters which_;
  const char* text_;
  std::size_t size_;
  std::uint64_t* window_;
  std::size_t block_;        // at hand
  std::size_t window_end_;   // the first block that is not marked
  std::uint64_t marks_ = 0;  // of the block at hand, those not given yet
};

}  // namespace hogwild
