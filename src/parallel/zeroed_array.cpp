#include "parallel/zeroed_array.hpp"

#include <sys/mman.h>

#include <new>

namespace hogwild {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLargestHuge = std::size_t{1} << 30;

}  // namespace

void Unmap::operator()(void* memory) const noexcept {
  munmap(memory, bytes);
}

Mapped zeroed_memory(std::size_t bytes, std::size_t likely) {
  if (bytes == 0) return nullptr;
  const std::size_t page = bytes >= kHugePage ? kHugePage : std::size_t{4096};
  const std::size_t whole = (bytes + page - 1) / page * page;
  void* const mapped = mmap(nullptr, whole, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  if (likely >= kHugePage && likely <= kLargestHuge) madvise(mapped, likely, MADV_HUGEPAGE);
  return Mapped(mapped, Unmap{whole});
}

}  // namespace hogwild
