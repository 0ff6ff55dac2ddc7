// Text as a feed: a worker parses a chunk of it and learns the rows while they are in its cache.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "data/rows/hot_features.hpp"
#include "data/rows/named_batch.hpp"
#include "data/rows/scaling.hpp"
#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "data/text/reading_record.hpp"
#include "data/text/stream_text.hpp"
#include "feed/feed.hpp"
#include "feed/met_features.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/feed/order.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// Takes the chunks of the text in order; the first worker that asks gets the next chunk. The rows
/// of a chunk are shuffled within it, unless the order is sequential. With one worker the order of
/// rows is a function of the text, the seed and the epoch. It uses memory for one chunk per worker.
///
/// Invariants:
///  1. input_ is used with reading_ locked. Chunks are taken and numbered in the order of the text.
///  2. record_ accepts every chunk exactly once, in the order of the text, with recording_ locked.
///     So it throws the first fault of the text, whichever worker found it. Chunks after that fault
///     are not recorded.
///  3. While workers are in next(), a Hand is accessed by its worker alone. Only Hand::end, which
///     the worker alone writes, may be read by any thread, in relaxed order.
///  4. No row of a chunk is handed out if the chunk has a label that is missing or not expected, or
///     a fault that is not skipped.
class TextFeed final : public Feed {
 public:
  /// labels: the two labels that become -1 and +1; any other label is an error. If empty, labels
  /// are numbers. hot: renumbers the features; if empty, features keep the numbers of the text.
  /// met: gives names and hashes the plain numbers that `hot` and `scaling` know; null: the text
  /// has numbers. scaling: of the values, or null. Both must live as long.
  /// REQUIRES: the stream has a sample, and outlives this object.
  TextFeed(RowStream::Text& text, RowOrder order, std::uint64_t seed,
           std::optional<LabelPair> labels, int workers, std::optional<HotFeatures> hot = {},
           Scaling* scaling = nullptr, MetFeatures* met = nullptr)
      : text_(text),
        order_(order),
        seed_(seed),
        labels_(labels),
        hot_(std::move(hot)),
        scaling_(scaling),
        met_(met),
        parsing_(text.options, FeatureOrder::any),
        hands_(static_cast<std::size_t>(workers)) {
    const Dataset& sample = *text.sample;
    if (hot_ && met_ == nullptr && text.features().hash_bits == 0) {
      parsing_.end_indices_at(std::uint64_t{kMaxIndex} + 1 - hot_->size());
    }
    const double whole = static_cast<double>(text.bytes_of_text) /
                         static_cast<double>(std::max<std::uint64_t>(1, sample.source().bytes));
    rows_ = static_cast<Offset>(whole * static_cast<double>(sample.rows()));
  }

  void start_epoch(int epoch) override {
    epoch_ = epoch;
    for (Hand& hand : hands_) hand.given = hand.rows.size();
    rows_given_.store(0, std::memory_order_relaxed);
    failed_.store(false, std::memory_order_relaxed);
    input_.emplace(text_.open());
    chunks_taken_ = 0;
    ended_ = false;
    record_.emplace(text_.paths, text_.asked);
    waiting_.clear();
    recorded_ = 0;
  }

  std::optional<Block> next(int worker) override {
    Hand& hand = hands_[static_cast<std::size_t>(worker)];
    while (hand.given == hand.rows.size()) {
      if (failed_.load(std::memory_order_relaxed) || !refill(hand)) return std::nullopt;
    }
    const std::size_t count = std::min(kBlockRows, hand.rows.size() - hand.given);
    const auto rows = std::span(hand.rows).subspan(hand.given, count);
    hand.given += count;
    return Block{rows, rows_given_.fetch_add(count, std::memory_order_relaxed)};
  }

  bool dealt_out() override {
    // What was recorded lies before what could not be read, and so does what is wrong with it.
    if (record_failure_) std::rethrow_exception(record_failure_);
    if (read_failure_) std::rethrow_exception(read_failure_);
    const auto is_given = [](const Hand& hand) { return hand.given == hand.rows.size(); };
    if (!ended_ || !std::ranges::all_of(hands_, is_given)) return false;
    rows_ = rows_given_.load(std::memory_order_relaxed);
    return true;
  }

  /// An estimate at first; exact after the first complete epoch.
  Offset rows() const override { return rows_; }
  /// The space of the text's feature numbers up to the largest seen so far; with hot features, the
  /// space in which these come first. May be called at any time.
  FeatureSpace features() const override {
    FeatureSpace space = text_.features();
    if (met_ != nullptr) {
      space = met_->space();
    } else if (space.hash_bits == 0) {
      std::uint64_t end = 0;
      for (const Hand& hand : hands_) {
        end = std::max(end, hand.end.load(std::memory_order_relaxed));
      }
      space.size = static_cast<Index>(end);
    }
    return hot_ ? hot_->first_in(space) : space;
  }

  /// What was found so far. Not while workers are in next().
  const ReadingRecord& record() const noexcept { return *record_; }

 private:
  static constexpr std::size_t kBlockRows = 1024;
  // Of the rows of a chunk, on average; the sample may lack the largest weights.
  static constexpr std::size_t kMostParts = 16;
  static constexpr float kMostPartsOfARow = 1024;

  struct alignas(kCacheLinePair) Hand {
    Chunk chunk;
    NamedBatch batch;
    std::vector<SparseRow> rows;
    std::size_t given = 0;              // of the rows
    std::atomic<std::uint64_t> end{0};  // one more than the largest index seen
  };

  struct Noted {
    std::size_t file;
    ChunkNotes notes;
    std::optional<SpottedFault> fault;
  };

  std::optional<std::uint64_t> take_chunk(Chunk& chunk) {
    const std::lock_guard lock(reading_);
    if (ended_ || read_failure_) return std::nullopt;
    try {
      if (input_->next(chunk)) return chunks_taken_++;
      ended_ = true;
    } catch (...) {
      read_failure_ = std::current_exception();
    }
    return std::nullopt;
  }

  // The rows of the next chunk; false at the end.
  bool refill(Hand& hand) {
    hand.rows.clear();
    hand.given = 0;
    const auto number = take_chunk(hand.chunk);
    if (!number) return false;
    hand.batch.begin_chunk();
    const OnError on_error = text_.options.on_error;
    auto fault = parse_rows(hand.chunk, parsing_.format(), parsing_.rules(), on_error, hand.batch);
    const bool sound = (!fault || on_error == OnError::skip) && labels_fit(hand.batch);
    if (sound && !fill_rows(hand, *number)) return false;
    note(*number, {hand.chunk.file, hand.batch, std::move(fault)});
    return true;
  }

  bool labels_fit(const ChunkNotes& notes) const {
    if (notes.seen.unlabelled()) return false;
    return !labels_ || std::ranges::all_of(notes.seen.labels(), [this](const auto& its) {
      return its.value == labels_->negative || its.value == labels_->positive;
    });
  }

  // False if it can't: there are too many features, or no memory for them.
  bool fill_rows(Hand& hand, std::uint64_t number) {
    NamedBatch& batch = hand.batch;
    if (met_ != nullptr && !number_features(batch)) return false;
    if (scaling_ != nullptr) scaling_->scale(batch, *text_.sample);
    std::uint64_t index_end = hand.end.load(std::memory_order_relaxed);
    const bool has_numbers = met_ == nullptr && parsing_.rules().hash_bits == 0;
    const bool has_parts = scaling_ != nullptr && batch.has_weights;
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      SparseRow row = batch.row(i);
      if (labels_) row.label = labels_->sign(row.label);
      if (has_numbers && row.nonzeros() > 0) {
        index_end = std::max(index_end, row.indices.back() + std::uint64_t{1});
      }
      // One that weighs several times the mean as so many: see run().
      std::size_t parts = 1;
      if (has_parts && row.weight >= 2 && hand.rows.size() <= kMostParts * batch.rows()) {
        parts = static_cast<std::size_t>(std::min(row.weight, kMostPartsOfARow));
        row.weight /= static_cast<float>(parts);
      }
      hand.rows.insert(hand.rows.end(), parts, row);
    }
    if (hot_) hot_->renumber(batch.indices);
    hand.end.store(index_end, std::memory_order_relaxed);
    if (order_ != RowOrder::sequential) {
      shuffle(std::span(hand.rows), Random(seed_, static_cast<std::uint64_t>(epoch_), number));
    }
    return true;
  }

  bool number_features(NamedBatch& batch) {
    try {
      met_->number(batch);
      return true;
    } catch (...) {
      const std::lock_guard lock(reading_);
      if (!read_failure_) read_failure_ = std::current_exception();
      return false;
    }
  }

  void note(std::uint64_t number, Noted noted) {
    const std::lock_guard lock(recording_);
    waiting_.emplace(number, std::move(noted));
    for (auto first = waiting_.begin(); first != waiting_.end() && first->first == recorded_;
         first = waiting_.erase(first), ++recorded_) {
      if (record_failure_) continue;
      const auto& [file, notes, fault] = first->second;
      try {
        record_->accept(file, notes, fault);
        // Says what is wrong with a label.
        if (!labels_fit(notes)) {
          const std::string name = record_->source().name();
          const SeenLabels& seen = record_->seen_labels();
          require_labelled(seen, name);
          if (labels_) binary_labels(seen, name);
        }
      } catch (...) {
        record_failure_ = std::current_exception();
        failed_.store(true, std::memory_order_relaxed);
      }
    }
  }

  RowStream::Text& text_;
  RowOrder order_;
  std::uint64_t seed_;
  std::optional<LabelPair> labels_;
  std::optional<HotFeatures> hot_;
  Scaling* scaling_;  // of the values, or null
  MetFeatures* met_;  // or null
  Parsing parsing_;
  int epoch_ = 0;
  std::vector<Hand> hands_;  // [workers]
  std::atomic<std::uint64_t> rows_given_{0};
  std::atomic<bool> failed_{false};  // a hint to end soon
  Offset rows_ = 0;                  // of an epoch, about, until one has been counted

  std::mutex reading_;
  std::optional<Input> input_;
  std::uint64_t chunks_taken_ = 0;
  bool ended_ = false;
  std::exception_ptr read_failure_;

  std::mutex recording_;
  std::optional<ReadingRecord> record_;
  std::map<std::uint64_t, Noted> waiting_;  // for chunks before them
  std::uint64_t recorded_ = 0;              // chunks
  std::exception_ptr record_failure_;
};

}  // namespace hogwild
