// The words of texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hogwild {

/// A text in lower case, cut into words: runs of letters, digits, marks and underscores, as Unicode
/// has them (utf8proc). What is not UTF-8 is between words.
class Words {
 public:
  /// Cuts another text.
  void cut(std::string_view text);

  std::size_t size() const noexcept { return ends_.size(); }
  std::string_view operator[](std::size_t k) const noexcept {
    return std::string_view(lower_).substr(begins_[k], ends_[k] - begins_[k]);
  }
  /// Of characters, not bytes.
  std::size_t length(std::size_t k) const noexcept { return lengths_[k]; }

  /// All words with one blank between them, before the first and behind the last.
  const std::string& joined() const noexcept { return lower_; }

 private:
  void end_word();

  std::string lower_;
  std::vector<std::size_t> begins_, ends_, lengths_;
  std::size_t characters_ = 0;  // of the open word
};

}  // namespace hogwild
