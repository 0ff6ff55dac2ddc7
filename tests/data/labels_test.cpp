#include "hogwild/data/labels.hpp"

#include <gtest/gtest.h>

#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

class Labels : public testing::Test {
 protected:
  Dataset labelled(const std::string& labels) {
    std::string text;
    for (const char c : labels) text += c == ' ' ? std::string(" 1:1\n") : std::string(1, c);
    return read({folder_.write("data", text + " 1:1\n")});
  }
  test::TemporaryFolder folder_;
};

TEST_F(Labels, OfABinaryPairMapTheLargerToPlusOne) {
  EXPECT_EQ(binary_labels(labelled("-1 1 1")), (LabelPair{-1, 1}));
  EXPECT_EQ(binary_labels(labelled("+1 -1")), (LabelPair{-1, 1}));
  EXPECT_EQ(binary_labels(labelled("1 0")), (LabelPair{0, 1}));
  EXPECT_EQ(binary_labels(labelled("1 1 2")), (LabelPair{1, 2}));
  EXPECT_EQ(binary_labels(labelled("4 2")), (LabelPair{2, 4}));
  EXPECT_EQ(binary_labels(labelled("0.5 -3")), (LabelPair{-3, 0.5}));
  const LabelPair pair{1, 2};
  EXPECT_EQ(pair.sign(2), 1);
  EXPECT_EQ(pair.sign(1), -1);
}

TEST_F(Labels, AThirdOneIsAnErrorAtItsLine) {
  try {
    binary_labels(labelled("1 2 1 3 2"));
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 4u);
    EXPECT_EQ(error.reason, "third label 3, after 1 and 2");
  }
}

TEST_F(Labels, ThatAreNoBinaryPairAreRefused) {
  EXPECT_THROW(binary_labels(labelled("1 1 1")), DataError);
  EXPECT_THROW(binary_labels(labelled("-1 0 1")), ParseError);
}

TEST_F(Labels, OfATestSetMustBeTheModels) {
  EXPECT_NO_THROW(require_labels(labelled("1 1"), {0, 1}));
  EXPECT_THROW(require_labels(labelled("1 2"), {0, 1}), ParseError);
}

}  // namespace
}  // namespace hogwild
