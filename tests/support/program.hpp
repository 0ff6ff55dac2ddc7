// The hogwild program, run as a user runs it.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "support/files.hpp"
#include "support/places.hpp"

namespace hogwild::test {

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs `hogwild ARGUMENTS` through the shell, in folder; environment goes before, input after.
inline Outcome run_program(const TemporaryFolder& folder, const std::string& arguments,
                           const std::string& environment = "", const std::string& input = "") {
  folder.write("stdin", input);
  const std::string command = "cd '" + folder.path("") + "' && " + environment + " " + program() +
                              " " + arguments + " <stdin >stdout 2>stderr";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          contents(folder.path("stdout")), contents(folder.path("stderr"))};
}

}  // namespace hogwild::test
