#include "data/text/scan.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

// Delimiters, bytes next to them in value, and bytes with the top bit set.
std::string random_text(std::size_t size, Random& random) {
  const std::string bytes = " :\n\t\r#09;!\x1f\x0b\x8a\xa0\xba\xff\0";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += bytes[random.below(bytes.size())];
  return text;
}

bool is_vw_delimiter(char c) {
  return c == ':' || c == '|' || static_cast<unsigned char>(c) <= ' ';
}

bool is_delimiter(char c) {
  return c == ' ' || c == ':' || c == '\n';
}

class EveryInstructionSet : public testing::Test {
 protected:
  template <class Body>
  void run(Body&& body) {
    const auto targets = hwy::SupportedAndGeneratedTargets();
    ASSERT_FALSE(targets.empty());
    for (const std::int64_t target : targets) {
      SCOPED_TRACE(hwy::TargetName(target));
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().Update(target);
      EXPECT_STREQ(scan_instruction_set(), hwy::TargetName(target));
      body();
    }
  }
  ~EveryInstructionSet() override {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

TEST_F(EveryInstructionSet, MarksDelimitersAndNothingElse) {
  run([] {
    Random random(3);
    for (std::size_t size = 0; size < 400; ++size) {
      const std::string text = random_text(size, random);
      std::vector<std::uint64_t> marks((size + 63) / 64, ~std::uint64_t{0});
      mark_delimiters(Delimiters::libsvm, text, marks.data());
      std::vector<std::uint64_t> vw_marks(marks.size(), ~std::uint64_t{0});
      mark_delimiters(Delimiters::vw, text, vw_marks.data());
      for (std::size_t i = 0; i < marks.size() * 64; ++i) {
        const bool marked = (marks[i / 64] >> i % 64 & 1) != 0;
        ASSERT_EQ(marked, i < size && is_delimiter(text[i])) << "byte " << i << " of " << size;
        const bool vw_marked = (vw_marks[i / 64] >> i % 64 & 1) != 0;
        ASSERT_EQ(vw_marked, i < size && is_vw_delimiter(text[i]))
            << "byte " << i << " of " << size;
      }
    }
  });
}

TEST_F(EveryInstructionSet, AWalkGivesEveryDelimiterFromWhereItBegins) {
  run([] {
    Random random(4);
    for (const std::size_t size : {1u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 9000u}) {
      // Mostly nothing, so that there are empty blocks and an empty window.
      std::string text(size, 'x');
      for (int i = 0; i < 20; ++i) text[random.below(size)] = " :\n"[random.below(3)];
      for (const std::size_t begin : {std::size_t{0}, size / 3, size / 2, size - 1, size}) {
        DelimiterWalk::Window window;
        DelimiterWalk walk(Delimiters::libsvm, text, text.data() + begin, window);
        for (std::size_t i = begin; i < size; ++i) {
          if (is_delimiter(text[i])) {
            if (i % 3 == 0) {
              walk.skip();
            } else {
              ASSERT_EQ(walk.next(), text.data() + i) << "of " << size << " from " << begin;
            }
          }
        }
        EXPECT_EQ(walk.next(), text.data() + size);
        walk.skip();
        EXPECT_EQ(walk.next(), text.data() + size);
      }
    }
  });
}

TEST(InstructionSet, IsTheOneThatTheEnvironmentNames) {
  // A process each: the environment is looked at once.
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    const char* const name = hwy::TargetName(target);
    const auto exit_with_the_answer = [&] {
      setenv("HOGWILD_SIMD", name, 1);
      std::exit(std::strcmp(scan_instruction_set(), name) == 0 ? 0 : 1);
    };
    EXPECT_EXIT(exit_with_the_answer(), testing::ExitedWithCode(0), "") << name;
  }
}

}  // namespace
}  // namespace hogwild
