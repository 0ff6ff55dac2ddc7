// Where the tokens of plain rows are, found by masks of 64 bytes at a time: no branch depends on
// how long a token is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hogwild {

/// What a plain line consists of. Between tokens there is one blank or more.
enum class Grammar {
  features,     ///< a label, then `index:value`; an index has digits only
  names,        ///< a label, a blank, then `|namespace`, `name` and `name:value`
  whole_names,  ///< the same, but a '^' in a name makes the line not plain
};

/// Where a scan is, and what it found in its last window. See TokenScan.
struct ScanState {
  static constexpr std::size_t kWindow = 4096;  ///< bytes of text; what comes of them fits L1
  static constexpr std::size_t kBlock = 64;     ///< bytes that a mask stands for
  /// The most features or lines that a window can hold, two bytes each, and room for what is
  /// written past them.
  static constexpr std::size_t kMost = kWindow / 2 + kBlock;

  /// A line that ended in the window.
  struct Line {
    std::uint32_t begin;
    std::uint32_t label_end;
    std::uint32_t end;       ///< of its '\n'
    std::uint32_t features;  ///< of the window, up to the end of the line
  };

  /// A namespace that began in the window.
  struct Namespace {
    std::uint32_t begin;     ///< of its name, which a blank or a line end ends
    std::uint32_t features;  ///< of the window before it
  };

  Grammar grammar;
  const char* text;
  std::size_t at;                    // of the next window
  std::size_t window = kWindow / 8;  // its bytes. It starts small: less is scanned in vain where
                                     // few lines are plain
  std::size_t end;  // of the last line
  bool stopped = false;

  // What the last bytes before the next block were.
  bool after_blank = false;
  bool after_end = true;  // of a line
  bool in_name = false;
  bool in_value = false;
  std::uint64_t colons = 0;  // of the block before
  bool in_label = true;
  Line line{};  // the open one

  bool ones = false;  // the window has no other values
  std::size_t line_count = 0;
  std::size_t namespace_count = 0;
  std::size_t begin_count = 0;
  std::size_t name_count = 0;
  std::size_t value_count = 0;
  std::array<std::uint32_t, kMost> name_begins;
  std::array<std::uint32_t, kMost> name_ends;
  std::array<std::uint32_t, kMost> value_ends;
  std::array<Line, kMost> lines;
  std::array<Namespace, kMost> namespaces;
};

/// The tokens of plain lines, some KiB of text at a time. An offset counts from the first byte of
/// the text; the end of a token is the offset behind its last byte.
///
/// A line is plain if its tokens are in the order of the grammar. Labels and values are not looked
/// into: each is whatever stands before the next blank or line end, even nothing.
/// Source of the masks: Langdale and Lemire, Parsing Gigabytes of JSON per Second, The VLDB Journal
/// 2019.
///
/// Uses the widest vectors that the processor has. The environment variable HOGWILD_SIMD limits
/// them to one instruction set, by Highway's name (SSSE3, SSE4, AVX2, AVX3, NEON, ...), read once;
/// a name that this processor lacks is passed over.
class TokenScan : private ScanState {
 public:
  using ScanState::kMost;
  using ScanState::kWindow;
  using ScanState::Line;
  using ScanState::Namespace;

  /// The lines from `begin` to `end`. REQUIRES: both are where a line begins; the text is shorter
  /// than 2^32 - kWindow bytes.
  TokenScan(Grammar grammar, std::string_view text, std::size_t begin, std::size_t end) noexcept;

  /// To the next window. False if no text is left, or if the window before ended at a line that is
  /// not plain: the one behind the last of lines(). Features of such a line may have been given.
  bool next() noexcept;

  /// Whether the window ended at such a line.
  bool stopped() const noexcept { return ScanState::stopped; }

  /// Lines that ended in the window.
  std::span<const Line> lines() const noexcept { return {ScanState::lines.data(), line_count}; }
  /// Of Grammar::names and whole_names.
  std::span<const Namespace> namespaces() const noexcept {
    return {ScanState::namespaces.data(), namespace_count};
  }

  /// Features whose values ended in the window; the arrays below have as many.
  std::size_t features() const noexcept { return value_count; }
  /// Whether all their values are "1" or left out. With Grammar::features, value_ends() is not
  /// filled then.
  bool all_ones() const noexcept { return ones; }
  /// Of names; not of indices.
  const std::uint32_t* name_begins() const noexcept { return ScanState::name_begins.data(); }
  /// Of indices or names.
  const std::uint32_t* name_ends() const noexcept { return ScanState::name_ends.data(); }
  /// Behind a colon that ends a name. Of a name without a value, the name's end.
  const std::uint32_t* value_ends() const noexcept { return ScanState::value_ends.data(); }
};

/// The instruction set in use, by Highway's name.
const char* scan_instruction_set();

}  // namespace hogwild
