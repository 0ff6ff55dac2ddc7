// A data set as a feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
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
  DatasetFeed(const Dataset& data, DealingRules rules)
      : data_(data),
        rules_(std::move(rules)),
        feeder_(data, rules_.order, rules_.seed, rules_.multiple),
        hands_(static_cast<std::size_t>(rules_.workers)) {
    if (rules_.whole) {
      for (Offset i = 0; i < data.rows(); ++i) all_.push_back(labelled(data.row(i)));
      return;
    }
    for (Hand& hand : hands_) hand.rows.reserve(feeder_.block_rows());
  }

  void start_epoch(int epoch) override {
    epoch_ = epoch;
    for (Hand& hand : hands_) hand.blocks = 0;
    if (rules_.curriculum) {
      const auto admitted = [this](Offset visit) { return admitted_at(visit); };
      feeder_.start_epoch(epoch, rules_.curriculum->order(rules_.seed, epoch, admitted));
    } else {
      feeder_.start_epoch(epoch);
    }
  }

  std::optional<Block> next(int worker) override {
    Hand& hand = hands_[static_cast<std::size_t>(worker)];
    const Offset number = hand.blocks++;
    if (rules_.whole) {
      return number == 0 ? std::optional(Block{all_, 0}) : std::nullopt;
    }
    const auto ticket = rules_.same_for_all ? feeder_.block(number) : feeder_.next();
    if (!ticket) return std::nullopt;
    feeder_.rows_of(*ticket, hand.rows);
    // The block that is this worker's next, if the workers take turns.
    const Offset ahead = rules_.same_for_all ? 1 : hands_.size();
    feeder_.prefetch({ticket->begin + ahead * feeder_.block_rows(), ticket->count});
    if (rules_.labels) {
      for (SparseRow& row : hand.rows) row.label = rules_.labels->sign(row.label);
    }
    return Block{hand.rows, ticket->begin};
  }

  bool dealt_out() override {
    if (rules_.whole) return hands_[0].blocks > 0;
    if (rules_.same_for_all) return !feeder_.block(hands_[0].blocks);
    return feeder_.dealt_out();
  }

  Offset rows() const override { return data_.rows(); }
  FeatureSpace features() const override { return data_.features(); }
  void note_validation(double loss) override {
    if (last_valid_loss_ && !(loss < *last_valid_loss_)) ++admitted_;
    last_valid_loss_ = loss;
  }

 private:
  struct alignas(kCacheLinePair) Hand {
    std::vector<SparseRow> rows;
    Offset blocks = 0;  // taken in this epoch
  };

  SparseRow labelled(SparseRow row) const {
    if (rules_.labels) row.label = rules_.labels->sign(row.label);
    return row;
  }

  // The level up to which rows are admitted at a visit of this epoch.
  int admitted_at(Offset visit) const {
    if (rules_.admits_by_validation) return admitted_;
    const double progress = epoch_ + static_cast<double>(visit) / static_cast<double>(data_.rows());
    return 1 + static_cast<int>(2 * rules_.curriculum->levels() * progress / rules_.epochs);
  }

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
