// What tests of the command have in common: a folder with some data, and a way to run in it.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/program.hpp"

namespace hogwild::test {

class Command : public testing::Test {
 protected:
  Command() {
    folder_.write("train.svm", "1 1:1 2:0.5\n-1 2:1 3:1\n1 1:1\n-1 3:2\n");
    folder_.write("train.vw", "1 | good fine\n-1 | bad\n1 | good\n-1 | bad poor\n");
  }
  Outcome run(const std::string& arguments, const std::string& environment = "",
              const std::string& input = "") {
    return run_program(folder_, arguments, environment, input);
  }
  std::string file(const std::string& name) { return contents(folder_.path(name)); }

  TemporaryFolder folder_;
};

inline std::vector<std::string> lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> found;
  for (std::string line; std::getline(stream, line);) found.push_back(line);
  return found;
}

}  // namespace hogwild::test
