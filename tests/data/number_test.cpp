#include "data/text/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <string>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

NumberEnd parsed(const std::string& text, float& value) {
  return parse_float(text.data(), text.data() + text.size(), value);
}

TEST(ParseFloat, AgreesWithStrtodOnDecimalsOfEveryShape) {
  Random random(11);
  for (int i = 0; i < 200'000; ++i) {
    std::string text = random.below(2) == 0 ? "" : random.below(2) == 0 ? "-" : "+";
    const auto digits = [&](std::uint64_t most) {
      for (std::uint64_t n = random.below(most) + 1; n > 0; --n) {
        text += static_cast<char>('0' + random.below(10));
      }
    };
    digits(9);
    if (random.below(2) == 0) {
      text += '.';
      digits(12);
    }
    if (random.below(3) == 0) {
      text += random.below(2) == 0 ? "e" : "E-";
      digits(1);
    }
    float value = -1;
    const NumberEnd end = parsed(text, value);
    ASSERT_EQ(end.fault, NumberFault::none) << text;
    ASSERT_EQ(end.end, text.data() + text.size()) << text;
    ASSERT_EQ(value, std::strtof(text.c_str(), nullptr)) << text;
  }
}

TEST(ParseFloat, ReadsBackEveryFloatItIsGiven) {
  Random random(12);
  for (int i = 0; i < 100'000; ++i) {
    const auto wanted = std::bit_cast<float>(static_cast<std::uint32_t>(random.bits()));
    if (!std::isfinite(wanted)) continue;
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, wanted).ptr;
    float value = 0;
    ASSERT_EQ(parse_float(text, end, value).fault, NumberFault::none);
    ASSERT_EQ(value, wanted);
  }
}

TEST(ParseFloat, RefusesWhatIsNotADecimalNumber) {
  float value = 0;
  for (const char* text : {"", "x", "-", "+", "+-1", "e5", ".", "--1", " 1"}) {
    EXPECT_EQ(parsed(text, value).fault, NumberFault::not_a_number) << text;
  }
}

TEST(ParseFloat, RefusesWhatIsNotFinite) {
  float value = 0;
  for (const char* text : {"inf", "-inf", "nan", "INF", "NaN", "infinity", "nan(1)"}) {
    EXPECT_EQ(parsed(text, value).fault, NumberFault::not_finite) << text;
  }
  for (const char* text : {"1e39", "-1e39", "1e400", "3.5e38"}) {
    EXPECT_EQ(parsed(text, value).fault, NumberFault::too_large) << text;
  }
}

TEST(ParseFloat, StopsAtTheXOfAHexadecimal) {
  const std::string text = "0x10";
  float value = 1;
  EXPECT_EQ(parsed(text, value).end, text.data() + 1);
}

TEST(ParseFloat, RoundsWhatIsTooSmallToZero) {
  float value = 1;
  EXPECT_EQ(parsed("1e-60", value).fault, NumberFault::none);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(parsed("-1e-400", value).fault, NumberFault::none);
  EXPECT_EQ(value, 0);
}

TEST(ParseInteger, TakesDigitsOnly) {
  std::uint64_t number = 0;
  const auto fault = [&](const std::string& text) {
    return parse_integer(text.data(), text.data() + text.size(), number).fault;
  };
  EXPECT_EQ(fault("4294967295"), NumberFault::none);
  EXPECT_EQ(number, 4294967295u);
  EXPECT_EQ(fault(""), NumberFault::not_a_number);
  EXPECT_EQ(fault("-1"), NumberFault::not_a_number);
  EXPECT_EQ(fault("+1"), NumberFault::not_a_number);
  EXPECT_EQ(fault("99999999999999999999"), NumberFault::too_large);
}

// Text with the bytes behind it that short numbers are read with.
struct Padded {
  explicit Padded(const std::string& number) : text(number + " 123456789:1.5678") {
    static_assert(kReadPast <= 17);
  }
  const char* begin() const { return text.data(); }
  const char* end() const { return text.data() + text.size() - 17; }
  std::string text;
};

TEST(ParseShortDecimal, AgreesWithStrtodOnTheShapesThatItTakes) {
  Random random(12);
  int taken = 0;
  constexpr int kTries = 300'000;
  for (int i = 0; i < kTries; ++i) {
    std::string text = random.below(2) == 0 ? "" : "-";
    const bool with_point = random.below(2) == 0;
    const auto digits = [&](std::uint64_t count) {
      for (std::uint64_t n = 0; n < count; ++n) text += static_cast<char>('0' + random.below(10));
    };
    digits(with_point ? 1 : 1 + random.below(8));
    if (with_point) {
      text += '.';
      digits(1 + random.below(8));
    }
    const Padded padded(text);
    float value = -1;
    if (!parse_short_decimal(padded.begin(), padded.end(), value)) continue;
    ++taken;
    const float expected = std::strtof(text.c_str(), nullptr);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(value), std::bit_cast<std::uint32_t>(expected)) << text;
  }
  EXPECT_GT(taken, kTries * 19 / 20);
}

TEST(ParseShortDecimal, LeavesHalfWayBetweenTwoFloatsToOthers) {
  float value = 0;
  for (const char* text : {"16777217", "33554434", "33554438", "-16777219"}) {
    const Padded padded(text);
    if (parse_short_decimal(padded.begin(), padded.end(), value)) {
      EXPECT_EQ(value, std::strtof(text, nullptr)) << text;
    }
  }
  const Padded tie("16777217");
  EXPECT_FALSE(parse_short_decimal(tie.begin(), tie.end(), value));
}

TEST(ParseShortDecimal, TakesNothingElse) {
  for (const char* text : {"",     "-",   ".",    "1.",  ".5",  "1e5",  "1.2.3",     "+1",
                           "--1",  "1:2", "1 2",  "0x1", "nan", "inf",  "123456789", "1.123456789",
                           "12.5", "1,5", "\xb1", "1\r", "1/2", "1.5-", "-a",        "\xff\xff"}) {
    const Padded padded(text);
    float value = 0;
    EXPECT_FALSE(parse_short_decimal(padded.begin(), padded.end(), value)) << text;
  }
}

TEST(ParseShortInteger, RefusesEveryByteThatIsNoDigitWhereverItStands) {
  for (std::size_t length = 1; length <= 8; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, '9');
        text[at] = static_cast<char>(byte);
        const Padded padded(text);
        std::uint32_t number = 0;
        const bool taken = parse_short_integer(padded.begin(), padded.end(), number);
        const bool digit = byte >= '0' && byte <= '9';
        ASSERT_EQ(taken, digit) << "byte " << byte << " at " << at << " of " << length;
        if (digit) {
          ASSERT_EQ(number, std::stoul(text));
        }
      }
    }
  }
}

}  // namespace
}  // namespace hogwild
