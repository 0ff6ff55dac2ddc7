// Where the fields of a table end, found by masks of 64 bytes at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "data/text/records.hpp"

namespace hogwild {

/// Where a window ends.
struct FieldState {
  bool in_quotes = false;
  bool at_begin = true;  ///< of a field
  bool stopped = false;  ///< there is one that is not plain
  bool quoted = false;   ///< some field of the window has quotes
};

/// The ends of fields, some KiB of text at a time, up to the first that is not plain: one that has
/// a quote which does not open it or close it, or a line end in quotes. See TokenScan.
class FieldScan {
 public:
  static constexpr std::size_t kWindow = 4096;  ///< bytes of text; what comes of them fits L1

  /// The records from `begin` to `end`, where a record each begins or the text ends. REQUIRES: the
  /// text is shorter than 2^32 - kWindow bytes.
  FieldScan(std::string_view text, std::size_t begin, std::size_t end,
            const Dialect& dialect) noexcept
      : text_(text.data()), at_(begin), end_(end), dialect_(dialect) {}

  /// To the next window; false if no text is left, or the window before ended at such a field.
  bool next() noexcept;

  /// Whether a field of the window may begin with a quote.
  bool has_quotes() const noexcept { return state_.quoted; }

  /// Of the window: the positions of separators and line ends outside quotes, ascending.
  std::span<const std::uint32_t> ends() const noexcept { return {ends_.data(), count_}; }

 private:
  const char* text_;
  std::size_t at_;
  std::size_t end_;
  Dialect dialect_;
  std::size_t window_ = kWindow / 4;  // small at first: less is scanned in vain
  FieldState state_;
  std::size_t count_ = 0;
  std::array<std::uint32_t, kWindow + 8> ends_;  // and room for what is written past them
};

}  // namespace hogwild
