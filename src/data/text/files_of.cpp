#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {
namespace {

// What programs that write part files leave beside them: _SUCCESS, .part-0.crc.
bool is_part(const std::filesystem::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return !name.starts_with('.') && !name.starts_with('_') && !entry.is_directory();
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (is_part(entry)) files.push_back(entry.path().string());
  }
  if (error) throw IoError(directory, error.message(), "check the permissions");
  if (files.empty()) throw IoError(directory, "the directory has no files", "name files of rows");
  std::ranges::sort(files);
  return files;
}

// Nothing if no file matches.
std::vector<std::string> files_like(const std::string& pattern) {
  glob_t found{};
  const int failed = glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> files;
  if (failed == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return files;
}

}  // namespace

std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (path != "-" && std::filesystem::is_directory(status)) {
      std::ranges::move(files_in(path), std::back_inserter(files));
    } else if (path != "-" && !std::filesystem::exists(status) &&
               path.find_first_of("*?[") != path.npos) {
      const std::vector<std::string> alike = files_like(path);
      if (alike.empty()) throw IoError(path, "no file has a name like that", "check the pattern");
      for (const std::string& its : alike) {
        if (std::filesystem::is_directory(its)) {
          std::ranges::move(files_in(its), std::back_inserter(files));
        } else {
          files.push_back(its);
        }
      }
    } else {
      files.push_back(path);
    }
  }
  return files;
}

}  // namespace hogwild
