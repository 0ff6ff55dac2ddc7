// Records of tables, against a reader that looks at one byte after the other.
#include "data/text/records.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

std::vector<std::string> fields_of(std::string_view record, const Dialect& dialect) {
  std::vector<std::string> fields;
  FieldReader reader(record, dialect);
  for (Field field; reader.next(field);) fields.emplace_back(field.text);
  return fields;
}

struct SimpleTable {
  std::vector<std::vector<std::string>> records;
  std::vector<std::size_t> ends;  // behind the line end of each that has one
};

SimpleTable read_simply(const std::string& text, const Dialect& dialect) {
  SimpleTable table;
  std::vector<std::string> record(1);
  bool in_quotes = false, at_begin = true, closed = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_quotes) {
      if (c != '"') {
        record.back() += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        record.back() += '"';
        ++at;
      } else {
        in_quotes = false;
        closed = true;
      }
    } else if (dialect.quoted && at_begin && c == '"') {
      in_quotes = true;
      at_begin = false;
    } else if (c == dialect.separator) {
      record.emplace_back();
      at_begin = true;
      closed = false;
    } else if (c == '\n') {
      table.records.push_back(record);
      table.ends.push_back(at + 1);
      record.assign(1, "");
      at_begin = true;
      closed = false;
    } else {
      if (!closed) record.back() += c;
      at_begin = false;
    }
  }
  return table;
}

std::string some_table(std::uint64_t seed, char separator) {
  Random random(seed, 1, 2);
  const auto below = [&](std::uint64_t end) { return random.below(end); };
  std::string text;
  const std::uint64_t records = 1 + below(6), fields = 1 + below(4);
  for (std::uint64_t i = 0; i < records; ++i) {
    for (std::uint64_t k = 0; k < fields; ++k) {
      if (k > 0) text += separator;
      const bool quoted = below(2) == 0;
      if (quoted) text += '"';
      for (std::uint64_t size = below(5); size > 0; --size) {
        constexpr std::string_view kPlain = "ab 1.";
        constexpr std::string_view kInQuotes = "ab,;\n\t ";
        if (quoted) {
          text += below(4) == 0 ? "\"\"" : std::string(1, kInQuotes[below(kInQuotes.size())]);
        } else {
          text += kPlain[below(kPlain.size())];
        }
      }
      if (quoted) text += '"';
    }
    text += '\n';
  }
  return text;
}

TEST(Records, AreThoseOfASimpleReader) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    for (const char separator : {',', ';', '\t'}) {
      const Dialect dialect{.separator = separator, .quoted = separator != '\t'};
      const std::string text = some_table(seed, separator);
      const SimpleTable simple = read_simply(text, dialect);
      std::size_t at = 0, count = 0;
      while (at < text.size()) {
        ASSERT_LT(count, simple.records.size()) << text;
        const std::size_t end = end_of_record(text, at, dialect);
        EXPECT_EQ(end + 1, simple.ends[count]) << seed << '\n' << text;
        EXPECT_EQ(fields_of(text.substr(at, end - at), dialect), simple.records[count])
            << seed << '\n'
            << text;
        at = end + 1;
        ++count;
      }
      EXPECT_EQ(count, simple.records.size());
    }
  }
}

TEST(Records, AreWholeWhereverTheTextIsCut) {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    const Dialect dialect;
    const std::string text = some_table(seed, ',');
    const SimpleTable simple = read_simply(text, dialect);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const std::string_view part = std::string_view(text).substr(0, cut);
      const std::size_t whole = end_of_whole_records(part, dialect);
      std::size_t expected = 0;
      for (const std::size_t end : simple.ends) {
        if (end <= cut) expected = end;
      }
      // A quote at the end of the part may be the first of two: then nothing behind it is known.
      if (!part.ends_with('"')) {
        EXPECT_EQ(whole, expected) << seed << ' ' << cut << '\n' << text;
      }
    }
  }
}

TEST(Records, OfAQuoteWithinAFieldAreAsTheyStand) {
  const Dialect dialect;
  EXPECT_EQ(fields_of("5\" pipe,a\"b\"", dialect),
            (std::vector<std::string>{"5\" pipe", "a\"b\""}));
  EXPECT_EQ(end_of_whole_records("5\" pipe,1\nnext \"x,2\n", dialect), 20u);
  FieldReader reader("\"open", dialect);
  Field field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_TRUE(reader.is_broken());
  FieldReader behind("\"a\"b,c", dialect);
  ASSERT_TRUE(behind.next(field));
  EXPECT_TRUE(behind.is_broken());
}

TEST(Records, TellTheirSeparator) {
  EXPECT_EQ(sniff_separator("a,b\n1,2\n"), ',');
  EXPECT_EQ(sniff_separator("a;b;c\n1,5;2;3\n"), ';');
  EXPECT_EQ(sniff_separator("a\tb\n1,5\t2\n"), '\t');
  EXPECT_EQ(sniff_separator("a,b\n1\n2,3\n"), '\0');
  EXPECT_EQ(sniff_separator("1 3:0.5\n0 4:1\n"), '\0');
  EXPECT_EQ(sniff_separator("\"a,b\",c\r\n\"1\n2\",3\r\n"), ',');
}

}  // namespace
}  // namespace hogwild
