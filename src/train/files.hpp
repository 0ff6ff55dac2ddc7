// How difficult a row is, for a curriculum.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// What `nonzeros`, `margin:MODEL` or a file with one number a line says of each row, [rows]; empty
/// for nonzeros, which is what an empty difficulty means to train(). By a model the rows of a large
/// margin, whatever its sign, are the easy ones. Throws OptionError, IoError, ParseError,
/// DataError, ModelError.
std::vector<float> difficulty_of(const Dataset& data, const std::string& measure);

/// Bytes of memory of the machine, or of the control group that the process is in if it has fewer.
std::uint64_t memory_bytes();

}  // namespace hogwild
