// The service on the network, HTTP/1.1.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "serve/access_log.hpp"
#include "serve/api.hpp"

namespace hogwild {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;                          ///< 0: one that is free
  int threads = 0;                                    ///< that answer; 0: one a core
  std::size_t connections = 1024;                     ///< at once; more are told 503 and closed
  std::size_t body_limit = std::size_t{8} << 20;      ///< bytes of one body; more is 413
  std::size_t bodies_limit = std::size_t{256} << 20;  ///< bytes of all bodies at once; more is 429
  std::size_t header_limit = 16 << 10;                ///< bytes of one head; more is 431
  std::chrono::milliseconds timeout{30'000};  ///< for a head to come, a body, and a reply to go
  std::string tls_certificate{};              ///< paths of PEM files; both empty: no TLS
  std::string tls_key{};
};

/// Answers from construction to destruction, on threads of its own.
///
///  1. A connection is served by one thread at a time; requests on it are answered in order, one
///     after the other, also those sent before the last was answered (pipelining).
///  2. What is wrong with a request is told as a status of 4xx with a reason. After a fault in the
///     protocol, or where a body is left unread, the connection is closed; else it stays.
///  3. A head, a body and a reply each have the timeout to pass, however slowly; then the
///     connection is closed.
///  4. Nothing of a request acts before all of it is there and has been checked.
class Server {
 public:
  /// Listens. Throws IoError, OptionError. api and log must live as long.
  Server(const Api& api, AccessLog& log, const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const noexcept;

  /// Takes no more connections, closes those without a request, and waits until the others have
  /// their answers, or the time is over. Whether they have. Call once.
  bool drain(std::chrono::milliseconds patience);

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace hogwild
