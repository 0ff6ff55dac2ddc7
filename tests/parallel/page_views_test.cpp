#include "parallel/page_views.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include "hogwild/data/ranking.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "parallel/shared_parameters.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

TEST(PageViews, ShareAllButTheirFirstPages) {
  const std::size_t page = page_size(), bytes = 8 * page;
  const ViewableMemory memory(bytes);
  const PageViews views(memory.data(), bytes, 2 * page, 3);
  for (std::size_t view = 0; view < 3; ++view) {
    views[view][0] = std::byte{static_cast<unsigned char>(view + 1)};
    views[view][2 * page + view] = std::byte{static_cast<unsigned char>(view + 10)};
  }
  EXPECT_EQ(memory.data()[0], std::byte{0});
  for (std::size_t view = 0; view < 3; ++view) {
    EXPECT_EQ(views[view][0], std::byte{static_cast<unsigned char>(view + 1)});
    for (std::size_t other = 0; other < 3; ++other) {
      EXPECT_EQ(views[view][2 * page + other], std::byte{static_cast<unsigned char>(other + 10)});
    }
  }
}

TEST(PageViews, KnowWhichPagesAreInUse) {
  const std::size_t page = page_size();
  const ViewableMemory memory(1000 * page);
  EXPECT_EQ(memory.next_in_use(0).first, memory.bytes());
  memory.data()[500 * page] = std::byte{1};
  const auto [begin, end] = memory.next_in_use(0);
  EXPECT_LE(begin, 500 * page);
  EXPECT_GT(end, 500 * page);
  EXPECT_LT(end - begin, 1000 * page);
  EXPECT_EQ(memory.next_in_use(end).first, memory.bytes());
}

TEST(PageViews, AreRefusedWhereMemoryIsNotShared) {
  const std::size_t bytes = 4 * page_size();
  void* const alone =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(alone, MAP_FAILED);
  EXPECT_THROW(PageViews(static_cast<std::byte*>(alone), bytes, page_size(), 2), std::system_error);
  munmap(alone, bytes);
}

TEST(SharedParameters, SayWhyThereAreNoViews) {
  const SharedParameters<std::uint64_t> parameters(
      ArrayPlan{.coordinates = 1000, .own = 100, .workers = 1});
  if (parameters.own() == 0) GTEST_SKIP() << parameters.refusal();
  alignas(64) static std::byte elsewhere[16 * 1000];
  const SharedParameters<std::uint64_t> alone(
      ArrayPlan{.coordinates = 1000, .where = elsewhere, .own = 100, .workers = 2});
  EXPECT_EQ(alone.own(), 0u);
  EXPECT_FALSE(alone.refusal().empty());
  EXPECT_EQ(&alone[0], alone.seen_by(1));
}

// Lowers a limit of this process, and gives it back.
class Limited {
 public:
  Limited(int which, rlim_t to) : which_(which) {
    getrlimit(which_, &before_);
    const rlimit lower{to, before_.rlim_max};
    setrlimit(which_, &lower);
  }
  ~Limited() { setrlimit(which_, &before_); }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;

 private:
  int which_;
  rlimit before_{};
};

// Training goes on with shared weights alone, and reaches the same loss.
TEST(Views, AreDoneWithoutWhereTheSystemRefusesThem) {
  const Dataset data = test::skewed_rows(20'000, true);
  const TrainOptions options{.learning_rate = 0.05f, .epochs = 2, .threads = 2};
  const TrainResult viewed = train(ranked(data), options);
  const auto without = [&](int limit, rlim_t to) {
    const Limited limited(limit, to);
    return train(ranked(data), options);
  };
  for (const int limit : {RLIMIT_FSIZE, RLIMIT_NOFILE}) {
    const TrainResult result = without(limit, limit == RLIMIT_FSIZE ? 4096 : 0);
    EXPECT_EQ(result.views.own, 0u);
    EXPECT_FALSE(result.views.reason.empty());
    EXPECT_EQ(result.epochs.size(), 2u);
    EXPECT_NEAR(mean_loss(result.model, data), mean_loss(viewed.model, data), 0.01);
  }
}

TEST(SharedParameters, VisitOnlyWhatIsInUse) {
  SharedParameters<std::uint64_t> parameters(
      ArrayPlan{.coordinates = std::size_t{1} << 30, .own = 100, .workers = 1});
  if (parameters.own() == 0) GTEST_SKIP() << parameters.refusal();
  parameters[std::size_t{1} << 29].store(7);
  parameters[(std::size_t{1} << 30) - 1].store(8);
  std::uint64_t seen = 0, sum = 0;
  parameters.for_each_range_in_use([&](std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; ++j, ++seen) sum += std::as_const(parameters)[j].load();
  });
  EXPECT_EQ(sum, 15u);
  EXPECT_LT(seen, std::uint64_t{1} << 20);
}

}  // namespace
}  // namespace hogwild
