#include "feed/text_feed.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"

namespace hogwild {

TextFeed::TextFeed(RowStream::Text& text, RowOrder order, std::uint64_t seed,
                   std::optional<LabelPair> labels, int workers, std::optional<HotFeatures> hot)
    : text_(text),
      order_(order),
      seed_(seed),
      labels_(labels),
      hot_(std::move(hot)),
      parsing_(text.options(), FeatureOrder::any),
      hands_(static_cast<std::size_t>(workers)) {
  const Dataset& sample = *text.sample();
  if (hot_ && text.features().hash_bits == 0) {
    parsing_.end_indices_at(std::uint64_t{kMaxIndex} + 1 - hot_->size());
  }
  const double whole = static_cast<double>(text.bytes_of_text()) /
                       static_cast<double>(std::max<std::uint64_t>(1, sample.source().bytes));
  rows_ = static_cast<Offset>(whole * static_cast<double>(sample.rows()));
}

void TextFeed::start_epoch(int epoch) {
  epoch_ = epoch;
  for (Hand& hand : hands_) hand.given = hand.rows.size();
  rows_given_.store(0, std::memory_order_relaxed);
  failed_.store(false, std::memory_order_relaxed);
  input_.emplace(text_.open());
  chunks_taken_ = 0;
  ended_ = false;
  record_.emplace(text_.paths(), text_.asked());
  waiting_.clear();
  recorded_ = 0;
}

std::optional<Block> TextFeed::next(int worker) {
  Hand& hand = hands_[static_cast<std::size_t>(worker)];
  while (hand.given == hand.rows.size()) {
    if (failed_.load(std::memory_order_relaxed) || !refill(hand)) return std::nullopt;
  }
  const std::size_t count = std::min(kBlockRows, hand.rows.size() - hand.given);
  const auto rows = std::span(hand.rows).subspan(hand.given, count);
  hand.given += count;
  return Block{rows, rows_given_.fetch_add(count, std::memory_order_relaxed)};
}

std::optional<std::uint64_t> TextFeed::take_chunk(Chunk& chunk) {
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
bool TextFeed::refill(Hand& hand) {
  hand.rows.clear();
  hand.given = 0;
  const auto number = take_chunk(hand.chunk);
  if (!number) return false;
  hand.batch.clear();
  const OnError on_error = text_.options().on_error;
  auto fault = parse_rows(hand.chunk, parsing_.format(), parsing_.rules(), on_error, hand.batch);
  const bool sound = (!fault || on_error == OnError::skip) && labels_fit(hand.batch);
  if (sound) fill_rows(hand, *number);
  note(*number, {hand.chunk.file, hand.batch, std::move(fault)});
  return true;
}

bool TextFeed::labels_fit(const ChunkNotes& notes) const {
  if (notes.unlabelled_spot) return false;
  return !labels_ || std::ranges::all_of(notes.label_spots, [this](const LabelSpot& spot) {
    return spot.label == labels_->negative || spot.label == labels_->positive;
  });
}

void TextFeed::fill_rows(Hand& hand, std::uint64_t number) {
  RowBatch& batch = hand.batch;
  std::uint64_t index_end = hand.end.load(std::memory_order_relaxed);
  const bool is_hashed = parsing_.rules().hash_bits != 0;  // to all numbers there are
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    SparseRow row = batch.row(i);
    if (labels_) row.label = labels_->sign(row.label);
    if (!is_hashed && row.nonzeros() > 0) {
      index_end = std::max(index_end, row.indices.back() + std::uint64_t{1});
    }
    hand.rows.push_back(row);
  }
  if (hot_) hot_->renumber(batch.indices);
  hand.end.store(index_end, std::memory_order_relaxed);
  if (order_ == RowOrder::sequential) return;
  shuffle(std::span(hand.rows), Random(seed_, static_cast<std::uint64_t>(epoch_), number));
}

void TextFeed::note(std::uint64_t number, Noted noted) {
  const std::lock_guard lock(recording_);
  waiting_.emplace(number, std::move(noted));
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == recorded_;
       first = waiting_.erase(first), ++recorded_) {
    if (record_failure_) continue;
    const auto& [file, notes, fault] = first->second;
    try {
      record_->accept(file, notes, fault);
      if (!labels_fit(notes)) require_labels_fit();
    } catch (...) {
      record_failure_ = std::current_exception();
      failed_.store(true, std::memory_order_relaxed);
    }
  }
}

// Says what is wrong with a label.
void TextFeed::require_labels_fit() const {
  const std::string name = record_->source().name();
  const SeenLabels& seen = record_->seen_labels();
  require_labelled(seen, name);
  if (labels_) binary_labels(seen, name);
}

bool TextFeed::dealt_out() {
  // What was recorded lies before what could not be read, and so does what is wrong with it.
  if (record_failure_) std::rethrow_exception(record_failure_);
  if (read_failure_) std::rethrow_exception(read_failure_);
  const auto is_given = [](const Hand& hand) { return hand.given == hand.rows.size(); };
  if (!ended_ || !std::ranges::all_of(hands_, is_given)) return false;
  rows_ = rows_given_.load(std::memory_order_relaxed);
  return true;
}

FeatureSpace TextFeed::features() const {
  FeatureSpace space = text_.features();
  if (space.hash_bits == 0) {
    std::uint64_t end = 0;
    for (const Hand& hand : hands_) {
      end = std::max(end, hand.end.load(std::memory_order_relaxed));
    }
    space.size = static_cast<Index>(end);
  }
  return hot_ ? hot_->first_in(space) : space;
}

}  // namespace hogwild
