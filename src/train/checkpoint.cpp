// Checkpoints in files: a model's file, and behind it a header in JSON, the best model, and what
// the descent has learnt.
#include "hogwild/train/checkpoint.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>
#include <limits>
#include <string_view>

#include "core/json.hpp"
#include "core/new_file.hpp"
#include "hogwild/core/error.hpp"
#include "model/layout.hpp"
#include "train/run_state.hpp"

namespace hogwild {
namespace {

Json json_of(const EpochReport& report) {
  Json json{report.epoch,      report.seconds,       report.rows,   report.nonzeros,
            report.train_loss, report.learning_rate, report.threads};
  if (report.valid_loss) json.push_back(*report.valid_loss);
  return json;
}

EpochReport report_of(const Json& json) {
  EpochReport report{.epoch = number_of<int>(json.at(0)),
                     .seconds = json.at(1).get<double>(),
                     .rows = number_of<std::uint64_t>(json.at(2)),
                     .nonzeros = number_of<std::uint64_t>(json.at(3)),
                     .train_loss = json.at(4).get<double>(),
                     .valid_loss = {},
                     .learning_rate = number_of<float>(json.at(5)),
                     .threads = number_of<int>(json.at(6))};
  if (json.size() > 7) report.valid_loss = json.at(7).get<double>();
  return report;
}

// JSON has no infinity, and writes null.
double bound_in(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::infinity() : json.get<double>();
}

std::string serialised(const RunState& state) {
  const std::string best = state.best ? hogwild::serialised(*state.best) : std::string();
  Json header{{"made_with", Json::array()},
              {"learning_rate", state.learning_rate},
              {"epochs", Json::array()},
              {"worst", state.worst},
              {"worst_valid", state.worst_valid},
              {"visits", state.visits},
              {"seen", state.seen},
              {"best", best.size()}};
  if (state.epsilon) header["epsilon"] = *state.epsilon;
  if (state.counts_by_time) header["counts_by_time"] = true;
  if (state.refit_epochs > 0) header["refit_epochs"] = state.refit_epochs;
  if (state.numbering) header["numbering"] = static_cast<int>(*state.numbering);
  if (!state.hot.empty()) header["hot"] = state.hot;
  if (state.threads > 0) header["threads"] = state.threads;
  if (!state.scaling.empty()) header["scaling"] = state.scaling;
  for (const auto& [name, value] : state.made_with) header["made_with"].push_back({name, value});
  for (const EpochReport& report : state.epochs) header["epochs"].push_back(json_of(report));
  const std::string text = in_one_line(header);
  std::string out;
  append(out, std::uint64_t{text.size()});
  out += text;
  out += best;
  out += state.descent;
  append(out, XXH3_64bits(out.data(), out.size()));
  return out;
}

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw ModelError(path, "the checkpoint is damaged: " + reason,
                   "start at its weights with --weights-only, or use a backup");
}

RunState parsed_state(std::string_view bytes, const std::string& path) {
  const auto take = [&](std::uint64_t count) {
    if (count > bytes.size()) fail(path, "a part is longer than the file");
    const std::string_view taken = bytes.substr(0, count);
    bytes.remove_prefix(count);
    return taken;
  };
  const auto number_in = [](std::string_view eight) {
    std::uint64_t number = 0;
    std::memcpy(&number, eight.data(), sizeof number);
    return number;
  };
  if (bytes.size() < 2 * sizeof(std::uint64_t)) fail(path, "it is cut short");
  const std::string_view checked = bytes.substr(0, bytes.size() - sizeof(std::uint64_t));
  if (number_in(bytes.substr(checked.size())) != XXH3_64bits(checked.data(), checked.size())) {
    fail(path, "its checksum is wrong");
  }
  bytes = checked;
  RunState state;
  try {
    const Json header = Json::parse(take(number_in(take(sizeof(std::uint64_t)))));
    for (const Json& made : header.at("made_with")) {
      state.made_with.emplace_back(made.at(0).get<std::string>(), made.at(1).get<std::string>());
    }
    state.learning_rate = number_of<float>(header.at("learning_rate"));
    if (header.contains("epsilon")) state.epsilon = number_of<float>(header.at("epsilon"));
    state.counts_by_time = header.contains("counts_by_time");
    if (header.contains("refit_epochs")) {
      state.refit_epochs = number_of<int>(header.at("refit_epochs"));
    }
    if (header.contains("numbering")) {
      const int numbering = number_of<int>(header.at("numbering"));
      if (numbering < 0 || numbering > static_cast<int>(Numbering::ranked)) {
        fail(path, "its numbering of features is unknown");
      }
      state.numbering = static_cast<Numbering>(numbering);
    }
    if (header.contains("hot")) header.at("hot").get_to(state.hot);
    if (header.contains("threads")) state.threads = number_of<int>(header.at("threads"));
    if (header.contains("scaling")) header.at("scaling").get_to(state.scaling);
    for (const Json& report : header.at("epochs")) state.epochs.push_back(report_of(report));
    state.worst = bound_in(header.at("worst"));
    state.worst_valid = bound_in(header.at("worst_valid"));
    state.visits = number_of<std::uint64_t>(header.at("visits"));
    header.at("seen").get_to(state.seen);
    const auto best = number_of<std::uint64_t>(header.at("best"));
    if (best > 0) state.best = parsed_model(take(best), path);
  } catch (const Json::exception& error) {
    fail(path, fmt::format("its header can't be read ({})", error.what()));
  }
  state.descent = bytes;
  return state;
}

}  // namespace

void save(const Checkpoint& checkpoint, const std::string& path) {
  require_finite(checkpoint.model, path);
  NewFile file(path, "checkpoint");
  file.write(serialised(checkpoint.model));
  if (checkpoint.state) {
    std::string state = serialised(*checkpoint.state);
    append(state, std::uint64_t{state.size()});
    file.write(state);
    file.write(kStateMagic);
  }
  file.commit();
}

Checkpoint load_checkpoint(const std::string& path) {
  const std::string bytes = contents_of_model(path);
  const auto [model, state] = parts_of(bytes);
  Checkpoint checkpoint{parsed_model(model, path)};
  if (!state.empty()) {
    checkpoint.state = std::make_shared<const RunState>(parsed_state(state, path));
  }
  return checkpoint;
}

}  // namespace hogwild
