// hogwild serve
#include <memory>

#include "cli/serve.hpp"
#include "cli/train_arguments.hpp"

namespace hogwild::cli {

void add_serve_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<ServeArguments>();
  CLI::App& sub = *app.add_subcommand("serve", "answer and learn over HTTP");
  auto* const model = sub.add_option("model", command->model, "the model")->type_name("MODEL");
  sub.add_option("--parameters", command->parameters,
                 "serve live parameters, as other processes change them, instead of a model")
      ->type_name("FILE")
      ->excludes(model);
  auto* const read_only =
      sub.add_flag("--read-only", command->read_only,
                   "do not learn (default: a model learns, live parameters are read)");
  sub.add_flag("--learn", command->learn, "learn into the live parameters too")
      ->excludes(read_only);
  const auto names = kNamesOf<AnyUpdateRule>;
  const std::vector<std::string> rules(names.begin(), names.end());
  sub.add_option("--optimizer", command->optimizer, "how a step is made (default: adagrad)")
      ->type_name(CLI::detail::join(rules, "|"))
      ->check(one_of(rules));
  sub.add_option("--learning-rate", command->learning_rate,
                 "of those steps (default: 0.03 for adagrad, else the rule's own)")
      ->type_name("X");
  sub.add_option("--snapshot", command->snapshot,
                 "where POST /snapshot and the end save what has been learnt (default: "
                 "MODEL.snapshot)")
      ->type_name("FILE");
  sub.add_option("--reload-every", command->reload_every,
                 "seconds between looks whether MODEL has changed, which is then loaded; 0: never, "
                 "but by SIGHUP (default: 1)")
      ->type_name("SECONDS");
  sub.add_option("--port", command->port, "to listen at; 0: any that is free (default: 8080)")
      ->type_name("P");
  sub.add_option("--address", command->address,
                 "to listen at; 0.0.0.0 is all of this machine's (default: 127.0.0.1)")
      ->type_name("IP");
  sub.add_option("--token-file", command->token_file,
                 "what changes something needs the first line of this file as a bearer token")
      ->type_name("FILE");
  sub.add_option("--tls-certificate", command->tls_certificate, "serve HTTPS: a PEM file")
      ->type_name("FILE");
  sub.add_option("--tls-key", command->tls_key, "its key, a PEM file")->type_name("FILE");
  add_threads_option(sub, command->threads, "that answer; auto: one a core (default: auto)");
  sub.add_option("--connections", command->connections,
                 "at once; more are told 503 (default: 1024)")
      ->type_name("N")
      ->check(digits());
  const auto bytes = [&](const char* name, std::uint64_t& value, const char* description) {
    sub.add_option(name, value, description)
        ->type_name("BYTES")
        ->transform(CLI::AsSizeValue(false).description(""));
  };
  bytes("--body-limit", command->body_limit, "of a request; more is told 413 (default: 8M)");
  bytes("--bodies-limit", command->bodies_limit,
        "of all requests at once; more are told 429 (default: 256M)");
  bytes("--header-limit", command->header_limit,
        "of a request's head; more is told 431 (default: 16K)");
  sub.add_option("--timeout", command->timeout,
                 "seconds that a head, a body and an answer each may take (default: 30)")
      ->type_name("SECONDS");
  sub.add_option("--drain", command->drain,
                 "seconds that requests may take once the end is asked for (default: 10)")
      ->type_name("SECONDS");
  sub.add_option("--access-log", command->access_log,
                 "a line of JSON for each request; -: to stdout; SIGHUP opens it anew")
      ->type_name("FILE");
  sub.footer(
      "POST /predict, /learn, /snapshot; GET /model, /healthz, /readyz, /metrics, /openapi.json.\n"
      "SIGTERM takes no more requests, answers those there are, saves what has been learnt, and\n"
      "exits with 0.\n"
      "Examples:\n"
      "  hogwild serve model.hog --port 8080 --token-file token\n"
      "  curl -d '{\"rows\":[{\"features\":{\"7\":1}}]}' -H 'Content-Type: application/json' \\\n"
      "    localhost:8080/predict\n"
      "  hogwild serve --parameters /dev/shm/live");
  sub.callback([&action, command] { action = [command] { return serve(*command); }; });
}

}  // namespace hogwild::cli
