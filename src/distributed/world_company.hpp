// The ranks of a world as the company of a run.
#pragma once

#include <mutex>
#include <vector>

#include "distributed/world.hpp"
#include "train/company.hpp"

namespace hogwild {

/// What a rank has come to, for a report.
struct RankTally {
  std::uint64_t rows = 0;  ///< of its own that were learnt in an epoch
  Traffic traffic;         ///< since the start
};

/// What of the data ranks have for themselves.
enum class Shared {
  rows,      ///< each some rows
  features,  ///< each some features of all rows; the first rank knows the losses
};

class WorldCompany final : public Company {
 public:
  /// run: which of the world's runs it is, so that letters of one before are told from its own.
  /// own_rows: that this rank has read. To be made by all ranks at once.
  WorldCompany(World& world, int run, Shared shared, Offset own_rows, int own_threads);
  ~WorldCompany() override;
  WorldCompany(const WorldCompany&) = delete;
  WorldCompany& operator=(const WorldCompany&) = delete;

  void begin_epoch() override;
  void end_run() override { world_.meet(); }
  TallySum sum(const TallySum& own) override;
  TallySum sum_so_far(const TallySum& own) override;
  StopReason agree(StopReason own) override;
  bool all(bool own) override;
  double mean_loss(const Model& model, const Dataset& validation) override;
  bool stop_requested() override;
  void request_stop() override;
  Offset rows(Offset) const override { return rows_; }
  int threads(int) const override { return threads_; }

  /// Of each rank, as it was when the epoch before was summed up; [ranks].
  const std::vector<RankTally>& ranks() const noexcept { return ranks_; }

 private:
  // What a rank's tally adds to the sum of all.
  void add(TallySum& all, TallySum tally, std::size_t rank) const;

  template <class Value>
  std::vector<Value> gather(const Value& own);

  World& world_;
  int run_;
  Shared shared_;
  Offset own_rows_;
  Offset rows_ = 0;
  int threads_ = 0;
  std::vector<RankTally> ranks_;
  std::mutex mutex_;                // for what letters tell
  std::vector<TallySum> so_far_;    // [ranks] as the first rank has heard
  bool stop_ = false;               // an epoch is to end now
  std::atomic<bool> asked_{false};  // whether this rank has said so itself
};

}  // namespace hogwild
