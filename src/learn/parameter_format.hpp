// How a parameter file is laid out, and what of it must hold: its head, padded to a page; a page
// for those who write; the cells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hogwild/learn/parameter_file.hpp"

namespace hogwild {

inline constexpr std::size_t kParameterPage = 4096;
inline constexpr std::size_t kWritersAt = kParameterPage, kCellsAt = 2 * kParameterPage;

/// Throws OptionError for a kind that processes can't share.
void require_sharable(const ParameterKind& kind);

/// Throws OptionError where one would join with another kind than is there.
void require_same(const std::string& path, const ParameterKind& there, const ParameterKind& here);

/// Makes a file of zeros; false if another process made it first. Throws IoError.
bool make_parameter_file(const std::string& path, const ParameterKind& kind);

/// Throws IoError, or ModelError for a file of something else.
void require_parameter_file(const std::string& path);

/// What the head of a file says, checked against the file's length. bytes: all of it. Of what it
/// says nothing is believed. Throws ModelError.
ParameterKind kind_of_file(std::string_view bytes, const std::string& path);

}  // namespace hogwild
