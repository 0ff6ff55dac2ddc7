// A batch whose dictionary of names is kept from chunk to chunk.
#pragma once

#include <cstddef>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "hogwild/core/types.hpp"

namespace hogwild {

/// For each chunk: begin_chunk(), parse_rows(), note_new_names(), number_names(); then number()
/// tells the data set's number of a name that the batch has by another.
class NamedBatch : public RowBatch {
 public:
  /// No rows. Names keep their numbers, unless they are many.
  void begin_chunk() {
    if (names.size() > kMostNames || lacks_some_) {
      clear();
      numbers_.clear();
      lacks_some_ = false;
    }
    clear_rows();
  }

  /// Finds the names that have no number yet, of which some may be in lines that are left out only.
  void note_new_names() {
    const std::size_t known = numbers_.size();
    const bool all_occur = skipped_lines == 0 && unlabelled_rows == 0;
    occurs_.assign(names.size() - known, all_occur);
    if (all_occur || occurs_.empty()) return;
    for (const Index j : indices) {
      if (j >= known) occurs_[j - known] = true;
    }
  }

  /// f(j) for each new name j that rows have, in the order of the text.
  template <class Function>
  void for_each_new(const Function& f) const {
    for (std::size_t k = 0; k < occurs_.size(); ++k) {
      if (occurs_[k]) f(static_cast<Index>(numbers_.size() + k));
    }
  }

  /// number_of(j) gives the data set's number of name j, for each new one that rows have, in the
  /// order of the text.
  template <class NumberOf>
  void number_names(const NumberOf& number_of) {
    for (const bool occurs : occurs_) {
      const auto j = static_cast<Index>(numbers_.size());
      numbers_.push_back(occurs ? number_of(j) : kNone);
      lacks_some_ |= !occurs;
    }
    occurs_.clear();
  }

  bool has_names() const noexcept { return !numbers_.empty(); }
  Index number(Index name) const noexcept { return numbers_[name]; }

 private:
  static constexpr Index kNone = 0xFFFFFFFFu;
  static constexpr Index kMostNames = Index{1} << 14;  // that stay in the L2 cache

  std::vector<Index> numbers_;  // [names] among all the data set's; kNone: none yet
  std::vector<bool> occurs_;    // of the names that are new
  bool lacks_some_ = false;     // whether a name has none
};

}  // namespace hogwild
