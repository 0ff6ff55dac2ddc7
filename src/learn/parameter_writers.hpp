// The page of a parameter file in which the processes that train write of themselves.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "learn/parameter_layout.hpp"

namespace hogwild {

/// What a process that trains writes of itself: a cache line; the first place is of all processes
/// together. Every access is by a relaxed atomic: no word says that another has been written.
struct alignas(64) WriterWords {
  std::uint64_t process;  ///< 0: the place is free
  std::uint64_t started;  ///< when the process began: another can have its number later
  std::uint64_t heard;    ///< last time, in milliseconds of the system's clock since 1970
  std::uint64_t rows;
};
/// Places for processes, besides the first.
inline constexpr std::size_t kWriters = kParameterPage / sizeof(WriterWords) - 1;

inline std::atomic_ref<std::uint64_t> as_atomic(std::uint64_t& word) {
  return std::atomic_ref<std::uint64_t>(word);
}

std::uint64_t milliseconds_now();

/// Whether the process that has a place still exists.
bool is_running(WriterWords& words);

/// A place that is free, or of a process that is gone or silent for long: the one silent for
/// longest. all: [kWriters + 1]. Throws OptionError if there is none.
WriterWords* take_place(WriterWords* all, const std::string& path);

/// Frees a place of this process.
void leave_place(WriterWords& words) noexcept;

}  // namespace hogwild
