// One connection, from its first request to its last.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>

#include "serve/access_log.hpp"
#include "serve/api.hpp"
#include "serve/server.hpp"

namespace hogwild {

class Session {
 public:
  virtual ~Session() = default;
  /// Closes the connection once it has no request that waits for its answer. Any thread.
  virtual void end_when_idle() = 0;
};

/// What sessions have in common, and whom they tell that they are there.
struct SessionHost {
  SessionHost(const Api& api, AccessLog& log, const ServerOptions& options)
      : api(api), log(log), options(options) {}
  virtual ~SessionHost() = default;
  virtual void began(Session* session) = 0;
  virtual void ended(Session* session) = 0;  ///< within its destructor

  const Api& api;
  AccessLog& log;
  const ServerOptions options;
  std::atomic<std::size_t> body_bytes{0};  ///< of all bodies at hand; relaxed: a bound, no message
};

/// Serves a connection until it ends; tls: null for none. The host must live as long.
void start_session(SessionHost& host, boost::asio::ip::tcp::socket socket,
                   boost::asio::ssl::context* tls);

}  // namespace hogwild
