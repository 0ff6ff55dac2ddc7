#include "serve/api.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "hogwild/core/error.hpp"

namespace hogwild {

Token::Digest Token::digest(std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return digest;
}

Token Token::of_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  if (!file) throw IoError(path, std::strerror(errno), "check the path given to --token-file");
  std::string line;
  std::getline(file, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.find_first_not_of(" \t") == std::string::npos) {
    throw OptionError("token-file",
                      path + " has an empty first line, and should have the token there");
  }
  Token token;
  token.digest_ = digest(line);
  return token;
}

bool Token::admits(std::string_view authorization) const {
  constexpr std::string_view kScheme = "bearer ";
  bool bearer = authorization.size() >= kScheme.size();
  for (std::size_t k = 0; bearer && k < kScheme.size(); ++k) {
    bearer = (authorization[k] | 0x20) == kScheme[k];  // letters of any case
  }
  if (!bearer) return false;
  const Digest other = digest(authorization.substr(kScheme.size()));
  return CRYPTO_memcmp(digest_.data(), other.data(), digest_.size()) == 0;
}

}  // namespace hogwild
