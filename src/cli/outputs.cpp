#include "cli/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "hogwild/core/error.hpp"

namespace hogwild::cli {
namespace {

void require_writable(const OutputFile& output) {
  const auto& [option, path, what] = output;
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw IoError(path,
                  S_ISDIR(status.st_mode) ? "this is a directory" : "this is not a regular file",
                  fmt::format("name a file for the {}", what));
  }
  const std::string probe = fmt::format("{}.{:08x}", path, getpid());  // named as NewFile does it
  const int descriptor = open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw IoError(path, fmt::format("can't write there: {}", std::strerror(errno)),
                  "give a file in a folder that you may write to");
  }
  close(descriptor);
  unlink(probe.c_str());
}

bool is_same_file(const std::string& a, const std::string& b) {
  // Two spellings of a file that is not there yet, too.
  std::error_code unknown;
  const auto place = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, unknown), unknown);
  };
  if (place(a) == place(b) && !unknown) return true;
  return a == b || (std::filesystem::is_regular_file(a, unknown) &&
                    std::filesystem::equivalent(a, b, unknown));
}

}  // namespace

void require_writable(const std::vector<OutputFile>& outputs,
                      const std::vector<std::string>& inputs) {
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const OutputFile& output = outputs[k];
    if (output.path.empty()) continue;
    for (const std::string& input : inputs) {
      if (is_same_file(output.path, input)) {
        throw OptionError(output.option,
                          fmt::format("{} is an input file; give another file", input));
      }
    }
    for (std::size_t other = 0; other < k; ++other) {
      if (outputs[other].path.empty() || !is_same_file(output.path, outputs[other].path)) continue;
      throw OptionError(output.option, fmt::format("{} is also the file of --{}; give another file",
                                                   output.path, outputs[other].option));
    }
    if (!output.what.empty()) require_writable(output);
  }
}

}  // namespace hogwild::cli
