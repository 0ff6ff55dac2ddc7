// Text of features against readers of the simplest kind: a line split at its blanks, numbers by
// strtof. Whole and line by line, sound and with bytes changed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "data/text/parsing.hpp"
#include "hogwild/core/random.hpp"
#include "support/named.hpp"

namespace hogwild {
namespace {

using test::Named;

std::vector<std::string> tokens_of(const std::string& text) {
  std::vector<std::string> tokens;
  std::string token;
  for (const char c : text + ' ') {
    if (c != ' ' && c != '\t') {
      token += c;
    } else if (!token.empty()) {
      tokens.push_back(token);
      token.clear();
    }
  }
  return tokens;
}

std::optional<float> simple_number(const std::string& text) {
  char* end = nullptr;
  const float number = std::strtof(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string with_hats_marked(const std::string& part) {
  std::string marked;
  for (const char c : part) marked += c == '^' ? std::string(":^") : std::string(1, c);
  return marked;
}

// The features, or nothing if there is a fault in them.
std::optional<Named> simple_vw(const std::string& line) {
  Named row;
  std::size_t at = line.find('|');
  while (at != line.npos) {
    const std::size_t end = std::min(line.find('|', at + 1), line.size());
    std::vector<std::string> tokens = tokens_of(line.substr(at + 1, end - at - 1));
    std::string head;
    float factor = 1;
    const bool is_named = at + 1 < end && line[at + 1] != ' ' && line[at + 1] != '\t';
    if (is_named && !tokens.empty()) {
      const std::size_t colon = tokens[0].find(':');
      head = with_hats_marked(tokens[0].substr(0, colon));
      if (!head.empty()) head += '^';
      if (colon != std::string::npos) {
        const auto number = simple_number(tokens[0].substr(colon + 1));
        if (!number) return std::nullopt;
        factor = *number;
      }
      tokens.erase(tokens.begin());
    }
    int nameless = 0;
    for (const std::string& token : tokens) {
      const std::size_t colon = token.find(':');
      std::string name = with_hats_marked(token.substr(0, colon));
      float value = 1;
      if (colon != std::string::npos) {
        const std::string text = token.substr(colon + 1);
        const bool may_be_number =
            text.empty() || std::string_view("0123456789+-.").find(text[0]) != std::string::npos;
        if (const auto number = simple_number(text)) {
          value = *number;
        } else if (may_be_number || name.empty()) {
          return std::nullopt;
        } else {
          name += '=' + with_hats_marked(text);
        }
      }
      if (name.empty()) name = std::to_string(nameless++);
      row[head + name] += value * factor;
    }
    at = end == line.size() ? line.npos : end;
  }
  return row;
}

std::optional<Named> simple_libsvm(const std::string& line) {
  Named row;
  const std::vector<std::string> tokens = tokens_of(line);
  const bool is_labelled = !tokens.empty() && tokens[0].find(':') == std::string::npos;
  for (std::size_t k = is_labelled ? 1 : 0; k < tokens.size(); ++k) {
    const std::size_t colon = tokens[k].find(':');
    const std::string index = tokens[k].substr(0, colon);
    const bool is_number = !index.empty() && index.find_first_not_of("0123456789") == index.npos;
    if (colon == std::string::npos || !is_number) return std::nullopt;
    const unsigned long number = std::stoul(index);
    const auto value = simple_number(tokens[k].substr(colon + 1));
    if (!value || !row.emplace(std::to_string(number), *value).second) return std::nullopt;
  }
  return row;
}

std::optional<Named> simple_libffm(const std::string& line) {
  Named row;
  const std::vector<std::string> tokens = tokens_of(line);
  const bool is_labelled = !tokens.empty() && tokens[0].find(':') == std::string::npos;
  for (std::size_t k = is_labelled ? 1 : 0; k < tokens.size(); ++k) {
    const std::size_t first = tokens[k].find(':'), second = tokens[k].find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) return std::nullopt;
    const auto value = simple_number(tokens[k].substr(second + 1));
    if (!value || first == 0 || second == first + 1) return std::nullopt;
    row[with_hats_marked(tokens[k].substr(0, first)) + '^' +
        with_hats_marked(tokens[k].substr(first + 1, second - first - 1))] += *value;
  }
  return row;
}

struct SimpleFormat {
  Format format;
  std::function<std::optional<Named>(const std::string&)> simple;
  std::string bytes;    // of features
  std::size_t head;     // bytes of a line before them
  std::string feature;  // with places for three numbers below 5
};

class SimpleReaders : public testing::TestWithParam<int> {
 protected:
  static const SimpleFormat& format() {
    static const std::vector<SimpleFormat> all{
        {Format::vw, simple_vw, "ab^:|. 0123e-", 3, "|{} a{}:0.{} b^c :2 d:w"},
        {Format::libsvm, simple_libsvm, ":. 0123e-", 1, "{1}:0.{0} 1{2}:2 20:1"},
        {Format::libffm, simple_libffm, "ab^:. 0123e-", 1, "{}:a{}:0.{} b^:c:2"}};
    return all[static_cast<std::size_t>(GetParam())];
  }

  // The rows of lines, nothing where a line is at fault.
  static std::vector<std::optional<Named>> rows_of(const std::vector<std::string>& lines) {
    std::vector<std::optional<Named>> rows;
    const ParseRules rules{.duplicates = Duplicates::refuse};
    for (const std::string& line : lines) {
      RowBatch batch;
      parse_rows({.text = line + '\n'}, format().format, rules, OnError::skip, batch);
      rows.emplace_back(batch.rows() == 1 ? std::optional(named(batch, 0)) : std::nullopt);
    }
    return rows;
  }

  static Named named(const RowBatch& batch, std::size_t i) {
    Named found;
    const SparseRow row = batch.row(i);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      const bool has_names = format().format != Format::libsvm;
      found[has_names ? std::string(batch.names[row.indices[k]]) : std::to_string(row.indices[k])] =
          row.value(k);
    }
    return found;
  }
};

TEST_P(SimpleReaders, FindTheSameFeatures) {
  const SimpleFormat& its = format();
  int sound = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed, 11);
    std::vector<std::string> lines;
    std::vector<bool> heads_are_whole;
    for (int i = 0; i < 20; ++i) {
      std::string line = std::string(random.below(2) == 0 ? "1" : "0");
      for (std::uint64_t k = 1 + random.below(its.format == Format::libsvm ? 1 : 3); k > 0; --k) {
        line += ' ' + fmt::format(fmt::runtime(its.feature), random.below(5), random.below(5),
                                  random.below(5));
      }
      bool is_whole = true;
      for (std::uint64_t k = random.below(3); k > 0; --k) {
        const std::size_t at = random.below(line.size());
        is_whole = is_whole && at > its.head;
        if (random.below(2) == 0) {
          line[at] = its.bytes[random.below(its.bytes.size())];
        } else {
          line.insert(at, 1, its.bytes[random.below(its.bytes.size())]);
        }
      }
      lines.push_back(line);
      heads_are_whole.push_back(is_whole);
    }
    const auto found = rows_of(lines);
    std::string text;
    RowBatch batch;
    for (const std::string& line : lines) text += line + '\n';
    parse_rows({.text = text + std::string(kReadPast, '\n')}, its.format,
               {.duplicates = Duplicates::refuse}, OnError::skip, batch);
    std::size_t row = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto expected = its.simple(lines[i]);
      if (found[i]) {
        ASSERT_TRUE(expected) << lines[i];
        EXPECT_EQ(*found[i], *expected) << lines[i];
        ASSERT_LT(row, batch.rows());
        EXPECT_EQ(named(batch, row++), *expected) << lines[i];
        ++sound;
      } else {
        EXPECT_FALSE(expected && heads_are_whole[i]) << lines[i];
        ++refused;
      }
    }
    EXPECT_EQ(row, batch.rows());
  }
  EXPECT_GT(sound, 2'000);
  EXPECT_GT(refused, 200);
}

INSTANTIATE_TEST_SUITE_P(VwLibsvmLibffm, SimpleReaders, testing::Range(0, 3));

}  // namespace
}  // namespace hogwild
