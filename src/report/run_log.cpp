#include "hogwild/report/chart.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/json.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

// A number that may be missing or null.
template <class Value>
std::optional<Value> number(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  return found->get<Value>();
}

std::string name_of_file(const std::string& path) {
  return std::filesystem::path(path).stem();
}

// f(event, line) for each line that is an event.
template <class Function>
void for_each_event(const std::string& path, const Function& f) {
  std::ifstream file(path);
  if (!file) throw IoError(path, std::strerror(errno), "check the path");
  std::uint64_t number_of_line = 0;
  for (std::string line; std::getline(file, line);) {
    ++number_of_line;
    if (line.empty()) continue;
    try {
      const Json json = Json::parse(line);
      const auto event = json.find("event");
      if (event != json.end()) f(event->get<std::string>(), json);
    } catch (const Json::exception&) {
      throw ParseError(path, number_of_line, 1, "this is not a line of a log",
                       "give files written by hogwild train --log, compare --json or scale --json");
    }
  }
}

EpochReport epoch_of(const Json& json) {
  return {.epoch = json.at("epoch").get<int>(),
          .seconds = json.at("seconds").get<double>(),
          .rows = number<std::uint64_t>(json, "rows").value_or(0),
          .nonzeros = number<std::uint64_t>(json, "nonzeros").value_or(0),
          .train_loss = json.at("train_loss").get<double>(),
          .valid_loss = number<double>(json, "valid_loss"),
          .learning_rate = number<float>(json, "learning_rate").value_or(0),
          .threads = number<int>(json, "threads").value_or(0)};
}

void require(bool holds, const RunLog& run, const char* option, const std::string& what) {
  if (!holds) throw OptionError(option, fmt::format("{} does not tell {}", run.name, what));
}

}  // namespace

std::vector<RunLog> read_run_logs(const std::string& path) {
  RunLog run{name_of_file(path), {}};
  std::vector<RunLog> contenders;
  for_each_event(path, [&](const std::string& event, const Json& json) {
    if (event == "epoch" && !json.value("refit", false)) {
      run.epochs.push_back(epoch_of(json));
    } else if (event == "contender") {
      RunLog& contender = contenders.emplace_back();
      contender.name = json.at("optimizer").get<std::string>();
      for (const Json& epoch : json.at("epochs")) contender.epochs.push_back(epoch_of(epoch));
    }
  });
  if (!run.epochs.empty()) contenders.insert(contenders.begin(), std::move(run));
  std::erase_if(contenders, [](const RunLog& log) { return log.epochs.empty(); });
  if (contenders.empty()) {
    throw DataError(path, "no epoch is logged in it",
                    "give files written by hogwild train --log or hogwild compare --json");
  }
  return contenders;
}

Chart chart_of(const std::vector<RunLog>& runs, ChartX x, ChartY y) {
  Chart chart;
  chart.x_label = x == ChartX::epoch     ? "epoch"
                  : x == ChartX::seconds ? "seconds of training"
                                         : "rows learnt";
  chart.y_label = y == ChartY::loss            ? "loss"
                  : y == ChartY::learning_rate ? "learning rate"
                                               : "rows per second";
  chart.title = chart.y_label + " by " + chart.x_label;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const RunLog& run = runs[k];
    const int colour = static_cast<int>(k);
    Curve main{run.name, {}, {}, colour}, valid{run.name + ", validation", {}, {}, colour, true};
    if (y == ChartY::loss) main.name += ", training";
    std::uint64_t rows = 0;
    double before = 0;
    for (const EpochReport& epoch : run.epochs) {
      rows += epoch.rows;
      require(x != ChartX::rows || epoch.rows > 0, run, "x", "how many rows it has learnt");
      require(y != ChartY::speed || epoch.rows > 0, run, "y", "how many rows it has learnt");
      require(y != ChartY::learning_rate || epoch.learning_rate > 0, run, "y",
              "its learning rates");
      const double at = x == ChartX::seconds ? epoch.seconds
                        : x == ChartX::rows  ? static_cast<double>(rows)
                                             : epoch.epoch;
      main.x.push_back(at);
      if (y == ChartY::loss) {
        main.y.push_back(epoch.train_loss);
        if (epoch.valid_loss) {
          valid.x.push_back(at);
          valid.y.push_back(*epoch.valid_loss);
        }
      } else if (y == ChartY::learning_rate) {
        main.y.push_back(static_cast<double>(epoch.learning_rate));
      } else {
        main.y.push_back(static_cast<double>(epoch.rows) / (epoch.seconds - before));
      }
      before = epoch.seconds;
    }
    chart.curves.push_back(std::move(main));
    if (!valid.x.empty()) chart.curves.push_back(std::move(valid));
  }
  return chart;
}

Chart scaling_chart_of(const std::vector<std::string>& paths) {
  std::vector<lab::ScalePoint> points;
  for (const std::string& path : paths) {
    const std::size_t before = points.size();
    const std::string file = paths.size() > 1 ? name_of_file(path) + ": " : "";
    for_each_event(path, [&](const std::string& event, const Json& json) {
      if (event != "scale") return;
      points.push_back(
          {.rule = file + json.value("optimizer", ""),
           .sharing =
               lab::sharing_named(json.value("strategy", "")).value_or(lab::Sharing::hogwild),
           .threads = json.at("threads").get<int>(),
           .seconds = {json.at("seconds").get<double>()},
           .nonzeros_per_second = json.at("nonzeros_per_second").get<double>()});
      const double seconds = points.back().seconds[0];
      for (const char* const end : {"least", "most"}) {
        if (json.contains(end)) points.back().seconds.push_back(json.value(end, seconds));
      }
    });
    if (points.size() == before) {
      throw DataError(path, "it has no measurements", "give files written by hogwild scale --json");
    }
  }
  return scaling_chart_of(points);
}

Chart scaling_chart_of(const std::vector<lab::ScalePoint>& points) {
  Chart chart{
      .title = "Speed by threads",
      .x_label = "threads",
      .y_label = "million non-zeros per second",
      .from_zero = true,
      .curves = {},
      .text =
          "Bars reach from the slowest round to the fastest. The grey line is as many times the "
          "speed of the first curve's first point as there are more threads."};
  const auto name_of_series = [&](const lab::ScalePoint& point) {
    return fmt::format("{} {}", point.rule, name_of(point.sharing));
  };
  double most_threads = 0;
  for (const lab::ScalePoint& point : points) {
    const std::string name = name_of_series(point);
    if (chart.curves.empty() || chart.curves.back().name != name) {
      chart.curves.push_back({name, {}, {}, static_cast<int>(chart.curves.size())});
    }
    Curve& curve = chart.curves.back();
    const double speed = point.nonzeros_per_second / 1e6;
    const double nonzeros = speed * point.median_seconds();
    curve.x.push_back(point.threads);
    curve.y.push_back(speed);
    curve.least.push_back(nonzeros / point.most_seconds());
    curve.most.push_back(nonzeros / point.least_seconds());
    most_threads = std::max<double>(most_threads, point.threads);
  }
  if (!chart.curves.empty()) {
    const double by_thread = chart.curves[0].y[0] / chart.curves[0].x[0];
    Curve ideal{
        "each thread as fast as the first", {0, most_threads}, {0, by_thread * most_threads}};
    ideal.is_dashed = ideal.is_guide = true;
    chart.curves.push_back(std::move(ideal));
  }
  return chart;
}

}  // namespace hogwild
