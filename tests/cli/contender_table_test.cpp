#include "cli/contender_table.hpp"

#include <gtest/gtest.h>

namespace hogwild::cli {
namespace {

using Lines = std::vector<std::string>;

TEST(ContenderTable, FollowsTheRulesAsTheyLearn) {
  ContenderTable table({Sgd{}, Adam{}}, 3);
  const std::string head = "  rule               best loss  epochs      rate";
  EXPECT_EQ(table.lines(true), (Lines{head, "  sgd", "  adam"}));

  table.begin(Sgd{});
  table.rate({.rate = 0.5f});
  EXPECT_EQ(table.lines(true)[1], "  sgd                              0/3       0.5");
  table.epoch({.epoch = 1, .valid_loss = 0.5});
  table.epoch({.epoch = 2, .valid_loss = 0.25});
  EXPECT_EQ(table.lines(true)[1], "* sgd                  0.25000     2/3       0.5  █▁");
  EXPECT_EQ(table.lines(false)[1], "* sgd                  0.25000     2/3       0.5");
  EXPECT_EQ(table.lines(true)[2], "  adam");

  table.begin(Adam{});
  table.epoch({.epoch = 1, .valid_loss = 0.125});
  EXPECT_EQ(table.lines(true)[1].front(), ' ');
  EXPECT_EQ(table.lines(true)[2], "* adam                 0.12500     1/3");
}

TEST(ContenderTable, BeginsAnewWithARunThatDiverged) {
  ContenderTable table({Sgd{}}, 3);
  table.begin(Sgd{});
  table.epoch({.epoch = 1, .valid_loss = 0.125});
  table.epoch({.epoch = 2, .valid_loss = 8});
  table.epoch({.epoch = 1, .valid_loss = 0.5});
  EXPECT_EQ(table.lines(false)[1], "* sgd                  0.50000     1/3");
}

TEST(ContenderTable, SaysWhyARunEndedEarly) {
  ContenderTable table({Sgd{}}, 3);
  table.begin(Sgd{});
  lab::Contender contender{.rule = Sgd{}};
  contender.result.reason = StopReason::diverged;
  contender.result.learning_rate = 2;
  table.end(contender);
  EXPECT_EQ(table.lines(false)[1], "  sgd                              0/3         2  diverged");
}

}  // namespace
}  // namespace hogwild::cli
