#include "parallel/page_views.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <system_error>

namespace hogwild {
namespace {

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

std::byte* checked(void* mapped, const char* call) {
  if (mapped == MAP_FAILED) fail(call);
  return static_cast<std::byte*>(mapped);
}

// Past a limit on the size of files, which holds for files in memory too, a signal would end the
// process.
void require_file_size(std::size_t bytes) {
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  if (bytes > limit.rlim_cur) {
    throw std::system_error(EFBIG, std::generic_category(), "the limit on the size of files");
  }
}

// An address range that is this process's, and that a huge page can begin at.
std::byte* aligned_range(std::size_t bytes) {
  const std::size_t reserved = bytes + kHugePage;
  std::byte* const begin = checked(
      mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      "mmap");
  const std::size_t before =
      (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before > 0) munmap(begin, before);
  munmap(begin + before + bytes, kHugePage - before);
  return begin + before;
}

// Systems seldom give huge pages to shared memory by themselves; but asked to gather pages that are
// there, most do. Where a machine has none left, looking for some takes long: then it stops.
void gather_huge_pages([[maybe_unused]] std::byte* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(MADV_COLLAPSE)
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kPiece = 16 * kHugePage;
  constexpr std::chrono::milliseconds kLongForAPiece{20};
  const std::size_t whole = bytes / kHugePage * kHugePage;
  for (std::size_t at = 0; at < whole; at += kPiece) {
    const std::size_t end = std::min(whole, at + kPiece);
    const auto start = Clock::now();
    for (std::size_t page = at; page < end; page += kHugePage) begin[page] = std::byte{0};
    if (madvise(begin + at, end - at, MADV_COLLAPSE) != 0) return;
    if (Clock::now() - start > kLongForAPiece) return;
  }
#endif
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

ViewableMemory::ViewableMemory(std::size_t bytes, std::size_t eager) : bytes_(whole_pages(bytes)) {
  if (!overcommits()) {
    throw std::system_error(ENOMEM, std::generic_category(), "vm.overcommit_memory is 2");
  }
  require_file_size(bytes_);
  file_ = memfd_create("hogwild-parameters", MFD_CLOEXEC);
  if (file_ < 0) fail("memfd_create");
  try {
    if (ftruncate(file_, static_cast<off_t>(bytes_)) != 0) fail("ftruncate");
    std::byte* const place = aligned_range(bytes_);
    data_ = checked(mmap(place, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file_, 0),
                    "mmap");
    gather_huge_pages(data_, std::min(eager, bytes_));
  } catch (...) {
    close(file_);
    throw;
  }
}

ViewableMemory::~ViewableMemory() {
  munmap(data_, bytes_);
  close(file_);
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

PageViews::PageViews(std::byte* shared, std::size_t bytes, std::size_t own, int views) {
  for (int view = 0; view < views; ++view) {
    // Of a shared mapping whose old size is given as 0, mremap makes a second one.
    std::byte* const place = aligned_range(bytes);
    std::byte* const begin =
        checked(mremap(shared, 0, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place), "mremap");
    views_.emplace_back(begin, Unmap{bytes});
    checked(
        mmap(begin, own, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
        "mmap");
  }
}

void PageViews::populate([[maybe_unused]] std::size_t view,
                         [[maybe_unused]] std::size_t end) const noexcept {
#if defined(MADV_POPULATE_WRITE)
  const std::size_t bytes = views_[view].get_deleter().bytes;
  madvise(views_[view].get(), whole_pages(std::min(end, bytes)), MADV_POPULATE_WRITE);
#endif
}

}  // namespace hogwild
