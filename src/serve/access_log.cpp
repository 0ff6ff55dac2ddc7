#include "serve/access_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "core/json.hpp"
#include "core/text.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {

AccessLog::AccessLog(std::string path) : path_(std::move(path)) {
  reopen();
}

AccessLog::~AccessLog() {
  if (path_ != "-" && descriptor_ >= 0) close(descriptor_);
}

void AccessLog::reopen() {
  if (path_.empty()) return;
  const std::scoped_lock lock(mutex_);
  if (path_ == "-") {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  const int fresh = open(path_.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  if (fresh < 0) {
    throw IoError(path_, std::string("can't open the access log: ") + std::strerror(errno),
                  "check the path given to --access-log");
  }
  if (const int old = std::exchange(descriptor_, fresh); old >= 0) close(old);
}

void AccessLog::note(const Access& access) {
  if (path_.empty()) return;
  using namespace std::chrono;
  const auto now = time_point_cast<milliseconds>(system_clock::now());
  const std::string line = fmt::format(
      "{{\"time\":\"{}.{:03}Z\",\"remote\":{},\"method\":{},\"target\":{},\"status\":{},"
      "\"rows\":{},\"bytes_in\":{},\"bytes_out\":{},\"seconds\":{:.6f}}}\n",
      in_utc(system_clock::to_time_t(now), "%FT%T"), now.time_since_epoch().count() % 1000,
      in_one_line(access.remote), in_one_line(access.method), in_one_line(access.target),
      access.status, access.rows, access.bytes_in, access.bytes_out, access.seconds);
  const std::scoped_lock lock(mutex_);
  [[maybe_unused]] const auto written = write(descriptor_, line.data(), line.size());
}

}  // namespace hogwild
