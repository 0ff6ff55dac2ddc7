#include "serve/session.hpp"

#include <fmt/format.h>

#include <utility>  // which Boost 1.74's awaitable.hpp forgets

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "hogwild/core/version.hpp"

namespace hogwild {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostLingered = std::size_t{1} << 20;  // bytes
constexpr std::chrono::seconds kLinger{2};

std::string_view as_view(beast::string_view text) {
  return {text.data(), text.size()};
}

// The status and the reason of what is wrong with a request's form; 0: the connection is at fault.
std::pair<int, const char*> fault_of(const error_code& error) {
  if (error == http::error::body_limit) return {413, "the body is too long"};
  if (error == http::error::header_limit) {
    return {431, "the header of the request is too long"};
  }
  // The one category that the parser's own errors have.
  if (error.category() != http::make_error_code(http::error::bad_method).category()) return {};
  if (error == http::error::end_of_stream) return {};
  if (error == http::error::partial_message) return {400, "truncated request"};
  if (error == http::error::buffer_overflow) {
    return {431, "a line of the request is too long"};
  }
  return {400, "not a valid HTTP/1.1 request"};
}

// Stream: of TCP, or of TLS over it. All members but the constructor run on its strand.
template <class Stream>
class SessionOver final : public Session, public std::enable_shared_from_this<SessionOver<Stream>> {
 public:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

  template <class... Tls>
  SessionOver(SessionHost& host, tcp::socket socket, Tls&... tls)
      : host_(host), stream_(std::move(socket), tls...) {
    error_code ignored;
    const auto remote = lowest().socket().remote_endpoint(ignored);
    remote_ = fmt::format("{}:{}", remote.address().to_string(), remote.port());
  }

  ~SessionOver() override {
    give_back();
    if (turned_away_) host_.turning_away.fetch_sub(1, std::memory_order_relaxed);
    if (told_) host_.ended(this);
  }

  void turn_away() {
    turned_away_ = true;
    host_.turning_away.fetch_add(1, std::memory_order_relaxed);
    asio::dispatch(stream_.get_executor(), [self = this->shared_from_this()] {
      self->began_ = Clock::now();
      self->parser_.emplace();
      Reply reply = refusal(503, "too many connections");
      reply.headers.emplace_back("Retry-After", "1");
      self->send(std::move(reply), true);
    });
  }

  void start() {
    told_ = true;
    host_.began(this->shared_from_this());
    asio::dispatch(stream_.get_executor(),
                   [self = this->shared_from_this()] { self->shake_hands(); });
  }

  void end_when_idle() override {
    std::shared_ptr<SessionOver> self = this->weak_from_this().lock();
    if (!self) return;  // it is ending
    asio::post(stream_.get_executor(), [self] {
      if (self->idle_ && self->buffer_.size() == 0) self->lowest().cancel();
    });
  }

 private:
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  void shake_hands() {
    lowest().expires_after(host_.options.timeout);
    if constexpr (kTls) {
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                if (!error) self->read_head();
                              });
    } else {
      read_head();
    }
  }

  void read_head() {
    head_ = {};  // it lies in the parser
    endpoint_ = Endpoint::other;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(host_.options.header_limit));
    parser_->body_limit(host_.options.body_limit);
    parser_->on_chunk_header(chunk_);
    after_last_chunk_ = false;
    trailer_bytes_ = 0;
    idle_ = true;
    if (host_.api.service().draining() && buffer_.size() == 0) return close();
    lowest().expires_after(host_.options.timeout);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](error_code error, std::size_t) {
                              self->take_head(error);
                            });
  }

  void take_head(error_code error) {
    idle_ = false;
    began_ = Clock::now();
    if (error) return fail(error);
    const auto& head = parser_->get();
    head_ = {as_view(head.method_string()),
             as_view(head.target()),
             as_view(head[http::field::content_type]),
             as_view(head[http::field::content_encoding]),
             as_view(head[http::field::accept]),
             as_view(head[http::field::authorization]),
             as_view(head[http::field::origin])};
    endpoint_ = endpoint_of(head_.target);
    const bool has_encoding = head.count(http::field::transfer_encoding) != 0;
    if (has_encoding && !parser_->chunked()) {
      return send(refusal(400, "unsupported Transfer-Encoding; chunked is supported"), true);
    }
    if (head.version() == 11 && head.count(http::field::host) == 0) {
      return send(refusal(400, "an HTTP/1.1 request needs a Host header"), true);
    }
    if (auto refused = host_.api.refused(head_)) {
      return send(std::move(*refused), !parser_->is_done());
    }
    lowest().expires_after(host_.options.timeout);
    if (!parser_->is_done() && head[http::field::expect] == "100-continue") {
      return say_continue();
    }
    read_body();
  }

  void say_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue),
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->read_body();
                      });
  }

  void read_body() {
    if (parser_->is_done()) return answer();
    http::async_read_some(stream_, buffer_, *parser_,
                          [self = this->shared_from_this()](error_code error, std::size_t bytes) {
                            if (error) return self->fail(error);
                            if (self->after_last_chunk_) self->trailer_bytes_ += bytes;
                            if (self->trailer_bytes_ > self->host_.options.header_limit) {
                              return self->send(refusal(431, "the trailer is too long"), true);
                            }
                            if (!self->take_room(self->parser_->get().body().size())) {
                              return self->refuse_for_room();
                            }
                            self->read_body();
                          });
  }

  void answer() {
    bytes_in_ = parser_->get().body().size();
    Reply reply = host_.api.reply(head_, std::move(parser_->get().body()), batch_);
    const std::size_t kept = batch_.indices.capacity() + batch_.labels.capacity();
    if (kept > kMostKept) batch_ = RowBatch();
    send(std::move(reply), false);
  }

  // Room for a body of so many bytes, among those of all connections.
  bool take_room(std::size_t bytes) {
    if (bytes <= room_) return true;
    const std::size_t more = bytes - room_;
    const std::size_t before = host_.body_bytes.fetch_add(more, std::memory_order_relaxed);
    room_ = bytes;
    return before + more <= host_.options.bodies_limit;
  }

  void give_back() {
    host_.body_bytes.fetch_sub(std::exchange(room_, 0), std::memory_order_relaxed);
  }

  void refuse_for_room() {
    Reply reply = refusal(429, "too many requests in flight; send this request again later");
    reply.headers.emplace_back("Retry-After", "1");
    send(std::move(reply), true);
  }

  // What is at fault in a request is told, if its sender can still listen.
  void fail(const error_code& error) {
    const auto [status, reason] = fault_of(error);
    if (status == 0) {
      if (error == beast::error::timeout && buffer_.size() > 0) note_timeout();
      return close();
    }
    head_ = {};
    endpoint_ = Endpoint::other;
    if (parser_->is_header_done()) {
      head_.method = as_view(parser_->get().method_string());
      head_.target = as_view(parser_->get().target());
      endpoint_ = endpoint_of(head_.target);
    }
    send(refusal(status, reason), true);
  }

  // last: what comes after it on the connection can't be understood, or is not wanted.
  void send(Reply reply, bool last) {
    give_back();
    take_room(reply.body.size());  // which may be more than there is: it is there already
    last_ = last || !parser_->keep_alive() || host_.api.service().draining();
    unread_ = last;
    bytes_out_ = reply.body.size();
    rows_ = reply.rows;
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(reply.status));
    response_.set(http::field::server, fmt::format("hogwild/{}", kVersion));
    response_.set(http::field::content_type, reply.content_type);
    response_.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : reply.headers) response_.set(name, value);
    response_.keep_alive(!last_);
    response_.body() = std::move(reply.body);
    response_.prepare_payload();
    if (head_.method == "HEAD") response_.body().clear();  // its length is still told
    lowest().expires_after(host_.options.timeout);
    http::async_write(
        stream_, response_,
        [self = this->shared_from_this()](error_code error, std::size_t) { self->sent(error); });
  }

  void sent(error_code error) {
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    const auto status = static_cast<int>(response_.result_int());
    host_.api.service().metrics().count(endpoint_, status, seconds);
    host_.log.note({remote_, head_.method, head_.target, status, rows_, std::exchange(bytes_in_, 0),
                    bytes_out_, seconds});
    response_ = {};
    give_back();
    if (error) return;
    if (!last_) return read_head();
    unread_ ? linger() : close();
  }

  // A request that did not come in time: its connection is closed already, and can't be told.
  void note_timeout() {
    const double seconds = std::chrono::duration<double>(host_.options.timeout).count();
    host_.api.service().metrics().count(endpoint_, 408, seconds);
    host_.log.note({remote_, head_.method, head_.target, 408, 0, 0, 0, seconds});
  }

  // A connection that is closed while bytes arrive is reset, and its other end may never see the
  // answer: so what still comes is read, for a while, and forgotten.
  void linger() {
    error_code ignored;
    lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
    lowest().expires_after(kLinger);
    discard();
  }

  void discard() {
    buffer_.clear();
    lowest().async_read_some(buffer_.prepare(kPiece), [self = this->shared_from_this()](
                                                          error_code error, std::size_t bytes) {
      self->lingered_ += bytes;
      if (!error && self->lingered_ < kMostLingered) self->discard();
    });
  }

  void close() {
    if constexpr (kTls) {
      lowest().expires_after(kLinger);
      stream_.async_shutdown([self = this->shared_from_this()](error_code) {});
    } else {
      error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }
  }

  static constexpr std::size_t kPiece = 16 << 10;
  static constexpr std::size_t kLongestLine = 64 << 10;  // and of what is read at once
  static constexpr std::size_t kMostKept = 1 << 16;      // non-zeros of room for the next request

  SessionHost& host_;
  Stream stream_;
  std::string remote_;
  beast::flat_buffer buffer_{host_.options.header_limit + kLongestLine};
  std::optional<http::request_parser<http::string_body>> parser_;
  // Told of each chunk's head; extensions, which nobody knows, could be of any length.
  std::function<void(std::uint64_t, beast::string_view, error_code&)> chunk_ =
      [this](std::uint64_t size, beast::string_view extensions, error_code& error) {
        if (!extensions.empty()) error = http::error::bad_chunk_extension;
        after_last_chunk_ = size == 0;
      };
  bool after_last_chunk_ = false;
  std::size_t trailer_bytes_ = 0;
  RequestHead head_;  // of what the parser holds
  Endpoint endpoint_ = Endpoint::other;
  RowBatch batch_;
  http::response<http::string_body> response_;
  Clock::time_point began_;
  std::size_t room_ = 0;  // of host_.body_bytes, that is this one's
  std::size_t rows_ = 0, bytes_in_ = 0, bytes_out_ = 0, lingered_ = 0;
  bool idle_ = false;    // no byte of a request has been answered for
  bool last_ = false;    // the answer at hand is the last
  bool unread_ = false;  // and some of the request was not read
  bool told_ = false;    // the host knows of it
  bool turned_away_ = false;
};

}  // namespace

void start_session(SessionHost& host, tcp::socket socket, asio::ssl::context* tls, bool no_room) {
  if (tls == nullptr) {
    const auto session = std::make_shared<SessionOver<beast::tcp_stream>>(host, std::move(socket));
    no_room ? session->turn_away() : session->start();
  } else {
    std::make_shared<SessionOver<beast::ssl_stream<beast::tcp_stream>>>(host, std::move(socket),
                                                                        *tls)
        ->start();
  }
}

}  // namespace hogwild
