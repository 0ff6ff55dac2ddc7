#include "serve/server.hpp"

#include <fmt/format.h>

#include <utility>  // which Boost 1.74's awaitable.hpp forgets

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "hogwild/core/error.hpp"
#include "parallel/cores.hpp"
#include "serve/session.hpp"

namespace hogwild {

using boost::asio::ip::tcp;
using boost::system::error_code;

class Server::Listener : public SessionHost {
 public:
  Listener(const Api& api, AccessLog& log, const ServerOptions& options)
      : SessionHost{api, log, options},
        acceptor_(boost::asio::make_strand(context_)),
        pause_(acceptor_.get_executor()) {
    if (!options.tls_certificate.empty() || !options.tls_key.empty()) prepare_tls();
    listen();
    accept();
    const int threads = options.threads > 0 ? options.threads : cores();
    for (int k = 0; k < threads; ++k) threads_.emplace_back([this] { answer(); });
  }

  ~Listener() override {
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  std::uint16_t port() const noexcept { return port_; }

  bool drain(std::chrono::milliseconds patience) {
    api.service().drain();
    boost::asio::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    // Held without the lock: the last to let go of a session ends it, and that takes the lock.
    std::vector<std::shared_ptr<Session>> sessions;
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& [key, session] : sessions_) sessions.push_back(session.lock());
    }
    for (const auto& session : sessions) {
      if (session) session->end_when_idle();
    }
    sessions.clear();
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, patience, [this] { return sessions_.empty(); });
  }

  void began(const std::shared_ptr<Session>& session) override {
    api.service().metrics().connections += 1;
    {
      const std::scoped_lock lock(mutex_);
      sessions_.emplace(session.get(), session);
    }
    if (api.service().draining()) session->end_when_idle();
  }

  void ended(Session* session) override {
    const std::scoped_lock lock(mutex_);
    sessions_.erase(session);
    api.service().metrics().connections -= 1;
    ended_.notify_all();
  }

 private:
  // On each thread. What a handler throws, for want of memory, say, ends its connection alone.
  void answer() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (const std::exception&) {
        api.service().metrics().failures += 1;
      }
    }
  }

  [[noreturn]] void fail(const error_code& error, const std::string& remedy) const {
    throw IoError(fmt::format("{}:{}", options.address, options.port), error.message(), remedy);
  }

  void listen() {
    error_code error;
    const auto address = boost::asio::ip::make_address(options.address, error);
    if (error) {
      throw OptionError("address", fmt::format("'{}' is not an IP address, such as 127.0.0.1 or "
                                               "::1; 0.0.0.0: all addresses",
                                               options.address));
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) fail(error, "choose another --port or --address");
    port_ = acceptor_.local_endpoint().port();
  }

  void prepare_tls() {
    if (options.tls_certificate.empty() || options.tls_key.empty()) {
      throw OptionError(options.tls_key.empty() ? "tls-certificate" : "tls-key",
                        "TLS needs both a certificate and its key");
    }
    namespace ssl = boost::asio::ssl;
    tls_.emplace(ssl::context::tls_server);
    tls_->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    error_code error;
    tls_->use_certificate_chain_file(options.tls_certificate, error);
    if (error) {
      throw IoError(options.tls_certificate, "it has no certificate chain: " + error.message(),
                    "give a PEM file with the server's certificate first");
    }
    tls_->use_private_key_file(options.tls_key, ssl::context::pem, error);
    if (error) {
      throw IoError(options.tls_key, "it is not the key of the certificate: " + error.message(),
                    "give the PEM file of its key");
    }
  }

  void accept() {
    acceptor_.async_accept(boost::asio::make_strand(context_),
                           [this](error_code error, tcp::socket socket) {
                             if (!acceptor_.is_open()) return;
                             if (error) return accept_later();
                             take(std::move(socket));
                             accept();
                           });
  }

  // Out of descriptors, say: those who are served give some back.
  void accept_later() {
    pause_.expires_after(std::chrono::milliseconds(50));
    pause_.async_wait([this](error_code error) {
      if (!error) accept();
    });
  }

  void take(tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const bool full = is_full();
    if (full) api.service().metrics().turned_away += 1;
    // To so many more is said that there is no room; what TLS would cost them is not spent.
    constexpr int kMostTold = 64;
    if (full && (tls_ || turning_away.load(std::memory_order_relaxed) >= kMostTold)) return;
    start_session(*this, std::move(socket), tls_ ? &*tls_ : nullptr, full);
  }

  bool is_full() {
    const std::scoped_lock lock(mutex_);
    return sessions_.size() >= options.connections;
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  std::map<Session*, std::weak_ptr<Session>> sessions_;  // guarded by the mutex
  std::optional<boost::asio::ssl::context> tls_;
  boost::asio::io_context context_;  // with it end the sessions, which need all of the above
  // Threads stay until stop(), though there be nothing to do: what drain() posts to a session that
  // has just ended, the last one, would else never be run, and so would hold the session.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
};

Server::Server(const Api& api, AccessLog& log, const ServerOptions& options)
    : listener_(std::make_unique<Listener>(api, log, options)) {}

Server::~Server() = default;

std::uint16_t Server::port() const noexcept {
  return listener_->port();
}

bool Server::drain(std::chrono::milliseconds patience) {
  return listener_->drain(patience);
}

}  // namespace hogwild
