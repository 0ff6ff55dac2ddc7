#include "feed/met_features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "hogwild/core/array.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {

MetFeatures::MetFeatures(const FeatureSpace& first, std::size_t bytes, std::uint64_t memory_limit,
                         std::string source)
    : first_(first.plain()),
      bytes_(bytes),
      memory_limit_(memory_limit),
      source_(std::move(source)),
      // No more addresses than the limit has memory: they may be limited too.
      most_(memory_limit == 0 ? kMost
                              : static_cast<Index>(std::clamp<std::uint64_t>(memory_limit / bytes,
                                                                             first_.size, kMost))),
      hashes_(most_) {
  if (first_.names) {
    names_ = std::make_shared<FeatureNames>(*first_.names);
    require_memory(names_->size(), names_->bytes());
    return;
  }
  require_memory(first_.size, 0);
  Array<Index> known(first_.hashes->hashes().begin(), first_.hashes->hashes().end());
  hashes_.number(known);
}

void MetFeatures::number(NamedBatch& batch) {
  if (first_.hashes) {
    hashes_.number(batch.indices);
    return require_memory(hashes_.size(), hashes_.bytes());
  }
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
    require_memory(names_->size(), names_->bytes());
  }
  batch.number_names([&](Index j) { return numbers[j]; });
  for (Index& j : batch.indices) j = batch.number(j);
}

void MetFeatures::require_memory(std::size_t features, std::size_t of_table) const {
  const bool fits = memory_limit_ == 0 || features * bytes_ + of_table <= memory_limit_;
  if (fits && features <= most_) return;
  if (fits) throw std::length_error("more features than can be numbered");
  throw DataError(source_,
                  fmt::format("its {} features take more memory than the limit of {} MiB", features,
                              memory_limit_ >> 20),
                  first_.hashes ? "raise --memory-limit, or give fewer --hash-bits"
                                : "raise --memory-limit, or hash the names with --hash-bits");
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
