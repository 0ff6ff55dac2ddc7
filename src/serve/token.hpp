// The secret that requests which change something must know.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace hogwild {

/// Kept and compared as a hash, in a time that depends on neither of the two.
class Token {
 public:
  /// The first line of a file. Throws IoError, OptionError for an empty one.
  static Token of_file(const std::string& path);

  /// Whether a request's Authorization is "Bearer " and this.
  bool admits(std::string_view authorization) const;

 private:
  using Digest = std::array<unsigned char, 32>;
  static Digest digest(std::string_view text);

  Digest digest_{};
};

}  // namespace hogwild
