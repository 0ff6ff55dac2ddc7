#include "report/gnuplot.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/iostreams/copy.hpp>
#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/device/file_descriptor.hpp>
#include <cerrno>
#include <cstring>

#include "hogwild/core/error.hpp"

extern char** environ;

namespace hogwild {
namespace {

namespace io = boost::iostreams;

// Bytes in memory that another program reads or writes as a file.
io::file_descriptor memory_file(const char* name) {
  const int descriptor = memfd_create(name, 0);
  if (descriptor < 0) throw Error(fmt::format("no memory for a file: {}", std::strerror(errno)));
  return io::file_descriptor(descriptor, io::close_handle);
}

std::string contents_of(io::file_descriptor file) {
  file.seek(0, std::ios::beg);
  std::string bytes;
  io::copy(io::file_descriptor_source(file.handle(), io::never_close_handle),
           io::back_inserter(bytes));
  return bytes;
}

}  // namespace

std::string gnuplot(const std::string& script) {
  auto in = memory_file("script"), out = memory_file("picture"),
       complaints = memory_file("complaints");
  in.write(script.data(), static_cast<std::streamsize>(script.size()));
  in.seek(0, std::ios::beg);
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, in.handle(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&streams, out.handle(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&streams, complaints.handle(), STDERR_FILENO);
  char name[] = "gnuplot";
  char* const arguments[] = {name, nullptr};
  pid_t child = 0;
  const int failure = posix_spawnp(&child, name, &streams, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&streams);
  if (failure != 0) {
    throw Error(
        fmt::format("can't run gnuplot, which draws the pictures: {}; install it (Debian: apt "
                    "install gnuplot-nox), or give a .tsv file to -o",
                    std::strerror(failure)));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::string picture = contents_of(out);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || picture.empty()) {
    throw Error("gnuplot: " + contents_of(complaints));
  }
  return picture;
}

std::string gnuplot_terminal(PictureFormat format, int width) {
  constexpr int kFrameTime = 6;  // hundredths of a second
  // Words take the same share of any picture.
  const std::string size =
      fmt::format("size {},{} fontscale {:.3f}", width, width * 3 / 4, width / 800.0);
  switch (format) {
    case PictureFormat::svg:
      return "svg background '#ffffff' font 'sans-serif,14' " + size;
    case PictureFormat::png:
      return "pngcairo font 'sans,11' " + size;
    default:
      return fmt::format("gif animate optimize delay {} loop 0 font 'sans,11' {}", kFrameTime,
                         size);
  }
}

// Okabe and Ito's, which can be told apart by most eyes, the faint yellow left out.
std::string gnuplot_colour(std::size_t number) {
  constexpr std::array kColours{"#d55e00", "#0072b2", "#56b4e9", "#009e73", "#cc79a7",
                                "#e69f00", "#000000", "#7f4f24", "#808080"};
  return quoted(kColours[number % kColours.size()]);
}

std::string quoted(const std::string& text) {
  std::string literal = "'";
  for (const char c : text) literal += c == '\'' ? std::string("''") : std::string(1, c);
  return literal + "'";
}

PictureFormat picture_format(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  const std::string end = dot == std::string::npos ? "" : path.substr(dot + 1);
  if (end == "svg") return PictureFormat::svg;
  if (end == "png") return PictureFormat::png;
  if (end == "gif") return PictureFormat::gif;
  if (end == "tsv") return PictureFormat::tsv;
  throw OptionError(
      "output",
      fmt::format(
          "{} has no known extension; use .svg, .png, .gif (animated) or .tsv (the numbers)",
          path));
}

}  // namespace hogwild
