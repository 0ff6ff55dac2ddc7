#include "hogwild/core/error.hpp"

#include <gtest/gtest.h>

namespace hogwild {
namespace {

TEST(Error, AParseErrorSaysWhereWhatAndHowToMendIt) {
  const ParseError error("data.svm", 3, 14, "expected a value, found 'x'", "write a number");
  EXPECT_STREQ(error.what(), "data.svm:3:14: expected a value, found 'x'; write a number");
  EXPECT_EQ(error.line, 3u);
  EXPECT_EQ(error.column, 14u);
}

TEST(Error, EveryErrorIsCaughtAsOne) {
  EXPECT_THROW(throw IoError("p", "r", "m"), Error);
  EXPECT_THROW(throw DataError("p", "r", "m"), Error);
  EXPECT_THROW(throw ModelError("p", "r", "m"), Error);
  EXPECT_THROW(throw OptionError("epochs", "r"), Error);
}

}  // namespace
}  // namespace hogwild
