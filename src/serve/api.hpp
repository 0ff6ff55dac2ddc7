// Requests to replies, without sockets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/row_batch.hpp"
#include "serve/http_metrics.hpp"
#include "serve/service.hpp"
#include "serve/token.hpp"

namespace hogwild {

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
