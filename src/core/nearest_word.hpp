// What a misspelt word was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hogwild {

/// The word that is nearest to a misspelt one, or "" if none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& words);

/// "'adagra' is none of sgd, adagrad; did you mean adagrad?"
std::string none_of_words(std::string_view word, const std::vector<std::string>& words);

}  // namespace hogwild
