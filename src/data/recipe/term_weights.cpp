#include "data/recipe/term_weights.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace hogwild {
namespace {

constexpr float kNoWord = -1;

// Which features are words: by their names. A product of features has a '*', which no word has.
std::vector<bool> words_of(const FeatureNames& names, const Recipe& recipe) {
  std::vector<std::string> begins;
  bool all = false;
  for (const Column& column : recipe.columns) {
    if (column.role != Role::text) continue;
    all = all || column.name.empty();
    std::string begin;
    for (const char c : column.name) begin += c == '^' ? std::string(":^") : std::string(1, c);
    begins.push_back(begin + '^');
    begins.push_back(begin + '~');
  }
  std::vector<bool> are_words(names.size(), false);
  for (Index j = 0; j < names.size(); ++j) {
    are_words[j] = names[j].find('*') == names[j].npos &&
                   (all || std::ranges::any_of(begins, [&](const std::string& begin) {
                      return names[j].starts_with(begin);
                    }));
  }
  return are_words;
}

float idf_of(const TermWeights& terms, Index j) noexcept {
  return j < terms.idf.size() ? terms.idf[j] : kNoWord;
}

void weigh(std::span<const Index> indices, std::span<float> values, const TermWeights& terms) {
  double sum = 0;
  for (std::size_t k = 0; k < indices.size(); ++k) {
    const float idf = idf_of(terms, indices[k]);
    if (idf < 0) continue;
    values[k] = idf * (1 + std::log(values[k]));
    sum += double{values[k]} * values[k];
  }
  if (sum == 0) return;
  const auto factor = static_cast<float>(1 / std::sqrt(sum));
  for (std::size_t k = 0; k < indices.size(); ++k) {
    if (idf_of(terms, indices[k]) >= 0) values[k] *= factor;
  }
}

}  // namespace

TermWeights term_weights(const Dataset::Arrays& rows, const FeatureSpace& space,
                         const Recipe& recipe) {
  std::vector<Offset> rows_with(space.size, 0);
  for (const Index j : rows.indices) ++rows_with[j];
  const std::vector<bool> are_words = words_of(*space.names, recipe);
  const auto count = static_cast<double>(rows.labels.size());
  TermWeights terms;
  terms.idf.resize(space.size, kNoWord);
  for (Index j = 0; j < space.size; ++j) {
    if (!are_words[j]) continue;
    const auto with = static_cast<double>(rows_with[j]);
    terms.idf[j] = with < recipe.text.min_count
                       ? 0
                       : static_cast<float>(1 + std::log((1 + count) / (1 + with)));
  }
  return terms;
}

void weigh(Dataset::Arrays& rows, const TermWeights& terms) {
  if (rows.values.empty()) rows.values.assign(rows.indices.size(), 1.0f);
  for (std::size_t i = 0; i + 1 < rows.offsets.size(); ++i) {
    const Offset begin = rows.offsets[i], size = rows.offsets[i + 1] - begin;
    weigh(std::span(rows.indices).subspan(begin, size), std::span(rows.values).subspan(begin, size),
          terms);
  }
}

void weigh(RowBatch& batch, const TermWeights& terms) {
  batch.all_ones = false;
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    const Offset begin = batch.offsets[i], size = batch.offsets[i + 1] - begin;
    weigh(std::span(batch.indices).subspan(begin, size),
          std::span(batch.values).subspan(begin, size), terms);
  }
}

}  // namespace hogwild
