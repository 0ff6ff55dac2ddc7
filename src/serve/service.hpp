// What is served, without the network: a model that may be replaced, what it counts, where it is
// saved.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hogwild/learn/learner.hpp"
#include "serve/http_metrics.hpp"
#include "serve/served_model.hpp"

namespace hogwild {

struct ServiceOptions {
  std::string model{};        ///< path of a model,
  std::string parameters{};   ///< or of live parameters
  bool learn = false;         ///< where it can: not a model of several classes
  LearnerOptions learning{};  ///< how a model learns, adagrad at 0.03 if no rate is given;
                              ///< parameters have it by themselves
  std::string snapshot{};     ///< where what has been learnt is saved
};

/// Thread safety: every member from any threads at once.
class Service {
 public:
  /// Throws IoError, ModelError, OptionError.
  explicit Service(ServiceOptions options);

  /// The model of now, which stays whole while it is held.
  std::shared_ptr<ServedModel> model() const;

  const ServiceOptions& options() const noexcept { return options_; }
  HttpMetrics& metrics() noexcept { return metrics_; }

  /// Seconds since 1970 at which the model of now was loaded.
  double loaded_at() const noexcept { return loaded_at_.load(std::memory_order_relaxed); }

  /// Loads the model's file if it has changed, or must_be; what had been learnt by the old one is
  /// dropped with it. Returns what there is to say of it: that it was loaded, or why the old one
  /// was kept.
  std::optional<std::string> reload(bool must_be = false);

  /// Saves the weights as they are; rows learnt by them. Throws IoError, ModelError.
  std::uint64_t save();

  /// Whether rows have been learnt that no snapshot has.
  bool has_unsaved() const;

  /// Tells other processes that this one lives, if there may be any.
  void beat() const { model()->beat(); }

  /// Whether requests are no longer wanted.
  bool draining() const noexcept { return draining_.load(std::memory_order_relaxed); }
  void drain() noexcept { draining_.store(true, std::memory_order_relaxed); }

 private:
  // By which a file is seen to be another.
  struct FileStamp {
    std::uint64_t device = 0, inode = 0, bytes = 0;
    std::int64_t modified = 0;  // nanoseconds since 1970
    bool operator==(const FileStamp&) const = default;
  };
  static FileStamp stamp_of(const std::string& path);

  std::shared_ptr<ServedModel> load() const;
  void serve(std::shared_ptr<ServedModel> model);

  ServiceOptions options_;
  HttpMetrics metrics_;
  mutable std::mutex current_mutex_;      // held to copy or replace a pointer
  std::shared_ptr<ServedModel> current_;  // guarded by it
  std::mutex file_mutex_;                 // one reload or save at a time
  FileStamp stamp_{};                     // of the model that was loaded last, guarded by it
  std::atomic<double> loaded_at_{0};
  std::atomic<std::uint64_t> saved_{0};  // rows that the last snapshot of this model had learnt
  std::atomic<bool> draining_{false};    // relaxed: a hint that carries no data
};

}  // namespace hogwild
