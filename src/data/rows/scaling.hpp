// Rows in units in which they are easy to learn, so that a result does not depend on the units that
// features, labels and weights of rows come in.
#pragma once

#include <tbb/concurrent_unordered_map.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/scale.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

/// A value x is learnt as (x - offset) * scale.
struct Unit {
  double offset = 0;
  double scale = 1;

  double of(double x) const noexcept { return (x - offset) * scale; }
  double back(double x) const noexcept { return x / scale + offset; }
  bool changes_nothing() const noexcept { return offset == 0 && scale == 1; }
};

/// By Scale::automatic a dense column, one that 95 % of the rows have, is standardised: its mean is
/// taken off and its standard deviation is 1 then. Other columns are never centred. Where their
/// scales are alike, as in text, they tell something and stay; a column that is orders of magnitude
/// away is brought to the others' scale, and where scales have nothing in common each column's root
/// mean square becomes 1. Columns of ones stay. Labels that are numbers are standardised like a
/// dense column, and weights of rows are divided by their mean. What is near unit scale stays as it
/// is. Measured (log loss): six numbers of 1e-4 to 1e6 and three categories, one epoch: 3.14 as
/// they are, 0.5005 with each column divided by its root mean square, 0.4591 so; rcv1, five epochs:
/// 0.0965 as it is, and so, 0.1034 with each column divided.
///
/// Thread safety: any threads may call scale() and unit() at the same time.
class Scaling {
 public:
  Scaling() = default;  ///< changes nothing

  /// What the rows, or a sample of them, need. number_labels: whether labels are numbers to be met.
  /// has_bias: without a bias nothing is centred, since an offset would have nowhere to go.
  Scaling(const Dataset& rows, Scale asked, bool number_labels, bool has_bias);

  bool changes_nothing() const noexcept {
    return scales_.size() == 0 && later_.empty() && label_.changes_nothing() && weight_ == 1;
  }

  /// The rows in their units. REQUIRES: features have plain numbers.
  Dataset scaled(Dataset rows) const;

  /// The same of rows that have just been parsed, in place. A column that the sample lacks gets its
  /// unit from the first batch that has it; where the sample needs no unit, from the first that has
  /// a value of it far from the sample's. sample: what the units were found from.
  void scale(RowBatch& batch, const Dataset& sample);

  /// Finds the units of columns that these rows have, whose features have plain numbers, and the
  /// sample lacks.
  void meet(const Dataset& rows, const Dataset& sample);

  /// Of the feature with that plain number, as far as it has been met.
  Unit unit(Index j) const noexcept;

  /// Of the labels.
  const Unit& label() const noexcept { return label_; }

  const ScalingReport& report() const noexcept { return report_; }

  /// The same text for the same units, empty for none.
  std::string fingerprint() const;

 private:
  // What the columns that few rows have need: where their scales are alike, one factor for all.
  struct SparseColumns {
    Scale asked = Scale::automatic;
    bool alike = true;
    double median = 0;  // log2 of a scale
    double common = 1;  // what values of that scale are multiplied by

    double scale(double mean_square, double most) const noexcept;
  };

  // The columns of a sample that needs no unit.
  struct Sampled {
    std::once_flag once;
    ZeroedArray<bool> columns;  // by plain number; noted once
    std::atomic<bool> has_others{false};
  };

  // Which columns may have a unit: few do where most are words. Two KiB, that stay in the first
  // cache. Relaxed: a column is added before others can find its unit.
  class Changed {
   public:
    bool may_have(Index j) const noexcept {
      return (bits_[word(j)].load(std::memory_order_relaxed) >> (j % 64) & 1) != 0;
    }
    void add(Index j) noexcept {
      bits_[word(j)].fetch_or(std::uint64_t{1} << (j % 64), std::memory_order_relaxed);
    }

   private:
    static constexpr std::size_t kWords = 256;
    static std::size_t word(Index j) noexcept { return j / 64 % kWords; }
    std::array<std::atomic<std::uint64_t>, kWords> bits_{};
  };

  void find_units(const Dataset& rows, Scale asked, bool has_bias);
  void note_columns(const Dataset& sample);
  bool needs_units(std::span<const Index> indices, std::span<const float> values,
                   const Dataset& sample);
  bool is_of_sample(Index j) const noexcept;
  void meet(std::span<const Index> indices, std::span<const float> values, bool by_recipe);
  template <class Arrays>
  void scale_features(Arrays& rows, bool all_ones) const;
  template <class Arrays>
  void scale_labels(Arrays& rows) const;

  std::unique_ptr<Changed> changed_ = std::make_unique<Changed>();
  ZeroedArray<float> scales_;    // [features] by plain number; 0: not met
  std::vector<Index> centred_;   // features, ascending
  std::vector<double> offsets_;  // [centred_]
  Unit label_;
  double weight_ = 1;  // a row's weight is multiplied by it
  SparseColumns sparse_;
  std::unique_ptr<Sampled> sampled_;                   // null: columns met later keep their values
  tbb::concurrent_unordered_map<Index, float> later_;  // scales of columns met after the sample
  ScalingReport report_;
};

}  // namespace hogwild
