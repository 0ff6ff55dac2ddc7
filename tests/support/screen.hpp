// A terminal's screen of any width, as far as this program writes to one: what stands where.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace hogwild::test {

class Screen {
 public:
  void write(const std::string& text) {
    for (std::size_t i = 0; i < text.size();) i += take(text, i);
  }

  const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  // One character or sequence; how many bytes it is.
  std::size_t take(const std::string& text, std::size_t i) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r') {
      column_ = 0;
      return 1;
    }
    if (byte == '\n') {
      if (++row_ == lines_.size()) lines_.emplace_back();
      return 1;
    }
    if (byte == '\x1b') return control(text, i);
    std::size_t length = 1;
    while (i + length < text.size() &&
           (static_cast<unsigned char>(text[i + length]) & 0xC0) == 0x80) {
      ++length;
    }
    put(length == 1 ? text[i] : '#');  // a block is as good as another
    return length;
  }

  std::size_t control(const std::string& text, std::size_t i) {
    const std::size_t end = text.find_first_of("AJK", i);
    const std::string number = text.substr(i + 2, end - i - 2);
    if (text[end] == 'A') row_ -= std::min<std::size_t>(row_, std::stoul(number));
    if (text[end] != 'A') lines_[row_].resize(column_);
    if (text[end] == 'J') lines_.resize(row_ + 1);
    return end - i + 1;
  }

  void put(char character) {
    std::string& line = lines_[row_];
    if (line.size() <= column_) line.resize(column_ + 1, ' ');
    line[column_++] = character;
  }

  std::vector<std::string> lines_{""};
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

}  // namespace hogwild::test
