// The real data sets, which live outside the repository.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/files.hpp"
#include "support/places.hpp"

namespace hogwild::test {

/// The folder of the real sets: $HOGWILD_DATASETS, or shared/datasets beside the project.
inline std::string datasets_folder() {
  const char* const named = std::getenv("HOGWILD_DATASETS");
  return named != nullptr ? named : root() + "/../shared/datasets";
}

/// Unpacks NAME.xz into folder; "" if it is not there.
inline std::string unpacked(const TemporaryFolder& folder, const std::string& name) {
  const std::string packed = datasets_folder() + "/" + name + ".xz";
  if (!std::filesystem::exists(packed)) return {};
  const std::string plain = folder.path(name);
  const std::string command = "xz -dc '" + packed + "' > '" + plain + "'";
  return std::system(command.c_str()) == 0 ? plain : std::string();
}

}  // namespace hogwild::test

/// Ends a test that needs a real set which is not there, and says so.
#define HOGWILD_NEED(path) \
  if ((path).empty()) GTEST_SKIP() << "no data sets in " << hogwild::test::datasets_folder()
