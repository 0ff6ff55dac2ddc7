// Data sets made of random numbers, with a planted model, to try things and to measure.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "hogwild/core/types.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// The shape of the rows.
enum class GeneratedKind {
  click,  ///< 39 categorical fields, each one feature of value 1, Zipf (s = 1.15) within a field of
          ///< 20 to 2,000,000 values, hashed to the features; about 31 % positive
  text,   ///< tf-idf of documents of 30 words and more, Zipf (s = 1.1), unit norm
  dense,  ///< every feature, standard normal
};

/// What to generate.
struct GenerateOptions {
  GeneratedKind kind = GeneratedKind::click;  ///< what the rows resemble
  std::uint64_t rows = 0;                     ///< how many
  Index features = 0;      ///< 0: 1,000,000 for click, 47,236 for text, 50 for dense
  std::uint64_t seed = 1;  ///< of the rows; the planted weights are the same for every seed, so
                           ///< that another seed gives a test set
};

/// Writes libsvm text, indices from 1, labels -1 and +1 drawn from the logistic model of the
/// planted weights. sink is called with pieces of it, in order, from one thread at a time. The text
/// is a function of the options alone (and, in a last digit now and then, of the mathematics
/// library). Throws what sink throws.
void generate(const GenerateOptions& options, const std::function<void(std::string_view)>& sink);

}  // namespace hogwild
