#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/named.hpp"

namespace hogwild {
namespace {

class Libffm : public testing::Test {
 protected:
  Dataset read_text(const std::string& text, const ReadOptions& options = {}) {
    return read({folder_.write("data.ffm", text)}, options);
  }

  std::string fault_of(const std::string& text, const ReadOptions& options = {}) {
    try {
      read_text(text, options);
    } catch (const Error& error) {
      const std::string message = error.what();
      return message.substr(message.find("data.ffm"));
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
};

using test::Named;
using test::named;

TEST_F(Libffm, IsToldByItsFirstRow) {
  const Dataset data = read_text("# made today\n\n1 0:7:0.5 1:abc:1\r\n-1 0:8:2\n");
  EXPECT_EQ(data.source().format, "libffm");
  EXPECT_EQ(data.features().format, "libffm");
  ASSERT_EQ(data.rows(), 2u);
  EXPECT_EQ(named(data, 0), (Named{{"0^7", 0.5f}, {"1^abc", 1}}));
  EXPECT_EQ(named(data, 1), (Named{{"0^8", 2}}));
  EXPECT_FLOAT_EQ(data.row(1).label, -1);
  EXPECT_EQ(read_text("0:7:0.5\n").source().format, "libffm");
  EXPECT_EQ(read_text("1\t0:7:0.5\t1:2:3\n").source().format, "libffm");
  EXPECT_EQ(read_text("1 0:7:1\r\n1 0:7:1 1:3:1\r\n").source().format, "libffm");
  EXPECT_EQ(read_text("1\n-1\n1 0:7:1\n").source().format, "libffm");
  EXPECT_EQ(read_text("1 7:0.5\n").source().format, "libsvm");
  EXPECT_EQ(read_text("1\n-1\n1 7:0.5\n").source().format, "libsvm");
  EXPECT_EQ(read_text("1\n-1\n1 | a\n", {.format = Format::vw, .on_error = OnError::skip})
                .source()
                .format,
            "vw");
}

TEST_F(Libffm, MeansWhatTheSameRowsMeanAsVwText) {
  const std::string vw = folder_.write("data.vw", "1 |0 7:0.5 |f a^b |f x:2\n-1 |0 8:2 7\n");
  const Dataset theirs = read({vw});
  const Dataset ours = read_text("1 0:7:0.5 f:a^b:1 f:x:2\n-1 0:8:2 0:7:1\n");
  ASSERT_EQ(ours.rows(), theirs.rows());
  for (Offset i = 0; i < ours.rows(); ++i) EXPECT_EQ(named(ours, i), named(theirs, i)) << i;
  const ReadOptions hashed{.hash_bits = 20};
  const Dataset of_ffm = read_text("1 0:7:0.5 f:a^b:1\n", hashed);
  const Dataset of_vw = read({folder_.write("data.vw", "1 |0 7:0.5 |f a^b\n")}, hashed);
  EXPECT_TRUE(std::ranges::equal(of_ffm.row(0).indices, of_vw.row(0).indices));
}

TEST_F(Libffm, AddsUpAFeatureThatOccursTwice) {
  EXPECT_EQ(named(read_text("1 0:7:0.5 0:7:2\n"), 0), (Named{{"0^7", 2.5f}}));
}

TEST_F(Libffm, NamesTheLineAndColumnOfAFault) {
  const ReadOptions options{.format = Format::libffm};
  EXPECT_EQ(fault_of("1 0:7:1\n1 0:7\n"),
            "data.ffm:2:3: expected field:feature:value, found '0:7'; a row is `label "
            "field:feature:value ...`; for libsvm text use --format libsvm");
  EXPECT_EQ(fault_of("1 :7:1\n", options).substr(0, 13), "data.ffm:1:3:");
  EXPECT_EQ(fault_of("1 0::1\n", options).substr(0, 13), "data.ffm:1:3:");
  EXPECT_EQ(fault_of("1 0:7: 1:2:1\n", options).substr(0, 45),
            "data.ffm:1:7: expected a value, found nothing");
  EXPECT_EQ(fault_of("1 0:7:x\n", options).substr(0, 33), "data.ffm:1:7: expected a value, f");
  EXPECT_EQ(fault_of("1 0:7:1:2\n", options).substr(0, 13), "data.ffm:1:7:");
  EXPECT_EQ(fault_of("1 0:7:nan\n", options).substr(0, 13), "data.ffm:1:7:");
  EXPECT_EQ(fault_of("x 0:7:1\n", options).substr(0, 13), "data.ffm:1:1:");
}

TEST_F(Libffm, AModelOfItReadsItAndNothingElse) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += i % 2 == 0 ? "1 f:a:1 g:x:1\n" : "-1 f:b:1 g:x:1\n";
  const Model model = train(read_text(text), {.learning_rate = 0.5f, .threads = 1}).model;
  const Dataset test = read_text("1\n1 f:a:1 f:new:1\n", {.features = model.features()});
  EXPECT_EQ(test.source().unknown_features, 1u);
  EXPECT_GT(model.margin(test.row(1)), 0.5f);
  EXPECT_EQ(fault_of("1 1:1\n", {.features = model.features()}).substr(0, 13), "data.ffm:1:3:");
  const ReadOptions vw{.format = Format::vw, .features = model.features()};
  EXPECT_EQ(fault_of("1 |f a\n", vw),
            "data.ffm: this is vw text, and the model was trained on libffm text; give libffm "
            "text, as the model needs");
}

}  // namespace
}  // namespace hogwild
