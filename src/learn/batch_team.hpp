// Workers that learn the same batch together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "parallel/barrier.hpp"

namespace hogwild {

/// The size of a team, its barrier, and the owner of each feature. In a team of one, wait() does
/// not wait, and the one member owns all features.
class BatchTeam {
 public:
  /// owners is [size + 1]: member m alone steps the features from owners[m] to below owners[m + 1].
  explicit BatchTeam(std::vector<Index> owners)
      : owners_(std::move(owners)), barrier_(static_cast<std::uint32_t>(owners_.size() - 1)) {}

  std::size_t size() const noexcept { return owners_.size() - 1; }

  /// A barrier: returns when all members have called it. Each sees what the others wrote before.
  void wait() noexcept {
    if (size() > 1) barrier_.wait();
  }

  Index first_feature(std::size_t member) const noexcept { return owners_[member]; }
  /// The member that owns a feature. The last member owns all numbers past the last feature, such
  /// as that of a bias.
  std::size_t owner_of(Index feature) const noexcept {
    const auto next = std::upper_bound(owners_.begin() + 1, owners_.end() - 1, feature);
    return static_cast<std::size_t>(next - owners_.begin()) - 1;
  }
  Index end_feature(std::size_t member) const noexcept { return owners_[member + 1]; }

 private:
  std::vector<Index> owners_;
  Barrier barrier_;
};

}  // namespace hogwild
