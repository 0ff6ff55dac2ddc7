// Pictures, drawn by gnuplot where it is installed.
#pragma once

#include <string>

namespace hogwild {

/// What a script draws to its standard output. Throws Error if there is no gnuplot or it complains.
/// Thread safety: any.
std::string gnuplot(const std::string& script);

/// A string as a gnuplot literal.
std::string quoted(const std::string& text);

}  // namespace hogwild
