#include "data/text/other_format.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/data/row_stream.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

using namespace std::string_literals;

std::string reason_of(std::string_view text) {
  const auto other = other_format(text);
  return other ? other->reason : "";
}

TEST(OtherFormat, OfTextIsToldByItsFirstRows) {
  EXPECT_EQ(reason_of("id,age\n1,30\n"), "this looks like CSV: columns with commas between them");
  EXPECT_EQ(reason_of("0, 0.7, 12:30:00\n"),
            "this looks like CSV: columns with commas between them");
  EXPECT_EQ(reason_of("1;0,5;2\n0;1,5;3\n"),
            "this looks like CSV: columns with semicolons between them");
  EXPECT_EQ(reason_of("1\t0.5\t2\r\n0\t1\t3\r\n"),
            "this looks like TSV: columns with tabs between them");
  for (const char* times : {"cat\t2020-01-01 10:00:00\n", "3\t12:30:00\n5\t12:31:00\n",
                            "2020-01-01 10:00:00\t0.5\t3\n"}) {
    EXPECT_EQ(reason_of(times), "this looks like TSV: columns with tabs between them");
  }
  EXPECT_EQ(reason_of("id,label,time\n3,1,2020-01-01 10:00:00\n"),
            "this looks like CSV: columns with commas between them");
  for (const char* json : {"{\"label\": 1, \"x\": 2}\n", "{\n  \"rows\": []}", "[{\"a\":1}]",
                           "[\n1]", "[[1,2]]", "\n { \"a\": 1}"}) {
    EXPECT_EQ(reason_of(json), "this looks like JSON") << json;
  }
  EXPECT_EQ(reason_of("<!DOCTYPE html>\n<p>Not found"), "this looks like HTML");
  EXPECT_EQ(reason_of("%%MatrixMarket matrix coordinate real general\n"),
            "this looks like Matrix Market text");
}

TEST(OtherFormat, OfBytesIsToldByZeros) {
  EXPECT_EQ(reason_of("1 1:1\n\0\0\0\4"s), "this is not text: it has bytes that are 0");
  EXPECT_EQ(reason_of("1\0 \0001\0:\0001\0"s),
            "the text is UTF-16LE, by the zeros between its bytes");
  EXPECT_EQ(reason_of("\0001\0 \0001\0:\0001"s),
            "the text is UTF-16BE, by the zeros between its bytes");
}

TEST(OtherFormat, IsNotWhatRowsAre) {
  for (const char* text :
       {"", "\n\n", "# a, b\n", "1 1:1 2:0.5\n", "1\t1:1\t2:0.5\n", "1,3 1:1\n",
        "New,York 1:1 2:1\n", "1\n-1\n1 2:1\n", "1\t\n", "1 # a,b\n-1 1:1\n", "1 |words a,b c;d\n",
        "'a,b|f x\n", "|a x\ty\n", "0,5\n1 1:1\n", "{ 1:1\n", "[unk] 1:1\n"}) {
    EXPECT_EQ(reason_of(text), "") << text;
  }
}

class OtherFiles : public testing::Test {
 protected:
  std::string error_of(const std::string& text, const ReadOptions& options = {}) {
    try {
      read({folder_.write("data", text)}, options);
    } catch (const Error& error) {
      const std::string message = error.what();
      return message.substr(message.find("data"));
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
};

TEST_F(OtherFiles, AreNamedWhateverTheLabelsAndTheFormat) {
  std::string rows;
  for (int i = 0; i < 200; ++i) rows += std::to_string(i % 2) + ",0." + std::to_string(i) + "\n";
  const std::string error = error_of("\n" + rows);
  EXPECT_EQ(error.find("data:2:1: this looks like CSV"), 0u) << error;
  EXPECT_NE(error.find("say which column is the label: --label NAME; the columns are 1, 2"),
            std::string::npos)
      << error;
  EXPECT_EQ(error_of("\n" + rows, {.class_labels = true}), error);
  const std::string of_vw = error_of("\n" + rows, {.format = Format::vw, .class_labels = true});
  EXPECT_EQ(of_vw.find("data:2:1: this looks like CSV"), 0u) << of_vw;
  EXPECT_EQ(error_of("\n" + rows, {.on_error = OnError::skip}), error);
  EXPECT_THROW(RowStream({folder_.path("data")}), ParseError);
  EXPECT_EQ(error_of("[{\"y\": 1}]\n", {.columns = {.label = "y"}}),
            "data:1:1: this looks like JSON; write one object a line: jq -c '.[]' FILE");
}

TEST_F(OtherFiles, WithinACompressionAreNamed) {
  const std::string path = folder_.write("data", "1 1:1\n-1 2:1\n");
  ASSERT_EQ(std::system(("gzip -c '" + path + "' | gzip -c >'" + path + ".gz'").c_str()), 0);
  const std::string error = error_of(test::contents(path + ".gz"));
  EXPECT_NE(error.find("once decompressed, is compressed with gzip"), std::string::npos) << error;
}

TEST_F(OtherFiles, WithoutAFeatureAreRefused) {
  const std::string reason = "data: no row has a feature";
  EXPECT_EQ(error_of("1\n-1\n").find(reason), 0u);
  EXPECT_EQ(error_of("1 |\n-1 |\n").find(reason), 0u);
  EXPECT_EQ(error_of("1 |\n-1 |\n", {.hash_bits = 10}).find(reason), 0u);
  EXPECT_THROW(RowStream({folder_.write("data", "1\n-1\n")}), DataError);
  EXPECT_EQ(error_of("1\n-1\n1 1:1\n"), "no error");
  const FeatureSpace space = read({folder_.write("data", "1 1:1\n")}).features();
  EXPECT_EQ(error_of("1\n-1\n", {.features = space}), "no error");  // rows to predict
}

TEST_F(OtherFiles, WithAClassForEachRowAreRefused) {
  std::string few, many;
  for (int i = 0; i < 100; ++i) {
    (i < 99 ? few : many) += "c" + std::to_string(i) + " 1:1\n";
  }
  many = few + many;
  EXPECT_EQ(error_of(few, {.class_labels = true}), "no error");
  EXPECT_EQ(error_of(many + "c1 1:1\n", {.class_labels = true}), "no error");
  EXPECT_EQ(error_of(many, {.class_labels = true})
                .find("data: each of its 100 rows has a class of its own"),
            0u);
}

TEST_F(OtherFiles, LabelsOfMoreThanAClassAreRefused) {
  const ReadOptions classes{.class_labels = true};
  const struct {
    std::string text, place_and_reason, remedy;
  } kRows[] = {
      {"1 1:1\n1,3 2:1\n", "data:2:1: the label '1,3' has a comma", "write one row for each"},
      {"cat:2 1:1\n", "data:1:1: the label 'cat:2' has a colon", "write the class alone"},
      {"1 |f a\n1:0.5 2:0 |f a\n", "data:2:1: the label '1:0.5' has a colon", "write the class"},
      {"1 |f a\ncat|f a\n", "data:2:1: 'cat' directly before the bar is a tag",
       "write a class with a blank behind it"},
  };
  for (const auto& [text, reason, remedy] : kRows) {
    const std::string error = error_of(text, classes);
    EXPECT_EQ(error.find(reason), 0u) << error;
    EXPECT_NE(error.find(remedy), std::string::npos) << error;
  }
  EXPECT_EQ(*read({folder_.write("data", "2|f a\n1|f b\ncat 'id|f c\n")}, classes).classes(),
            (std::vector<std::string>{"1", "2", "cat"}));
  EXPECT_NE(error_of("1,3 2:1\n").find("write one row for each"), std::string::npos);
}

TEST_F(OtherFiles, TagsOfRowsToPredictAreNoClasses) {
  const Dataset trained = read({folder_.write("data", "a |f x\nb |f y\n")}, {.class_labels = true});
  const Dataset rows =
      read({folder_.write("data", "id7|f x\n'a|f y\n")},
           {.class_labels = true, .classes = trained.classes(), .features = trained.features()});
  EXPECT_TRUE(rows.seen_labels().unlabelled());
  EXPECT_EQ(rows.rows(), 2u);
}

}  // namespace
}  // namespace hogwild
