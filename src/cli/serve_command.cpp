// hogwild serve

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

#include "cli/command.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/update/update_rule.hpp"
#include "serve/server.hpp"

namespace hogwild::cli {
namespace {

// What is typed.
struct ServeArguments {
  ServiceOptions service;
  ServerOptions server;
  bool read_only = false;
  std::string optimizer;    // empty: the default
  float learning_rate = 0;  // 0: likewise
  double reload_every = 1;  // seconds
  std::string token_file;
  double timeout = 30, drain = 10;  // seconds
  std::string access_log;
};

using Clock = std::chrono::steady_clock;

// SIGHUP asks for the model and the log to be opened anew.
std::atomic<bool> hung_up{false};

std::chrono::milliseconds milliseconds(const char* option, double seconds, bool zero = false) {
  if (!(seconds > 0 || (zero && seconds == 0)) || seconds > 1e6) {
    throw OptionError(option, fmt::format("{} is not a time in seconds", seconds));
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

ServiceOptions service_options(const ServeArguments& arguments) {
  ServiceOptions options = arguments.service;
  const bool live = !options.parameters.empty();
  if (options.model.empty() && !live) {
    throw OptionError("parameters", "give a model, or a parameter file with --parameters");
  }
  if (!live) options.learn = !arguments.read_only;
  const bool chosen = !arguments.optimizer.empty() || arguments.learning_rate != 0;
  if (chosen && (live || !options.learn)) {
    throw OptionError(
        arguments.optimizer.empty() ? "learning-rate" : "optimizer",
        live ? "the parameter file has its own optimizer and learning rate; leave the option out"
             : "it contradicts --read-only; leave one of the two out");
  }
  if (!arguments.optimizer.empty()) {
    options.learning.update_rule = *alternative_named<AnyUpdateRule>(arguments.optimizer);
  }
  if (arguments.learning_rate != 0) options.learning.learning_rate = arguments.learning_rate;
  if (options.snapshot.empty()) {
    options.snapshot = (live ? options.parameters : options.model) + ".snapshot";
  }
  return options;
}

ServerOptions server_options(const ServeArguments& arguments) {
  ServerOptions options = arguments.server;
  if (options.header_limit < 256 || options.header_limit > (1u << 30)) {
    throw OptionError("header-limit", "it is not between 256 bytes and 1G");
  }
  if (options.body_limit == 0 || options.bodies_limit < options.body_limit) {
    throw OptionError("bodies-limit",
                      "it is less than --body-limit, so a body of that size would never fit");
  }
  if (options.connections == 0) throw OptionError("connections", "it must be at least 1");
  options.timeout = milliseconds("timeout", arguments.timeout);
  return options;
}

// One for each connection, and some for files.
void allow_descriptors(std::size_t connections) {
  constexpr rlim_t kFiles = 64;
  struct rlimit limit {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections + kFiles;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    note(fmt::format(
        "hogwild: the system allows only {} open files, fewer than --connections {} needs",
        limit.rlim_cur, connections));
  }
}

// Saves what no snapshot has; the exit status.
int save_what_was_learnt(Service& service) {
  if (!service.has_unsaved() || service.model()->parameters()) return kDone;
  if (service.model()->has_diverged()) {
    note("hogwild: learning has diverged; the model is not saved");
    return kDiverged;
  }
  const std::uint64_t rows = service.save();
  note(fmt::format("hogwild: saved {} after learning {} rows", service.options().snapshot, rows));
  return kDone;
}

// Serves until it is asked to end; returns the exit status.
int run(ServeArguments& arguments, const CLI::App&) {
  const ServerOptions server_chosen = server_options(arguments);
  const auto patience = milliseconds("drain", arguments.drain, true);
  const auto reload_every = milliseconds("reload-every", arguments.reload_every, true);
  std::optional<Token> token;
  if (!arguments.token_file.empty()) token = Token::of_file(arguments.token_file);
  const InterruptGuard guard;
  struct sigaction action {};
  action.sa_handler = [](int) { hung_up.store(true, std::memory_order_relaxed); };
  sigaction(SIGHUP, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a log that nobody reads any more ends nothing
  allow_descriptors(server_chosen.connections);

  Service service(service_options(arguments));
  AccessLog log(arguments.access_log);
  const Api api(service, std::move(token));
  Server server(api, log, server_chosen);
  const bool learns = service.model()->learns();
  note(fmt::format(
      "hogwild: serving {} at {}://{}:{}, {}{}",
      arguments.service.model.empty() ? arguments.service.parameters : arguments.service.model,
      server_chosen.tls_certificate.empty() ? "http" : "https",
      server_chosen.address.find(':') == std::string::npos ? server_chosen.address
                                                           : "[" + server_chosen.address + "]",
      server.port(), learns ? "learning" : "reading only",
      learns && arguments.token_file.empty()
          ? ", open to everyone who can reach it (see --token-file)"
          : ""));

  constexpr std::chrono::milliseconds kLook(50);
  std::string last_news;
  auto next_look = Clock::now() + reload_every, next_beat = Clock::now();
  while (!interrupted()) {
    std::this_thread::sleep_for(kLook);
    const auto now = Clock::now();
    const bool asked = hung_up.exchange(false, std::memory_order_relaxed);
    if (asked) {
      try {
        log.reopen();
      } catch (const Error& error) {
        note(fmt::format("hogwild: {}", error.what()));
      }
    }
    if (asked || (reload_every.count() > 0 && now >= next_look)) {
      const auto news = service.reload(asked);
      // What failed is tried again at each look, and said once.
      if (news && (news->starts_with("loaded") || *news != last_news)) note("hogwild: " + *news);
      last_news = news.value_or("");
      next_look = now + reload_every;
    }
    if (now >= next_beat) {
      service.beat();
      next_beat = now + std::chrono::seconds(1);
    }
  }
  note("hogwild: shutting down; finishing in-flight requests");
  if (!server.drain(patience))
    note("hogwild: some connections were closed before they were finished");
  return save_what_was_learnt(service);
}

void add_limit_options(CLI::App& sub, ServeArguments& command) {
  sub.add_option("--connections", command.server.connections,
                 "largest number of open connections; further ones get 503 (default: 1024)")
      ->type_name("N")
      ->check(digits());
  const auto bytes = [&](const char* name, std::size_t& value, const char* description) {
    sub.add_option(name, value, description)
        ->type_name("BYTES")
        ->transform(CLI::AsSizeValue(false).description(""));
  };
  bytes("--body-limit", command.server.body_limit,
        "largest body of a request; a larger one gets 413 (default: 8M)");
  bytes("--bodies-limit", command.server.bodies_limit,
        "largest size of all bodies together; further requests get 429 (default: 256M)");
  bytes("--header-limit", command.server.header_limit,
        "largest header of a request; a larger one gets 431 (default: 16K)");
  sub.add_option("--timeout", command.timeout,
                 "time limit for each header, body and response (default: 30)")
      ->type_name("SECONDS");
  sub.add_option("--drain", command.drain,
                 "at shutdown, time limit for the requests in flight (default: 10)")
      ->type_name("SECONDS");
}

}  // namespace

void add_serve_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<ServeArguments>(
      app, action, "serve", "serve predictions over HTTP, and keep learning", run);
  auto* const model =
      sub.add_option("model", command.service.model, "model file; needed without --parameters")
          ->type_name("MODEL");
  sub.add_option("--parameters", command.service.parameters,
                 "serve the weights of this parameter file, while other processes change them, "
                 "instead of a model")
      ->type_name("FILE")
      ->excludes(model);
  auto* const read_only =
      sub.add_flag("--read-only", command.read_only,
                   "do not learn (default: a model keeps learning, a parameter file is only read)");
  sub.add_flag("--learn", command.service.learn, "also train the weights of the parameter file")
      ->excludes(read_only);
  std::vector<std::string> rules(kNamesOf<AnyUpdateRule>.begin(), kNamesOf<AnyUpdateRule>.end());
  std::erase(rules, Ftrl::kName);  // it can't start at the weights of a model
  sub.add_option("--optimizer", command.optimizer,
                 "update rule; not with --parameters (default: adagrad)")
      ->type_name(CLI::detail::join(rules, "|"))
      ->check(one_of(rules));
  sub.add_option("--learning-rate", command.learning_rate,
                 "learning rate; not with --parameters (default: 0.03 for adagrad; others: that of "
                 "train without "
                 "trials)")
      ->type_name("X");
  sub.add_option(
         "--snapshot", command.service.snapshot,
         "file to save the model to, at POST /snapshot and at shutdown (default: MODEL.snapshot)")
      ->type_name("FILE");
  sub.add_option(
         "--reload-every", command.reload_every,
         "reload MODEL if its file has changed, checked this often; 0: only at SIGHUP (default: 1)")
      ->type_name("SECONDS");
  sub.add_option("--port", command.server.port,
                 "port to listen on; 0: any free port (default: 8080)")
      ->type_name("P");
  sub.add_option(
         "--address", command.server.address,
         "address to listen on; 0.0.0.0: all addresses of this machine (default: 127.0.0.1)")
      ->type_name("IP");
  sub.add_option("--token-file", command.token_file,
                 "POST /learn and POST /snapshot need a bearer token, the first line of this file")
      ->type_name("FILE");
  sub.add_option("--tls-certificate", command.server.tls_certificate,
                 "certificate for HTTPS, a PEM file")
      ->type_name("FILE");
  sub.add_option("--tls-key", command.server.tls_key, "key of the certificate, a PEM file")
      ->type_name("FILE");
  add_threads_option(sub, command.server.threads,
                     "number of threads that answer requests; auto: one per core (default: auto)");
  add_limit_options(sub, command);
  sub.add_option(
         "--access-log", command.access_log,
         "write a line of JSON per request to this file; -: to stdout; SIGHUP opens the file again")
      ->type_name("FILE");
  sub.footer(
      "Endpoints: POST /predict, /learn, /snapshot; GET /model, /healthz, /readyz, /metrics, "
      "/openapi.json.\nAt SIGTERM the service stops accepting requests, finishes those in flight, "
      "saves the model, and exits with status 0.\nExamples:\n  hogwild serve model.hog --port 8080 "
      "--token-file token\n  curl --json '{\"rows\":[{\"features\":{\"7\":1}}]}' "
      "localhost:8080/predict\n  hogwild serve --parameters /dev/shm/live");
}

}  // namespace hogwild::cli
