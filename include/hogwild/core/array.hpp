// Large arrays that are written before they are read.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace [[gnu::visibility("default")]] hogwild {

/// Uninitialised memory, aligned for any type; from 2 MiB on in huge pages where the system has
/// them, since filling an array by 4 KiB pages is one fault a page. Throws std::bad_alloc.
void* allocate_bulk(std::size_t bytes);
void free_bulk(void* memory) noexcept;

/// Of an Array: elements that are given no value get none.
template <class T>
struct BulkAllocator {
  using value_type = T;  ///< as an allocator has it

  BulkAllocator() = default;
  /// Memory of one is memory of another.
  template <class U>
  BulkAllocator(const BulkAllocator<U>&) noexcept {}

  /// n elements. Throws std::bad_alloc.
  T* allocate(std::size_t n) {
    if (n > static_cast<std::size_t>(-1) / sizeof(T) / 2) throw std::bad_alloc();
    return static_cast<T*>(allocate_bulk(n * sizeof(T)));
  }
  /// Gives back what allocate() returned.
  void deallocate(T* memory, std::size_t) noexcept { free_bulk(memory); }

  /// Makes an element without arguments: its value is left as it is.
  template <class U>
  void construct(U* at) noexcept {
    ::new (static_cast<void*>(at)) U;
  }

  /// All are alike.
  bool operator==(const BulkAllocator&) const = default;
};

/// A std::vector in all but this: elements that resize() adds without a value hold none until they
/// are written, so that threads can fill an array each in its own part.
template <class T>
using Array = std::vector<T, BulkAllocator<T>>;

}  // namespace hogwild
