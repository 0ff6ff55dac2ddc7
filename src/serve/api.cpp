#include "serve/api.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/json.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/version.hpp"
#include "model/predictions.hpp"
#include "options/option.hpp"
#include "serve/request_rows.hpp"

namespace hogwild {
namespace {

constexpr float kLargest = 1e15f;  // whose square is a float, and the sum of many such
constexpr std::size_t kMostBytes = std::size_t{16} << 20;  // of an answer

constexpr std::string_view kJson = "application/json", kText = "text/plain";

struct Route {
  std::string_view method;
  bool changes = false;
  bool has_rows = false;
};

// By endpoint.
constexpr std::array<Route, kEndpoints.size()> kRoutes{{
    {.method = "POST", .has_rows = true},
    {.method = "POST", .changes = true, .has_rows = true},
    {.method = "POST", .changes = true},
    {.method = "GET"},
    {.method = "GET"},
    {.method = "GET"},
    {.method = "GET"},
    {.method = "GET"},
    {},
}};

const Route& route_of(Endpoint endpoint) {
  return kRoutes[static_cast<std::size_t>(endpoint)];
}

// A media type without its parameters.
bool is_type(std::string_view header, std::string_view type) {
  const std::string_view given = header.substr(0, header.find(';'));
  const std::string_view trimmed = given.substr(0, given.find_last_not_of(" \t") + 1);
  return std::ranges::equal(trimmed, type, [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

Reply cannot_learn(const ServedModel& model) {
  return refusal(409, model.label_names()
                          ? "a model whose labels are names can't learn in a service; it only "
                            "predicts"
                          : "this service does not learn (--read-only)");
}

void read_rows(const RequestHead& head, std::string body, const ServedModel& model,
               const Answering& answering, RowBatch& batch) {
  if (is_type(head.content_type, kJson)) {
    read_json_rows(body, model, batch);
  } else {
    read_text_rows(std::move(body), model, answering, batch);
  }
}

std::optional<Answer> answer_named(std::string_view name) {
  if (name == "probability") return Answer::probability;
  if (name == "margin") return Answer::margin;
  if (name == "label") return Answer::label;
  return std::nullopt;
}

// What a target's "?output=" asks for. Throws BodyError.
Answer wanted_answer(std::string_view target, const Model& model) {
  Answer answer = Answer::automatic;
  const auto question = target.find('?');
  std::string_view query = question == target.npos ? "" : target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = std::min(pair.size(), pair.find('='));
    const auto named = answer_named(pair.substr(std::min(pair.size(), equals + 1)));
    if (pair.substr(0, equals) != "output" || !named) {
      throw BodyError("unknown query; use output=probability, output=margin or output=label");
    }
    answer = *named;
  }
  answer = resolved(answer, model);
  if (answer == Answer::probability && !model.gives_probability()) {
    throw BodyError(fmt::format("a {} model gives no probability; ask for margin or label",
                                name_of(model.loss())));
  }
  return answer;
}

Json progressive_json(const ProgressiveMetrics& metrics) {
  Json json{{"rows", metrics.rows},
            {"loss", metrics.loss},
            {"window", metrics.window},
            {"window_loss", metrics.window_loss}};
  if (metrics.auc) json["window_auc"] = *metrics.auc;
  if (metrics.calibration) json["window_calibration"] = *metrics.calibration;
  return json;
}

// The options that a learner has, with their values as the command line has them.
Json options_json(const ServedModel& model, const LearnerOptions& learning) {
  Settings settings;
  TrainOptions& train = settings.train;
  train.loss = model.loss();
  train.update_rule = learning.update_rule;
  train.learning_rate = learning.learning_rate.value_or(
      std::visit([](const auto& rule) { return rule.kDefaultRate; }, learning.update_rule));
  train.bias = learning.bias;
  if (const auto& parameters = model.parameters()) {
    const ParameterKind& kind = parameters->kind();
    train.update_rule = kind.update_rule;
    train.learning_rate = kind.learning_rate;
    train.bias = kind.bias;
  }
  settings.files.read.hash_bits = model.features().hash_bits;
  settings.teaching.features = model.features().size;
  Json json = Json::object();
  for (const Option& option : options()) {
    const std::string text = (option.has & kLearner) != 0 ? option.text(settings) : "";
    if (!text.empty()) json[std::string(option.name)] = text;
  }
  return json;
}

// Resident, as the system counts it.
double memory_of_this_process() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Reply refusal(int status, std::string_view reason) {
  return {.status = status, .body = fmt::format("{{\"error\":{}}}\n", in_one_line(reason))};
}

Endpoint endpoint_of(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const auto found = std::ranges::find(kEndpoints, path);
  return static_cast<Endpoint>(
      std::min<std::ptrdiff_t>(found - kEndpoints.begin(), static_cast<int>(Endpoint::other)));
}

std::optional<Reply> Api::refused(const RequestHead& head) const {
  const Endpoint endpoint = endpoint_of(head.target);
  if (endpoint == Endpoint::other) {
    return refusal(404, "no such path; /openapi.json describes all paths");
  }
  const Route& route = route_of(endpoint);
  const bool matches =
      head.method == route.method || (head.method == "HEAD" && route.method == "GET");
  if (!matches) {
    Reply reply = refusal(
        405,
        fmt::format("{} takes {}", kEndpoints[static_cast<std::size_t>(endpoint)], route.method));
    reply.headers.emplace_back("Allow", route.method);
    return reply;
  }
  if (route.changes) {
    if (token_ && !token_->admits(head.authorization)) {
      Reply reply = refusal(401, "this request needs the token: Authorization: Bearer TOKEN");
      reply.headers.emplace_back("WWW-Authenticate", "Bearer");
      return reply;
    }
    // Any page that somebody on this machine looks at could send it otherwise.
    if (!token_ && !head.origin.empty()) {
      return refusal(403,
                     "requests from web pages may change things only with a token (--token-file)");
    }
  }
  if (const auto model = service_.model(); endpoint == Endpoint::learn && !model->learns()) {
    return cannot_learn(*model);
  }
  if (service_.draining() && endpoint != Endpoint::healthz && endpoint != Endpoint::readyz &&
      endpoint != Endpoint::metrics) {
    return refusal(503, "shutting down");
  }
  if (!route.has_rows) return std::nullopt;
  if (!head.content_encoding.empty() && !is_type(head.content_encoding, "identity")) {
    return refusal(415, "compressed bodies are not supported; send the body uncompressed");
  }
  if (!is_type(head.content_type, kJson) && !is_type(head.content_type, kText) &&
      !is_type(head.content_type, "text/csv")) {
    return refusal(415, "Content-Type should be application/json, or text/plain for rows as text");
  }
  return std::nullopt;
}

Reply Api::reply(const RequestHead& head, std::string body, RowBatch& batch) const {
  try {
    switch (endpoint_of(head.target)) {
      case Endpoint::predict:
        return predict(head, std::move(body), batch);
      case Endpoint::learn:
        return learn(head, std::move(body), batch);
      case Endpoint::snapshot:
        return snapshot();
      case Endpoint::model:
        return model();
      case Endpoint::healthz:
        return {.body = "{\"status\":\"ok\"}\n"};
      case Endpoint::readyz:
        if (service_.draining()) return refusal(503, "shutting down");
        if (service_.model()->has_diverged()) {
          return refusal(503, "learning has diverged; load another model");
        }
        return {.body = "{\"status\":\"ready\"}\n"};
      case Endpoint::metrics:
        return metrics();
      case Endpoint::openapi:
        return {.body = std::string(kOpenApi)};
      default:
        return refusal(404, "no such path");
    }
  } catch (const TooManyRows& error) {
    return refusal(413, error.what());
  } catch (const BodyError& error) {
    return refusal(400, error.what());
  } catch (const Error& error) {
    return refusal(500, error.what());
  } catch (const std::bad_alloc&) {
    return refusal(503, "out of memory for this request; send it again later");
  }
}

Reply Api::predict(const RequestHead& head, std::string body, RowBatch& batch) const {
  const auto model = service_.model();
  const Answer answer = wanted_answer(head.target, model->model());
  read_rows(head, std::move(body), *model, {.each_line = true}, batch);
  const bool json = !is_type(head.accept, kText);
  std::vector<std::string> names;
  if (model->classes()) names = *model->classes();
  for (std::string& name : names) {
    if (json) name = in_one_line(name);
  }
  Predictions predictions(model->model(), answer, json, std::move(names));
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    const SparseRow row = batch.row(i);
    if (!predictions.add(row, model->classes() ? 0 : model->margin(row))) {
      return refusal(500,
                     "a weight of the model is not finite: learning has diverged; load another "
                     "model");
    }
    if (predictions.bytes() > kMostBytes) {
      return refusal(413, "the response would be longer than 16 MiB; send fewer rows per request");
    }
  }
  service_.metrics().predicted += batch.rows();
  service_.metrics().unknown += batch.unknown_features;
  Reply reply{.content_type = std::string(json ? kJson : kText), .rows = batch.rows()};
  reply.body = std::move(predictions).text();
  if (json) reply.body = fmt::format("{{\"predictions\":[{}]}}\n", reply.body);
  return reply;
}

// All that a request says is looked at before anything of it is learnt.
Reply Api::learn(const RequestHead& head, std::string body, RowBatch& batch) const {
  const auto model = service_.model();
  if (!model->learns()) return cannot_learn(*model);  // it was another when the head came
  if (head.target.find('?') != head.target.npos)
    throw BodyError("/learn takes no query parameters");
  read_rows(head, std::move(body), *model, {}, batch);
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    const float label = batch.labels[i];
    if (std::ranges::any_of(batch.row(i).values, [](float v) { return std::abs(v) > kLargest; }) ||
        std::abs(label) > kLargest) {
      throw BodyError(fmt::format("row {}: numbers above {} can't be learnt; scale them down",
                                  i + 1, kLargest));
    }
    if (std::isnan(label)) throw BodyError(fmt::format("row {}: it has no label", i + 1));
    if (!model->knows(label)) {
      throw BodyError(fmt::format("row {}: the label {} is neither {} nor {}", i + 1, label,
                                  model->labels().negative, model->labels().positive));
    }
  }
  const double loss = model->learn(batch);
  service_.metrics().learnt += batch.rows();
  service_.metrics().unknown += batch.unknown_features;
  if (!std::isfinite(loss)) {
    model->note_divergence();
    return refusal(500, "the loss is not finite: learning has diverged; load another model");
  }
  return {.body = fmt::format("{{\"rows\":{},\"loss\":{}}}\n", batch.rows(), loss),
          .rows = batch.rows()};
}

Reply Api::snapshot() const {
  const std::uint64_t learnt = service_.save();
  return {.body = fmt::format("{{\"path\":{},\"rows_learnt\":{}}}\n",
                              in_one_line(service_.options().snapshot), learnt)};
}

Reply Api::model() const {
  const auto model = service_.model();
  const FeatureSpace& features = model->features();
  const ServiceOptions& options = service_.options();
  const bool live = model->parameters() != nullptr;
  Json json{{"path", live ? options.parameters : options.model},
            {"live_parameters", live},
            {"loaded_at", service_.loaded_at()},
            {"loss", name_of(model->loss())},
            {"features", features.size},
            {"hash_bits", features.hash_bits},
            {"named", features.names != nullptr},
            {"index_base", features.index_base},
            {"format", features.format}};
  if (model->classes()) {
    json["classes"] = *model->classes();
  } else if (model->is_binary()) {
    json["labels"] = labels_json(model->model());
  }
  json["learns"] = model->learns();
  if (model->learns()) json["options"] = options_json(*model, options.learning);
  if (const auto progressive = model->progressive()) {
    json["rows_learnt"] = model->learnt();
    json["progressive_validation"] = progressive_json(*progressive);
  }
  if (live) {
    json["rows_learnt_by_all"] = model->parameters()->rows();
    json["writers"] = Json::array();
    for (const ParameterWriter& writer : model->parameters()->writers()) {
      json["writers"].push_back({{"process", writer.process},
                                 {"running", writer.running},
                                 {"silent_seconds", writer.silent_seconds},
                                 {"rows", writer.rows}});
    }
  }
  json["version"] = kVersion;
  return {.body = in_one_line(json) + "\n"};
}

Reply Api::metrics() const {
  std::string text = service_.metrics().text();
  const auto gauge = [&](std::string_view name, std::string_view help, double value,
                         std::string_view labels = "") {
    add_metric_head(text, name, "gauge", help);
    add_metric(text, name, labels, value);
  };
  const auto model = service_.model();
  gauge("info", "Version of the program.", 1, fmt::format("{{version=\"{}\"}}", kVersion));
  gauge("model_loaded_timestamp_seconds", "Time when the model was loaded.", service_.loaded_at());
  gauge("model_features", "Features of the model.", model->features().size);
  gauge("resident_memory_bytes", "Memory of this process.", memory_of_this_process());
  if (const auto progressive = model->progressive()) {
    gauge("progressive_loss", "Mean loss of the last rows, each before it was learnt.",
          progressive->window_loss);
    if (progressive->auc) gauge("progressive_auc", "Their AUC.", *progressive->auc);
    if (progressive->calibration) {
      gauge(
          "progressive_calibration",
          "Mean predicted probability divided by the share of positive labels, over the last rows.",
          *progressive->calibration);
    }
  }
  if (model->parameters()) {
    gauge("parameter_writers", "Processes that train the weights of the parameter file.",
          static_cast<double>(model->parameters()->writers().size()));
    gauge("parameter_rows", "Rows that all processes have learnt.",
          static_cast<double>(model->parameters()->rows()));
  }
  return {.content_type = "text/plain; version=0.0.4", .body = std::move(text)};
}

}  // namespace hogwild
