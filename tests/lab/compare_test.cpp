#include "hogwild/lab/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/report/report.hpp"
#include "support/rows.hpp"

namespace hogwild::lab {
namespace {

std::vector<AnyUpdateRule> every_rule() {
  std::vector<AnyUpdateRule> rules;
  for_each_alternative<AnyUpdateRule>([&](auto rule) { rules.emplace_back(rule); });
  return rules;
}

TEST(Compare, RunsEveryRuleAndPutsTheBestFirst) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  const TrainOptions options{
      .epochs = 3, .validation = test::random_rows(1000, 40, 0.2, true, 2), .threads = 2};
  CompareObserver silent;
  const auto contenders = compare(data, options, every_rule(), silent);
  EXPECT_EQ(contenders.size(), std::variant_size_v<AnyUpdateRule>);
  EXPECT_TRUE(std::ranges::is_sorted(contenders, {}, &Contender::best_loss));
  for (const Contender& contender : contenders) {
    EXPECT_LT(contender.best_loss, 0.69) << name_of(contender.rule);
    EXPECT_EQ(contender.result.epochs.size(), 3u);
  }
  const std::string text = table(contenders);
  for (const auto name : kNamesOf<AnyUpdateRule>) EXPECT_NE(text.find(name), std::string::npos);
  EXPECT_TRUE(advice(contenders)
                  .starts_with("use --optimizer " + std::string(name_of(contenders[0].rule))));
}

TEST(Compare, NeedsRowsToValidateOn) {
  CompareObserver silent;
  EXPECT_THROW(compare(test::random_rows(100, 10, 0.5, true), {}, every_rule(), silent),
               OptionError);
}

TEST(Compare, EndsWhenAskedTo) {
  class Stopping : public CompareObserver {
    bool stop_requested() override { return true; }
  };
  Stopping observer;
  const Dataset data = test::random_rows(100, 10, 0.5, true);
  EXPECT_TRUE(compare(data, {.validation = data}, every_rule(), observer).empty());
}

}  // namespace
}  // namespace hogwild::lab
