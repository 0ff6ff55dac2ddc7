#include "hogwild/core/array.hpp"

#include <sys/mman.h>

#include <cstdlib>

namespace hogwild {

void* allocate_bulk(std::size_t bytes) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const bool huge = bytes >= kHugePage;
  // A whole number of the alignment, as aligned_alloc asks.
  const std::size_t whole = huge ? (bytes + kHugePage - 1) / kHugePage * kHugePage : bytes;
  void* const memory = huge ? std::aligned_alloc(kHugePage, whole) : std::malloc(bytes);
  if (memory == nullptr && bytes != 0) throw std::bad_alloc();
  if (huge) madvise(memory, whole, MADV_HUGEPAGE);
  return memory;
}

void free_bulk(void* memory) noexcept {
  std::free(memory);
}

}  // namespace hogwild
