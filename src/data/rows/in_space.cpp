#include "data/rows/named_feature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "data/rows/hashes.hpp"
#include "data/rows/row_sort.hpp"
#include "data/rows/shared_numbers.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"

namespace hogwild {
namespace {

constexpr Index kUnknown = 0xffffffff;

std::string how_called(const FeatureSpace& space) {
  if (space.hash_bits != 0) return fmt::format("hashed to {} bits", space.hash_bits);
  return space.names ? "called by name" : "called by number";
}

void require_same_naming(const Dataset& data, const FeatureSpace& space) {
  const FeatureSpace& from = data.features();
  // A model of no data file takes any numbers.
  const bool same = from.hash_bits == space.hash_bits && !from.names == !space.names;
  if (same || (space.format.empty() && !space.names && !from.names)) return;
  throw DataError(data.source().name(),
                  fmt::format("its features are {}, and those of the model {}", how_called(from),
                              how_called(space)),
                  "read the text that it was made from");
}

// Rows that another recipe made have other bins, means and weights of words.
void require_same_recipe(const Dataset& data, const FeatureSpace& space) {
  const auto& its = data.features().recipe;
  if (its == space.recipe) return;
  if (!its || !space.recipe) {
    const bool has_all =
        !its && !data.features().format.empty() && space.recipe && space.recipe->is_of_namespaces();
    const bool has_some = its && its->is_of_namespaces() && !space.format.empty();
    if (!has_all && !has_some) return;
    throw DataError(data.source().name(),
                    "other namespaces of it are used or multiplied than those of the model",
                    "give the text that it was made from");
  }
  const auto idf_of = [](const Recipe& recipe) {
    return recipe.terms ? recipe.terms->idf : std::vector<float>();
  };
  if (json_of(*its) == json_of(*space.recipe) && idf_of(*its) == idf_of(*space.recipe)) return;
  throw DataError(data.source().name(),
                  "its columns or namespaces became features by another recipe than the model's",
                  "give the table, JSON lines or text that it was made from");
}

// The recipe of the first space for all of both.
std::shared_ptr<const Recipe> united_recipe(const FeatureSpace& all, const FeatureSpace& other) {
  const auto& recipe = all.recipe ? all.recipe : other.recipe;
  if (!recipe || !recipe->terms || !all.names) return recipe;
  TermWeights terms = *recipe->terms;
  for (auto j = static_cast<Index>(terms.idf.size()); j < all.size; ++j) {
    const auto there = other.names->find((*all.names)[j]);
    const bool has =
        there && other.recipe && other.recipe->terms && *there < other.recipe->terms->idf.size();
    terms.idf.push_back(has ? other.recipe->terms->idf[*there] : -1);
  }
  Recipe united = *recipe;
  united.terms = std::make_shared<const TermWeights>(std::move(terms));
  return std::make_shared<const Recipe>(std::move(united));
}

}  // namespace

std::optional<Index> same_feature(const FeatureSpace& space, const FeatureSpace& from,
                                  Index plain) {
  if (space.hashes) {
    return space.hashes->find(from.hashes ? (*from.hashes)[plain] : plain);
  }
  if (from.hashes) {
    const Index hash = (*from.hashes)[plain];
    return hash < space.size ? std::optional(hash) : std::nullopt;
  }
  if (space.names) return from.names ? space.names->find((*from.names)[plain]) : std::nullopt;
  if (from.names) return std::nullopt;
  const std::int64_t number = std::int64_t{plain} + from.index_base - space.index_base;
  if (number < 0 || number >= std::int64_t{space.size}) return std::nullopt;
  return static_cast<Index>(number);
}

std::optional<FeatureSpace> union_of(const FeatureSpace& first, const FeatureSpace& second) {
  if (first.hash_bits != second.hash_bits || !first.names != !second.names) return std::nullopt;
  FeatureSpace all = first.plain();
  if (all.format.empty()) {
    all.format = second.format;
    all.recipe = second.recipe;
  }
  const FeatureSpace other = second.plain();
  if (all.hashes && other.hashes) {
    Array<Index> hashes(all.hashes->hashes().begin(), all.hashes->hashes().end());
    for (const Index hash : other.hashes->hashes()) {
      if (!all.hashes->find(hash)) hashes.push_back(hash);
    }
    all.hashes = std::make_shared<const FeatureNumbers>(std::move(hashes));
    all.size = all.hashes->size();
    return all;
  }
  if (all.hash_bits != 0) return all.hashes ? other : all;  // that of all hashes
  if (all.names) {
    auto names = std::make_shared<FeatureNames>(*all.names);
    for (Index j = 0; j < other.size; ++j) names->insert((*other.names)[j], other.names->hash(j));
    all.size = names->size();
    all.names = std::move(names);
    all.recipe = united_recipe(all, other);
    return all;
  }
  const auto end = [](const FeatureSpace& space) {
    return std::int64_t{space.size} + space.index_base;
  };
  const std::int64_t last = std::max(end(all), end(other));
  all.index_base = std::min(all.index_base, other.index_base);
  all.size = static_cast<Index>(last - all.index_base);
  return all;
}

Dataset in_space(const Dataset& data, const FeatureSpace& space) {
  require_same_naming(data, space);
  require_same_recipe(data, space);
  // An array over all hashes would be large.
  if (space.hashes && !data.features().hashes) return in_space(with_numbered_hashes(data), space);
  const FeatureSpace& from = data.features();
  std::vector<Index> numbers(from.size);
  bool knows_all = true, same = true;
  for (Index j = 0; j < from.size; ++j) {
    const Index plain = from.plain(j);
    numbers[j] = same_feature(space, from, plain).value_or(kUnknown);
    knows_all &= numbers[j] != kUnknown;
    same &= numbers[j] == plain;
  }
  if (knows_all && same) {  // the usual case, on all threads
    Dataset plain = unranked(data);
    if (from.plain().size == space.size) return plain;
    Source source = data.source();
    ClassNames classes = data.classes();
    return Dataset(std::move(plain).take_arrays(), space, std::move(source), data.seen_labels(),
                   std::move(classes));
  }

  Dataset::Arrays arrays;
  Source source = data.source();
  std::vector<std::uint64_t> keys, room;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    keys.clear();
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      const Index number = numbers[row.indices[k]];
      if (number == kUnknown) {
        if (space.hash_bits == 0) ++source.unknown_features;
      } else {
        keys.push_back(std::uint64_t{number} << 32 | k);
      }
    }
    room.resize(keys.size());
    sort_keys(keys, room);
    for (const std::uint64_t key : keys) {
      arrays.indices.push_back(static_cast<Index>(key >> 32));
      if (!data.all_ones()) arrays.values.push_back(row.value(static_cast<std::uint32_t>(key)));
    }
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(row.label);
    if (data.has_weights()) arrays.weights.push_back(row.weight);
  }
  return Dataset(std::move(arrays), space, std::move(source), data.seen_labels(), data.classes());
}

Dataset with_all_hashes(Dataset rows) {
  if (!rows.features().hashes) return rows;
  FeatureSpace space = rows.features().plain();
  if (space.hash_bits > 31) {
    throw OptionError("hash-bits", "processes that learn together take up to 31 bits");
  }
  space.hashes = nullptr;
  space.size = count_of_hashes(space.hash_bits);
  return in_space(rows, space);
}

Dataset with_numbered_hashes(Dataset rows) {
  if (rows.features().hashes) return rows;
  rows = unranked(std::move(rows));
  FeatureSpace space = rows.features();
  Source source = rows.source();
  SeenLabels seen = rows.seen_labels();
  ClassNames classes = rows.classes();
  Dataset::Arrays arrays = std::move(rows).take_arrays();
  SharedNumbers numbers;
  numbers.number(arrays.indices);
  space.hashes = numbers.in_order(arrays.indices);
  space.size = space.hashes->size();
  return Dataset(std::move(arrays), std::move(space), std::move(source), std::move(seen),
                 std::move(classes));
}

void count_alike(Dataset& rows, Dataset& others) {
  const auto both = union_of(rows.features(), others.features());
  if (both && both->index_base < rows.features().index_base) {
    rows = in_space(rows, *union_of(rows.features(), {.size = 1, .index_base = 0}));
  }
  others = in_space(others, rows.features().plain());
}

bool has_index_zero(const Dataset& rows) {
  for (Offset i = 0; i < rows.rows(); ++i) {
    const SparseRow row = rows.row(i);
    if (row.nonzeros() > 0 && row.indices[0] == 0) return true;
  }
  return false;
}

}  // namespace hogwild
