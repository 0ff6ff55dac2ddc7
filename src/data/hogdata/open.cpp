// A mapped file to a data set, believing nothing that the file says.
#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/new_file.hpp"
#include "data/formats/registry.hpp"
#include "data/hogdata/layout.hpp"
#include "data/rows/hashes.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

class DataFile {
 public:
  explicit DataFile(const std::string& path)
      : path_(path), file_(std::make_shared<const MappedFile>(path)) {
    const std::string_view all = file_->bytes();
    if (!all.starts_with(kDataMagic)) {
      throw DataError(path, "this is no .hogdata file", "create one: hogwild convert DATA FILE");
    }
    if (all.size() < kDataHeaderAt) fail("it is cut short");
    const auto version = value_at<std::uint32_t>(8), length = value_at<std::uint32_t>(12);
    if (version != kDataVersion) {
      throw DataError(
          path, fmt::format("the file has layout {}, this version reads {}", version, kDataVersion),
          "convert the data again");
    }
    if (length > all.size() - kDataHeaderAt) fail("it is cut short");
    std::string checked(all.substr(8, 8));
    checked += all.substr(kDataHeaderAt, length);
    if (XXH3_64bits(checked.data(), checked.size()) != value_at<std::uint64_t>(16)) {
      fail("its header is damaged");
    }
    begin_ = (kDataHeaderAt + length + kDataAlignment - 1) / kDataAlignment * kDataAlignment;
    header_ = Json::parse(all.substr(kDataHeaderAt, length));
  }

  Dataset dataset() const {
    const auto rows = number_of<std::uint64_t>(header_.at("rows"));
    const auto nonzeros = number_of<std::uint64_t>(header_.at("nonzeros"));
    if (rows >= std::uint64_t{1} << 60 || nonzeros >= std::uint64_t{1} << 60) {
      fail("its number of rows is impossible");
    }
    const Dataset::Lent arrays{array<Offset>("offsets", rows + 1),
                               array<Index>("indices", nonzeros),
                               optional_array("values", nonzeros), array<float>("labels", rows),
                               optional_array("weights", rows)};
    if (arrays.offsets.front() != 0 || arrays.offsets.back() != nonzeros) {
      fail("its offsets do not match its rows");
    }
    return Dataset::lend(arrays, features(), source(), seen_labels(), classes(), file_);
  }

  void require_fresh() const {
    for (const Json& json : header_.at("source").at("files")) {
      const FileIdentity file{json.at("path").get<std::string>(),
                              number_of<std::uint64_t>(json.at("bytes")),
                              number_of<std::int64_t>(json.at("modified")),
                              number_of<std::uint64_t>(json.at("checksum"))};
      if (!file.has_changed()) continue;
      throw DataError(path_, fmt::format("it is out of date: {} has changed since", file.path),
                      fmt::format("convert it again: hogwild convert {} {}", file.path, path_));
    }
  }

  void verify() const {
    for (const auto& [name, section] : header_.at("sections").items()) {
      const std::string_view bytes = section_bytes(section);
      if (XXH3_64bits(bytes.data(), bytes.size()) !=
          number_of<std::uint64_t>(section.at("checksum"))) {
        fail(fmt::format("its {} are damaged", name));
      }
    }
    dataset().look_at_all();
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw DataError(path_, "the file is damaged: " + reason, "convert the data again");
  }

  template <class Value>
  Value value_at(std::size_t offset) const {
    Value value;
    std::memcpy(&value, file_->bytes().data() + offset, sizeof value);
    return value;
  }

  std::string_view section_bytes(const Json& section) const {
    const std::string_view all = file_->bytes();
    const auto offset = number_of<std::uint64_t>(section.at("offset"));
    const auto bytes = number_of<std::uint64_t>(section.at("bytes"));
    if (begin_ > all.size() || offset > all.size() - begin_ ||
        bytes > all.size() - begin_ - offset) {
      fail("it is cut short");
    }
    if (offset % kDataAlignment != 0) fail("a section is in the wrong place");
    return all.substr(begin_ + offset, bytes);
  }
  std::string_view section(const char* name) const {
    return section_bytes(header_.at("sections").at(name));
  }

  template <class Value>
  std::span<const Value> array(const char* name, std::uint64_t size) const {
    const std::string_view bytes = section(name);
    if (bytes.size() / sizeof(Value) != size || bytes.size() % sizeof(Value) != 0) {
      fail(fmt::format("its {} do not match its header", name));
    }
    // The mapping begins at a page and the section at a multiple of 64 bytes.
    return {reinterpret_cast<const Value*>(bytes.data()), size};
  }
  std::span<const float> optional_array(const char* name, std::uint64_t size) const {
    if (section(name).empty()) return {};
    return array<float>(name, size);
  }

  FeatureSpace features() const {
    FeatureSpace space;
    const auto plain = number_of<std::uint64_t>(header_.at("features"));
    const auto size = number_of<std::uint64_t>(header_.at("ranked_features"));
    if (plain > std::uint64_t{kMaxIndex} + 1 || size > plain) fail("it has too many features");
    auto ranking = std::make_shared<Ranking>();
    ranking->size = static_cast<Index>(plain);
    const auto numbers = array<Index>("features", size);
    if (std::ranges::any_of(numbers, [&](Index j) { return j >= plain; })) {
      fail("a feature number is too large");
    }
    ranking->features.assign(numbers.begin(), numbers.end());
    space.hash_bits = number_of<int>(header_.at("hash_bits"));
    if (space.hash_bits > kMostPlainHashBits) {  // plain numbers in the order of the ranking
      if (space.hash_bits > 32 || plain != count_of_hashes(space.hash_bits)) {
        fail("its number of features is not that of its hashes");
      }
      space.hashes = std::make_shared<const FeatureNumbers>(ranking->features);
      std::iota(ranking->features.begin(), ranking->features.end(), Index{0});
      ranking->size = static_cast<Index>(size);
    }
    space.size = static_cast<Index>(size);
    space.ranking = std::move(ranking);
    space.index_base = number_of<int>(header_.at("index_base"));
    if (space.hash_bits < 0 || space.hash_bits > 32 || space.index_base < 0 ||
        space.index_base > 1) {
      fail("its numbering of features is invalid");
    }
    space.format = header_.at("format").get<std::string>();
    if (const std::string_view text = section("names"); !text.empty()) {
      space.names = names(text, static_cast<Index>(plain));
    }
    space.recipe = recipe(plain);
    const TextFormat* const format = text_format_named(space.format);
    if (format != nullptr && !fits(*format, space.recipe.get())) {
      fail("its recipe is not of rows of its format");
    }
    return space;
  }

  std::shared_ptr<const Recipe> recipe(std::uint64_t size) const {
    if (!header_.contains("recipe")) return nullptr;
    Recipe recipe = recipe_of(header_.at("recipe").dump());
    if (header_.at("sections").contains("terms")) {
      const auto idf = array<float>("terms", size);
      recipe.terms = std::make_shared<const TermWeights>(TermWeights{{idf.begin(), idf.end()}});
    }
    return std::make_shared<const Recipe>(std::move(recipe));
  }

  std::shared_ptr<const FeatureNames> names(std::string_view text, Index size) const {
    auto names = std::make_shared<FeatureNames>();
    for (Index j = 0; j < size; ++j) {
      std::uint32_t length = 0;
      if (text.size() < sizeof length) fail("its names are cut short");
      std::memcpy(&length, text.data(), sizeof length);
      text.remove_prefix(sizeof length);
      if (text.size() < length) fail("its names are cut short");
      if (names->insert(text.substr(0, length)) != j) fail("a name is doubled");
      text.remove_prefix(length);
    }
    if (!text.empty()) fail("it has more names than features");
    return names;
  }

  Source source() const {
    const Json& json = header_.at("source");
    Source source;
    source.paths = {path_};
    source.format = "hogdata";
    source.bytes = number_of<std::uint64_t>(json.at("bytes"));
    source.lines = number_of<std::uint64_t>(json.at("lines"));
    source.skipped_lines = number_of<std::uint64_t>(json.at("skipped_lines"));
    source.first_skipped = json.at("first_skipped").get<std::string>();
    return source;
  }

  static Place place_of(const Json& json) {
    return {json.at("path").get<std::string>(), number_of<std::uint64_t>(json.at("line")),
            number_of<std::uint64_t>(json.at("column"))};
  }

  SeenLabels seen_labels() const {
    SeenLabels seen;
    for (const Json& label : header_.at("labels")) {
      const auto value = number_of<float>(label.at("value"));
      if (!std::isfinite(value)) fail("a label is not finite");
      seen.note(value, [&] { return place_of(label.at("place")); });
    }
    if (header_.contains("unlabelled")) {
      seen.note(kUnlabelled, [&] { return place_of(header_.at("unlabelled")); });
    }
    return seen;
  }

  ClassNames classes() const {
    if (!header_.contains("classes")) return nullptr;
    auto names = header_.at("classes").get<std::vector<std::string>>();
    if (names.empty() || names.size() > kMostClasses) fail("its classes can't be");
    return std::make_shared<const std::vector<std::string>>(std::move(names));
  }

  std::string path_;
  std::shared_ptr<const MappedFile> file_;
  std::size_t begin_ = 0;  // of the first section
  Json header_;
};

// What JSON misses is damage too, whatever the checksum says.
template <class Use>
auto with_file(const std::string& path, const Use& use) {
  try {
    return use(DataFile(path));
  } catch (const Json::exception&) {
    throw DataError(path, "the file is damaged: its header is incomplete",
                    "convert the data again");
  }
}

}  // namespace

Dataset open_hogdata(const std::string& path) {
  return with_file(path, [](const DataFile& file) {
    file.require_fresh();
    return file.dataset();
  });
}

void verify_hogdata(const std::string& path) {
  with_file(path, [](const DataFile& file) { file.verify(); });
}

bool is_hogdata(const std::string& path) noexcept {
  return begins_with(path, kDataMagic);
}

}  // namespace hogwild
