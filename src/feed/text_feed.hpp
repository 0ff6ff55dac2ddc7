// Text as a feed: a worker parses a chunk of it and learns the rows while they are in its cache.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "data/rows/hot_features.hpp"
#include "data/rows/row_batch.hpp"
#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "data/text/reading_record.hpp"
#include "data/text/stream_text.hpp"
#include "feed/feed.hpp"
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
  /// REQUIRES: the stream has a sample, and outlives this object.
  TextFeed(RowStream::Text& text, RowOrder order, std::uint64_t seed,
           std::optional<LabelPair> labels, int workers, std::optional<HotFeatures> hot = {});

  void start_epoch(int epoch) override;
  std::optional<Block> next(int worker) override;
  bool dealt_out() override;
  /// An estimate at first; exact after the first complete epoch.
  Offset rows() const override { return rows_; }
  /// The space of the text's feature numbers up to the largest seen so far; with hot features, the
  /// space in which these come first. May be called at any time.
  FeatureSpace features() const override;

  /// What was found so far. Not while workers are in next().
  const ReadingRecord& record() const noexcept { return *record_; }

 private:
  static constexpr std::size_t kBlockRows = 1024;

  struct alignas(kCacheLinePair) Hand {
    Chunk chunk;
    RowBatch batch;
    std::vector<SparseRow> rows;
    std::size_t given = 0;              // of the rows
    std::atomic<std::uint64_t> end{0};  // one more than the largest index seen
  };

  struct Noted {
    std::size_t file;
    ChunkNotes notes;
    std::optional<SpottedFault> fault;
  };

  std::optional<std::uint64_t> take_chunk(Chunk& chunk);
  bool refill(Hand& hand);
  bool labels_fit(const ChunkNotes& notes) const;
  void fill_rows(Hand& hand, std::uint64_t number);
  void note(std::uint64_t number, Noted noted);
  void require_labels_fit() const;

  RowStream::Text& text_;
  RowOrder order_;
  std::uint64_t seed_;
  std::optional<LabelPair> labels_;
  std::optional<HotFeatures> hot_;
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
