#include "hogwild/data/reader.hpp"
#include "hogwild/data/ranking.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "data/text/input.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

class Reading : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
};

TEST_F(Reading, TellsTheFormatsApartByTheFirstRow) {
  EXPECT_EQ(read({folder_.write("a", "# x | y\n\n1 1:1\n")}).source().format, "libsvm");
  EXPECT_EQ(read({folder_.write("b", "\n1 | x\n")}).source().format, "vw");
  for (const char* vw :
       {"'id#3|f a\n", "1 'id#3|f a\n", "id#3|f a\n", "#tag|f a\n", "# x\n#t|f a\n"}) {
    try {
      EXPECT_EQ(read({folder_.write("c", vw)}).source().format, "vw") << vw;
    } catch (const ParseError& error) {  // a line that is no row of VW text
      EXPECT_NE(error.reason.find("VW text has no comments"), std::string::npos) << vw;
    }
  }
  for (const char* libsvm : {"1 1:1 # a | b\n", "1 1:1 #|\n", "1 1:1#|b\n", "#a|b\n1 1:1\n"}) {
    EXPECT_EQ(read({folder_.write("c", libsvm)}).source().format, "libsvm") << libsvm;
  }
}

TEST_F(Reading, TakesTextForThatOfTheModelIfThatIsVw) {
  const FeatureSpace space = read({folder_.write("train", "1 |f a\n-1 |f b\n")}).features();
  EXPECT_EQ(read({folder_.write("rows", "#1|f a\n")}, {.features = space}).nonzeros(), 1u);
  try {
    read({folder_.write("rows", "1 |f a\n1 1:1\n")}, {.features = space});
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 2u);
    EXPECT_EQ(error.reason, "this row has no '|': it is not VW text, as the model needs");
  }
  const FeatureSpace numbers = read({folder_.write("svm", "1 1:1\n-1 2:1\n")}).features();
  EXPECT_THROW(read({folder_.path("train")}, {.features = numbers}), DataError);
}

TEST_F(Reading, JoinsFilesInOrder) {
  const std::string a = folder_.write("a", "1 1:1\n-1 2:1");
  const std::string b = folder_.write("b", "1 0:1\n");
  const Dataset data = read({a, b});
  ASSERT_EQ(data.rows(), 3u);
  EXPECT_EQ(data.features().index_base, 0);  // decided over both
  EXPECT_EQ(data.row(0).indices[0], 1u);
}

TEST_F(Reading, CountsLinesByFileInFaults) {
  const std::string a = folder_.write("a", "1 1:1\n-1 2:1\n");
  const std::string b = folder_.write("b", "1 1:1\n1 x\n");
  try {
    read({a, b});
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.path, b);
    EXPECT_EQ(error.line, 2u);
    EXPECT_EQ(error.column, 3u);
  }
}

// A ranked space holds fewer features than its text has numbers for.
TEST_F(Reading, InARankedSpaceKeepsFeaturesOfAnyNumber) {
  const Dataset training = ranked(read({folder_.write("train", "1 1:1 90:1\n-1 7:1 90:1\n")}));
  ASSERT_EQ(training.features().size, 3u);
  const Dataset test =
      read({folder_.write("test", "1 7:1 90:1\n")}, {.features = training.features()});
  EXPECT_EQ(test.nonzeros(), 2u);
  EXPECT_EQ(test.source().unknown_features, 0u);
}

TEST_F(Reading, RefusesWhatIsNoReadableFile) {
  EXPECT_THROW(read({folder_.path("missing")}), IoError);
  EXPECT_THROW(read({folder_.path("")}), IoError);  // the folder
  EXPECT_THROW(read({folder_.write("empty", "")}), DataError);
  EXPECT_THROW(read({folder_.write("comments", "# nothing\n\n")}), DataError);
  EXPECT_THROW(read({}), OptionError);
}

TEST_F(Reading, RefusesAnUnreadableFile) {
  const std::string path = folder_.write("secret", "1 1:1\n");
  chmod(path.c_str(), 0);
  constexpr uid_t kNobody = 65534;
  const uid_t self = geteuid();  // root may read every file, so for a moment be someone else
  if (self == 0) {
    ASSERT_EQ(seteuid(kNobody), 0);
  }
  EXPECT_THROW(read({path}), IoError);
  ASSERT_EQ(seteuid(self), 0);
}

TEST_F(Reading, SaysHowToReadWhatItCanNotDecompress) {
  try {
    read({folder_.write("a", std::string("\xfd\x37zXZ\0 rest", 11))});
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("xz -dc"), std::string::npos);
  }
}

TEST_F(Reading, RefusesRandomBytesWithoutCrashing) {
  Random random(9);
  for (int file = 0; file < 50; ++file) {
    std::string bytes;
    for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(random.bits());
    const std::string path = folder_.write("noise", bytes);
    EXPECT_THROW(read({path}), Error);
    EXPECT_THROW(read({path}, {.format = Format::vw}), Error);
  }
}

TEST_F(Reading, RefusesALineThatNeverEnds) {
  const std::string path =
      folder_.write("long", "1 1:1\n" + std::string(100 << 20, '7') + "\n1 1:1\n");
  try {
    read({path});
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 2u);
    EXPECT_EQ(error.reason, "the line is longer than 64 MiB");
  }
  const Dataset data = read({path}, {.on_error = OnError::skip});
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.source().lines, 3u);
  EXPECT_EQ(data.source().skipped_lines, 1u);
}

TEST_F(Reading, TakesALineLongerThanAChunk) {
  std::string row = "1";
  for (int j = 1; j <= 400'000; ++j) row += " " + std::to_string(j) + ":1";
  ASSERT_GT(row.size(), std::size_t{3} << 20);
  const Dataset data = read({folder_.write("wide", "-1 1:1\n" + row + "\n-1 2:1\n" + row)});
  EXPECT_EQ(data.rows(), 4u);
  EXPECT_EQ(data.row(3).nonzeros(), 400'000u);
}

TEST_F(Reading, ReadsANamedPipe) {
  const std::string path = folder_.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string command = "(printf '1 1:1\\n'; printf -- '-1 2:1\\n') > '" + path + "' &";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read({path}).rows(), 2u);
}

TEST_F(Reading, TellsHowFarItHasCome) {
  const std::string path = folder_.write("a", "1 1:1\n-1 2:1\n");
  std::uint64_t done = 0, total = 0;
  read({path}, {.progress = [&](std::uint64_t bytes, std::uint64_t of) {
         done = bytes;
         total = of;
       }});
  EXPECT_EQ(done, 13u);
  EXPECT_EQ(total, 13u);
}

TEST_F(Reading, GivesTestRowsTheModelsNumbers) {
  const Dataset zero_based = read({folder_.write("train", "1 0:1 4:1\n-1 1:1\n")});
  const Dataset test =
      read({folder_.write("test", "1 4:1 9:1\n-1 1:1\n")}, {.features = zero_based.features()});
  EXPECT_EQ(test.row(0).indices[0], 4u);  // on its own it would count from 1
  EXPECT_EQ(test.row(0).nonzeros(), 1u);
  EXPECT_EQ(test.source().unknown_features, 1u);
}

TEST_F(Reading, DoesNotMixNamesAndNumbers) {
  const Dataset named = read({folder_.write("n", "1 | a\n-1 | b\n")});
  const Dataset numbered = read({folder_.write("m", "1 1:1\n-1 2:1\n")});
  EXPECT_THROW(read({folder_.path("m")}, {.features = named.features()}), ParseError);
  EXPECT_THROW(read({folder_.path("n")}, {.features = numbered.features()}), DataError);
}

TEST_F(Reading, RefusesImpossibleHashBits) {
  const std::string path = folder_.write("a", "1 1:1\n");
  EXPECT_THROW(read({path}, {.hash_bits = 33}), OptionError);
  EXPECT_THROW(read({path}, {.hash_bits = 32, .all_hashes = true}), OptionError);
  EXPECT_THROW(read({path}, {.hash_bits = -1}), OptionError);
}

TEST_F(Reading, KeepsTheLinesBetweenTwoThatNeverEnd) {
  const std::string endless(65 << 20, '7');
  const std::string path =
      folder_.write("two", endless + "\n1 1:1\n-1 1:1\n1 2:1\n" + endless + "\n-1 2:1\n1 x\n");
  const Dataset data = read({path}, {.on_error = OnError::skip});
  EXPECT_EQ(data.rows(), 4u);
  EXPECT_EQ(data.source().lines, 7u);
  EXPECT_EQ(data.source().skipped_lines, 3u);
}

TEST_F(Reading, SeesNoBarInAComment) {
  EXPECT_EQ(read({folder_.write("a", "1 1:1 # a|b\n")}).source().format, "libsvm");
  EXPECT_EQ(read({folder_.write("b", "1 | a#b\n")}).source().format, "vw");
}

TEST_F(Reading, DoesNotMixFormatsUnderAHash) {
  const Dataset named = read({folder_.write("n", "1 | a\n-1 | b\n")}, {.hash_bits = 10});
  EXPECT_THROW(read({folder_.write("m", "1 1:1\n")}, {.features = named.features()}), ParseError);
}

}  // namespace
}  // namespace hogwild
