// A column of text: a bag of its words, of runs of words, and of runs of characters.
#include <algorithm>
#include <string>

#include "data/recipe/kinds.hpp"
#include "data/recipe/words.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kShortestWord = 2;

// A word is called column^word; where the column has no name, as of labelled text, as it stands.
void add_word(const PreparedColumn& column, std::string_view word, FeatureSink& sink) {
  sink.add(column, column.name.empty() ? "" : "^", word, 1);
}

void add_runs_of_words(const PreparedColumn& column, const Words& words, FeatureSink& sink) {
  const TextOptions& text = sink.recipe().text;
  std::vector<std::string_view> kept;
  for (std::size_t k = 0; k < words.size(); ++k) {
    if (words.length(k) < kShortestWord) continue;
    if (std::ranges::binary_search(text.stop_words, words[k])) continue;
    kept.push_back(words[k]);
  }
  std::string run;
  for (std::size_t k = 0; k < kept.size(); ++k) {
    add_word(column, kept[k], sink);
    run = kept[k];
    const std::size_t end = std::min(kept.size(), k + static_cast<std::size_t>(text.ngrams));
    for (std::size_t next = k + 1; next < end; ++next) {
      run += ' ';
      run += kept[next];
      add_word(column, run, sink);
    }
  }
}

bool begins_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

void add_runs_of_characters(const PreparedColumn& column, std::string_view text,
                            FeatureSink& sink) {
  const auto least = static_cast<std::size_t>(sink.recipe().text.least_characters);
  const auto most = static_cast<std::size_t>(sink.recipe().text.most_characters);
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (!begins_character(text[begin])) continue;
    std::size_t end = begin;
    for (std::size_t length = 1; length <= most && end < text.size(); ++length) {
      ++end;
      while (end < text.size() && !begins_character(text[end])) ++end;
      if (length >= least) sink.add(column, "~", text.substr(begin, end - begin), 1);
    }
  }
}

}  // namespace

bool may_be_text(std::string_view value) {
  // Most values of a column of sentences have some words.
  constexpr std::ptrdiff_t kFewestBlanks = 4;
  return std::ranges::count(value, ' ') >= kFewestBlanks;
}

bool make_text(const PreparedColumn& column, std::string_view value, FeatureSink& sink) {
  thread_local Words words;  // for its memory alone
  words.cut(value);
  add_runs_of_words(column, words, sink);
  if (sink.recipe().text.most_characters > 0) {
    add_runs_of_characters(column, words.joined(), sink);
  }
  return true;
}

}  // namespace hogwild
