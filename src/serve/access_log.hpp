// A line of JSON for each request.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace hogwild {

/// What is told of a request.
struct Access {
  std::string_view remote;
  std::string_view method;
  std::string_view target;
  int status = 0;
  std::size_t rows = 0;
  std::size_t bytes_in = 0;   ///< of the body
  std::size_t bytes_out = 0;  ///< likewise
  double seconds = 0;         ///< from the end of the head to the end of the answer
};

/// Thread safety: every member from any threads at once.
class AccessLog {
 public:
  /// path: of a file to append to; "-": the standard output; empty: none is kept. Throws IoError.
  explicit AccessLog(std::string path);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// A line that can't be written is lost.
  void note(const Access& access);

  /// Opens the path anew, after the file was moved away. Throws IoError, with the old one kept.
  void reopen();

 private:
  std::string path_;
  std::mutex mutex_;
  int descriptor_ = -1;  // guarded by it
};

}  // namespace hogwild
