// What a run asks of all ranks of a world.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "distributed/world.hpp"
#include "train/collectives.hpp"

namespace hogwild {

/// What a rank has come to, for a report.
struct RankTally {
  std::uint64_t rows = 0;  ///< of its own that were learnt in an epoch
  double busy = 0;  ///< seconds of its threads in the epoch, less those of waiting for others
  Traffic traffic;  ///< since the start
};

/// A rank that keeps the others waiting.
struct SlowRank {
  enum class Trait {
    work,     ///< the time that it takes for a non-zero, while it does not wait for others
    answers,  ///< the time until it answers
  };

  int rank = 0;
  Trait trait = Trait::work;
  double seconds = 0;
  double others = 0;  ///< the median of the others' seconds
};

/// {"event":"rank","epoch":..,"rank":..,"host":..,"rows":..,"busy":..,"bytes_sent":..,"bytes_received":..,
/// "sent":{kind:[messages,bytes],..},"received":{..}}: rows and busy seconds of the epoch,
/// traffic since the start of the run.
std::string json_line(int epoch, int rank, const std::string& host, const RankTally& tally);

/// {"event":"slow_rank","rank":..,"host":..,"in":"work" or "answers","times":..}
std::string json_line(const std::string& host, const SlowRank& slow);

/// What of the data ranks have for themselves.
enum class Shared {
  rows,      ///< each some rows
  features,  ///< each some features of all rows; the first rank knows the losses
};

class WorldCollectives final : public Collectives {
 public:
  /// run: the number of this run; requests to stop an earlier run of the world are ignored.
  /// own_rows: that this rank has read. To be made by all ranks at once.
  WorldCollectives(World& world, int run, Shared shared, Offset own_rows, int own_threads);
  ~WorldCollectives() override;
  WorldCollectives(const WorldCollectives&) = delete;
  WorldCollectives& operator=(const WorldCollectives&) = delete;

  bool is_alone() const override { return false; }
  void begin_epoch() override;
  void end_run() override { world_.barrier(); }
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

  /// The first rank alone: one that takes at least three times as long as the median of the others,
  /// for its work in this run so far or to answer, for which 10 ms are no time. Known after three
  /// seconds or six, and told once of a rank.
  std::optional<SlowRank> newly_slow();

 private:
  struct Work {
    std::uint64_t nonzeros = 0;
    double busy = 0;
  };

  double busy() const;  // in this epoch so far

  struct Timed {
    int rank;
    double seconds;
  };
  std::optional<SlowRank> slowest_of(std::vector<Timed> ranks, SlowRank::Trait trait);
  // What a rank's tally adds to the sum of all.
  void add(TallySum& all, TallySum tally, std::size_t rank) const;

  World& world_;
  int run_;
  Shared shared_;
  Offset own_rows_;
  Offset rows_ = 0;
  int own_threads_;
  int threads_ = 0;
  std::vector<RankTally> ranks_;
  // For what messages tell. Recipients take it under the world's lock, so no member of the world is
  // called under it.
  std::mutex mutex_;
  std::vector<TallySum> so_far_;            // [ranks] as the first rank has heard
  std::vector<Work> before_;                // [ranks] in the epochs before
  std::vector<Work> now_;                   // [ranks] in this one
  bool stop_ = false;                       // an epoch is to end now
  std::vector<bool> is_told_;               // [ranks] whether it is known to be slow
  World::Clock::time_point begin_{};        // of the epoch
  World::Clock::duration waited_before_{};  // until then
  std::atomic<bool> asked_{false};          // whether this rank has said so itself
};

}  // namespace hogwild
