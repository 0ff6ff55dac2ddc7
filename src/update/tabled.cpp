#include "update/tabled.hpp"

#include <map>
#include <mutex>
#include <vector>

namespace hogwild {

std::span<const float> shares_of_start(float beta) {
  constexpr std::size_t kMost = 1 << 16;  // of a beta so near 1 the rest is computed
  static std::mutex mutex;
  static std::map<float, std::vector<float>> tables;
  const std::lock_guard lock(mutex);
  std::vector<float>& shares = tables[beta];
  if (shares.empty()) shares.push_back(0);
  while (shares.back() < 1 && shares.size() < kMost) {
    shares.push_back(Adam::share_of_start(beta, static_cast<float>(shares.size())));
  }
  return shares;
}

}  // namespace hogwild
