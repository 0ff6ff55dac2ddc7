// The layout of a parameter file: its head, padded to a page; a page for the processes that train;
// the numbers of the hot features; the cells, which begin at a page of any system's, so that a
// process can map pages of its own over them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hogwild/learn/parameter_file.hpp"

namespace hogwild {

inline constexpr std::string_view kParameterMagic = "hogshare";
inline constexpr std::size_t kParameterPage = 4096;
inline constexpr std::size_t kWritersAt = kParameterPage;
inline constexpr std::size_t kCellsAt = std::size_t{128} << 10;

/// Throws OptionError for a kind that processes can't share.
void require_sharable(const ParameterKind& kind);

/// Makes a file of zeros; false if another process made it first. Throws IoError.
bool make_parameter_file(const std::string& path, const ParameterKind& kind);

/// What the head of a file says, checked against the file's length. bytes: the whole file, none of
/// which is trusted. Throws ModelError.
ParameterKind kind_of_file(std::string_view bytes, const std::string& path);

}  // namespace hogwild
