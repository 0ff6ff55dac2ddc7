#include "feed/met_features.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <vector>

#include "hogwild/core/array.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {

MetFeatures::MetFeatures(const FeatureSpace& first, std::uint64_t memory_limit)
    : first_(first.plain()), memory_limit_(memory_limit) {
  if (first_.names) names_ = std::make_shared<FeatureNames>(*first_.names);
  if (!first_.hashes) return;
  Array<Index> known(first_.hashes->hashes().begin(), first_.hashes->hashes().end());
  hashes_.number(known);
}

void MetFeatures::number(NamedBatch& batch, const std::string& source) {
  if (first_.hashes) return hashes_.number(batch.indices);
  batch.note_new_names();
  std::vector<Index> numbers(batch.names.size()), fresh, unknown;
  batch.for_each_new([&](Index j) { fresh.push_back(j); });
  {
    const std::shared_lock lock(growing_);
    names_->find_each(batch.names, fresh, [&](std::size_t k, std::optional<Index> number) {
      if (number) numbers[fresh[k]] = *number;
      if (!number) unknown.push_back(fresh[k]);
    });
  }
  if (!unknown.empty()) {
    const std::unique_lock lock(growing_);
    if (is_given_.exchange(false)) names_ = std::make_shared<FeatureNames>(*names_);
    for (const Index j : unknown) numbers[j] = names_->insert(batch.names[j], batch.names.hash(j));
    require_memory(source);
  }
  batch.number_names([&](Index j) { return numbers[j]; });
  for (Index& j : batch.indices) j = batch.number(j);
}

void MetFeatures::require_memory(const std::string& source) const {
  if (names_->size() > kMost) throw std::length_error("more features than can be numbered");
  if (memory_limit_ == 0 || names_->bytes() <= memory_limit_) return;
  throw DataError(source,
                  fmt::format("the names of its features take more memory than the limit of {} MiB",
                              memory_limit_ >> 20),
                  "raise --memory-limit, or hash the names with --hash-bits");
}

FeatureSpace MetFeatures::space() const {
  FeatureSpace space = first_;
  if (first_.hashes) {
    space.hashes = hashes_.met();
    space.size = space.hashes->size();
    return space;
  }
  const std::shared_lock lock(growing_);
  is_given_.store(true);
  space.names = names_;
  space.size = names_->size();
  return space;
}

}  // namespace hogwild
