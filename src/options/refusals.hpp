// The table of refusals: which options a way of training does not have, and which contradict each
// other, with the reason and a way out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "options/settings.hpp"

namespace hogwild {

/// Ways of training; some of them combine.
enum Mode : unsigned {
  kHeld = 1,       ///< rows in memory
  kStreamed = 2,   ///< rows that are learnt while they are read; by a refusal they are held
  kProcesses = 4,  ///< a parameter file, with other processes
  kDownpour = 8,
  kEasgd = 16,
  kEamsgd = 32,
  kAllreduce = 64,
  kGraph = 128,
  kSimulated = 256,  ///< virtual workers
  kCompared = 512,   ///< every update rule
  kScaled = 1024,    ///< several numbers of threads
  kTaught = 2048,    ///< a Learner
  kNamed = 4096,     ///< options that are set by name, so that it is known which were given
  kElastic = kEasgd | kEamsgd,
  kRanks = kDownpour | kElastic | kAllreduce | kGraph,
  kAnyMode = ~unsigned{kStreamed | kNamed},
  kInBatches = kAnyMode & ~unsigned{kSimulated | kTaught},  ///< steps may take batches
};

/// The mode of ranks of that kind.
Mode mode_of(Distribution kind) noexcept;

/// What is asked for.
struct Request {
  static const FileOptions kNoFiles;
  static const DistributedOptions kNoRanks;

  const TrainOptions& train;
  const FileOptions& files = kNoFiles;
  const DistributedOptions& ranks = kNoRanks;
  int number_of_ranks = 1;
  bool validation_to_come = false;     ///< though train has none yet
  const Settings* settings = nullptr;  ///< by kNamed
};

struct Refusal {
  unsigned modes;
  std::string_view option;
  bool (*applies)(const Request&);
  std::string_view reason;  ///< {optimizer}, {loss}, {schedule}, {ranks} stand for their names
  bool whole = false;       ///< the modes do not have the option at all
};

std::span<const Refusal> refusals();

/// The first refusal of a request in modes, or null.
const Refusal* first_refusal(unsigned modes, const Request& request);

/// The refusal's reason for this request.
std::string reason_for(const Refusal& refusal, const Request& request);

/// Whether a mode does not have an option at all.
bool lacks(Mode mode, std::string_view option);

/// Throws OptionError for a value out of range, or for the first refusal.
void require_valid(unsigned modes, const Request& request);

/// The same of ranks that train together. Throws OptionError.
void require_valid(const DistributedOptions& ranks, const TrainOptions& train, int number_of_ranks);

}  // namespace hogwild
