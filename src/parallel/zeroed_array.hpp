// Large arrays of zeros, straight from the kernel.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace hogwild {

/// Memory of zero bytes that costs nothing until it is written to. What is likely to be used, all
/// of it unless that is said, asks for huge pages if it is up to 1 GiB: random access to a few
/// hundred MiB otherwise misses the TLB at nearly every step. More does not, since a sparsely used
/// array would fill 2 MiB for each coordinate it touches. Throws std::bad_alloc.
class ZeroedMemory {
 public:
  ZeroedMemory() = default;
  explicit ZeroedMemory(std::size_t bytes) : ZeroedMemory(bytes, bytes) {}
  /// likely: of the bytes from the first on. REQUIRES: likely <= bytes.
  ZeroedMemory(std::size_t bytes, std::size_t likely);
  ~ZeroedMemory();
  ZeroedMemory(ZeroedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  ZeroedMemory& operator=(ZeroedMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  void* data() const noexcept { return data_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;  // mapped
};

/// [size] values of Value, all zero bits, which must be a valid Value.
template <class Value>
class ZeroedArray {
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  ZeroedArray() = default;
  explicit ZeroedArray(std::size_t size) : ZeroedArray(size, size) {}
  ZeroedArray(std::size_t size, std::size_t likely)
      : memory_(size * sizeof(Value), likely * sizeof(Value)),
        data_(static_cast<Value*>(memory_.data())),
        size_(size) {}
  /// In memory of someone else's, which was zero when it began.
  ZeroedArray(std::byte* where, std::size_t size)
      : data_(reinterpret_cast<Value*>(where)), size_(size) {}

  Value* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  Value& operator[](std::size_t i) const noexcept { return data()[i]; }

 private:
  ZeroedMemory memory_;
  Value* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The same, shared and freed with the last that holds it.
template <class Value>
std::shared_ptr<Value[]> shared_zeroed_array(std::size_t size) {
  auto array = std::make_shared<ZeroedArray<Value>>(size);
  return std::shared_ptr<Value[]>(array, array->data());
}

}  // namespace hogwild
