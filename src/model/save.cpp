// A model to a file, whole or not at all.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "model/layout.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
void append(std::string& out, const Value& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Json header_of(const Model& model, std::uint64_t stored, bool dense) {
  const Provenance& from = model.provenance();
  Json header{{"features", model.features().size},
              {"hash_bits", model.features().hash_bits},
              {"index_base", model.features().index_base},
              {"named", model.features().names != nullptr},
              {"format", model.features().format},
              {"loss", name_of(model.loss())},
              {"labels", {model.labels().negative, model.labels().positive}},
              {"stored", stored},
              {"dense", dense},
              {"provenance",
               {{"version", from.version},
                {"rule", from.rule},
                {"learning_rate", from.learning_rate},
                {"schedule", from.schedule},
                {"l1", from.l1},
                {"l2", from.l2},
                {"threads", from.threads},
                {"seed", from.seed},
                {"rows", from.rows},
                {"visits", from.visits}}}};
  if (model.classes()) header["classes"] = *model.classes();
  return header;
}

std::string serialised(const Model& model) {
  const auto weights = model.weights();
  const auto biases = model.biases();
  std::uint64_t nonzero = biases.size();
  for (const float w : weights) nonzero += w != 0;
  const std::uint64_t all = weights.size() + biases.size();
  const bool dense = all <= 2 * nonzero;
  const std::string header = header_of(model, dense ? all : nonzero, dense).dump();

  std::string out(kModelMagic);
  append(out, model.classes() ? kClassesVersion : kModelVersion);
  append(out, static_cast<std::uint32_t>(header.size()));
  out += header;
  if (dense) {
    out.append(reinterpret_cast<const char*>(weights.data()), weights.size_bytes());
  } else {
    for (Index j = 0; j < weights.size(); ++j) {
      if (weights[j] != 0) append(out, j);
    }
    for (std::size_t k = 0; k < biases.size(); ++k) {
      append(out, static_cast<Index>(weights.size() + k));
    }
    for (const float w : weights) {
      if (w != 0) append(out, w);
    }
  }
  for (const float bias : biases) append(out, bias);
  if (const auto& names = model.features().names) {
    for (Index j = 0; j < names->size(); ++j) {
      append(out, static_cast<std::uint32_t>((*names)[j].size()));
      out += (*names)[j];
    }
  }
  append(out, XXH3_64bits(out.data(), out.size()));
  return out;
}

[[noreturn]] void fail_to_write(const std::string& path, int error) {
  throw IoError(path, fmt::format("can't write the model: {}", std::strerror(error)),
                error == ENOSPC || error == EFBIG || error == EDQUOT
                    ? "make room, then save again; a model that was there is as it was"
                    : "check the path and its permissions");
}

// A new file that is gone again unless it is renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& beside) {
    std::random_device random;
    do {
      path_ = fmt::format("{}.{:08x}", beside, random());
      descriptor_ = open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) fail_to_write(beside, errno);
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool write(std::string_view text) noexcept {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(descriptor_) == 0;
  }
  bool rename_to(const std::string& path) noexcept {
    if (close(std::exchange(descriptor_, -1)) != 0) return false;
    if (rename(path_.c_str(), path.c_str()) != 0) return false;
    path_.clear();
    return true;
  }

 private:
  std::string path_;
  int descriptor_;
};

// Makes the rename itself last. Not every file system can; the file is whole either way.
void sync_folder_of(const std::string& path) noexcept {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

void save(const Model& model, const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw IoError(path, "this is not a regular file", "name a file for the model");
  }
  const auto finite = [](float w) { return std::isfinite(w); };
  if (!std::ranges::all_of(model.biases(), finite) ||
      !std::ranges::all_of(model.weights(), finite)) {
    throw ModelError(path, "a weight of the model is not finite", "learn with a smaller rate");
  }
  TemporaryFile file(path);
  if (!file.write(serialised(model)) || !file.rename_to(path)) fail_to_write(path, errno);
  sync_folder_of(path);
}

}  // namespace hogwild
