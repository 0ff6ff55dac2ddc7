// Virtual workers in step.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <unordered_map>

#include "lab/virtual/workers.hpp"

namespace hogwild::lab {

/// All step together, on the mean of a row of each.
template <class Rule>
class VirtualAllreduce final : public Workers<Rule> {
  using Base = Workers<Rule>;

 public:
  using Base::Base;

  LossSum learn(int, std::span<const SparseRow> rows, Pace pace) override {
    const auto workers = static_cast<std::size_t>(this->options_.workers);
    while (!rows.empty()) {
      const auto batch = rows.first(std::min(rows.size(), workers));
      rows = rows.subspan(batch.size());
      step_together(batch, pace);
      pace.time += batch.size();
    }
    return this->take_loss();
  }

 private:
  void step_together(std::span<const SparseRow> rows, const Pace& pace) {
    std::unordered_map<Index, double> sums;
    double slowest = 0;
    for (std::size_t worker = 0; worker < rows.size(); ++worker) {
      const SparseRow& row = rows[worker];
      slowest = std::max(slowest, this->row_time(static_cast<int>(worker), row));
      if (row.weight == 0) continue;
      const float slope = this->slope_by(row, pace, [this](Index j) { return this->states_[j]; });
      this->for_each_gradient(
          row, slope, [&](Index j, float gradient) { sums[j] += static_cast<double>(gradient); });
    }
    const auto n = static_cast<double>(rows.size());
    for (const auto& [j, sum] : sums) {
      this->step(j, static_cast<float>(sum / n), this->seen_of(this->states_[j]), pace);
    }
    this->note_step(this->updates_);
    // Sums go up a tree and come down again; everybody waits for the last.
    double time = this->clock_.now() + slowest;
    if (this->options_.workers > 1) {
      const auto workers = static_cast<std::uint64_t>(this->options_.workers);
      const int rounds = 2 * static_cast<int>(std::ceil(std::log2(this->options_.workers)));
      const std::uint64_t bytes = sums.size() * (kIndexBytes + kNumberBytes);
      for (int round = 0; round < rounds; ++round) {
        time += this->options_.costs.latency + this->delay() +
                static_cast<double>(bytes) / this->options_.costs.bandwidth;
      }
      this->count_bytes(2 * (workers - 1) * bytes);
    }
    this->clock_.run_to(time);
  }
};

}  // namespace hogwild::lab
