// A file to a model, believing nothing that the file says.
#include <fmt/format.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/new_file.hpp"
#include "data/formats/registry.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "model/layout.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

std::string contents_of_model(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw IoError(path, std::strerror(errno), "check the path of the model");
  }
  if (S_ISDIR(status.st_mode)) throw IoError(path, std::strerror(EISDIR), "name a model file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(path, std::strerror(errno), "check the permissions of the model");
  std::string text;
  if (S_ISREG(status.st_mode)) text.reserve(static_cast<std::size_t>(status.st_size));
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  while (file) {  // a pipe is a model too
    const std::size_t before = text.size();
    text.resize(before + kPiece);
    file.read(text.data() + before, kPiece);
    text.resize(before + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) throw IoError(path, "can't read the whole file", "check the file");
  return text;
}

namespace {

// Takes values off the front of a text, never past its end.
class Section {
 public:
  Section(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  std::string_view bytes(std::uint64_t count) {
    if (count > text_.size()) fail("a part is longer than the file");
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
    if (!text_.empty()) fail("it has more bytes than its header says");
  }
  [[noreturn]] void fail(const std::string& reason) const {
    throw ModelError(path_, "the model file is damaged: " + reason, "train again, or use a backup");
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

// all: of the weights and the biases; the biases are the last of them, and are always stored.
StoredWeights take_weights(Section& body, const Json& header, std::uint64_t all,
                           std::uint64_t biases) {
  StoredWeights stored;
  stored.count = number_of<std::uint64_t>(header.at("stored"));
  const bool dense = header.at("dense").get<bool>();
  if (stored.count < biases || stored.count > all || (dense && stored.count != all)) {
    body.fail("the number of weights does not match the features");
  }
  if (!dense) {
    stored.coordinates = body.bytes(stored.count * sizeof(Index));
    for (std::uint64_t k = 1; k < stored.count; ++k) {
      if (stored.coordinate(k - 1) >= stored.coordinate(k)) body.fail("weights are out of order");
    }
    if (stored.coordinate(stored.count - biases) != all - biases ||
        stored.coordinate(stored.count - 1) != all - 1) {
      body.fail("the bias is missing");
    }
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
  from.learning_rate = number_of<float>(json.at("learning_rate"));
  json.at("schedule").get_to(from.schedule);
  from.l1 = number_of<float>(json.at("l1"));
  from.l2 = number_of<float>(json.at("l2"));
  from.threads = number_of<int>(json.at("threads"));
  from.seed = number_of<std::uint64_t>(json.at("seed"));
  from.rows = number_of<std::uint64_t>(json.at("rows"));
  from.visits = number_of<std::uint64_t>(json.at("visits"));
  return from;
}

// The weights of features, side by side, and the biases.
struct Weights {
  std::shared_ptr<float[]> of_features;
  std::vector<float> biases;
};

Weights take_all_weights(Section& body, const Json& header, const FeatureSpace& space,
                         std::uint64_t outputs) {
  const std::uint64_t all = (std::uint64_t{space.size} + 1) * outputs;
  if (all > std::uint64_t{1} << 32) body.fail("its number of weights is impossible");
  const StoredWeights stored = take_weights(body, header, all, outputs);
  Weights taken{shared_zeroed_array<float>(all - outputs), {}};
  for (std::uint64_t k = 0; k + outputs < stored.count; ++k) {
    taken.of_features[static_cast<std::ptrdiff_t>(stored.coordinate(k))] = stored.weight(k);
  }
  for (std::uint64_t k = stored.count - outputs; k < stored.count; ++k) {
    taken.biases.push_back(stored.weight(k));
  }
  return taken;
}

// The same of features that have hashes, which become the space's.
Weights take_weights_by_hash(Section& body, const Json& header, FeatureSpace& space,
                             std::uint64_t outputs, std::uint32_t version) {
  Array<Index> hashes;
  std::vector<float> weights;
  Weights taken;
  if (version == kHashesVersion) {
    const auto count = number_of<std::uint64_t>(header.at("stored"));
    if (count > space.size) body.fail("the number of weights does not match the features");
    const StoredWeights stored{body.bytes(count * sizeof(Index)),
                               body.bytes((count + 1) * outputs * sizeof(float)), count};
    for (std::uint64_t k = 0; k < count; ++k) {
      hashes.push_back(stored.coordinate(k));
      if (hashes.back() >= space.size || (k > 0 && hashes[k - 1] >= hashes[k])) {
        body.fail("weights are out of order");
      }
    }
    for (std::uint64_t k = 0; k < (count + 1) * outputs; ++k) {
      if (!std::isfinite(stored.weight(k))) body.fail("a weight is not finite");
      (k < count * outputs ? weights : taken.biases).push_back(stored.weight(k));
    }
  } else {
    const std::uint64_t all = (std::uint64_t{space.size} + 1) * outputs;
    if (all > std::uint64_t{1} << 32) body.fail("its number of weights is impossible");
    const StoredWeights stored = take_weights(body, header, all, outputs);
    for (std::uint64_t k = 0; k + outputs < stored.count; ++k) {
      if (stored.weight(k) == 0) continue;
      const std::uint64_t at = stored.coordinate(k);
      const auto hash = static_cast<Index>(at / outputs);
      if (hashes.empty() || hashes.back() != hash) {
        hashes.push_back(hash);
        weights.resize(weights.size() + outputs);
      }
      weights[weights.size() - outputs + at % outputs] = stored.weight(k);
    }
    for (std::uint64_t k = stored.count - outputs; k < stored.count; ++k) {
      taken.biases.push_back(stored.weight(k));
    }
  }
  taken.of_features = shared_zeroed_array<float>(weights.size());
  std::ranges::copy(weights, taken.of_features.get());
  space.hashes = std::make_shared<const FeatureNumbers>(std::move(hashes));
  space.size = space.hashes->size();
  return taken;
}

// The recipe that the header has, without the weights of words, which are behind the names.
std::shared_ptr<Recipe> take_recipe(const Json& header, const Section& body) {
  if (!header.contains("recipe")) return nullptr;
  try {
    return std::make_shared<Recipe>(recipe_of(header.at("recipe").dump()));
  } catch (const DataError& error) {
    body.fail(error.reason);
  }
}

std::shared_ptr<const TermWeights> take_terms(Section& body, Index features) {
  auto terms = std::make_shared<TermWeights>();
  for (Index j = 0; j < features; ++j) {
    terms->idf.push_back(body.value<float>());
    if (!std::isfinite(terms->idf.back())) body.fail("a weight of a word is not finite");
  }
  return terms;
}

Model model_of(const Json& header, Section& body, std::uint32_t version) {
  if (version == kRecipeVersion) version = number_of<std::uint32_t>(header.at("layout"));
  const std::shared_ptr<Recipe> recipe = take_recipe(header, body);
  FeatureSpace space;
  space.size = number_of<Index>(header.at("features"));
  space.hash_bits = number_of<int>(header.at("hash_bits"));
  space.index_base = number_of<int>(header.at("index_base"));
  space.format = header.at("format").get<std::string>();
  const bool hashed_wrongly =
      space.hash_bits < 0 || space.hash_bits > 32 ||
      (space.hash_bits != 0 && space.size != count_of_hashes(space.hash_bits));
  if (hashed_wrongly || space.index_base < 0 || space.index_base > 1) {
    body.fail("its feature space is impossible");
  }
  const bool named = header.at("named").get<bool>();
  const TextFormat* const format = text_format_named(space.format);
  if ((format == nullptr && !space.format.empty()) || (named && space.hash_bits != 0) ||
      (format != nullptr && space.hash_bits == 0 && named != format->by_name)) {
    body.fail("its features are not called as its format calls them");
  }
  if (format != nullptr && !fits(*format, recipe.get())) {
    body.fail("its recipe is not of rows of its format");
  }
  const auto loss = alternative_named<AnyLoss>(header.at("loss").get<std::string>());
  if (!loss) body.fail("its loss is unknown");
  const LabelPair labels{number_of<float>(header.at("labels").at(0)),
                         number_of<float>(header.at("labels").at(1))};

  const auto names_at = [&](const char* key) -> ClassNames {
    if (!header.contains(key)) return nullptr;
    auto names = std::make_shared<std::vector<std::string>>();
    for (const Json& name : header.at(key)) names->push_back(bytes_of_json(name));
    return names;
  };
  const ClassNames classes = names_at("classes"), label_names = names_at("label_names");
  if (classes && (classes->size() < 2 || classes->size() > kMostClasses)) {
    body.fail("its classes are too few");
  }
  const auto is_number = [](float label) { return label == 0 || label == 1; };
  if (label_names && (classes || label_names->size() != 2 || !is_number(labels.negative) ||
                      !is_number(labels.positive) || labels.negative == labels.positive)) {
    body.fail("its labels are impossible");
  }
  const std::uint64_t outputs = classes ? classes->size() : 1;
  const bool by_hash = space.hash_bits > kMostPlainHashBits;
  if (version == kHashesVersion && !(by_hash && classes)) {
    body.fail("its features are not called as its format calls them");
  }
  Weights weights = by_hash ? take_weights_by_hash(body, header, space, outputs, version)
                            : take_all_weights(body, header, space, outputs);
  if (named) space.names = take_names(body, space.size);
  if (recipe && header.at("terms").get<bool>()) {
    if (!named) body.fail("words have weights, and no names");
    recipe->terms = take_terms(body, space.size);
  }
  space.recipe = recipe;
  body.finish();

  const Provenance provenance = provenance_of(header.at("provenance"));
  if (!classes) {
    return Model(std::move(space), weights.of_features, weights.biases[0], *loss, labels,
                 provenance, label_names);
  }
  return Model(std::move(space), weights.of_features, std::move(weights.biases), *loss, classes,
               provenance);
}

}  // namespace

CheckpointParts parts_of(std::string_view bytes) noexcept {
  constexpr std::size_t kFoot = sizeof(std::uint64_t) + kStateMagic.size();
  if (bytes.size() < kFoot || !bytes.ends_with(kStateMagic)) return {bytes, {}};
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data() + bytes.size() - kFoot, sizeof size);
  if (size > bytes.size() - kFoot) return {bytes, {}};
  const std::size_t model = bytes.size() - kFoot - size;
  return {bytes.substr(0, model), bytes.substr(model, size)};
}

Model load(const std::string& path) {
  const std::string bytes = contents_of_model(path);
  return parsed_model(parts_of(bytes).model, path);
}

Model parsed_model(std::string_view text, const std::string& path) {
  if (!text.starts_with(kModelMagic)) {
    throw ModelError(path, "this is not a model file", "give a file written by `hogwild train -o`");
  }
  Section whole(text, path);
  whole.bytes(kModelMagic.size());
  const auto version = whole.value<std::uint32_t>();
  if (version < kModelVersion || version > kRecipeVersion) {
    throw ModelError(
        path,
        fmt::format("the model file has format {}, this program reads {}", version, kRecipeVersion),
        "update hogwild");
  }
  if (text.size() < kModelHeaderAt + kModelChecksumBytes) whole.fail("it is cut short");
  const std::string_view checked(text.data(), text.size() - kModelChecksumBytes);
  std::uint64_t checksum = 0;
  std::memcpy(&checksum, text.data() + checked.size(), sizeof checksum);
  if (checksum != XXH3_64bits(checked.data(), checked.size())) {
    whole.fail("its checksum is wrong; the file is truncated or was changed");
  }
  Section body(checked.substr(kModelHeaderAt - sizeof(std::uint32_t)), path);
  try {
    const Json header = Json::parse(body.bytes(body.value<std::uint32_t>()));
    return model_of(header, body, version);
  } catch (const Json::exception& error) {
    body.fail(fmt::format("its header can't be read ({})", error.what()));
  }
}

bool is_model_file(const std::string& path) noexcept {
  return begins_with(path, kModelMagic);
}

}  // namespace hogwild
