#include "hogwild/model/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are written as memory is");

using Json = nlohmann::ordered_json;

constexpr std::string_view kMagic = "hogwild\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderAt = 16;
constexpr std::size_t kChecksumBytes = 8;

// ---------------------------------------------------------------------------------------- writing

template <class Value>
void append(std::string& out, const Value& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Json header_of(const Model& model, std::uint64_t stored, bool dense) {
  const Provenance& from = model.provenance();
  return {{"features", model.features().size},
          {"hash_bits", model.features().hash_bits},
          {"index_base", model.features().index_base},
          {"named", model.features().names != nullptr},
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
}

std::string serialised(const Model& model) {
  const auto weights = model.weights();
  std::uint64_t nonzero = 1;  // the bias
  for (const float w : weights) nonzero += w != 0;
  const std::uint64_t all = std::uint64_t{model.features().size} + 1;
  const bool dense = all <= 2 * nonzero;
  const std::string header = header_of(model, dense ? all : nonzero, dense).dump();

  std::string out(kMagic);
  append(out, kVersion);
  append(out, static_cast<std::uint32_t>(header.size()));
  out += header;
  if (dense) {
    out.append(reinterpret_cast<const char*>(weights.data()), weights.size_bytes());
  } else {
    for (Index j = 0; j < weights.size(); ++j) {
      if (weights[j] != 0) append(out, j);
    }
    append(out, model.features().size);
    for (const float w : weights) {
      if (w != 0) append(out, w);
    }
  }
  append(out, model.bias());
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
  explicit TemporaryFile(const std::string& beside) : path_(beside + ".XXXXXX") {
    descriptor_ = mkstemp(path_.data());
    if (descriptor_ < 0) fail_to_write(beside, errno);
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(descriptor_, 0666 & ~mask);  // as an ordinary new file; mkstemp gives 0600
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

// ---------------------------------------------------------------------------------------- reading

std::string contents(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw IoError(path, std::strerror(errno), "check the path of the model");
  const std::streamoff size = file.tellg();
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw IoError(path, std::strerror(EISDIR), "name a model file");
  }
  std::string text(static_cast<std::size_t>(std::max<std::streamoff>(size, 0)), '\0');
  file.seekg(0);
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    throw IoError(path, "can't read the file to its end", "check the file");
  }
  return text;
}

// Takes values off the front of a text, never past its end.
class Section {
 public:
  Section(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  std::string_view bytes(std::uint64_t count) {
    if (count > text_.size()) fail("its parts are longer than the file");
    const std::string_view taken = text_.substr(0, count);
    text_.remove_prefix(count);
    return taken;
  }
  template <class Value>
  Value value() {
    Value taken;
    std::memcpy(&taken, bytes(sizeof taken).data(), sizeof taken);
    return taken;
  }
  void finish() {
    if (!text_.empty()) fail("it has more bytes than its header tells of");
  }
  [[noreturn]] void fail(const std::string& reason) const {
    throw ModelError(path_, "the model file is damaged: " + reason,
                     "train it again, or use a copy");
  }

 private:
  std::string_view text_;
  const std::string& path_;
};

// The weights as they are in the file, by position.
struct StoredWeights {
  std::string_view coordinates;  // empty: all of them
  std::string_view weights;
  std::uint64_t count = 0;

  Index coordinate(std::uint64_t k) const {
    return coordinates.empty() ? static_cast<Index>(k) : at<Index>(coordinates, k);
  }
  float weight(std::uint64_t k) const { return at<float>(weights, k); }

 private:
  template <class Value>
  static Value at(std::string_view text, std::uint64_t k) {
    Value value;
    std::memcpy(&value, text.data() + k * sizeof value, sizeof value);
    return value;
  }
};

StoredWeights take_weights(Section& body, const Json& header, Index features) {
  StoredWeights stored;
  stored.count = header.at("stored").get<std::uint64_t>();
  const bool dense = header.at("dense").get<bool>();
  if (stored.count == 0 || stored.count > std::uint64_t{features} + 1 ||
      (dense && stored.count != std::uint64_t{features} + 1)) {
    body.fail("the number of weights does not fit the features");
  }
  if (!dense) {
    stored.coordinates = body.bytes(stored.count * sizeof(Index));
    for (std::uint64_t k = 1; k < stored.count; ++k) {
      if (stored.coordinate(k - 1) >= stored.coordinate(k)) body.fail("weights are out of order");
    }
    if (stored.coordinate(stored.count - 1) != features) body.fail("the bias is missing");
  }
  stored.weights = body.bytes(stored.count * sizeof(float));
  for (std::uint64_t k = 0; k < stored.count; ++k) {
    if (!std::isfinite(stored.weight(k))) body.fail("a weight is not finite");
  }
  return stored;
}

std::shared_ptr<const FeatureNames> take_names(Section& body, Index features) {
  auto names = std::make_shared<FeatureNames>();
  for (Index j = 0; j < features; ++j) {
    if (names->insert(body.bytes(body.value<std::uint32_t>())) != j) body.fail("a name is doubled");
  }
  return names;
}

Provenance provenance_of(const Json& json) {
  Provenance from;
  json.at("version").get_to(from.version);
  json.at("rule").get_to(from.rule);
  json.at("learning_rate").get_to(from.learning_rate);
  json.at("schedule").get_to(from.schedule);
  json.at("l1").get_to(from.l1);
  json.at("l2").get_to(from.l2);
  json.at("threads").get_to(from.threads);
  json.at("seed").get_to(from.seed);
  json.at("rows").get_to(from.rows);
  json.at("visits").get_to(from.visits);
  return from;
}

Model model_of(const Json& header, Section& body) {
  FeatureSpace space;
  space.size = header.at("features").get<Index>();
  space.hash_bits = header.at("hash_bits").get<int>();
  space.index_base = header.at("index_base").get<int>();
  const bool hashed_wrongly = space.hash_bits < 0 || space.hash_bits > 31 ||
                              (space.hash_bits != 0 && space.size != Index{1} << space.hash_bits);
  if (hashed_wrongly || space.index_base < 0 || space.index_base > 1) {
    body.fail("its feature space is impossible");
  }
  const auto loss = alternative_named<AnyLoss>(header.at("loss").get<std::string>());
  if (!loss) body.fail("its loss is unknown");
  const LabelPair labels{header.at("labels").at(0).get<float>(),
                         header.at("labels").at(1).get<float>()};

  const StoredWeights stored = take_weights(body, header, space.size);
  if (header.at("named").get<bool>()) space.names = take_names(body, space.size);
  body.finish();

  const auto weights = shared_zeroed_array<float>(space.size);
  for (std::uint64_t k = 0; k + 1 < stored.count; ++k) {
    weights[static_cast<std::ptrdiff_t>(stored.coordinate(k))] = stored.weight(k);
  }
  const float bias = stored.weight(stored.count - 1);
  return Model(std::move(space), weights, bias, *loss, labels,
               provenance_of(header.at("provenance")));
}

}  // namespace

void save(const Model& model, const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw IoError(path, "this is not a regular file", "name a file for the model");
  }
  TemporaryFile file(path);
  if (!file.write(serialised(model)) || !file.rename_to(path)) fail_to_write(path, errno);
  sync_folder_of(path);
}

Model load(const std::string& path) {
  const std::string text = contents(path);
  if (!text.starts_with(kMagic)) {
    throw ModelError(path, "this is not a model file", "name a file written by `hogwild train -o`");
  }
  Section whole(text, path);
  whole.bytes(kMagic.size());
  if (const auto version = whole.value<std::uint32_t>(); version != kVersion) {
    throw ModelError(
        path, fmt::format("the model file has format {}, this program reads {}", version, kVersion),
        "update hogwild");
  }
  if (text.size() < kHeaderAt + kChecksumBytes) whole.fail("it is cut short");
  const std::string_view checked(text.data(), text.size() - kChecksumBytes);
  std::uint64_t checksum = 0;
  std::memcpy(&checksum, text.data() + checked.size(), sizeof checksum);
  if (checksum != XXH3_64bits(checked.data(), checked.size())) {
    whole.fail("its checksum does not fit; it was cut short or changed");
  }
  Section body(checked.substr(kHeaderAt - sizeof(std::uint32_t)), path);
  try {
    const Json header = Json::parse(body.bytes(body.value<std::uint32_t>()));
    return model_of(header, body);
  } catch (const Json::exception& error) {
    body.fail(fmt::format("its header can't be read ({})", error.what()));
  }
}

bool is_model_file(const std::string& path) noexcept {
  char head[kMagic.size()] = {};
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  const ssize_t got = pread(descriptor, head, sizeof head, 0);
  close(descriptor);
  return got == static_cast<ssize_t>(sizeof head) && std::string_view(head, sizeof head) == kMagic;
}

}  // namespace hogwild
