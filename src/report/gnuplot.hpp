// Pictures, drawn by gnuplot where it is installed.
#pragma once

#include <cstddef>
#include <string>

#include "hogwild/report/chart.hpp"

namespace hogwild {

/// What a script draws to its standard output. Throws Error if there is no gnuplot or it complains.
/// Thread safety: any.
std::string gnuplot(const std::string& script);

/// A string as a gnuplot literal.
std::string quoted(const std::string& text);

/// What `set terminal` takes. Width in pixels, the height being three quarters of it.
std::string gnuplot_terminal(PictureFormat format, int width);

/// One of some colours that can be told apart, as a literal.
std::string gnuplot_colour(std::size_t number);

}  // namespace hogwild
