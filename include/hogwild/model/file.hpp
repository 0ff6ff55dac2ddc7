// Models in files.
//
// Layout, all numbers little-endian:
//   0     8 bytes   "hogwild\n"
//   8     u32       format version: 1; 2 if the model is of several classes; 3 if two labels are
//                   words; 4 as 2, with hashes; 5 if it has a recipe
//   12    u32       h, bytes of the header
//   16    h bytes   header, JSON: "features", "hash_bits", "index_base", "named", "format",
//                   "loss", "labels"
//                   [negative, positive], "stored" (the number n of stored weights), "dense",
//                   "provenance", in version 2 "classes" [names], and in version 3 "label_names"
//                   [names], whose numbers 0 and 1 "labels" has then. A name that is not UTF-8 is
//                   an object: its "bytes" is a text with a character U+0000 .. U+00FF for each.
//                   In version 5 "recipe" is json_of() it, "layout" the version that the rest is
//                   of, and "terms" whether n = features weights of words, f32, are behind the
//                   names
//         dense:    n = features + 1 weights, f32, the bias last
//         sparse:   n coordinates, u32, ascending, the bias being number `features`; n weights, f32
//         Of K classes there are features * K weights, those of a feature side by side, and K
//         biases after them: version 1 is K = 1. named:    for each feature in order, u32 length
//         and that many bytes
//         Features hashed to more than 22 bits: always sparse; "features" is 2^hash_bits (of 32
//         bits 2^32 - 1), and a coordinate is a hash. Version 4: "stored" is the number n of
//         features that have a weight other than 0; n hashes, u32, ascending; n * K weights, f32;
//         K biases, f32
//   end-8 u64       XXH3-64 of everything before
// Else whichever of dense and sparse is smaller is written.
#pragma once

#include <string>

#include "hogwild/model/model.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Writes a model to a temporary file beside path, syncs it, and renames it into place: whatever
/// goes wrong, path holds the old file or the new one, whole. Equal models give equal bytes.
/// Throws IoError; ModelError if a weight is not finite.
void save(const Model& model, const std::string& path);

/// Reads a model, or that of a checkpoint. Throws IoError if the file can't be read, ModelError if
/// it is damaged, truncated, of another kind or of a newer version.
Model load(const std::string& path);

/// Whether the file begins as a model does; false for one that can't be read.
bool is_model_file(const std::string& path) noexcept;

}  // namespace hogwild
