#include "train/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string_view>

#include "core/text.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"

namespace hogwild {
namespace {

constexpr std::string_view kMargin = "margin:";

// The margins by a model whose features may be numbered otherwise than those of the data.
std::vector<float> margins(const Dataset& data, const Model& model, const std::string& path) {
  const FeatureSpace& ours = data.features();
  const FeatureSpace& its = model.features();
  if (model.outputs() > 1) {
    throw DataError(path, "this model has several classes", "give one of two labels");
  }
  const bool named = ours.names != nullptr;
  if (named != (its.names != nullptr) || ours.hash_bits != its.hash_bits ||
      (!named && ours.hash_bits == 0 && ours.index_base != its.index_base)) {
    throw DataError(path, "this model's features have other names than those of the data",
                    "give one that was trained on data of the same format and --hash-bits");
  }
  std::vector<float> scores;
  std::vector<Index> indices;
  std::vector<float> values;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    if (!named) {
      scores.push_back(model.margin(row));
      continue;
    }
    indices.clear();
    values.clear();
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      if (const auto j = its.names->find((*ours.names)[row.indices[k]])) {
        indices.push_back(*j);
        values.push_back(row.value(k));
      }
    }
    scores.push_back(model.margin({.indices = indices, .values = values}));
  }
  return scores;
}

std::vector<float> numbers_of_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw IoError(path, std::strerror(errno), "check the path given to --difficulty");
  std::vector<float> numbers;
  for (std::string line; std::getline(file, line);) {
    const std::string_view text(line.data(), line.size() - (line.ends_with('\r') ? 1 : 0));
    const auto number = number_in<float>(text);
    if (!number || !std::isfinite(*number)) {
      throw ParseError(path, numbers.size() + 1, 1,
                       fmt::format("expected a number, found '{}'", line),
                       "write one number per line, one for each row of the data");
    }
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace

std::vector<float> difficulty_of(const Dataset& data, const std::string& measure) {
  if (measure == "nonzeros") return {};
  if (measure.starts_with(kMargin)) {
    const std::string path = measure.substr(kMargin.size());
    std::vector<float> scores = margins(data, load(path), path);
    for (float& score : scores) score = -std::abs(score);
    return scores;
  }
  std::vector<float> numbers = numbers_of_lines(measure);
  if (numbers.size() != data.rows()) {
    throw DataError(measure,
                    fmt::format("{} numbers for {} rows of {}", numbers.size(), data.rows(),
                                data.source().name()),
                    "write one number per line, one for each row");
  }
  return numbers;
}

}  // namespace hogwild
