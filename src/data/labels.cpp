#include "hogwild/data/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hogwild/core/error.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {
namespace {

constexpr std::array kBinaryPairs{LabelPair{-1, 1}, LabelPair{0, 1}, LabelPair{1, 2}};

[[noreturn]] void fail(const Dataset& data, const Place& place, std::string reason,
                       std::string remedy) {
  if (place.line == 0) throw DataError(data.source().name(), std::move(reason), std::move(remedy));
  throw ParseError(place.path, place.line, place.column, std::move(reason), std::move(remedy));
}

}  // namespace

void require_labelled(const Dataset& data) {
  if (data.rows() == 0) {
    throw DataError(data.source().name(), "there is no row", "give a file with labelled rows");
  }
  if (const auto& place = data.seen_labels().unlabelled()) {
    fail(data, *place, "this row has no label",
         "put one before the features, or remove the row (rows to predict need none)");
  }
}

LabelPair binary_labels(const Dataset& data) {
  require_labelled(data);
  const auto& seen = data.seen_labels().labels();
  if (seen.size() > 2) {
    fail(data, seen[2].place,
         fmt::format("{} is a third label, after {} and {}", seen[2].value, seen[0].value,
                     seen[1].value),
         "a binary loss needs two; for labels that are numbers use --loss squared");
  }
  if (seen.size() == 1) {
    throw DataError(data.source().name(), fmt::format("every label is {}", seen[0].value),
                    "a binary loss needs rows of two labels: {-1,1}, {0,1} or {1,2}");
  }
  const auto [low, high] = std::minmax(seen[0].value, seen[1].value);
  const LabelPair pair{low, high};
  if (std::ranges::find(kBinaryPairs, pair) == kBinaryPairs.end()) {
    fail(data, seen[1].place, fmt::format("the labels {} and {} are not a binary pair", low, high),
         "write them as {-1,1}, {0,1} or {1,2}; for labels that are numbers use --loss squared");
  }
  return pair;
}

void require_labels(const Dataset& data, const LabelPair& pair) {
  require_labelled(data);
  for (const auto& [value, place] : data.seen_labels().labels()) {
    if (value != pair.negative && value != pair.positive) {
      fail(data, place, fmt::format("the label is {}", value),
           fmt::format("the model knows {} and {}", pair.negative, pair.positive));
    }
  }
}

}  // namespace hogwild
