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
  EXPECT_NE(error_of(write(whole + "and text")).find("damaged"), std::string::npos);
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
