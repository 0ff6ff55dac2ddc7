// A model predicts without allocating: every allocation of the tests' own program is counted.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "core/sanitizers.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/model/model.hpp"
#include "support/models.hpp"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

#ifndef HOGWILD_SANITIZED
// The array and nothrow forms of the standard library call these.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* const memory = std::aligned_alloc(unit, (size + unit) / unit * unit)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
#endif

namespace hogwild {
namespace {

class Allocation : public testing::Test {
 protected:
  void SetUp() override {
#ifdef HOGWILD_SANITIZED
    GTEST_SKIP() << "the sanitizer's own allocator is not replaced";
#endif
  }

  template <class Function>
  static std::size_t allocations_of(const Function& function) {
    const std::size_t before = allocations;
    function();
    return allocations - before;
  }

  const std::vector<Index> indices_{0, 2, 7, 4'000'000'000u};
  const std::vector<float> values_{1, -2, 0.5f, 3};
  const SparseRow ones_{.indices = indices_, .values = {}};
  const SparseRow valued_{.indices = indices_, .values = values_};
};

TEST_F(Allocation, IsSeen) {
  EXPECT_EQ(allocations_of([] { EXPECT_NE(std::make_unique<int>(1), nullptr); }), 1u);
  EXPECT_EQ(allocations_of([] { EXPECT_EQ(std::string(100, 'x').size(), 100u); }), 1u);
  EXPECT_EQ(allocations_of([] {}), 0u);
}

TEST_F(Allocation, OfPredictingThereIsNone) {
  for_each_alternative<AnyLoss>([&](auto loss) {
    const Model model = test::model_of(
        {.size = 8}, [](Index j) { return static_cast<float>(j) - 3; }, 0.1f, loss);
    for (const SparseRow& row : {ones_, valued_}) {
      float sum = 0;
      EXPECT_EQ(
          allocations_of([&] { sum += model.predict(row) + model.margin(row) + model.label(row); }),
          0u);
      EXPECT_NE(sum, 0);
    }
  });
}

TEST_F(Allocation, OfPredictingClassesThereIsNone) {
  const std::shared_ptr<float[]> weights(new float[8 * 3]);
  for (int i = 0; i < 8 * 3; ++i) weights[i] = static_cast<float>(i % 5) - 2;
  const auto classes =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"a", "b", "c"});
  for (const AnyLoss& loss : {AnyLoss(Softmax{}), AnyLoss(Logistic{})}) {
    const Model model({.size = 8}, weights, std::vector<float>{0, 1, 2}, loss, classes, {});
    std::vector<float> out(3);
    for (const SparseRow& row : {ones_, valued_}) {
      std::size_t likeliest = 3;
      EXPECT_EQ(allocations_of([&] {
                  model.margins(row, out);
                  model.probabilities(row, out);
                  likeliest = model.likeliest_class(row);
                }),
                0u);
      EXPECT_LT(likeliest, 3u);
    }
  }
}

}  // namespace
}  // namespace hogwild
