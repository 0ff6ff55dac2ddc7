#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace hogwild::cli {

std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string cut(std::string line, std::size_t columns) {
  while (columns_of(line) > columns) {
    unsigned char gone = 0;
    do {
      gone = static_cast<unsigned char>(line.back());
      line.pop_back();
    } while ((gone & 0xC0) == 0x80);  // up to a character's first byte
  }
  return line;
}

std::string spark_line(const std::vector<double>& numbers, std::size_t most) {
  constexpr std::array kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto last = std::span(numbers).last(std::min(most, numbers.size()));
  double low = INFINITY, high = -INFINITY;
  for (const double number : last) {
    if (!std::isfinite(number)) continue;
    low = std::min(low, number);
    high = std::max(high, number);
  }
  std::string line;
  for (const double number : last) {
    if (!std::isfinite(number)) {
      line += ' ';
      continue;
    }
    const double height = high > low ? (number - low) / (high - low) : 0;
    line += kBlocks[static_cast<std::size_t>(std::lround(height * (kBlocks.size() - 1)))];
  }
  return line;
}

std::string status_line(const Status& status, std::size_t columns, bool blocks) {
  constexpr std::size_t kGap = 2;  // columns between words
  constexpr std::size_t kMostSparks = 20, kFewestSparks = 2, kMostCells = 40, kFewestCells = 8;
  const std::string percent = status.done ? fmt::format("{:3.0f} %", 100 * *status.done) : "";
  const bool sparks = blocks && status.losses.size() >= kFewestSparks;
  const std::string spark = sparks ? spark_line(status.losses, kMostSparks) : "";
  // In the order in which they stand, and how soon they go.
  struct Word {
    std::string text;
    int rank;  // 0 stays
  };
  std::vector<Word> words{{status.what, 0},  {percent, 0},     {status.amount, 4},
                          {status.speed, 2}, {status.loss, 1}, {status.valid, 3},
                          {spark, 5},        {status.eta, 0}};
  std::erase_if(words, [](const Word& word) { return word.text.empty(); });
  const auto width = [&] {
    std::size_t sum = words.empty() ? 0 : kGap * (words.size() - 1);
    for (const Word& word : words) sum += columns_of(word.text);
    return sum;
  };
  while (width() > columns) {
    const auto least = std::ranges::max_element(words, {}, &Word::rank);
    if (least == words.end() || least->rank == 0) break;
    words.erase(least);
  }
  std::string bar;
  if (status.done && width() + kGap + kFewestCells + 2 <= columns) {
    const std::size_t cells = std::min(kMostCells, columns - width() - kGap - 2);
    const auto full =
        static_cast<std::size_t>(std::clamp(*status.done, 0.0, 1.0) * static_cast<double>(cells));
    bar = fmt::format("[{:<{}}]", std::string(full, '='), cells);
  }
  std::string line;
  for (const Word& word : words) {
    if (!line.empty()) line += std::string(kGap, ' ');
    line += word.text;
    if (&word == &words.front() && !bar.empty()) line += std::string(kGap, ' ') + bar;
  }
  return cut(std::move(line), columns);  // a word alone may be too long yet
}

}  // namespace hogwild::cli
