// Reading from an input that is open already.
#pragma once

#include <string>
#include <vector>

#include "data/text/input.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

/// As read() does; paths name the files of the input.
Dataset read(Input input, const std::vector<std::string>& paths, const ReadOptions& options);

/// As many threads as reading with these options may use.
int reading_threads(const ReadOptions& options);

}  // namespace hogwild
