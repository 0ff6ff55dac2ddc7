// Results as JSON lines.
#include <charconv>

#include "core/json.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/report/report.hpp"
#include "model/predictions.hpp"
#include "model/weights_in_use.hpp"

namespace hogwild {
namespace {

// The double with the shortest decimal that a float has: 0.1f is written 0.1, not
// 0.10000000149011612.
double shortest(float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  double widened = value;
  std::from_chars(text, end, widened);
  return widened;
}

Json json_of(const RateSearch& search) {
  Json json = Json::object();
  if (search.epsilon) json["epsilon"] = shortest(*search.epsilon);
  if (search.averaged) json["averaged"] = true;
  if (search.epochs > 0) json["epochs"] = search.epochs;
  json["trials"] = Json::array();
  for (const auto& [rate, loss] : search.trials) {  // an infinity is written as null
    json["trials"].push_back({{"learning_rate", shortest(rate)}, {"loss", loss}});
  }
  json["rows"] = search.rows;
  json["held_out"] = search.held_out;
  if (search.base_loss) json["base_loss"] = *search.base_loss;
  if (!search.doubt.empty()) json["doubt"] = search.doubt;
  json["seconds"] = search.seconds;
  json["backed_off"] = search.backed_off;
  json["workers"] = search.workers;
  return json;
}

}  // namespace

std::string json_line(const EpochReport& report) {
  Json json({{"event", "epoch"},
             {"epoch", report.epoch},
             {"seconds", report.seconds},
             {"rows", report.rows},
             {"nonzeros", report.nonzeros},
             {"train_loss", report.train_loss},
             {"valid_loss", report.valid_loss ? Json(*report.valid_loss) : Json()},
             {"learning_rate", shortest(report.learning_rate)},
             {"threads", report.threads}});
  if (report.refit) json["refit"] = true;
  return in_one_line(json);
}

std::string json_line(const TrainResult& result) {
  Json json({{"event", "end"},
             {"reason", name_of(result.reason)},
             {"best_epoch", result.best_epoch},
             {"seconds", result.seconds},
             {"learning_rate", shortest(result.learning_rate)}});
  if (result.refit_epochs > 0) json["refit_epochs"] = result.refit_epochs;
  if (result.rate_search) json["rate_search"] = json_of(*result.rate_search);
  return in_one_line(json);
}

std::string json_line(const lab::Contender& contender) {
  const TrainResult& result = contender.result;
  Json json({{"event", "contender"},
             {"optimizer", name_of(contender.rule)},
             {"learning_rate", shortest(result.learning_rate)}});
  if (result.rate_search && result.rate_search->epsilon) {
    json["epsilon"] = shortest(*result.rate_search->epsilon);
  }
  json["best_loss"] = contender.best_loss;
  json["best_epoch"] = result.best_epoch;
  json["seconds"] = result.seconds;
  json["reason"] = name_of(result.reason);
  json["epochs"] = Json::array();
  for (const EpochReport& epoch : result.epochs) {
    json["epochs"].push_back({{"epoch", epoch.epoch},
                              {"seconds", epoch.seconds},
                              {"train_loss", epoch.train_loss},
                              {"valid_loss", *epoch.valid_loss}});
  }
  return in_one_line(json);
}

std::string json_line(const lab::ScalePoint& point) {
  return in_one_line({{"event", "scale"},
                      {"optimizer", point.rule},
                      {"strategy", name_of(point.sharing)},
                      {"learning_rate", shortest(point.learning_rate)},
                      {"epochs", point.epochs},
                      {"threads", point.threads},
                      {"threads_seen", point.threads_seen},
                      {"rounds", point.seconds},
                      {"seconds", point.median_seconds()},
                      {"least", point.least_seconds()},
                      {"most", point.most_seconds()},
                      {"nonzeros_per_second", point.nonzeros_per_second},
                      {"speedup", point.speedup},
                      {"efficiency", point.efficiency},
                      {"loss", point.loss},
                      {"own_weights", point.own_share}});
}

std::string_view name_of(lab::Method method) noexcept {
  constexpr std::string_view kNames[]{"hogwild", "views", "downpour", "easgd", "allreduce"};
  return kNames[static_cast<std::size_t>(method)];
}

std::string json_line(const lab::Simulation& simulation, const lab::SimulatedEpoch& epoch) {
  return in_one_line({{"event", "simulate"},
                      {"method", name_of(simulation.options.method)},
                      {"workers", simulation.options.workers},
                      {"epoch", epoch.epoch},
                      {"updates", epoch.updates},
                      {"seconds", epoch.seconds},
                      {"loss", epoch.loss},
                      {"delay", epoch.delay},
                      {"bytes", epoch.bytes}});
}

std::string json_line(const lab::Simulation& simulation) {
  return in_one_line({{"event", "end"},
                      {"method", name_of(simulation.options.method)},
                      {"workers", simulation.options.workers},
                      {"reason", name_of(simulation.reason)}});
}

std::string json_line(const lab::Machine& machine) {
  Json transfers = Json::array();
  for (const lab::Machine::LineTransfer& transfer : machine.line_transfers) {
    transfers.push_back(
        {{"cores", {transfer.first, transfer.second}}, {"seconds", transfer.seconds}});
  }
  return in_one_line({{"event", "machine"},
                      {"processor", machine.processor},
                      {"clock_hz", machine.clock_hz},
                      {"cores", machine.cores},
                      {"numa_nodes", machine.numa_nodes},
                      {"line_transfers", transfers}});
}

std::string json_line(const Metrics& metrics) {
  Json json{{"rows", metrics.rows}};
  for (const Metric& metric : kMetrics) {
    if (const auto& value = metrics.*metric.value) json[std::string(metric.name)] = *value;
  }
  if (metrics.classes) json["classes"] = *metrics.classes;
  json["loss"] = metrics.loss;
  return in_one_line(json);
}

std::string json_line(const Profile& profile, const Dataset& data) {
  Json labels = Json::array();
  for (const auto& [label, rows] : profile.labels) {
    const Json shown = data.classes() ? Json((*data.classes())[static_cast<std::size_t>(label)])
                                      : Json(shortest(label));
    labels.push_back({{"label", shown}, {"rows", rows}});
  }
  const Source& source = data.source();
  return in_one_line({{"format", source.format},
                      {"rows", profile.rows},
                      {"features", profile.features},
                      {"used_features", profile.used_features},
                      {"nonzeros", profile.nonzeros},
                      {"density", profile.density()},
                      {"all_ones", profile.all_ones},
                      {"index_base", data.features().index_base},
                      {"labels", labels},
                      {"omega", profile.omega},
                      {"delta", profile.delta},
                      {"rho", profile.rho},
                      {"rho_is_exact", profile.rho_is_exact},
                      {"skipped_lines", source.skipped_lines}});
}

std::string json_line(const Model& model) {
  const Provenance& from = model.provenance();
  Json json({{"features", model.features().size},
             {"nonzero_weights", count_nonzero(model.weights())},
             {"bias", shortest(model.bias())},
             {"named", model.features().names != nullptr},
             {"hash_bits", model.features().hash_bits},
             {"index_base", model.features().index_base},
             {"loss", name_of(model.loss())},
             {"labels", labels_json(model)},
             {"rule", from.rule},
             {"learning_rate", shortest(from.learning_rate)},
             {"schedule", from.schedule},
             {"l1", shortest(from.l1)},
             {"l2", shortest(from.l2)},
             {"threads", from.threads},
             {"seed", from.seed},
             {"training_rows", from.rows},
             {"row_visits", from.visits},
             {"version", from.version}});
  if (model.classes()) {
    json.erase("labels");
    json.erase("bias");
    json["classes"] = *model.classes();
  }
  if (const auto& recipe = model.features().recipe) json["recipe"] = Json::parse(json_of(*recipe));
  return in_one_line(json);
}

}  // namespace hogwild
