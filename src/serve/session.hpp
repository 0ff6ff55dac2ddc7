// One connection, from its first request to its last.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <memory>

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
  virtual void began(const std::shared_ptr<Session>& session) = 0;
  virtual void ended(Session* session) = 0;  ///< within its destructor

  const Api& api;
  AccessLog& log;
  const ServerOptions options;
  // Relaxed: bounds, that tell of nothing else.
  std::atomic<std::size_t> body_bytes{0};  ///< of all bodies and answers at hand
  std::atomic<int> turning_away{0};        ///< connections that are told there is no room
};

/// Serves a connection until it ends, or tells it that there is no room. tls: null for none. The
/// host must live as long.
void start_session(SessionHost& host, boost::asio::ip::tcp::socket socket,
                   boost::asio::ssl::context* tls, bool no_room);

}  // namespace hogwild
