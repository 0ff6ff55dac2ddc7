// Others who learn the same batches, each from rows of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "hogwild/core/types.hpp"
#include "learn/kernel.hpp"

namespace hogwild {

/// What the rows of one partner add to a batch.
struct BatchPart {
  struct Entry {
    Index coordinate = 0;
    float gradient = 0;      ///< the sum over the rows
    std::uint32_t rows = 0;  ///< that touch it
  };

  std::uint64_t rows = 0;  ///< of the batch
  bool at_end = false;     ///< it has no more rows, and is there for the others' alone
  Pace pace;
  std::vector<Entry> entries;  ///< each coordinate once, biases among them
};

class BatchPartners {
 public:
  virtual ~BatchPartners() = default;

  /// The parts of all, in the same order for all; each partner calls it for each batch. The first
  /// one's pace is that of all.
  virtual std::vector<BatchPart> gather(const BatchPart& own) = 0;
};

}  // namespace hogwild
