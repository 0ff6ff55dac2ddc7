// Data sets as files that are memory-mapped: what text says, parsed once and for all.
//
// A .hogdata file is little-endian:
//   bytes 0 .. 7    "hogdata\n"
//   bytes 8 .. 11   version of the layout, 1
//   bytes 12 .. 15  length of the header
//   bytes 16 .. 23  XXH3 checksum of bytes 8 .. 15 and of the header
//   from byte 24    the header, JSON: rows, nonzeros, how features are called, the labels seen,
//                   which files the data was read from, by which options and version, and of each
//                   section its offset (from the first section's), bytes and XXH3 checksum
//   the sections, each at the next multiple of 64 bytes, as in Dataset::Arrays, of ranked features:
//     offsets   u64 [rows + 1]
//     indices   u32 [nonzeros]
//     values    f32 [nonzeros], absent where all are 1
//     labels    f32 [rows]
//     weights   f32 [rows], absent where all are 1
//     features  u32 [ranked features] the plain number of each
//     names     for each plain number a u32 length and as many bytes, absent where features have
//               numbers
#pragma once

#include <string>

#include "hogwild/data/dataset.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Writes data, ranked, to a file that replaces the one at path when it is whole. What the data
/// was read from is noted with size, time and checksum. Throws IoError.
void save_hogdata(const Dataset& data, const std::string& path);

/// Opens such a file without reading its rows: header, lengths and features are checked now, rows
/// in blocks when they are first looked at (then DataError names the damage), checksums by
/// verify_hogdata() alone. The file may be replaced or deleted while it is open, but not cut short
/// or written to. Its rows are ranked: see ranked(). Throws IoError; DataError if it is damaged, of
/// another version, or stale: if one of the files it was made from is still there and has changed.
Dataset open_hogdata(const std::string& path);

/// Reads all of the file and compares every checksum. Throws DataError naming what is damaged, or
/// as open_hogdata() does.
void verify_hogdata(const std::string& path);

/// Whether the file begins as such a file does. False for what can't be read.
bool is_hogdata(const std::string& path) noexcept;

}  // namespace hogwild
