// hogwild serve, between the command line and the service.
#pragma once

#include <cstdint>
#include <string>

#include "cli/command.hpp"

namespace hogwild::cli {

/// What is typed.
struct ServeArguments {
  std::string model;
  std::string parameters;
  bool learn = false;
  bool read_only = false;
  std::string optimizer;    // empty: the default
  float learning_rate = 0;  // 0: likewise
  std::string snapshot;     // empty: beside what is served
  double reload_every = 1;  // seconds
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  int threads = 0;
  std::string token_file;
  std::string tls_certificate, tls_key;
  std::uint64_t body_limit = std::uint64_t{8} << 20, bodies_limit = std::uint64_t{256} << 20;
  std::uint64_t header_limit = 16 << 10;
  std::size_t connections = 1024;
  double timeout = 30, drain = 10;  // seconds
  std::string access_log;
};

/// Serves until it is asked to end; returns the exit status.
int serve(const ServeArguments& arguments);

}  // namespace hogwild::cli
