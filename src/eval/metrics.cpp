#include "hogwild/eval/metrics.hpp"

#include <tbb/parallel_sort.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace hogwild {
namespace {

constexpr std::uint32_t kSign = 0x8000'0000u;

// The bits of a float as a number that grows with it, 0 and -0 being the same.
std::uint32_t ascending_bits(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0f);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

float float_of(std::uint64_t ascending) noexcept {
  const auto bits = static_cast<std::uint32_t>(ascending);
  return std::bit_cast<float>((bits & kSign) != 0 ? bits & ~kSign : ~bits);
}

std::uint64_t score_of(std::uint64_t row) noexcept {
  return row >> 32;
}

bool is_positive(std::uint64_t row) noexcept {
  return (row & kSign) != 0;
}

double weight_of(std::uint64_t row) noexcept {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(row) & ~kSign));
}

}  // namespace

// The score above; below it the weight, whose sign is free to tell the class.
void RankedScores::add(float score, bool positive, float weight) {
  const auto weight_bits = std::bit_cast<std::uint32_t>(weight) & ~kSign;
  scores_.push_back(std::uint64_t{ascending_bits(score)} << 32 | (positive ? kSign : 0) |
                    weight_bits);
}

namespace {

// Rows of one score.
struct Tie {
  float score = 0;
  double positive = 0;  // weights
  double negative = 0;
  std::uint64_t rows = 0;

  double weight() const noexcept { return positive + negative; }
};

// f(tie), from the highest score down.
template <class Function>
void for_each_tie(const std::vector<std::uint64_t>& ascending, const Function& f) {
  for (std::size_t i = ascending.size(); i > 0;) {
    Tie tie{.score = float_of(score_of(ascending[i - 1]))};
    const std::uint64_t score = score_of(ascending[i - 1]);
    for (; i > 0 && score_of(ascending[i - 1]) == score; --i, ++tie.rows) {
      (is_positive(ascending[i - 1]) ? tie.positive : tie.negative) += weight_of(ascending[i - 1]);
    }
    f(tie);
  }
}

constexpr double kRocSteps = 200;  // kept of the curve, by its length
constexpr double kReliabilityBins = 20;
constexpr std::size_t kScoreBins = 40;

// The ROC curve and what else depends on thresholds, fed from the highest score down.
class ThresholdSweep {
 public:
  ThresholdSweep(double positives, double negatives, ScoreCurves& curves)
      : positives_(positives), negatives_(negatives), curves_(curves) {
    curves_.roc.push_back({0, 0});
  }

  void add(const Tie& tie, double score) {
    called_positive_ += tie.positive;
    called_negative_ += tie.negative;
    // Sums of many weights, taken in another order, may end a last bit above 1.
    const RocVertex next{std::min(1.0, called_negative_ / negatives_),
                         std::min(1.0, called_positive_ / positives_)};
    const double rise = next.recall - at_.recall;
    area_ += (next.false_positive_rate - at_.false_positive_rate) * (at_.recall + rise / 2);
    at_ = next;
    ++steps_;
    const double called = called_positive_ + called_negative_;
    const double precision = called > 0 ? called_positive_ / called : 1;
    average_precision_ += rise * precision;
    const RocVertex& kept = curves_.roc.back();
    const double length =
        at_.false_positive_rate - kept.false_positive_rate + at_.recall - kept.recall;
    if (length >= 2 / kRocSteps) {
      keep(at_);
      curves_.thresholds.push_back({score, precision, at_.recall});
    }
  }

  void end() {
    keep({1, 1});
    curves_.auc = whole_area_;
    curves_.average_precision = average_precision_;
  }

 private:
  // Between two vertices the curve may go over any number of steps. A corner on the diagonal from
  // (x0, y1) to (x1, y0) encloses the same area as they do.
  void keep(RocVertex vertex) {
    const RocVertex from = curves_.roc.back();
    const double width = vertex.false_positive_rate - from.false_positive_rate;
    const double height = vertex.recall - from.recall;
    if (steps_ > 1 && width > 0 && height > 0) {
      const double t = std::clamp((vertex.recall - area_ / width) / height, 0.0, 1.0);
      curves_.roc.push_back({from.false_positive_rate + t * width, vertex.recall - t * height});
    }
    if (steps_ > 0) curves_.roc.push_back(vertex);
    whole_area_ += std::exchange(area_, 0);
    steps_ = 0;
  }

  double positives_, negatives_;
  ScoreCurves& curves_;
  RocVertex at_{};
  double area_ = 0;  // since the last vertex that was kept
  double whole_area_ = 0;
  std::uint64_t steps_ = 0;  // likewise
  double called_positive_ = 0, called_negative_ = 0;
  double average_precision_ = 0;
};

// Fed from the highest score down.
class ReliabilityBins {
 public:
  explicit ReliabilityBins(std::uint64_t rows)
      : enough_(static_cast<double>(rows) / kReliabilityBins) {}

  void add(const Tie& tie, double probability) {
    bin_.rows += tie.rows;
    bin_.predicted += tie.weight() * probability;
    bin_.positive += tie.positive;
    weight_ += tie.weight();
    if (static_cast<double>(bin_.rows) >= enough_ && weight_ > 0) close();
  }

  std::vector<ReliabilityBin> bins() && {
    if (weight_ > 0) {
      close();
    } else if (!bins_.empty()) {
      bins_.back().rows += bin_.rows;  // of no weight
    }
    std::ranges::reverse(bins_);
    return std::move(bins_);
  }

 private:
  void close() {
    bins_.push_back({bin_.rows, bin_.predicted / weight_, bin_.positive / weight_});
    bin_ = {};
    weight_ = 0;
  }

  double enough_;
  ReliabilityBin bin_{};  // sums as yet
  double weight_ = 0;
  std::vector<ReliabilityBin> bins_;
};

std::vector<ScoreBin> score_bins(double low, double high) {
  if (low == high) {  // all scores are one
    low -= 0.5;
    high += 0.5;
  }
  std::vector<ScoreBin> bins(kScoreBins);
  const auto edge = [&](std::size_t k) {
    return low + (high - low) * static_cast<double>(k) / static_cast<double>(kScoreBins);
  };
  for (std::size_t k = 0; k < kScoreBins; ++k) bins[k] = {edge(k), edge(k + 1), 0, 0};
  return bins;
}

ScoreBin& bin_of(std::vector<ScoreBin>& bins, double score) {
  const double low = bins.front().from, width = bins.back().to - low;
  const double place = width > 0 ? (score - low) / width * static_cast<double>(bins.size()) : 0;
  return bins[std::min(static_cast<std::size_t>(std::max(place, 0.0)), bins.size() - 1)];
}

}  // namespace

ScoreCurves RankedScores::curves(const std::function<double(float)>& probability) && {
  std::vector<std::uint64_t>& ascending = scores_;
  // Ties are in one order too, so that their weights add up to the same bits.
  tbb::parallel_sort(ascending.begin(), ascending.end());
  ScoreCurves curves;
  curves.are_probabilities = probability != nullptr;
  if (ascending.empty()) return curves;
  double positives = 0, negatives = 0;
  for (const std::uint64_t row : ascending) {
    const double weight = weight_of(row);
    positives += is_positive(row) ? weight : 0;
    negatives += is_positive(row) ? 0 : weight;
  }

  const auto score_as_told = [&](float score) {
    return probability ? probability(score) : static_cast<double>(score);
  };
  curves.histogram = probability ? score_bins(0, 1)
                                 : score_bins(float_of(score_of(ascending.front())),
                                              float_of(score_of(ascending.back())));
  std::optional<ThresholdSweep> sweep;
  if (positives > 0 && negatives > 0) sweep.emplace(positives, negatives, curves);
  ReliabilityBins reliability(ascending.size());
  for_each_tie(ascending, [&](const Tie& tie) {
    const double score = score_as_told(tie.score);
    if (sweep) sweep->add(tie, score);
    if (probability) reliability.add(tie, score);
    ScoreBin& bin = bin_of(curves.histogram, score);
    if (positives > 0) bin.positive += tie.positive / positives;
    if (negatives > 0) bin.negative += tie.negative / negatives;
  });
  if (sweep) sweep->end();
  curves.reliability = std::move(reliability).bins();
  return curves;
}

}  // namespace hogwild
