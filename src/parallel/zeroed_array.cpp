#include "parallel/zeroed_array.hpp"

#include <sys/mman.h>

#include <new>

namespace hogwild {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLargestHuge = std::size_t{1} << 30;

}  // namespace

ZeroedMemory::ZeroedMemory(std::size_t bytes, std::size_t likely) {
  if (bytes == 0) return;
  const std::size_t page = bytes >= kHugePage ? kHugePage : std::size_t{4096};
  bytes_ = (bytes + page - 1) / page * page;
  void* const mapped = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    bytes_ = 0;
    throw std::bad_alloc();
  }
  data_ = mapped;
  if (likely >= kHugePage && likely <= kLargestHuge) madvise(data_, likely, MADV_HUGEPAGE);
}

ZeroedMemory::~ZeroedMemory() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

}  // namespace hogwild
