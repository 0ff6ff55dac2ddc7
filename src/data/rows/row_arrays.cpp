#include "data/rows/row_arrays.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <span>
#include <utility>

namespace hogwild {
namespace {

constexpr double kSlack = 1.05;  // rows further on may be a little longer

// Room for what there is to be in all, if it can be foretold, or for twice as much.
template <class Value>
void make_room(Array<Value>& array, std::size_t size, double share) {
  if (size <= array.capacity()) return;
  const double all = share > 0 ? static_cast<double>(size) / share : 2 * static_cast<double>(size);
  array.reserve(std::max(size, static_cast<std::size_t>(kSlack * all)));
}

template <class Value, class Function>
void for_each_of(std::span<Value> values, const Function& function) {
  constexpr std::size_t kGrain = std::size_t{1} << 16;
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, values.size(), kGrain),
                    [&](const auto& range) {
                      std::ranges::for_each(values.subspan(range.begin(), range.size()), function);
                    });
}

}  // namespace

RowArrays::Place RowArrays::claim(const RowBatch& batch, double share) {
  const Place place{rows(), arrays_.indices.size(), has_values_ || !batch.all_ones,
                    has_weights_ || batch.has_weights};
  const Offset rows_end = place.row + batch.rows();
  const Offset end = place.nonzero + batch.offsets.back();
  if (!std::exchange(has_values_, place.with_values)) values_from_ = place.nonzero;
  if (!std::exchange(has_weights_, place.with_weights)) weights_from_ = place.row;
  const Offset values_end = has_values_ ? end : 0, weights_end = has_weights_ ? rows_end : 0;
  if (rows_end + 1 > arrays_.offsets.capacity() || rows_end > arrays_.labels.capacity() ||
      end > arrays_.indices.capacity() || values_end > arrays_.values.capacity() ||
      weights_end > arrays_.weights.capacity()) {
    const std::lock_guard lock(moving_);
    make_room(arrays_.offsets, rows_end + 1, share);
    make_room(arrays_.labels, rows_end, share);
    make_room(arrays_.indices, end, share);
    make_room(arrays_.values, values_end, share);
    make_room(arrays_.weights, weights_end, share);
  }
  // In the room they have: nothing moves, and nothing is written.
  arrays_.offsets.resize(rows_end + 1);
  arrays_.labels.resize(rows_end);
  arrays_.indices.resize(end);
  arrays_.values.resize(values_end);
  arrays_.weights.resize(weights_end);
  return place;
}

void RowArrays::write(const RowBatch& batch, const Place& place) {
  const std::shared_lock lock(moving_);
  const auto copy = [](const auto& from, std::size_t count, auto* to) {
    std::copy(from.data(), from.data() + count, to);
  };
  const std::size_t rows = batch.rows(), nonzeros = batch.offsets.back();
  copy(batch.indices, nonzeros, arrays_.indices.data() + place.nonzero);
  if (place.with_values) copy(batch.values, nonzeros, arrays_.values.data() + place.nonzero);
  copy(batch.labels, rows, arrays_.labels.data() + place.row);
  if (batch.has_weights) {
    copy(batch.weights, rows, arrays_.weights.data() + place.row);
  } else if (place.with_weights) {
    std::fill_n(arrays_.weights.data() + place.row, rows, 1.0f);
  }
  std::transform(batch.offsets.begin() + 1, batch.offsets.end(),
                 arrays_.offsets.data() + place.row + 1,
                 [&](Offset end) { return place.nonzero + end; });
}

std::uint64_t RowArrays::bytes() const noexcept {
  return rows() * (sizeof(Offset) + sizeof(float)) +
         arrays_.indices.size() * (sizeof(Index) + (has_values_ ? sizeof(float) : 0)) +
         arrays_.weights.size() * sizeof(float);
}

Dataset::Arrays RowArrays::take(Index base) {
  const auto set_to_one = [](float& value) { value = 1; };
  if (has_values_) for_each_of(std::span(arrays_.values).first(values_from_), set_to_one);
  if (has_weights_) for_each_of(std::span(arrays_.weights).first(weights_from_), set_to_one);
  if (base != 0) for_each_of(std::span(arrays_.indices), [base](Index& j) { j -= base; });
  return std::exchange(arrays_, {});
}

}  // namespace hogwild
