#include "feed/dataset_feed.hpp"

#include <cstddef>
#include <utility>

namespace hogwild {

DatasetFeed::DatasetFeed(const Dataset& data, DealingRules rules)
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

void DatasetFeed::start_epoch(int epoch) {
  epoch_ = epoch;
  for (Hand& hand : hands_) hand.blocks = 0;
  if (rules_.curriculum) {
    const auto admitted = [this](Offset visit) { return admitted_at(visit); };
    feeder_.start_epoch(epoch, rules_.curriculum->order(rules_.seed, epoch, admitted));
  } else {
    feeder_.start_epoch(epoch);
  }
}

std::optional<Block> DatasetFeed::next(int worker) {
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

bool DatasetFeed::dealt_out() {
  if (rules_.whole) return hands_[0].blocks > 0;
  if (rules_.same_for_all) return !feeder_.block(hands_[0].blocks);
  return feeder_.dealt_out();
}

void DatasetFeed::note_validation(double loss) {
  if (last_valid_loss_ && !(loss < *last_valid_loss_)) ++admitted_;
  last_valid_loss_ = loss;
}

SparseRow DatasetFeed::labelled(SparseRow row) const {
  if (rules_.labels) row.label = rules_.labels->sign(row.label);
  return row;
}

// The level up to which rows are admitted at a visit of this epoch.
int DatasetFeed::admitted_at(Offset visit) const {
  if (rules_.admits_by_validation) return admitted_;
  const double progress = epoch_ + static_cast<double>(visit) / static_cast<double>(data_.rows());
  return 1 + static_cast<int>(2 * rules_.curriculum->levels() * progress / rules_.epochs);
}

}  // namespace hogwild
