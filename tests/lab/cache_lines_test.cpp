#include "lab/virtual/cache_lines.hpp"

#include <gtest/gtest.h>

namespace hogwild::lab {
namespace {

constexpr double kLine = 100;  // seconds
constexpr double kRead = (1 - CacheLines::kStore) * kLine;
constexpr double kStore = CacheLines::kStore * kLine;

CacheLines four_workers_in_two_sockets() {
  SimulatedCosts costs;
  costs.line_transfer = kLine;
  costs.far_line_transfer = 3 * kLine;
  costs.sockets = 2;
  return {costs, 4, 100};
}

double read(CacheLines& lines, int worker, std::size_t line, double time) {
  lines.begin(worker, time);
  lines.read(line);
  return lines.end() - time;
}

double write(CacheLines& lines, int worker, std::size_t line, double time) {
  lines.begin(worker, time);
  lines.write(line);
  return lines.end() - time;
}

TEST(CacheLines, CostOneWorkerNothing) {
  CacheLines lines = four_workers_in_two_sockets();
  for (double time = 0; time < 10; ++time) {
    EXPECT_EQ(write(lines, 0, 7, time), 0);
    EXPECT_EQ(read(lines, 0, 7, time), 0);
  }
  EXPECT_EQ(lines.stored(0), 0);
}

TEST(CacheLines, AreWaitedForWhereAnotherHasWritten) {
  CacheLines lines = four_workers_in_two_sockets();
  EXPECT_EQ(write(lines, 0, 7, 0), 0);
  EXPECT_DOUBLE_EQ(read(lines, 1, 7, 1000), kRead);
  EXPECT_EQ(read(lines, 1, 7, 2000), 0);  // both have it now
  EXPECT_EQ(read(lines, 0, 7, 2000), 0);
  EXPECT_EQ(read(lines, 1, 8, 2000), 0);  // nobody has written this one
  // A core goes on while its store waits, and others wait for that.
  EXPECT_EQ(write(lines, 1, 7, 3000), 0);
  EXPECT_DOUBLE_EQ(lines.stored(1), 3000 + kStore);
  EXPECT_DOUBLE_EQ(read(lines, 0, 7, 3000), kStore + kRead);
}

TEST(CacheLines, TakeLongerFromSocketToSocket) {
  CacheLines lines = four_workers_in_two_sockets();
  write(lines, 0, 7, 0);
  EXPECT_DOUBLE_EQ(read(lines, 3, 7, 1000), 3 * kRead);
  EXPECT_DOUBLE_EQ(write(lines, 1, 7, 2000), 0);  // in no core alone: it comes from memory
  EXPECT_DOUBLE_EQ(lines.stored(1), 2000 + 3 * kStore);
}

TEST(CacheLines, AreReadManyAtOnceAndStoredOneByOne) {
  CacheLines lines = four_workers_in_two_sockets();
  const auto at_once = CacheLines::kAtOnce;
  for (std::size_t k = 0; k < at_once + 1; ++k) write(lines, 0, k, 0);
  lines.begin(1, 1000);
  for (std::size_t k = 0; k < at_once; ++k) lines.read(k);
  EXPECT_DOUBLE_EQ(lines.end(), 1000 + kRead);
  lines.read(at_once);
  EXPECT_DOUBLE_EQ(lines.end(), 1000 + 2 * kRead);
  lines.begin(1, 2000);
  for (std::size_t k = 0; k < 4; ++k) lines.write(k);
  EXPECT_EQ(lines.end(), 2000);
  EXPECT_DOUBLE_EQ(lines.stored(1), 2000 + 4 * kStore);
}

TEST(CacheLines, WithoutCostsKeepNoAccount) {
  CacheLines lines({}, 2, 0);
  EXPECT_EQ(write(lines, 0, 7, 0), 0);
  EXPECT_EQ(read(lines, 1, 7, 0), 0);
}

}  // namespace
}  // namespace hogwild::lab
