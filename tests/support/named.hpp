// A row by the names of its features.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "hogwild/data/dataset.hpp"

namespace hogwild::test {

using Named = std::map<std::string, float>;

inline Named named(const Dataset& data, Offset i) {
  Named found;
  const SparseRow row = data.row(i);
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    found[data.features().name(row.indices[k])] = row.value(k);
  }
  return found;
}

}  // namespace hogwild::test
