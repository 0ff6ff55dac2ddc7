#include "data/number.hpp"

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

}  // namespace
}  // namespace hogwild
