// What a picture is asked to be.
#pragma once

#include <string>

namespace [[gnu::visibility("default")]] hogwild {

/// A still picture, one that moves, or the numbers.
enum class PictureFormat { svg, png, gif, tsv };

/// By how a file's name ends. Throws OptionError.
PictureFormat picture_format(const std::string& path);

}  // namespace hogwild
