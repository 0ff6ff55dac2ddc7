#include "data/recipe/words.hpp"

#include <utf8proc.h>

#include <array>

namespace hogwild {
namespace {

// Of ASCII: itself in lower case, or '\0' for what is in no word.
constexpr auto kLower = [] {
  std::array<char, 128> lower{};
  for (int c = '0'; c <= '9'; ++c) lower[static_cast<std::size_t>(c)] = static_cast<char>(c);
  for (int c = 'a'; c <= 'z'; ++c) lower[static_cast<std::size_t>(c)] = static_cast<char>(c);
  for (int c = 'A'; c <= 'Z'; ++c) lower[static_cast<std::size_t>(c)] = static_cast<char>(c | 0x20);
  lower['_'] = '_';
  return lower;
}();

bool is_of_word(utf8proc_int32_t character) {
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Words::end_word() {
  if (characters_ == 0) return;
  ends_.push_back(lower_.size());
  lengths_.push_back(characters_);
  characters_ = 0;
  lower_ += ' ';
}

void Words::cut(std::string_view text) {
  lower_.assign(1, ' ');
  begins_.clear();
  ends_.clear();
  lengths_.clear();
  const auto add = [&](const char* bytes, std::size_t count) {
    if (characters_++ == 0) begins_.push_back(lower_.size());
    lower_.append(bytes, count);
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < kLower.size()) {
      ++at;
      if (const char lower = kLower[byte]; lower != '\0') {
        add(&lower, 1);
      } else {
        end_word();
      }
      continue;
    }
    utf8proc_int32_t character = 0;
    const auto* const from = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
    const auto bytes =
        utf8proc_iterate(from, static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    if (bytes <= 0) {  // not UTF-8
      ++at;
      end_word();
      continue;
    }
    at += static_cast<std::size_t>(bytes);
    if (is_of_word(character)) {
      std::array<utf8proc_uint8_t, 4> lower{};
      const auto count = utf8proc_encode_char(utf8proc_tolower(character), lower.data());
      add(reinterpret_cast<const char*>(lower.data()), static_cast<std::size_t>(count));
    } else {
      end_word();
    }
  }
  end_word();
}

}  // namespace hogwild
