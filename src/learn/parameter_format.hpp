// How a parameter file is laid out, and what of it must hold: its head, padded to a page; a page
// for those who write; the numbers of the hot features; the cells, which begin at a page of any
// system's, so that a process can lay pages of its own over them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hogwild/learn/parameter_file.hpp"

namespace hogwild {

inline constexpr std::size_t kParameterPage = 4096;
inline constexpr std::size_t kWritersAt = kParameterPage, kHotAt = 2 * kParameterPage;
inline constexpr std::size_t kCellsAt = std::size_t{128} << 10;

/// Throws OptionError for a kind that processes can't share.
void require_sharable(const ParameterKind& kind);

/// Throws OptionError where one would join with another kind than is there.
void require_same(const std::string& path, const ParameterKind& there, const ParameterKind& here);

/// Throws std::invalid_argument for hot features that can't be numbered.
void require_hot(const ParameterKind& kind);

/// Makes a file of zeros; false if another process made it first. Throws IoError.
bool make_parameter_file(const std::string& path, const ParameterKind& kind);

/// Throws IoError, or ModelError for a file of something else.
void require_parameter_file(const std::string& path);

/// What the head of a file says, checked against the file's length. bytes: all of it. Of what it
/// says nothing is believed. Throws ModelError.
ParameterKind kind_of_file(std::string_view bytes, const std::string& path);

}  // namespace hogwild
