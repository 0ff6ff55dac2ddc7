// Memory that the system maps: large arrays of zeros, and files.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace hogwild {

/// A huge page of x86 and of most ARM systems.
inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Memory that the system maps, which is unmapped with what holds it.
struct Unmap {
  std::size_t bytes = 0;
  void operator()(void* memory) const noexcept;
};
using Mapped = std::unique_ptr<void, Unmap>;

/// Memory of zero bytes that costs nothing until it is written to. What is likely to be used, of
/// the bytes from the first on, asks for huge pages if it is up to 1 GiB: random access to a few
/// hundred MiB otherwise misses the TLB at nearly every step. More does not, since a sparsely used
/// array would fill 2 MiB for each coordinate it touches. Throws std::bad_alloc. REQUIRES: likely
/// <= bytes.
Mapped zeroed_memory(std::size_t bytes, std::size_t likely);

/// [size] values of Value, all zero bits, which must be a valid Value.
template <class Value>
class ZeroedArray {
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  ZeroedArray() = default;
  explicit ZeroedArray(std::size_t size) : ZeroedArray(size, size) {}
  ZeroedArray(std::size_t size, std::size_t likely)
      : memory_(zeroed_memory(size * sizeof(Value), likely * sizeof(Value))),
        data_(static_cast<Value*>(memory_.get())),
        size_(size) {}
  /// In memory of someone else's, which was zero when it began.
  ZeroedArray(std::byte* where, std::size_t size)
      : data_(reinterpret_cast<Value*>(where)), size_(size) {}

  Value* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  Value& operator[](std::size_t i) const noexcept { return data()[i]; }

 private:
  Mapped memory_;
  Value* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The same, shared and freed with the last that holds it.
template <class Value>
std::shared_ptr<Value[]> shared_zeroed_array(std::size_t size) {
  auto array = std::make_shared<ZeroedArray<Value>>(size);
  return std::shared_ptr<Value[]>(array, array->data());
}

/// The bytes of a regular file, read from it as they are looked at. The file may be renamed,
/// replaced by a rename or deleted meanwhile; if it is cut short, reading past its end raises
/// SIGBUS.
/// Thread safety: const members from any threads.
class MappedFile {
 public:
  /// Throws IoError.
  explicit MappedFile(const std::string& path);

  std::string_view bytes() const noexcept {
    return {static_cast<const char*>(memory_.get()), memory_.get_deleter().bytes};
  }

 private:
  Mapped memory_;
};

}  // namespace hogwild
