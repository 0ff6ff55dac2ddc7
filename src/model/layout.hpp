// What save() and load() agree on; include/hogwild/model/file.hpp tells the whole layout.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hogwild/model/model.hpp"

namespace hogwild {

static_assert(std::endian::native == std::endian::little, "model files are written as memory is");

inline constexpr std::string_view kModelMagic = "hogwild\n";
inline constexpr std::uint32_t kModelVersion = 1;
inline constexpr std::uint32_t kClassesVersion = 2;     // of a model of several classes
inline constexpr std::uint32_t kLabelNamesVersion = 3;  // of one whose two labels are words
inline constexpr std::uint32_t kHashesVersion = 4;      // of classes, and features with hashes
inline constexpr std::uint32_t kRecipeVersion = 5;      // of raw rows; the header has the other
inline constexpr std::size_t kModelHeaderAt = 16;
inline constexpr std::size_t kModelChecksumBytes = 8;

/// Puts a value behind bytes, as memory has it.
template <class Value>
void append(std::string& bytes, const Value& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A model's file, as bytes.
std::string serialised(const Model& model);

/// What they say. path: their file's, for messages. Throws ModelError.
Model parsed_model(std::string_view bytes, const std::string& path);

/// Throws ModelError where a weight is not finite.
void require_finite(const Model& model, const std::string& path);

/// All bytes of a file that may be a pipe. Throws IoError.
std::string contents_of_model(const std::string& path);

/// A checkpoint is a model's file with more behind it, which ends with the number of those bytes
/// and this; the bytes of the model, and the others.
inline constexpr std::string_view kStateMagic = "hogstate";
struct CheckpointParts {
  std::string_view model;
  std::string_view state;  ///< empty: there is none
};
CheckpointParts parts_of(std::string_view bytes) noexcept;

}  // namespace hogwild
