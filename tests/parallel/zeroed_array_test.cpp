#include "parallel/mapped_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <new>

namespace hogwild {
namespace {

TEST(ZeroedArray, IsZero) {
  for (const std::size_t size : {1u, 1000u, 3'000'000u}) {
    const ZeroedArray<std::uint64_t> array(size);
    EXPECT_EQ(array.size(), size);
    for (std::size_t i = 0; i < size; i += 997) EXPECT_EQ(array[i], 0u);
    array[size - 1] = 7;
    EXPECT_EQ(array[size - 1], 7u);
  }
  EXPECT_EQ(ZeroedArray<int>(0).data(), nullptr);
}

TEST(ZeroedArray, BeginsAtACacheLine) {
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ZeroedArray<float>(10).data()) % 4096, 0u);
}

TEST(ZeroedArray, CostsNothingUntilItIsWrittenTo) {
  const ZeroedArray<float> array(std::size_t{1} << 34);  // 64 GiB
  array[std::size_t{1} << 33] = 1;
  EXPECT_EQ(array[(std::size_t{1} << 34) - 1], 0);
}

TEST(ZeroedArray, ThrowsWhenThereIsNoSuchMemory) {
  EXPECT_THROW(ZeroedArray<double>(std::size_t{1} << 58), std::bad_alloc);
}

TEST(ZeroedArray, Moves) {
  ZeroedArray<int> a(5);
  a[3] = 9;
  ZeroedArray<int> b = std::move(a);
  EXPECT_EQ(b[3], 9);
}

}  // namespace
}  // namespace hogwild
