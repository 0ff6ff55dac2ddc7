#include "data/text/byte_stream.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/reader.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

// Text that compresses a little, longer than all the blocks that are decompressed ahead.
std::string long_text() {
  Random random(8);
  std::string text;
  while (text.size() < 7'000'000) text += std::to_string(random.below(1000)) + ":1 ";
  return text;
}

std::string read_all(const std::string& path, std::size_t at_once) {
  ByteStream stream(path);
  std::string text, part(at_once, '\0');
  for (;;) {
    const std::size_t got = stream.read(part.data(), part.size());
    text.append(part, 0, got);
    if (got < part.size()) return text;
  }
}

std::string error_of(const std::string& path) {
  try {
    read_all(path, 100'000);
  } catch (const IoError& error) {
    return error.what();
  }
  return "no error";
}

class Compressed : public testing::TestWithParam<const char*> {
 protected:
  // The bytes that the system's own program makes of a text.
  std::string compressed(const std::string& text) const {
    folder_.write("plain", text);
    const std::string command = std::string(GetParam()) + " -c <'" + folder_.path("plain") +
                                "' >'" + folder_.path("packed") + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return test::contents(folder_.path("packed"));
  }
  std::string write(const std::string& bytes) const { return folder_.write("data.txt", bytes); }

  test::TemporaryFolder folder_;
};

TEST_P(Compressed, BytesAreThoseOfTheText) {
  const std::string text = long_text();
  const std::string path = write(compressed(text));
  EXPECT_EQ(read_all(path, 1 << 20), text);
  EXPECT_EQ(read_all(path, 12'345), text);
  EXPECT_EQ(read_all(write(compressed("")), 10), "");
  EXPECT_EQ(read_all(write(compressed("x")), 10), "x");
}

TEST_P(Compressed, FilesOneAfterTheOtherAreOneText) {
  EXPECT_EQ(
      read_all(write(compressed("first ") + compressed(long_text()) + compressed(" last")), 999),
      "first " + long_text() + " last");
}

TEST_P(Compressed, ACutOrDamagedFileIsAnErrorWhereverItIsCut) {
  const std::string whole = compressed(long_text().substr(0, 50'000));
  for (const std::size_t left :
       {whole.size() - 1, whole.size() - 5, whole.size() / 2, std::size_t{40}, std::size_t{7}}) {
    const std::string error = error_of(write(whole.substr(0, left)));
    EXPECT_NE(error.find(std::string("the ") + GetParam() + " data is damaged or truncated"),
              std::string::npos)
        << left << ": " << error;
  }
  std::string damaged = whole;
  for (std::size_t i = damaged.size() / 2; i < damaged.size() / 2 + 20; ++i) damaged[i] ^= '\x55';
  EXPECT_NE(error_of(write(damaged)).find("damaged"), std::string::npos);
  const std::string followed = error_of(write(whole + "and text"));
  const bool gzip = GetParam() == std::string("gzip");
  EXPECT_NE(followed.find(gzip ? "other bytes follow the end of the gzip data" : "damaged"),
            std::string::npos)
      << followed;
}

TEST_P(Compressed, AStreamMayBeLeftBeforeItsEnd) {
  const std::string path = write(compressed(long_text()));
  std::string part(1000, '\0');
  { const ByteStream untouched(path); }
  ByteStream stream(path);
  EXPECT_EQ(stream.read(part.data(), part.size()), part.size());
}

TEST_P(Compressed, RowsAreReadWhateverTheFileIsCalledAndErrorsKnowTheirLine) {
  const Dataset data = read({write(compressed("1 1:1 3:0.5\n-1 2:1\n"))});
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.nonzeros(), 3u);
  EXPECT_EQ(data.source().bytes, 19u);
  try {
    read({write(compressed("1 1:1\n-1 2:x\n"))});
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 2u);
    EXPECT_EQ(error.column, 6u);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Compressed, testing::Values("gzip", "zstd", "bzip2"),
                         [](const auto& info) { return std::string(info.param); });

// What the container's own tool accepts.
class Container : public testing::Test {
 protected:
  std::string made(const std::string& command, const std::string& text) const {
    folder_.write("plain", text);
    const std::string whole =
        command + " <'" + folder_.path("plain") + "' >'" + folder_.path("packed") + "'";
    EXPECT_EQ(std::system(whole.c_str()), 0) << whole;
    return test::contents(folder_.path("packed"));
  }
  std::string write(const std::string& bytes) const { return folder_.write("data", bytes); }

  test::TemporaryFolder folder_;
};

TEST_F(Container, ZstdFramesToSkipAreSkippedWhereverTheyAre) {
  const std::string skipped("\x5f\x2a\x4d\x18\x03\0\0\0abc", 11);
  const std::string frame = made("zstd -c", "text\n");
  EXPECT_EQ(read_all(write(skipped + frame), 100), "text\n");
  EXPECT_EQ(read_all(write(skipped + skipped + frame + skipped + frame + skipped), 3),
            "text\ntext\n");
  EXPECT_EQ(read_all(write(skipped), 3), "");
  EXPECT_NE(error_of(write(skipped + frame + skipped.substr(0, 10))).find("truncated"),
            std::string::npos);
}

TEST_F(Container, ZstdWindowsMayBeAsWideAsTheyGet) {
  const std::string frame = made("zstd -c --long=31 --single-thread", long_text());
  // A frame without its content's size, so that the window is not narrowed to it.
  const std::string streamed =
      made("cat | zstd -c --long=31 --single-thread --no-content-size", long_text());
  EXPECT_EQ(read_all(write(frame), 1 << 20), long_text());
  EXPECT_EQ(read_all(write(streamed), 1 << 20), long_text());
}

TEST_F(Container, GzipMembersMayBeManyAndSmall) {
  const std::string a = made("gzip -c", "1 1:1\n"), b = made("gzip -c", ""),
                    c = made("gzip -c", "x");
  std::string packed, text;
  for (int i = 0; i < 5000; ++i) {
    packed += a + b + c;
    text += "1 1:1\nx";
  }
  EXPECT_EQ(read_all(write(packed), 1 << 16), text);
}

TEST_F(Container, GzipMembersMayBePaddedWithZeros) {
  const std::string member = made("gzip -c", "text\n");
  EXPECT_EQ(read_all(write(member + member + std::string(70'000, '\0')), 100), "text\ntext\n");
  EXPECT_EQ(read_all(write(member + std::string(1, '\0')), 100), "text\n");
  EXPECT_NE(error_of(write(member + std::string(3, '\0') + member)).find("other bytes follow"),
            std::string::npos);
}

TEST_F(Container, OthersAreNamedWithTheRemedy) {
  const struct {
    std::string bytes, name, remedy;
  } kOthers[] = {
      {std::string("\xfd\x37zXZ\0rest", 10), "compressed with xz", "xz -dc FILE | hogwild ... -"},
      {"\x04\x22\x4d\x18rest", "compressed with lz4", "lz4 -dc FILE"},
      {"PK\x03\x04rest", "a zip archive", "unzip -p FILE"},
      {"7z\xbc\xaf\x27\x1crest", "a 7z archive", "7z e -so FILE"},
      {"PAR1\x15\x04\x15", "a Parquet file", "convert it to CSV"},
      {std::string("ARROW1\0\0\xff", 9), "an Arrow file", "convert it"},
      {"\xff\xff\xff\xff\x10", "an Arrow stream", "convert it"},
      {"\x89HDF\r\n\x1a\n", "an HDF5 file", "convert it"},
      {"\x93NUMPY\x01", "a NumPy array", "convert it"},
      {std::string("SQLite format 3\0", 16), "an SQLite database", "convert it"},
  };
  for (const auto& [bytes, name, remedy] : kOthers) {
    const std::string error = error_of(write(bytes));
    EXPECT_NE(error.find("the file is " + name), std::string::npos) << error;
    EXPECT_NE(error.find(remedy), std::string::npos) << error;
  }
}

TEST_F(Container, NamesOfClassesAreNone) {
  for (const std::string text : {"PAR1 1:1\n", "BZh 1:1\n", "BZh9 1:1\n", "ARROW1 1:1\n", "P 1:1\n",
                                 "Obj 1:1\n", "SQLite format 3\n"}) {
    EXPECT_EQ(read_all(write(text), 100), text);
  }
}

TEST(ByteStream, ReadsWhatIsShorterThanAnyMagic) {
  const test::TemporaryFolder folder;
  for (const std::string text : {"", "1", "\x1f", "BZ", "1 1:1"}) {
    EXPECT_EQ(read_all(folder.write("data", text), 4), text);
  }
}

TEST(ByteStream, CountsWhatItTakesFromTheFile) {
  const test::TemporaryFolder folder;
  ByteStream stream(folder.write("data", std::string(1000, 'x')));
  std::string part(600, '\0');
  EXPECT_EQ(stream.read(part.data(), part.size()), 600u);
  EXPECT_EQ(stream.bytes_consumed(), 600u);
  EXPECT_EQ(stream.read(part.data(), part.size()), 400u);
  EXPECT_EQ(stream.bytes_consumed(), 1000u);
}

}  // namespace
}  // namespace hogwild
