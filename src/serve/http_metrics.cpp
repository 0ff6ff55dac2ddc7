#include "serve/http_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace hogwild {

void add_metric_head(std::string& text, std::string_view name, std::string_view type,
                     std::string_view help) {
  fmt::format_to(std::back_inserter(text), "# HELP hogwild_{0} {2}\n# TYPE hogwild_{0} {1}\n", name,
                 type, help);
}

void add_metric(std::string& text, std::string_view name, std::string_view labels, double value) {
  fmt::format_to(std::back_inserter(text), "hogwild_{}{} {}\n", name, labels, value);
}

void HttpMetrics::count(Endpoint endpoint, int status, double seconds) noexcept {
  const auto place = static_cast<std::size_t>(endpoint);
  requests_[place][static_cast<std::size_t>(std::clamp(status, 0, kMostStatus - 1))].fetch_add(
      1, kRelaxed);
  if (endpoint != Endpoint::predict && endpoint != Endpoint::learn) return;
  const auto bucket = std::ranges::lower_bound(kBuckets, seconds) - kBuckets.begin();
  durations_[place][static_cast<std::size_t>(bucket)].fetch_add(1, kRelaxed);
  nanoseconds_[place].fetch_add(static_cast<std::uint64_t>(seconds * 1e9), kRelaxed);
}

std::string HttpMetrics::text() const {
  std::string text;
  add_metric_head(text, "requests_total", "counter", "Requests, by path and status.");
  for (std::size_t place = 0; place < kEndpoints.size(); ++place) {
    for (std::size_t status = 0; status < kMostStatus; ++status) {
      const std::uint64_t count = requests_[place][status].load(kRelaxed);
      if (count == 0) continue;
      add_metric(text, "requests_total",
                 fmt::format("{{path=\"{}\",status=\"{}\"}}", kEndpoints[place], status),
                 static_cast<double>(count));
    }
  }
  add_metric_head(text, "request_seconds", "histogram",
                  "Time from the end of a request's header to the end of its response.");
  for (std::size_t place = 0; place < durations_.size(); ++place) {
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < durations_[place].size(); ++k) {
      sum += durations_[place][k].load(kRelaxed);
      const std::string end = k < kBuckets.size() ? fmt::format("{}", kBuckets[k]) : "+Inf";
      add_metric(text, "request_seconds_bucket",
                 fmt::format("{{path=\"{}\",le=\"{}\"}}", kEndpoints[place], end),
                 static_cast<double>(sum));
    }
    const std::string path = fmt::format("{{path=\"{}\"}}", kEndpoints[place]);
    add_metric(text, "request_seconds_sum", path,
               static_cast<double>(nanoseconds_[place].load(kRelaxed)) / 1e9);
    add_metric(text, "request_seconds_count", path, static_cast<double>(sum));
  }
  const auto single = [&](std::string_view name, std::string_view type, std::string_view help,
                          const Count& count) {
    add_metric_head(text, name, type, help);
    add_metric(text, name, "", static_cast<double>(count.load(kRelaxed)));
  };
  single("rows_predicted_total", "counter", "Rows predicted.", predicted);
  single("rows_learnt_total", "counter", "Rows learnt.", learnt);
  single("unknown_features_total", "counter", "Features in requests that the model does not have.",
         unknown);
  single("snapshots_total", "counter", "Models saved.", snapshots);
  single("reloads_total", "counter", "Model reloads.", reloads);
  single("reload_failures_total", "counter", "Model files that could not be loaded.",
         failed_reloads);
  single("connections", "gauge", "Open connections.", connections);
  single("connections_refused_total", "counter", "Connections refused because too many were open.",
         turned_away);
  single("connection_failures_total", "counter",
         "Connections that ended because of an error, such as no memory.", failures);
  return text;
}

}  // namespace hogwild
