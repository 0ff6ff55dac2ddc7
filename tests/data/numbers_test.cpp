#include "data/text/numbers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "data/text/number.hpp"
#include "hogwild/core/random.hpp"
#include "support/instruction_sets.hpp"

namespace hogwild {
namespace {

using NumbersOfEveryInstructionSet = test::EveryInstructionSet;

// Tokens of a text that has room before and behind it: "7:0.5 8:1 ".
struct Tokens {
  std::string text = std::string(kReadBefore, ' ');
  std::vector<std::uint32_t> colons, ends;

  void add(const std::string& index, const std::string& value, bool has_value = true) {
    text += index;
    colons.push_back(static_cast<std::uint32_t>(text.size()));
    if (has_value) text += ":" + value;
    ends.push_back(static_cast<std::uint32_t>(text.size()));
    text += ' ';
  }
  void end() { text += std::string(kReadPast, ' '); }
};

std::string random_digits(Random& random, std::uint64_t most) {
  std::string digits;
  for (std::uint64_t n = random.below(most + 1); n > 0; --n) {
    digits += static_cast<char>('0' + random.below(10));
  }
  return digits;
}

// As people and programs write numbers, and at times what is none.
std::string random_value(Random& random) {
  std::string value = random.below(4) == 0 ? "-" : "";
  value += random_digits(random, random.below(3) == 0 ? 12 : 2);
  if (random.below(3) != 0) value += "." + random_digits(random, 9);
  if (random.below(12) == 0) value += fmt::format("e{}", static_cast<int>(random.below(60)) - 30);
  if (random.below(12) == 0 && !value.empty()) {
    const std::string bytes("-+.:/;eE \xb0\xff\0", 12);
    value[random.below(value.size())] = bytes[random.below(bytes.size())];
  }
  if (random.below(12) == 0) value = fmt::format("{}", random.uniform());
  if (random.below(40) == 0) value = "16777217";  // in the middle of two floats
  return value;
}

TEST_F(NumbersOfEveryInstructionSet, ValuesAreThoseOfTheParserOfSingleNumbers) {
  run([] {
    Random random(5);
    std::size_t numbers = 0;
    for (int i = 0; i < 500; ++i) {
      Tokens tokens;
      for (std::uint64_t n = random.below(i % 10 == 0 ? 700 : 20); n > 0; --n) {
        tokens.add(random_digits(random, 9), random_value(random), random.below(10) != 0);
      }
      tokens.end();
      const std::size_t count = tokens.ends.size();
      std::vector<float> values(count + kWrittenPast);
      const char* const text = tokens.text.data();
      for (std::size_t at = 0; at < count;) {
        const std::size_t sound =
            at + convert_values(text, tokens.colons.data() + at, tokens.ends.data() + at,
                                count - at, values.data() + at);
        for (; at < sound; ++at, ++numbers) {
          float value = 1;
          if (tokens.colons[at] != tokens.ends[at]) {
            ASSERT_TRUE(parse_number(text + tokens.colons[at] + 1, text + tokens.ends[at], value))
                << std::string(text + tokens.colons[at], text + tokens.ends[at]);
          }
          ASSERT_EQ(std::bit_cast<std::uint32_t>(values[at]), std::bit_cast<std::uint32_t>(value))
              << std::string(text + tokens.colons[at], text + tokens.ends[at]);
        }
        if (at == count) break;
        float none = 0;
        ASSERT_FALSE(parse_number(text + tokens.colons[at] + 1, text + tokens.ends[at], none))
            << std::string(text + tokens.colons[at], text + tokens.ends[at]);
        ++at;
      }
    }
    EXPECT_GT(numbers, 10'000u);
  });
}

TEST_F(NumbersOfEveryInstructionSet, EveryFewDecimalsAreRoundedAsStrtodDoes) {
  run([] {
    Tokens tokens;
    for (int number = 0; number < 20'000; ++number) {
      tokens.add("1", fmt::format("{}.{:04}", number / 10'000, number % 10'000));
      tokens.add("1", fmt::format("-{}.{:07}", number % 10, number * 499));
    }
    tokens.end();
    std::vector<float> values(tokens.ends.size() + kWrittenPast);
    ASSERT_EQ(convert_values(tokens.text.data(), tokens.colons.data(), tokens.ends.data(),
                             tokens.ends.size(), values.data()),
              tokens.ends.size());
    for (std::size_t k = 0; k < tokens.ends.size(); ++k) {
      ASSERT_EQ(values[k], std::strtof(tokens.text.data() + tokens.colons[k] + 1, nullptr)) << k;
    }
  });
}

TEST_F(NumbersOfEveryInstructionSet, IndicesAreThoseOfTheParserOfSingleIntegers) {
  run([] {
    Random random(6);
    for (int i = 0; i < 2000; ++i) {
      Tokens tokens;
      std::vector<std::uint64_t> indices;
      for (std::uint64_t n = random.below(i % 10 == 0 ? 700 : 20); n > 0; --n) {
        std::uint64_t index = random.bits() >> (1 + random.below(63));  // below 10^19
        if (random.below(4) != 0) index %= 100'000'000;
        if (random.below(50) == 0) index = kMaxIndex + random.below(2);
        const bool padded = index < 100'000'000'000 && random.below(8) == 0;
        tokens.add((padded ? "00" : "") + std::to_string(index), "1");
        indices.push_back(index);
      }
      tokens.end();
      const std::size_t count = indices.size();
      for (std::size_t k = 0; k < count; ++k) {
        ASSERT_EQ(integer_before(tokens.text.data() + tokens.colons[k]), indices[k]);
      }
      std::vector<Index> found(count + kWrittenPast);
      const std::size_t sound =
          convert_indices(tokens.text.data(), tokens.colons.data(), count, found.data());
      for (std::size_t k = 0; k < sound; ++k) ASSERT_EQ(found[k], indices[k]);
      if (sound < count) {
        ASSERT_GT(indices[sound], kMaxIndex);
      }
    }
  });
}

}  // namespace
}  // namespace hogwild
