// What a service counts, in the text format of Prometheus.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace hogwild {

/// The endpoints, and what is none of them.
enum class Endpoint { predict, learn, snapshot, model, healthz, readyz, metrics, openapi, other };
inline constexpr std::array<std::string_view, 9> kEndpoints{
    "/predict", "/learn",   "/snapshot",     "/model", "/healthz",
    "/readyz",  "/metrics", "/openapi.json", "other"};

/// Numbers that any threads add to at any time, each a count of its own.
class HttpMetrics {
 public:
  using Count = std::atomic<std::uint64_t>;

  Count predicted{0}, learnt{0}, unknown{0};  ///< rows, rows, features
  Count snapshots{0}, reloads{0}, failed_reloads{0};
  Count connections{0}, turned_away{0}, failures{0};

  void count(Endpoint endpoint, int status, double seconds) noexcept;

  /// All of them, each with its help and type.
  std::string text() const;

 private:
  static constexpr int kMostStatus = 600;  // statuses are counted up to this
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  // Upper ends of a histogram's buckets, in seconds; the last is of all.
  static constexpr std::array<double, 12> kBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                   0.01,   0.025,   0.05,   0.1,   0.5,    1};

  // [endpoints][hundreds and the rest of a status]: few are ever used.
  std::array<std::array<Count, kMostStatus>, kEndpoints.size()> requests_{};
  std::array<std::array<Count, kBuckets.size() + 1>, 2> durations_{};  // of predict and learn
  std::array<Count, 2> nanoseconds_{};
};

/// One number, or one of several that labels tell apart, as "{path=\"/learn\"}".
void add_metric(std::string& text, std::string_view name, std::string_view labels, double value);

/// What comes before the first of a name. type: counter, gauge or histogram.
void add_metric_head(std::string& text, std::string_view name, std::string_view type,
                     std::string_view help);

}  // namespace hogwild
