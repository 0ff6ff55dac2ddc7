// A step on a batch of rows. The gradients of all rows are computed at the same weights; then they
// are averaged or, in a deterministic run, applied one after the other. A team of workers learns a
// batch: the members divide the rows among them to compute the margins, wait at a barrier, and
// divide the features among them to make the steps. No sum depends on the member that computes it,
// so a batch gives the same bits for any size of the team.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/update/step.hpp"
#include "learn/batch_norm.hpp"
#include "learn/batch_team.hpp"
#include "learn/coordinates.hpp"
#include "learn/descent.hpp"
#include "learn/kernel.hpp"
#include "parallel/cell.hpp"
#include "parallel/cores.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

/// Noise that is added to the gradient of each step, N(0, eta / (1 + t)^0.55) at time t. It is a
/// function of seed, time and coordinate, so it does not depend on the order of threads. Source:
/// Neelakantan et al., arXiv 1511.06807, 2015.
struct GradientNoise {
  float eta = 0;  ///< 0: none
  std::uint64_t seed = 1;

  float at(std::uint64_t time, Index coordinate) const noexcept {
    if (eta == 0) return 0;
    const double deviation =
        std::sqrt(static_cast<double>(eta) / std::pow(1 + static_cast<double>(time), 0.55));
    constexpr std::uint64_t kStream = 0x6e6f697365;  // apart from the streams of shuffling
    return static_cast<float>(deviation * Random(seed, kStream, time, coordinate).normal());
  }
};

/// Running mean and variance of the margins over the batches so far, for predictions and models.
struct RunningMoments {
  float mean = 0;
  float variance = 0;  ///< unbiased
  float batches = 0;
  float unused = 0;

  /// The moments after one more batch, with the usual momentum of 0.1, or less for a batch that is
  /// not full. The first batch replaces the zeros. A batch of one row has no variance and changes
  /// nothing.
  RunningMoments after(const Moments<double>& batch, std::size_t rows,
                       std::size_t whole) const noexcept {
    if (rows < 2) return *this;
    const auto n = static_cast<double>(rows);
    const auto of_batch = static_cast<float>(batch.mean);
    const auto unbiased = static_cast<float>(batch.variance * n / (n - 1));
    const auto share = static_cast<float>(batches == 0 ? 1 : 0.1 * n / static_cast<double>(whole));
    return {mean + share * (of_batch - mean), variance + share * (unbiased - variance), batches + 1,
            0};
  }
};

/// The buffers for margins and gradients that a team uses for one batch at a time.
template <class Rule>
struct BatchScratch {
  /// The sum of the gradients of a batch's rows at one coordinate.
  struct Sum {
    double gradient;
    std::uint32_t rows;  // that touch it
    std::uint32_t listed;
  };

  /// Throws std::bad_alloc.
  BatchScratch(std::size_t rows, const Coordinates& at, bool norm, std::vector<Index> owners)
      : team(std::move(owners)),
        margins(rows * at.outputs),
        slopes(rows * at.outputs),
        losses(rows),
        sums(at.size(norm)),
        seen(has_memory<Rule> ? at.size(norm) : 0),
        counts(team.size()) {
    for (std::size_t m = 0; m < team.size(); ++m) lists.emplace_back(sums.size());
    if (!norm) return;
    normalised.rows.reserve(rows);
    normalised.margins.reserve(rows);
    normalised.slopes.reserve(rows);
  }

  BatchTeam team;
  std::vector<double> margins;            // [rows x outputs]
  std::vector<double> slopes;             // [rows x outputs]
  std::vector<double> losses;             // [rows]
  ZeroedArray<Sum> sums;                  // [coordinates], all zero between batches
  ZeroedArray<SeenBy<Rule>> seen;         // [coordinates], set for those that are listed
  std::vector<ZeroedArray<Index>> lists;  // [members] coordinates in sums that the member owns
  struct alignas(kCacheLinePair) Count {
    std::size_t value = 0;
  };
  // [members] lengths of the lists, each written by its member, or by member 0 while others wait.
  std::vector<Count> counts;

  // Used for a batch with partners. Member 0 writes it while the others wait.
  struct {
    std::uint64_t rows = 0;
    Pace pace;
    bool all_at_end = false;
  } shared;

  // Used by the member that normalises. The constructor reserves memory for all rows, so that
  // nothing is allocated while others wait.
  struct Normalised {
    std::vector<std::size_t> rows;  // rows of the batch whose weight is not 0
    std::vector<double> margins;
    std::vector<double> slopes;
  } normalised;
};

/// How batches are learnt; the same for all workers of a run.
template <class Rule, class Loss>
struct BatchRules {
  const Rule& rule;
  const Loss& loss;
  Coordinates at;
  bool bias = true;
  bool each_row = false;  ///< a step for each row, in order, instead of one for their mean
  Cell<RunningMoments>* norm = nullptr;  ///< batch norm's moments; null without batch norm
  Penalty penalty;
  const float* scale = nullptr;  ///< [features + 1], see PenaltyAt; null without a penalty
  std::size_t batch = 1;         ///< rows of a whole batch
  GradientNoise noise;
  BatchPartners* partners = nullptr;  ///< or null; with partners, a batch is one step (the mean)
};

/// One member's part in learning one batch.
template <class View, class Rule, class Loss>
class BatchMember {
 public:
  BatchMember(View view, BatchScratch<Rule>& scratch, const BatchRules<Rule, Loss>& rules,
              std::size_t member, std::span<const SparseRow> rows, Pace pace)
      : view_(view),
        scratch_(scratch),
        rules_(rules),
        member_(member),
        rows_(rows),
        pace_(pace),
        share_of_row_(share_of(rules.norm != nullptr ? rules.batch : rows.size())) {}

  /// All members call it with the same rows and pace. Member 0 returns the loss of the whole batch,
  /// the others zero. With partners, rows may be empty; at_end: this process has no more rows.
  LossSum learn(bool at_end = false) {
    BatchTeam& team = scratch_.team;
    const std::size_t n = rows_.size();
    take_margins(n * member_ / team.size(), n * (member_ + 1) / team.size());
    team.wait();
    if (rules_.norm != nullptr) {
      if (member_ == 0) pass_through_norm();
      team.wait();
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (rows_[i].weight != 0) use_row(i);
    }
    if (rules_.partners != nullptr) {
      share_sums(at_end);
    } else if (member_ == 0) {
      step_biases();
    }
    step_listed();
    LossSum sum;
    if (member_ == 0) {
      for (std::size_t i = 0; i < n; ++i) {
        sum.loss += scratch_.losses[i];
        sum.weight += static_cast<double>(rows_[i].weight);
      }
    }
    team.wait();  // before anybody reads a weight for the next batch
    return sum;
  }

 private:
  static double share_of(std::uint64_t rows) noexcept { return 1 / static_cast<double>(rows); }

  Index outputs() const noexcept { return rules_.at.outputs; }

  Step<Penalty> step_at(Index coordinate, std::uint64_t time, float share_of_rows) const noexcept {
    const Index feature = coordinate / outputs();
    const PenaltyAt<Rule> penalty_at{rules_.penalty, rules_.scale};
    const bool is_weight = feature < rules_.at.features;
    return {pace_.rate, pace_.share,
            is_weight ? penalty_at.of_share(feature, share_of_rows) : Penalty{}, time};
  }

  // The weight at which the batch's gradients are taken.
  float weight(Index coordinate) {
    if constexpr (has_memory<Rule>) {
      if (scratch_.team.size() == 1) list(coordinate);
    }
    return weight_at(view_, rules_.rule, coordinate, step_at(coordinate, pace_.time, 1));
  }

  void take_margins(std::size_t begin, std::size_t end) {
    const std::size_t k = outputs();
    for (std::size_t i = begin; i < end; ++i) {
      const SparseRow& row = rows_[i];
      for (Index output = 0; output < k; ++output) {
        const auto weight_of = [&](Index j) { return weight(rules_.at.weight(j, output)); };
        double& margin = scratch_.margins[i * k + output];
        margin = row.values.empty() ? dot<true, double>(row, weight_of)
                                    : dot<false, double>(row, weight_of);
        if (rules_.bias) margin += static_cast<double>(weight(rules_.at.bias(output)));
      }
      if (rules_.norm == nullptr) take_slopes(i, std::span(&scratch_.margins[i * k], k));
    }
  }

  // Computes the loss of row i and its slopes from the row's outputs.
  void take_slopes(std::size_t i, std::span<const double> outputs) {
    const SparseRow& row = rows_[i];
    const std::span<double> slopes(&scratch_.slopes[i * outputs.size()], outputs.size());
    scratch_.losses[i] = rules_.loss.take_weighted(outputs, row.label, row.weight, slopes);
  }

  // Normalises the batch. Rows of weight 0 are skipped: they are not part of the normalised batch.
  void pass_through_norm() {
    std::vector<std::size_t>& rows = scratch_.normalised.rows;
    std::vector<double>& margins = scratch_.normalised.margins;
    std::vector<double>& slopes = scratch_.normalised.slopes;
    rows.clear();
    margins.clear();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      scratch_.losses[i] = 0;
      if (rows_[i].weight == 0) continue;
      rows.push_back(i);
      margins.push_back(scratch_.margins[i]);
    }
    const std::size_t n = rows.size();
    if (n == 0) return;
    slopes.resize(n);
    rules_.norm->store(rules_.norm->load().after(moments_of<double>(margins), n, rules_.batch));
    const double gamma = 1 + static_cast<double>(weight(rules_.at.gamma()));
    const double beta = static_cast<double>(weight(rules_.at.beta()));
    const auto gradient = slopes_through_norm<double>(margins, slopes, gamma, beta,
                                                      [&](std::size_t k, double output) {
                                                        take_slopes(rows[k], std::span(&output, 1));
                                                        return scratch_.slopes[rows[k]];
                                                      });
    for (std::size_t k = 0; k < n; ++k) scratch_.slopes[rows[k]] = slopes[k];
    const double share = static_cast<double>(n) * share_of_row_;
    step(rules_.at.gamma(), gradient.gamma * share, pace_.time, 1);
    step(rules_.at.beta(), gradient.beta * share, pace_.time, 1);
  }

  // Adds the gradients of row i at this member's features to the sums, or makes a step for each.
  void use_row(std::size_t i) {
    const SparseRow& row = rows_[i];
    const BatchTeam& team = scratch_.team;
    std::size_t begin = 0, end = row.nonzeros();
    if (team.size() > 1) {
      const auto position = [&](Index feature) {
        return static_cast<std::size_t>(std::ranges::lower_bound(row.indices, feature) -
                                        row.indices.begin());
      };
      begin = position(team.first_feature(member_));
      end = position(team.end_feature(member_));
    }
    const double* const slopes = &scratch_.slopes[i * outputs()];
    for (std::size_t at = begin; at < end; ++at) {
      for (Index output = 0; output < outputs(); ++output) {
        const Index coordinate = rules_.at.weight(row.indices[at], output);
        const double gradient = slopes[output] * static_cast<double>(row.value(at));
        if (rules_.each_row) {
          if constexpr (has_memory<Rule>) list(coordinate);
          step(coordinate, gradient, pace_.time + i, 1);
        } else {
          list(coordinate);
          auto& sum = scratch_.sums[coordinate];
          sum.gradient += gradient;
          ++sum.rows;
        }
      }
    }
  }

  // Replaces the sums of this batch by the sums over all partners. They are added in the partners'
  // order, so that all partners get the same sums.
  void share_sums(bool at_end) {
    scratch_.team.wait();
    if (member_ == 0) {
      BatchPart own{rows_.size(), at_end, pace_, {}};
      for (std::size_t m = 0; m < scratch_.lists.size(); ++m) {
        for (std::size_t k = 0; k < scratch_.counts[m].value; ++k) {
          const Index coordinate = scratch_.lists[m][k];
          auto& sum = scratch_.sums[coordinate];
          own.entries.push_back({coordinate, static_cast<float>(sum.gradient), sum.rows});
          sum = {};
        }
        scratch_.counts[m].value = 0;
      }
      add_biases(own);
      take_parts(rules_.partners->gather(own));
    }
    scratch_.team.wait();
    pace_ = scratch_.shared.pace;
    share_of_row_ = share_of(scratch_.shared.rows);
  }

  void add_biases(BatchPart& own) {
    for (Index output = 0; rules_.bias && output < outputs(); ++output) {
      BatchPart::Entry entry{rules_.at.bias(output), 0, 0};
      double gradient = 0;
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (rows_[i].weight == 0) continue;
        gradient += scratch_.slopes[i * outputs() + output];
        ++entry.rows;
      }
      entry.gradient = static_cast<float>(gradient);
      if (entry.rows > 0) own.entries.push_back(entry);
    }
  }

  void take_parts(const std::vector<BatchPart>& parts) {
    scratch_.shared = {0, parts.front().pace, true};
    for (const BatchPart& part : parts) {
      scratch_.shared.rows += part.rows;
      scratch_.shared.all_at_end = scratch_.shared.all_at_end && part.at_end;
      for (const BatchPart::Entry& entry : part.entries) {
        list(entry.coordinate, scratch_.team.owner_of(entry.coordinate / outputs()));
        auto& sum = scratch_.sums[entry.coordinate];
        sum.gradient += static_cast<double>(entry.gradient);
        sum.rows += entry.rows;
      }
    }
  }

  // Adds a coordinate to the list of those that the batch touches. If the rule has a memory, stores
  // what the rule sees there before the steps.
  void list(Index coordinate) { list(coordinate, member_); }
  void list(Index coordinate, std::size_t owner) {
    auto& sum = scratch_.sums[coordinate];
    if (sum.listed != 0) return;
    sum.listed = 1;
    scratch_.lists[owner][scratch_.counts[owner].value++] = coordinate;
    if constexpr (has_memory<Rule>) {
      scratch_.seen[coordinate] = rules_.rule.seen(view_.state(coordinate));
    }
  }

  void step_listed() {
    for (std::size_t k = 0; k < scratch_.counts[member_].value; ++k) {
      const Index coordinate = scratch_.lists[member_][k];
      auto& sum = scratch_.sums[coordinate];
      if (sum.rows != 0) {
        step(coordinate, sum.gradient * share_of_row_, pace_.time,
             static_cast<float>(sum.rows * share_of_row_));
      }
      sum = {};
    }
    scratch_.counts[member_].value = 0;
  }

  void step_biases() {
    const auto learnt = [](const SparseRow& row) { return row.weight != 0; };
    if (!rules_.bias || std::ranges::none_of(rows_, learnt)) return;
    const std::size_t n = rows_.size();
    for (Index output = 0; output < outputs(); ++output) {
      const Index coordinate = rules_.at.bias(output);
      if constexpr (has_memory<Rule>) list(coordinate);
      double gradient = 0;
      for (std::size_t i = 0; i < n; ++i) {
        if (rows_[i].weight == 0) continue;
        const double slope = scratch_.slopes[i * outputs() + output];
        if (rules_.each_row) {
          step(coordinate, slope, pace_.time + i, 1);
        } else {
          gradient += slope;
        }
      }
      if (!rules_.each_row) {
        step(coordinate, gradient * share_of_row_, pace_.time, 1);
      }
    }
  }

  void step(Index coordinate, double exact, std::uint64_t time, float share_of_rows) {
    const float gradient = static_cast<float>(exact) + rules_.noise.at(time, coordinate);
    const auto step = step_at(coordinate, time, share_of_rows);
    view_.update(coordinate, [&](auto state) {
      if constexpr (has_memory<Rule>) {
        const bool listed = scratch_.sums[coordinate].listed != 0;
        if (listed) return stepped(rules_.rule, state, gradient, scratch_.seen[coordinate], step);
      }
      return rules_.rule.step(state, gradient, step);
    });
  }

  View view_;
  BatchScratch<Rule>& scratch_;
  const BatchRules<Rule, Loss>& rules_;
  std::size_t member_;
  std::span<const SparseRow> rows_;
  Pace pace_;
  // One by the rows of the batch; with batch norm, by those of a full batch. The few rows of a
  // short batch have large gradients, since they are normalised among themselves; so a short batch
  // counts by its share of a full one.
  double share_of_row_;
};

}  // namespace hogwild
