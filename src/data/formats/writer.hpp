// Rows to text in one of the formats.
#pragma once

#include <string>
#include <string_view>

#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// Whether text is written to a file of that name: it ends as that of a format that can be written.
bool is_text_file(std::string_view path) noexcept;

/// Writes all rows to a new file, in the format that its name tells: .svm, .vw, .jsonl or .csv.
/// Throws IoError if the file exists already or can't be written, DataError where something would
/// be lost: names that are no numbers in libsvm text, hashed features, names that can't be written.
void write_text(const Dataset& data, const std::string& path);

}  // namespace hogwild
