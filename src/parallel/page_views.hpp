// Pages of memory that several address ranges show, each range with pages of its own at its front.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "core/sanitizers.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

/// ThreadSanitizer takes two addresses of one word for two words.
#if defined(HOGWILD_TSAN)
inline constexpr bool kHavePageViews = false;
#else
inline constexpr bool kHavePageViews = true;
#endif

/// Memory of zero bytes that the system can show at several addresses. It costs nothing until it is
/// read or written, but for the first `eager` bytes: these get memory at once, in huge pages where
/// the system has some to give. Throws std::system_error, with the call that failed.
class ViewableMemory {
 public:
  explicit ViewableMemory(std::size_t bytes, std::size_t eager = 0);
  ~ViewableMemory();
  ViewableMemory(const ViewableMemory&) = delete;
  ViewableMemory& operator=(const ViewableMemory&) = delete;

  std::byte* data() const noexcept { return data_; }
  std::size_t bytes() const noexcept { return bytes_; }  ///< whole pages

  /// The first range of bytes from `from` on that has memory, [begin, end); all other bytes are
  /// zero. Empty, at bytes(), if there is none. To read the others would give them memory.
  std::pair<std::size_t, std::size_t> next_in_use(std::size_t from) const noexcept;

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  int file_;  // without a name, in memory
};

/// Address ranges onto the same shared pages. In each range the first bytes are private to it, and
/// zero at first. The standard has no such thing; it says that lock-free atomic operations are
/// address-free ([atomics.lockfree]), so that two addresses of one page are one object to them.
class PageViews {
 public:
  PageViews() = default;
  /// shared: the first byte of a mapping of `bytes` bytes that the system shares (ViewableMemory, a
  /// mapped file). own: private bytes of each view. REQUIRES: all three are whole pages, own <=
  /// bytes. Throws std::system_error, with the call that failed.
  PageViews(std::byte* shared, std::size_t bytes, std::size_t own, int views);

  /// Makes the first bytes of a view, up to `end`, present at once and near the calling thread's
  /// core; page by page, as they are first used, takes longer.
  void populate(std::size_t view, std::size_t end) const noexcept;

  bool empty() const noexcept { return views_.empty(); }
  std::byte* operator[](std::size_t view) const noexcept {
    return static_cast<std::byte*>(views_[view].get());
  }

 private:
  std::vector<Mapped> views_;  // [views]
};

/// Of the system, in bytes.
std::size_t page_size() noexcept;

/// That many bytes and as many more as fill a page.
inline std::size_t whole_pages(std::size_t bytes) noexcept {
  return (bytes + page_size() - 1) / page_size() * page_size();
}

}  // namespace hogwild
