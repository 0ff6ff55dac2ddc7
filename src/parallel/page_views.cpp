#include "parallel/page_views.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <new>
#include <system_error>

namespace hogwild {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

std::byte* checked(void* mapped, const char* call) {
  if (mapped == MAP_FAILED) fail(call);
  return static_cast<std::byte*>(mapped);
}

// Where the system promises no more memory than it has, a page of a file in memory that it cannot
// give ends the process.
bool overcommits() {
  std::ifstream file("/proc/sys/vm/overcommit_memory");
  int policy = 0;
  return !(file >> policy) || policy != 2;
}

}  // namespace

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

ViewableMemory::ViewableMemory(std::size_t bytes) {
  if (!overcommits()) {
    throw std::system_error(ENOMEM, std::generic_category(), "vm.overcommit_memory is 2");
  }
  const int file = memfd_create("hogwild-parameters", MFD_CLOEXEC);
  if (file < 0) fail("memfd_create");
  file_ = file;
  try {
    const std::size_t whole = whole_pages(bytes);
    if (ftruncate(file_, static_cast<off_t>(whole)) != 0) fail("ftruncate");
    data_ = checked(mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0), "mmap");
    bytes_ = whole;
    // Only a few systems allow it for memory that is shared.
    if (whole >= kHugePage) madvise(data_, whole, MADV_HUGEPAGE);
  } catch (...) {
    close(file_);
    throw;
  }
}

ViewableMemory::~ViewableMemory() {
  if (data_ != nullptr) munmap(data_, bytes_);
  if (file_ >= 0) close(file_);
}

std::pair<std::size_t, std::size_t> ViewableMemory::next_in_use(std::size_t from) const noexcept {
  const off_t begin = lseek(file_, static_cast<off_t>(from), SEEK_DATA);
  if (begin < 0) {
    // ENXIO: there is none. Else the system cannot say, and all of it may be in use.
    return errno == ENXIO ? std::pair{bytes_, bytes_} : std::pair{from, bytes_};
  }
  const off_t end = lseek(file_, begin, SEEK_HOLE);
  return {static_cast<std::size_t>(begin), end < 0 ? bytes_ : static_cast<std::size_t>(end)};
}

PageViews::PageViews(std::byte* shared, std::size_t bytes, std::size_t own, int views)
    : bytes_(bytes) {
  try {
    for (int view = 0; view < views; ++view) {
      // Of a shared mapping whose old size is given as 0, mremap makes a second one.
      views_.push_back(checked(mremap(shared, 0, bytes, MREMAP_MAYMOVE), "mremap"));
      checked(mmap(views_.back(), own, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
              "mmap");
      if (bytes >= kHugePage) madvise(views_.back() + own, bytes - own, MADV_HUGEPAGE);
    }
  } catch (...) {
    for (std::byte* const view : views_) munmap(view, bytes_);
    throw;
  }
}

void PageViews::populate([[maybe_unused]] std::size_t view,
                         [[maybe_unused]] std::size_t end) const noexcept {
#if defined(MADV_POPULATE_WRITE)
  madvise(views_[view], whole_pages(std::min(end, bytes_)), MADV_POPULATE_WRITE);
#endif
}

PageViews::~PageViews() {
  for (std::byte* const view : views_) munmap(view, bytes_);
}

}  // namespace hogwild
