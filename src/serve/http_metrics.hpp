// What a service counts, in the text format of Prometheus.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hogwild {

/// The endpoints, and what is none of them.
enum class Endpoint { predict, learn, snapshot, model, healthz, readyz, metrics, openapi, other };
inline constexpr std::array<std::string_view, 9> kEndpoints{
    "/predict", "/learn",   "/snapshot",     "/model", "/healthz",
    "/readyz",  "/metrics", "/openapi.json", "other"};

/// Numbers that any threads add to at any time. All are relaxed: each is a count of its own.
class HttpMetrics {
 public:
  /// Statuses are counted up to this.
  static constexpr int kMostStatus = 600;

  void count(Endpoint endpoint, int status, double seconds) noexcept;
  void add_predicted(std::size_t rows) noexcept { predicted_.fetch_add(rows, kRelaxed); }
  void add_learnt(std::size_t rows) noexcept { learnt_.fetch_add(rows, kRelaxed); }
  void add_unknown(std::uint64_t features) noexcept { unknown_.fetch_add(features, kRelaxed); }
  void note_reload(bool well) noexcept { reloads_[well].fetch_add(1, kRelaxed); }
  void note_snapshot() noexcept { snapshots_.fetch_add(1, kRelaxed); }
  void connect() noexcept { connections_.fetch_add(1, kRelaxed); }
  void disconnect() noexcept { connections_.fetch_sub(1, kRelaxed); }
  void note_failure() noexcept { failures_.fetch_add(1, kRelaxed); }
  void turn_away() noexcept { turned_away_.fetch_add(1, kRelaxed); }

  /// All of them, each with its help and type.
  std::string text() const;

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  // Upper ends of a histogram's buckets, in seconds; the last is of all.
  static constexpr std::array<double, 12> kBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                   0.01,   0.025,   0.05,   0.1,   0.5,    1};
  using Count = std::atomic<std::uint64_t>;

  // [endpoints][hundreds and the rest of a status]: few are ever used.
  std::array<std::array<Count, kMostStatus>, kEndpoints.size()> requests_{};
  std::array<std::array<Count, kBuckets.size() + 1>, 2> durations_{};  // of predict and learn
  std::array<Count, 2> nanoseconds_{};
  Count predicted_{0}, learnt_{0}, unknown_{0}, snapshots_{0}, connections_{0}, turned_away_{0};
  Count failures_{0};
  std::array<Count, 2> reloads_{};  // failed, done
};

/// One number, or one of several that labels tell apart, as "{path=\"/learn\"}".
void add_metric(std::string& text, std::string_view name, std::string_view labels, double value);

/// What comes before the first of a name. type: counter, gauge or histogram.
void add_metric_head(std::string& text, std::string_view name, std::string_view type,
                     std::string_view help);

}  // namespace hogwild
