// Decompresses a stream of bytes, as far as there are any.
#pragma once

#include <ios>
#include <memory>
#include <stdexcept>

#include "data/text/containers.hpp"

namespace hogwild {

/// Where compressed bytes come from.
class CompressedBytes {
 public:
  virtual ~CompressedBytes() = default;
  /// Up to size of them; 0: there are none yet; -1: the end.
  virtual std::streamsize read(char* bytes, std::streamsize size) = 0;
};

/// Other bytes follow the end of the compressed data.
struct TrailingBytes : std::runtime_error {
  TrailingBytes() : std::runtime_error("other bytes follow the compressed data") {}
};

class Decompressor {
 public:
  virtual ~Decompressor() = default;
  /// Up to size bytes of text: as many as there are bytes for; 0: there are none yet; -1: the end.
  /// Throws std::exception for data that are damaged or cut short.
  virtual std::streamsize read(CompressedBytes& source, char* bytes, std::streamsize size) = 0;
};

std::unique_ptr<Decompressor> decompressor(Compression compression);

}  // namespace hogwild
