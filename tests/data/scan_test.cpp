#include "data/text/scan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/core/random.hpp"
#include "support/instruction_sets.hpp"

namespace hogwild {
namespace {

using ScanOfEveryInstructionSet = test::EveryInstructionSet;

// What a scan finds of a text, a line after the other: label, namespaces, names and values.
std::string scanned(Grammar grammar, const std::string& text, std::size_t begin = 0) {
  const auto part = [&](std::size_t from, std::size_t to) { return text.substr(from, to - from); };
  const auto token = [&](std::size_t from) { return part(from, text.find_first_of(" \n", from)); };
  std::string found, features;
  TokenScan scan(grammar, text, begin, text.size());
  while (scan.next()) {
    std::size_t done = 0, spaces = 0;
    const auto add_spaces = [&](std::size_t to) {  // that begin before `to`
      while (spaces < scan.namespaces().size() && scan.namespaces()[spaces].begin <= to) {
        EXPECT_EQ(scan.namespaces()[spaces].features, done);
        features += fmt::format(" [{}]", token(scan.namespaces()[spaces++].begin));
      }
    };
    const auto add = [&](std::size_t to) {
      for (; done < to; ++done) {
        const std::size_t end = scan.name_ends()[done];
        const bool is_known = !(scan.all_ones() && grammar == Grammar::features);
        const std::size_t value_end = is_known ? scan.value_ends()[done] : end + 2;
        const std::size_t name = grammar == Grammar::features
                                     ? text.find_last_of(" \n", end - 1) + 1
                                     : scan.name_begins()[done];
        add_spaces(name);
        features += fmt::format(" {}={}", part(name, end),
                                value_end == end ? "" : part(end + 1, value_end));
        if (scan.all_ones() && value_end != end) {
          EXPECT_EQ(text[end + 1], '1');
        }
      }
    };
    for (std::size_t k = 0; k < scan.features(); ++k) {
      EXPECT_LT(scan.name_ends()[k], text.size());
      if (k > 0) {
        EXPECT_LT(scan.name_ends()[k - 1], scan.name_ends()[k]);
      }
      if (scan.all_ones()) continue;
      EXPECT_LE(scan.name_ends()[k], scan.value_ends()[k]);
      EXPECT_LT(scan.value_ends()[k], text.size());
    }
    for (const TokenScan::Line& line : scan.lines()) {
      add(line.features);
      add_spaces(line.end);
      found += fmt::format("{}{}\n", part(line.begin, line.label_end), features);
      EXPECT_EQ(text[line.end], '\n');
      features.clear();
    }
    if (scan.stopped()) return found;
    add(scan.features());
    add_spaces(text.size());
  }
  return found;
}

// The same by the grammar's words, for plain lines up to the first that is not.
std::string expected(Grammar grammar, const std::string& text) {
  std::string found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) return found;
    const bool names = grammar != Grammar::features;
    const std::size_t label_end = std::min(line.size(), line.find_first_of(names ? " :|" : " :"));
    std::string row = line.substr(0, label_end);
    bool plain = label_end == line.size() || line[label_end] == ' ';
    for (const char c : line) {
      plain &= !names || static_cast<unsigned char>(c) >= ' ';
      plain &= grammar != Grammar::whole_names || c != '^';
    }
    for (std::size_t k = label_end; plain && k < line.size();) {
      const std::size_t begin = k + 1, stop = std::min(line.size(), line.find(' ', begin));
      const std::string token = line.substr(begin, stop - begin);
      k = stop;
      if (token.empty()) continue;
      const std::size_t colon = token.find(':'), bar = token.find('|', 1);
      plain &= !names || bar == std::string::npos;
      if (names && token[0] == '|') {
        plain &= colon == std::string::npos;
        row += fmt::format(" [{}]", token.substr(1));
        continue;
      }
      const bool has_value = colon != std::string::npos;
      plain &= colon != 0 && (has_value || names);
      plain &= !has_value || token.find(':', colon + 1) == std::string::npos;
      if (!names) plain &= token.substr(0, colon).find_first_not_of("0123456789") == token.npos;
      if (names && has_value) plain &= colon + 1 < token.size();
      row +=
          fmt::format(" {}={}", token.substr(0, colon), has_value ? token.substr(colon + 1) : "");
    }
    if (!plain) return found;
    found += row + "\n";
  }
  return found;
}

std::string random_line(Grammar grammar, Random& random, bool plain) {
  const auto digits = [&](std::uint64_t most) {
    std::string number;
    for (std::uint64_t n = 1 + random.below(most); n > 0; --n) {
      number += static_cast<char>('0' + random.below(10));
    }
    return number;
  };
  const bool ones = random.below(2) == 0;
  std::string line = random.below(2) == 0 ? "1" : "-" + digits(3);
  if (grammar != Grammar::features) line += " |" + (random.below(2) == 0 ? "ns" : std::string());
  for (std::uint64_t n = random.below(random.below(5) == 0 ? 300 : 12); n > 0; --n) {
    line += random.below(30) == 0 ? "  " : " ";
    if (grammar != Grammar::features && random.below(10) == 0) line += "|s" + digits(2) + " ";
    line += (grammar == Grammar::features ? "" : "n") + digits(12);
    if (grammar != Grammar::features && random.below(2) == 0) continue;
    line += ":" + (ones ? "1" : digits(2) + (random.below(2) == 0 ? "." + digits(9) : ""));
  }
  if (random.below(10) == 0) line += " ";
  if (!plain) {
    const std::string bytes(" :|\t\r^#x.0\xff\0", 12);
    line[random.below(line.size())] = bytes[random.below(bytes.size())];
  }
  return line + "\n";
}

TEST_F(ScanOfEveryInstructionSet, FindsTheTokensOfPlainLinesUpToTheFirstThatIsNot) {
  run([] {
    Random random(3);
    for (const Grammar grammar : {Grammar::features, Grammar::names, Grammar::whole_names}) {
      for (int i = 0; i < 100; ++i) {
        std::string text;
        const bool plain = random.below(2) == 0;
        while (text.size() < (i % 3 == 0 ? 12'000u : 600u)) {
          text += random_line(grammar, random, plain || random.below(20) != 0);
        }
        const std::string found = scanned(grammar, text);
        ASSERT_EQ(found, expected(grammar, text)) << text;
        if (plain) {
          ASSERT_EQ(std::ranges::count(found, '\n'), std::ranges::count(text, '\n'));
        }
      }
    }
  });
}

TEST_F(ScanOfEveryInstructionSet, FindsTheSameWhereverWindowsCutTheText) {
  run([] {
    Random random(4);
    for (const Grammar grammar : {Grammar::features, Grammar::names}) {
      std::string text;
      while (text.size() < 9000) text += random_line(grammar, random, true);
      const std::string found = scanned(grammar, text);
      for (std::size_t shift = 2; shift < 80; ++shift) {
        const std::string moved = std::string(shift - 1, 'x') + "\n" + text;
        ASSERT_EQ(scanned(grammar, moved, shift), found) << shift;
      }
    }
  });
}

TEST_F(ScanOfEveryInstructionSet, StopsAtTextOfDelimitersAlone) {
  run([] {
    for (const char c : std::string(" :|\n\t0a")) {
      const std::string text = "1 |a 1:1\n" + std::string(10'000, c) + "\n";
      EXPECT_EQ(scanned(Grammar::names, text), expected(Grammar::names, text)) << c;
      const std::string more = "1 1:1\n" + std::string(10'000, c) + "\n";
      EXPECT_EQ(scanned(Grammar::features, more), expected(Grammar::features, more)) << c;
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
