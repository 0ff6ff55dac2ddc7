// Requests to replies, without sockets.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "serve/http_metrics.hpp"
#include "serve/service.hpp"

namespace hogwild {

extern const std::string_view kOpenApi;  ///< openapi.json

/// What a request says before its body. Valid as long as what it was read from.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view accept;
  std::string_view authorization;
  std::string_view origin;  ///< of the page that sent it, if one did
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::size_t rows = 0;  ///< predicted or learnt
};

/// {"error": reason} with that status.
Reply refusal(int status, std::string_view reason);

/// Which endpoint a target names.
Endpoint endpoint_of(std::string_view target);

/// The secret that requests which change something must know. Kept and compared as a hash, in a
/// time that depends on neither of the two.
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

/// Thread safety: every member from any threads at once, each with a batch of its own.
class Api {
 public:
  /// token: that whoever changes something must know, if there is one. service must live as long.
  Api(Service& service, std::optional<Token> token) : service_(service), token_(token) {}

  /// What the head alone calls for: a refusal, before a body is waited for.
  std::optional<Reply> refused(const RequestHead& head) const;

  /// The reply to a request whose head was not refused. batch: room for its rows.
  Reply reply(const RequestHead& head, std::string body, RowBatch& batch) const;

  Service& service() const noexcept { return service_; }

 private:
  Reply predict(const RequestHead& head, std::string body, RowBatch& batch) const;
  Reply learn(const RequestHead& head, std::string body, RowBatch& batch) const;
  Reply snapshot() const;
  Reply model() const;
  Reply metrics() const;

  Service& service_;
  std::optional<Token> token_;
};

}  // namespace hogwild
