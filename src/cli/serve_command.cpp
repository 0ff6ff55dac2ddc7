// hogwild serve
#include <memory>

#include "cli/serve.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/update/update_rule.hpp"

namespace hogwild::cli {

void add_serve_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<ServeArguments>();
  CLI::App& sub = *app.add_subcommand("serve", "serve predictions over HTTP, and keep learning");
  auto* const model =
      sub.add_option("model", command->model, "model file; needed without --parameters")
          ->type_name("MODEL");
  sub.add_option("--parameters", command->parameters,
                 "serve the weights of this parameter file, while other processes change them, "
                 "instead of a model")
      ->type_name("FILE")
      ->excludes(model);
  auto* const read_only =
      sub.add_flag("--read-only", command->read_only,
                   "do not learn (default: a model keeps learning, a parameter file is only read)");
  sub.add_flag("--learn", command->learn, "also train the weights of the parameter file")
      ->excludes(read_only);
  std::vector<std::string> rules(kNamesOf<AnyUpdateRule>.begin(), kNamesOf<AnyUpdateRule>.end());
  std::erase(rules, Ftrl::kName);  // it can't start at the weights of a model
  sub.add_option("--optimizer", command->optimizer,
                 "update rule; not with --parameters (default: adagrad)")
      ->type_name(CLI::detail::join(rules, "|"))
      ->check(one_of(rules));
  sub.add_option("--learning-rate", command->learning_rate,
                 "learning rate; not with --parameters (default: 0.03 for adagrad; others: that of "
                 "train without "
                 "trials)")
      ->type_name("X");
  sub.add_option(
         "--snapshot", command->snapshot,
         "file to save the model to, at POST /snapshot and at shutdown (default: MODEL.snapshot)")
      ->type_name("FILE");
  sub.add_option(
         "--reload-every", command->reload_every,
         "reload MODEL if its file has changed, checked this often; 0: only at SIGHUP (default: 1)")
      ->type_name("SECONDS");
  sub.add_option("--port", command->port, "port to listen on; 0: any free port (default: 8080)")
      ->type_name("P");
  sub.add_option(
         "--address", command->address,
         "address to listen on; 0.0.0.0: all addresses of this machine (default: 127.0.0.1)")
      ->type_name("IP");
  sub.add_option("--token-file", command->token_file,
                 "POST /learn and POST /snapshot need a bearer token, the first line of this file")
      ->type_name("FILE");
  sub.add_option("--tls-certificate", command->tls_certificate, "certificate for HTTPS, a PEM file")
      ->type_name("FILE");
  sub.add_option("--tls-key", command->tls_key, "key of the certificate, a PEM file")
      ->type_name("FILE");
  add_threads_option(sub, command->threads,
                     "number of threads that answer requests; auto: one per core (default: auto)");
  sub.add_option("--connections", command->connections,
                 "largest number of open connections; further ones get 503 (default: 1024)")
      ->type_name("N")
      ->check(digits());
  const auto bytes = [&](const char* name, std::uint64_t& value, const char* description) {
    sub.add_option(name, value, description)
        ->type_name("BYTES")
        ->transform(CLI::AsSizeValue(false).description(""));
  };
  bytes("--body-limit", command->body_limit,
        "largest body of a request; a larger one gets 413 (default: 8M)");
  bytes("--bodies-limit", command->bodies_limit,
        "largest size of all bodies together; further requests get 429 (default: 256M)");
  bytes("--header-limit", command->header_limit,
        "largest header of a request; a larger one gets 431 (default: 16K)");
  sub.add_option("--timeout", command->timeout,
                 "time limit for each header, body and response (default: 30)")
      ->type_name("SECONDS");
  sub.add_option("--drain", command->drain,
                 "at shutdown, time limit for the requests in flight (default: 10)")
      ->type_name("SECONDS");
  sub.add_option(
         "--access-log", command->access_log,
         "write a line of JSON per request to this file; -: to stdout; SIGHUP opens the file again")
      ->type_name("FILE");
  sub.footer(
      "Endpoints: POST /predict, /learn, /snapshot; GET /model, /healthz, /readyz, /metrics, "
      "/openapi.json.\nAt SIGTERM the service stops accepting requests, finishes those in flight, "
      "saves the model, and exits with status 0.\nExamples:\n  hogwild serve model.hog --port 8080 "
      "--token-file token\n  curl --json '{\"rows\":[{\"features\":{\"7\":1}}]}' "
      "localhost:8080/predict\n  hogwild serve --parameters /dev/shm/live");
  sub.callback([&action, command] { action = [command] { return serve(*command); }; });
}

}  // namespace hogwild::cli
