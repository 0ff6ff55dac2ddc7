// The picture that a command is asked for.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "hogwild/report/picture.hpp"

namespace hogwild::cli {

struct PictureOutput {
  std::string path;
  int width = 800;  // pixels

  /// Throws OptionError.
  PictureFormat format() const { return picture_format(path); }

  /// Throws IoError.
  void write(const std::string& bytes) const;
};

/// Adds --output and --width. formats: what the file's name may end in, in words.
void add_picture_options(CLI::App& command, PictureOutput& output, const std::string& formats);

}  // namespace hogwild::cli
