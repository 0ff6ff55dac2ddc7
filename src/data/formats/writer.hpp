// Rows to text in one of the formats.
#pragma once

#include <string>
#include <string_view>

#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// Appends row i of the data as a line.
using WriteRow = void (*)(const Dataset& data, Offset i, std::string& text);

/// These throw DataError for a name that the format can't have.
void write_libsvm_row(const Dataset& data, Offset i, std::string& text);
void write_vw_row(const Dataset& data, Offset i, std::string& text);
void write_json_row(const Dataset& data, Offset i, std::string& text);

/// Whether text is written to a file of that name: it ends as that of a format that can be written.
bool is_text_file(std::string_view path) noexcept;

/// Writes all rows to a new file, in the format that its name tells: .svm, .vw or .jsonl. Throws
/// IoError if the file exists already or can't be written, DataError where something would be lost:
/// names in libsvm text, hashed features in others, and names that can't be written.
void write_text(const Dataset& data, const std::string& path);

/// Of row i, as the file had it: the name of a class, or a number; "" if it has none.
std::string label_of_row(const Dataset& data, Offset i);

}  // namespace hogwild
