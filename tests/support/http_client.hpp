// A client of bytes: it sends what it is told, right or wrong, and reads what comes.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace hogwild::test {

struct Response {
  int status = 0;  ///< 0: the connection ended before there was one
  std::string head;
  std::string body;
};

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~HttpClient() { close(descriptor_); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool connected() const { return connected_; }

  /// False if the other end is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Sends no more; what comes can still be read.
  void finish() { shutdown(descriptor_, SHUT_WR); }

  /// The next response on the connection, within 20 seconds.
  Response receive() {
    Response response;
    std::size_t end = 0;
    while ((end = bytes_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return response;
    }
    response.head = bytes_.substr(0, end + 4);
    bytes_.erase(0, end + 4);
    response.status = std::atoi(response.head.c_str() + std::string_view("HTTP/1.1 ").size());
    std::size_t length = 0;
    if (const auto at = response.head.find("Content-Length: "); at != std::string::npos) {
      length = std::strtoull(response.head.c_str() + at + 16, nullptr, 10);
    }
    while (bytes_.size() < length && read_more()) {
    }
    response.body = bytes_.substr(0, length);
    bytes_.erase(0, length);
    return response;
  }

  /// Whether the other end has closed the connection, once it has.
  bool ended() { return !read_more(); }

  Response ask(const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& headers = "Content-Type: application/json\r\n") {
    send(method + " " + target + " HTTP/1.1\r\nHost: here\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return receive();
  }

  static constexpr int kPatience = 20'000;  // milliseconds

 private:
  bool read_more() {
    pollfd wait{descriptor_, POLLIN, 0};
    if (poll(&wait, 1, kPatience) <= 0) return false;
    char piece[4096];
    const ssize_t got = recv(descriptor_, piece, sizeof piece, 0);
    if (got <= 0) return false;
    bytes_.append(piece, static_cast<std::size_t>(got));
    return true;
  }

  int descriptor_;
  bool connected_ = false;
  std::string bytes_;  // received, and not yet told of
};

}  // namespace hogwild::test
