// Tests of what is compiled once for every instruction set.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "data/text/scan.hpp"

namespace hogwild::test {

class EveryInstructionSet : public testing::Test {
 protected:
  /// Runs the body with each instruction set that the processor has, one after the other.
  template <class Body>
  void run(const Body& body) {
    const auto targets = hwy::SupportedAndGeneratedTargets();
    ASSERT_FALSE(targets.empty());
    for (const std::int64_t target : targets) {
      SCOPED_TRACE(hwy::TargetName(target));
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().Update(target);
      EXPECT_STREQ(scan_instruction_set(), hwy::TargetName(target));
      body();
    }
  }
  ~EveryInstructionSet() override {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace hogwild::test
