// A data set as a feed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "feed/curriculum.hpp"
#include "feed/feed.hpp"
#include "feed/feeder.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/labels.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// How a data set is dealt out.
struct DealingRules {
  RowOrder order = RowOrder::shuffle;
  std::uint64_t seed = 1;
  Offset multiple = 1;                ///< rows that must not be torn apart
  std::optional<LabelPair> labels{};  ///< that become -1 and +1; else they stay
  int workers = 1;
  bool same_for_all = false;  ///< every worker gets every block; else each block goes to one
  bool whole = false;         ///< an epoch is one block, in the order of the data
  std::optional<Curriculum> curriculum{};
  int epochs = 1;                     ///< of the run, by which a curriculum admits levels,
  bool admits_by_validation = false;  ///< unless it goes by the validation loss
};

class DatasetFeed final : public Feed {
 public:
  /// Throws std::bad_alloc; nothing is allocated later but the order of an epoch.
  DatasetFeed(const Dataset& data, DealingRules rules);

  void start_epoch(int epoch) override;
  std::optional<Block> next(int worker) override;
  bool dealt_out() override;
  Offset rows() const override { return data_.rows(); }
  FeatureSpace features() const override { return data_.features(); }
  void note_validation(double loss) override;

 private:
  struct alignas(kCacheLinePair) Hand {
    std::vector<SparseRow> rows;
    Offset blocks = 0;  // taken in this epoch
  };

  SparseRow labelled(SparseRow row) const;
  int admitted_at(Offset visit) const;

  Dataset data_;
  DealingRules rules_;
  Feeder feeder_;
  std::vector<Hand> hands_;     // [workers]
  std::vector<SparseRow> all_;  // where an epoch is one block
  int epoch_ = 0;
  int admitted_ = 1;  // level of a curriculum that goes by the validation loss
  std::optional<double> last_valid_loss_;
};

}  // namespace hogwild
