#include "update/tabled.hpp"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace hogwild {

std::span<const SharesOfStart> shares_of_start(float beta1, float beta2) {
  constexpr std::size_t kMost = 1 << 18;
  static std::mutex mutex;
  static std::map<std::pair<float, float>, std::vector<SharesOfStart>> tables;
  const std::lock_guard lock(mutex);
  std::vector<SharesOfStart>& shares = tables[{beta1, beta2}];
  if (shares.empty()) shares.push_back({0, 0});
  while (shares.back() != SharesOfStart{1, 1} && shares.size() < kMost) {
    const auto touches = static_cast<float>(shares.size());
    shares.push_back({Adam::share_of_start(beta1, touches), Adam::share_of_start(beta2, touches)});
  }
  return shares;
}

}  // namespace hogwild
