// Training on rows as they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hogwild/data/row_stream.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Why rows must be held in memory to be learnt with these options, or nothing: because of an
/// option that needs all of them at once.
std::optional<std::string> reason_to_hold(const TrainOptions& options);

/// Bytes of text that are held in less time than anybody notices.
inline constexpr std::uint64_t kLittleText = 64'000'000;

/// Whether rows are learnt as they are read, or held.
struct DataPlan {
  bool streams = false;              ///< whether rows are learnt while they are read
  std::string reason;                ///< in a few words
  std::uint64_t held_bytes = 0;      ///< that holding the rows takes at its peak, about; 0: unknown
  std::uint64_t learning_bytes = 0;  ///< of the parameters and the model, by the sample
};

/// Rows are learnt as they are read where there is one epoch of more text than kLittleText, or
/// where they would take more than memory_limit bytes. They are held where an option needs them all
/// (reason_to_hold()), where there are several epochs, and where the
/// sample tells that labels change along the text, as in a sorted file, or knows but one label.
/// Throws OptionError if rows must be held and would take more than the limit, or if the parameters
/// alone do.
DataPlan plan_data(const RowStream& stream, const TrainOptions& options,
                   std::uint64_t memory_limit);

/// Learns while reading: a worker parses a chunk of text and learns its rows while they are in its
/// cache. The rows of a chunk are shuffled among each other, chunks come in the order of the text;
/// otherwise as train() of a data set, without refitting and with options.validation read with
/// stream.for_other_rows(). The memory it takes does not depend on the length of the text, but on
/// the number of features, where these are numbered as they are met. With one thread the result is
/// a function of text and options alone.
///
/// Throws as train() of a data set, and IoError and ParseError as read() does, when reading comes
/// to what is wrong; DataError if there is a reason to hold the rows, or if features that are
/// numbered as they are met take more memory than the stream's limit; OptionError for parameters
/// and more than 22 bits of hashes without ReadOptions::all_hashes. A run on text that can't be
/// read again does not back off from a rate that was too large: it ends as diverged.
TrainResult train(RowStream& stream, const TrainOptions& options, TrainObserver& observer);

}  // namespace hogwild
