#include "distributed/share.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

using test::TemporaryFolder;

// The text of a part, as its files and ranges have it.
std::string text_of(const FileParts& own) {
  std::string text;
  for (std::size_t i = 0; i < own.paths.size(); ++i) {
    const std::string all = test::contents(own.paths[i]);
    const std::uint64_t end = std::min<std::uint64_t>(own.parts[i].end, all.size());
    text += all.substr(own.parts[i].begin, end - own.parts[i].begin);
  }
  return text;
}

TEST(Share, PartsCutFilesAtLineEndsAndMakeUpAllOfThem) {
  const TemporaryFolder folder;
  const std::string a =
      folder.write("a", "1 1:1\n\n-1 2:1\n# a comment that is rather long\n1 3:1\n");
  const std::string b = folder.write("b", "");
  const std::string c = folder.write("c", "-1 4:1 5:1 6:1 7:1\n1 8:1");
  const std::string all = test::contents(a) + test::contents(b) + test::contents(c);
  for (int parts = 1; parts <= 12; ++parts) {
    std::string together;
    for (int part = 0; part < parts; ++part) {
      const FileParts own = part_of({a, b, c}, part, parts);
      const std::string text = text_of(own);
      // A part ends with a line, unless it is that of the file without a last line end.
      EXPECT_TRUE(text.empty() || text.ends_with('\n') || all.ends_with(text)) << text;
      together += text;
    }
    EXPECT_EQ(together, all) << parts << " parts";
  }
}

TEST(Share, ACompressedFileIsOnePartsAlone) {
  const TemporaryFolder folder;
  const std::string plain = folder.write("plain", "1 1:1\n-1 2:1\n1 3:1\n-1 1:1\n");
  const std::string packed = folder.write("packed", "1 1:1\n-1 2:1\n");
  ASSERT_EQ(std::system(("gzip '" + packed + "'").c_str()), 0);
  int readers = 0;
  for (int part = 0; part < 3; ++part) {
    const FileParts own = part_of({plain, packed + ".gz"}, part, 3);
    for (std::size_t i = 0; i < own.paths.size(); ++i) {
      if (own.paths[i] == plain) continue;
      EXPECT_TRUE(own.parts[i].is_whole());
      ++readers;
    }
  }
  EXPECT_EQ(readers, 1);
}

TEST(Share, TheRowsOfAllPartsAreTheRowsOfTheFile) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += (i % 3 == 0 ? "1 " : "-1 ") + std::to_string(1 + i % 7) + ":0.5 " +
            std::to_string(10 + i) + ":1\n";
  }
  const std::string path = folder.write("rows", text);
  const Dataset all = read({path}, {.index_base = IndexBase::zero});
  for (const int parts : {1, 2, 3, 7}) {
    Offset seen = 0;
    for (int part = 0; part < parts; ++part) {
      const Dataset rows = read_part({path}, part, parts, {}).rows;
      for (Offset i = 0; i < rows.rows(); ++i, ++seen) {
        ASSERT_LT(seen, all.rows());
        EXPECT_EQ(rows.row(i).label, all.row(seen).label);
        EXPECT_TRUE(std::ranges::equal(rows.row(i).indices, all.row(seen).indices));
      }
    }
    EXPECT_EQ(seen, all.rows());
  }
}

TEST(Share, AFaultIsToldByItsLineInTheFile) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 1; i <= 100; ++i) text += i == 90 ? "1 2:x\n" : "1 1:1\n";
  const std::string path = folder.write("rows", text);
  try {
    read_part({path}, 3, 4, {});
    FAIL() << "the fault was not found";
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 90u);
  }
  EXPECT_EQ(read_part({path}, 0, 4, {}).rows.rows(), 25u);
}

TEST(Share, APartMayBeEmpty) {
  const TemporaryFolder folder;
  const std::string path = folder.write("rows", "1 1:1\n");
  Offset rows = 0;
  for (int part = 0; part < 4; ++part) rows += read_part({path}, part, 4, {}).rows.rows();
  EXPECT_EQ(rows, 1u);
}

TEST(Share, NamesAndPipesAreRefused) {
  const TemporaryFolder folder;
  const std::string named = folder.write("rows.vw", "1 | good\n-1 | bad\n");
  EXPECT_THROW(read_part({named}, 0, 1, {}), OptionError);
  EXPECT_EQ(read_part({named}, 0, 1, {.hash_bits = 10}).rows.rows(), 2u);
  EXPECT_THROW(part_of({"-"}, 0, 2), OptionError);
  EXPECT_THROW(part_of({folder.path("missing")}, 0, 2), IoError);
}

}  // namespace
}  // namespace hogwild
