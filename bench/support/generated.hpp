// Generated data, in a file that is gone afterwards or in memory.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "hogwild/data/generate.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild::bench {

class GeneratedFile {
 public:
  GeneratedFile(GeneratedKind kind, std::uint64_t rows, std::uint64_t seed = 1)
      : path_((std::filesystem::temp_directory_path() / "hogwild-bench-XXXXXX").string()) {
    const int descriptor = mkstemp(path_.data());
    if (descriptor < 0) throw std::runtime_error("no file can be made at " + path_);
    close(descriptor);
    std::ofstream file(path_, std::ios::binary);
    generate({.kind = kind, .rows = rows, .seed = seed},
             [&](std::string_view text) { file << text; });
  }
  ~GeneratedFile() { std::filesystem::remove(path_); }
  GeneratedFile(const GeneratedFile&) = delete;
  GeneratedFile& operator=(const GeneratedFile&) = delete;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

inline Index features_of(GeneratedKind kind) {
  switch (kind) {
    case GeneratedKind::click:
      return 1'000'000;
    case GeneratedKind::text:
      return 47'236;
    default:
      return 50;
  }
}

// Rows of the same features whatever the seed.
inline Dataset generated_rows(GeneratedKind kind, std::uint64_t rows, std::uint64_t seed = 1) {
  const GeneratedFile file(kind, rows, seed);
  return read_libsvm(file.path(),
                     {.features = FeatureSpace{.size = features_of(kind), .index_base = 1}});
}

}  // namespace hogwild::bench
