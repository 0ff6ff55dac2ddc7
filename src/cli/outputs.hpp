// Files that a command is to write, checked before a run of hours.
#pragma once

#include <string>
#include <vector>

namespace hogwild::cli {

struct OutputFile {
  std::string option;  // that names it
  std::string path;    // empty: none is wanted
  std::string what{};  // it is, if it is renamed into place once it is whole; else, as a log,
                       // it is written as things go, and may be a pipe
};

/// Checks that all can be written, that they are of different names, and that none is an input.
/// Throws OptionError, IoError.
void require_writable(const std::vector<OutputFile>& outputs,
                      const std::vector<std::string>& inputs);

}  // namespace hogwild::cli
