// Text as editors on Windows save it.
#include "data/text/byte_order_mark.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/data/row_stream.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

using namespace std::string_literals;

const std::string kMark(kUtf8Mark);

class ByteOrderMark : public testing::Test {
 protected:
  std::string error_of(const std::string& bytes, ReadOptions options = {}) {
    try {
      read({folder_.write("marked", bytes)}, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
};

TEST_F(ByteOrderMark, OfUtf8IsNoPartOfTheFirstRow) {
  const std::string svm = folder_.write("svm", kMark + "2 1:1\n1 2:1\n2 1:1\n");
  EXPECT_EQ(read({svm}).labels()[0], 2);
  EXPECT_EQ(*read({svm}, {.class_labels = true}).classes(), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(read({svm, svm}, {.class_labels = true}).classes()->size(), 2u);  // of each file
  // Nor of a row between others, where files were joined.
  const std::string words = "cat 1:1 2:1 3:1\ndog 2:1 5:1 6:1\n";
  const std::string joined = folder_.write("joined", words + kMark + words + kMark + words);
  EXPECT_EQ(*read({joined}, {.class_labels = true}).classes(),
            (std::vector<std::string>{"cat", "dog"}));
  const std::string vw = folder_.write("vw", kMark + "1 |f a\n-1 |f b\n");
  EXPECT_EQ(read({vw}).source().format, "vw");
  EXPECT_EQ(read({vw}).labels()[0], 1);
  const std::string comment = folder_.write("comment", kMark + "# a | b\n1 1:1\n-1 2:1\n");
  EXPECT_EQ(read({comment}).rows(), 2u);
  ASSERT_EQ(std::system(("gzip -k '" + svm + "'").c_str()), 0);
  EXPECT_EQ(read({svm + ".gz"}, {.class_labels = true}).classes()->size(), 2u);
}

TEST_F(ByteOrderMark, OfUtf8IsNoPartOfARowThatIsStreamed) {
  const std::string path = folder_.write("svm", kMark + "1 1:1\n-1 2:1\n");
  const RowStream stream({path});
  ASSERT_TRUE(stream.sample());
  EXPECT_EQ(stream.sample()->rows(), 2u);
  Input part({path}, {ByteRange{0, 9}});  // as a rank reads it
  const Dataset rows = read(std::move(part), {path}, {});
  EXPECT_EQ(rows.rows(), 1u);
  EXPECT_EQ(rows.labels()[0], 1);
}

TEST_F(ByteOrderMark, OfUtf8MayStandWhereFilesWereJoined) {
  const std::string text = kMark + "1 1:1\n" + kMark + "-1 2:1\n";
  EXPECT_EQ(read({folder_.write("joined", text)}).rows(), 2u);
}

TEST_F(ByteOrderMark, ColumnsAreCountedAfterOne) {
  EXPECT_NE(error_of(kMark + "1 1:x\n").find("marked:1:5: expected a value"), std::string::npos);
}

TEST_F(ByteOrderMark, OfWiderCharactersIsNamedWithTheRemedy) {
  for (const std::string& text : {"\xff\xfe"s + "1\0 \0001\0:\0001\0\n\0"s, "\xfe\xff\0001\0\n"s}) {
    const std::string error = error_of(text);
    EXPECT_NE(error.find("the text is UTF-16, by its byte order mark"), std::string::npos) << error;
    EXPECT_NE(error.find("iconv -f UTF-16 -t UTF-8"), std::string::npos) << error;
    EXPECT_EQ(error_of(text, {.on_error = OnError::skip, .class_labels = true}), error);
    EXPECT_THROW(RowStream({folder_.path("marked")}), DataError);
  }
  EXPECT_NE(error_of("\xff\xfe\0\0001\0\0\0"s).find("the text is UTF-32"), std::string::npos);
}

TEST_F(ByteOrderMark, InTheSecondFileIsFoundToo) {
  const std::string sound = folder_.write("sound", "1 1:1\n-1 2:1\n");
  const std::string wide = folder_.write("wide", "\xff\xfe" + "1\0"s);
  try {
    read({sound, wide});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_EQ(error.where, wide);
  }
}

}  // namespace
}  // namespace hogwild
