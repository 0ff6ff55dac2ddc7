#include "learn/parameter_format.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/new_file.hpp"
#include "data/rows/hot_features.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/update/step.hpp"
#include "parallel/cell.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMagic = "hogshare";
constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kMostHot = Hotness::kMost;
static_assert(kHotAt + kMostHot * sizeof(Index) <= kCellsAt);

struct Head {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t description_bytes;  // of JSON, behind the head
  std::uint64_t coordinates;
  std::uint64_t cell_bytes;  // of each
  std::uint64_t hot;         // features
  std::uint64_t checksum;    // XXH3 of the head with 0 here, the description and the hot features
};
static_assert(sizeof(Head) == 48 && std::is_trivially_copyable_v<Head>);

std::uint64_t cell_bytes(const AnyUpdateRule& rule) {
  return std::visit(
      [](const auto& r) { return sizeof(Cell<typename std::decay_t<decltype(r)>::State>); }, rule);
}

std::uint64_t coordinates_of(const ParameterKind& kind) {
  return std::uint64_t{kind.features.size} + kind.hot.size() + 1;  // the bias
}

void require(bool holds, const std::string& reason) {
  if (!holds) throw OptionError("parameters", reason);
}

Json numbers_of(const AnyUpdateRule& any) {
  Json numbers = Json::object();
  std::visit(
      [&](const auto& rule) {
        for_each_number(rule, [&](const RuleNumber& number, float value) {
          numbers[std::string(number.name)] = value;
        });
      },
      any);
  return numbers;
}

std::string description_of(const ParameterKind& kind) {
  return Json{{"features", kind.features.size},
              {"hash_bits", kind.features.hash_bits},
              {"index_base", kind.features.index_base},
              {"format", kind.features.format},
              {"loss", name_of(kind.loss)},
              {"labels", {kind.labels.negative, kind.labels.positive}},
              {"rule", name_of(kind.update_rule)},
              {"numbers", numbers_of(kind.update_rule)},
              {"learning_rate", kind.learning_rate},
              {"bias", kind.bias}}
      .dump();
}

// Of what a file says of itself nothing is believed.
ParameterKind kind_in(std::string_view description) {
  const Json json = Json::parse(description);
  ParameterKind kind;
  kind.features.size = json.at("features").get<Index>();
  kind.features.hash_bits = json.at("hash_bits").get<int>();
  kind.features.index_base = json.at("index_base").get<int>();
  kind.features.format = json.at("format").get<std::string>();
  const auto loss = alternative_named<AnyLoss>(json.at("loss").get<std::string>());
  const auto rule = alternative_named<AnyUpdateRule>(json.at("rule").get<std::string>());
  if (!loss || !rule) throw std::invalid_argument("its loss or rule is unknown");
  kind.loss = *loss;
  kind.update_rule = *rule;
  std::visit(
      [&](auto& r) {
        for_each_number(r, [&](const RuleNumber& number, float& value) {
          value = json.at("numbers").at(std::string(number.name)).get<float>();
        });
      },
      kind.update_rule);
  kind.labels = {json.at("labels").at(0).get<float>(), json.at("labels").at(1).get<float>()};
  kind.learning_rate = json.at("learning_rate").get<float>();
  kind.bias = json.at("bias").get<bool>();
  require_sharable(kind);
  require_valid(kind.update_rule);
  const int bits = kind.features.hash_bits;
  if (bits < 0 || bits > 31 || (bits != 0 && kind.features.size != Index{1} << bits)) {
    throw std::invalid_argument("its feature space is impossible");
  }
  if (!(kind.learning_rate > 0)) throw std::invalid_argument("its rate is impossible");
  return kind;
}

std::string_view bytes_of(std::span<const Index> features) {
  return {reinterpret_cast<const char*>(features.data()), features.size_bytes()};
}

std::uint64_t checksum_of(Head head, std::string_view description, std::span<const Index> hot) {
  head.checksum = 0;
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  bytes += description;
  bytes += bytes_of(hot);
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace

void require_sharable(const ParameterKind& kind) {
  require(kind.features.names == nullptr,
          "features have names, which each process would number differently; give --hash-bits");
  require(!kind.features.ranking,
          "the features of this data are sorted by frequency, which other processes don't know");
  require(!std::holds_alternative<Softmax>(kind.loss), "parameter files do not support softmax");
  require(
      !std::visit([](const auto& r) { return is_indivisible<std::decay_t<decltype(r)>>; },
                  kind.update_rule),
      fmt::format(
          "{} needs locks, which a killed process would never release; choose another --optimizer",
          name_of(kind.update_rule)));
}

void require_same(const std::string& path, const ParameterKind& there, const ParameterKind& here) {
  const auto differs = [&](std::string_view option, const std::string& then,
                           const std::string& now) {
    require(
        then == now,
        fmt::format("{} was made with --{} {}, and this run has {}; give the same, or another file",
                    path, option, then, now));
  };
  const auto number = [](auto value) { return fmt::format("{}", value); };
  differs("loss", std::string(name_of(there.loss)), std::string(name_of(here.loss)));
  differs("optimizer", in_words(there.update_rule), in_words(here.update_rule));
  differs("no-bias", number(!there.bias), number(!here.bias));
  differs("hash-bits", number(there.features.hash_bits), number(here.features.hash_bits));
  differs("index-base", number(there.features.index_base), number(here.features.index_base));
  require(there.features.size >= here.features.size,
          fmt::format("{} was made for {} features, and this data has {}; create the file with "
                      "--parameter-features, or use --hash-bits",
                      path, there.features.size, here.features.size));
  const bool binary = std::visit([](const auto& loss) { return loss.kBinary; }, there.loss);
  require(!binary || there.labels == here.labels,
          fmt::format("{} has the labels {} and {}, and this data has {} and {}", path,
                      there.labels.negative, there.labels.positive, here.labels.negative,
                      here.labels.positive));
}

// That the hot features are different features of the space, and that each has a place.
void require_hot(const ParameterKind& kind) {
  const bool known = std::ranges::all_of(kind.hot, [&](Index j) { return j < kind.features.size; });
  const bool numbered = std::uint64_t{kind.features.size} + kind.hot.size() <= kMaxIndex;
  if (!known || !numbered || HotFeatures(kind.hot).size() != kind.hot.size()) {
    throw std::invalid_argument("its hot features are impossible");
  }
}

bool make_parameter_file(const std::string& path, const ParameterKind& kind) {
  require_hot(kind);
  const std::string description = description_of(kind);
  Head head{.magic = {},
            .version = kVersion,
            .description_bytes = static_cast<std::uint32_t>(description.size()),
            .coordinates = coordinates_of(kind),
            .cell_bytes = cell_bytes(kind.update_rule),
            .hot = kind.hot.size(),
            .checksum = 0};
  kMagic.copy(head.magic.data(), kMagic.size());
  head.checksum = checksum_of(head, description, kind.hot);
  NewFile file(path, "parameter file");
  file.write({reinterpret_cast<const char*>(&head), sizeof head});
  file.write(description);
  file.write(std::string(kHotAt - sizeof head - description.size(), '\0'));
  file.write(bytes_of(kind.hot));
  file.extend_to(kCellsAt + head.coordinates * head.cell_bytes);
  return file.commit_unless_there();
}

void require_parameter_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw IoError(path, std::strerror(errno), "check the path of the parameter file");
  }
  if (!S_ISREG(status.st_mode)) {
    throw IoError(path, "this is not a regular file", "name a parameter file");
  }
  if (!is_parameter_file(path)) {
    throw ModelError(path, "this is not a parameter file",
                     "give a file made by `hogwild train --parameters`, or a new name");
  }
}

ParameterKind kind_of_file(std::string_view bytes, const std::string& path) {
  const auto fail = [&](const std::string& reason) -> ModelError {
    return {path, "the parameter file is damaged: " + reason, "remove it and train again"};
  };
  Head head;
  if (bytes.size() < sizeof head) throw fail("it is cut short");
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.version != kVersion) {
    throw ModelError(path,
                     fmt::format("the parameter file has format {}, this program reads {}",
                                 head.version, kVersion),
                     "train again with this version");
  }
  if (bytes.size() < kCellsAt) throw fail("it is cut short");
  if (head.description_bytes > kParameterPage - sizeof head) throw fail("its head is too long");
  const auto description = bytes.substr(sizeof head, head.description_bytes);
  if (head.hot > kMostHot) throw fail("it has too many hot features");
  std::vector<Index> hot(head.hot);
  if (!hot.empty()) std::memcpy(hot.data(), bytes.data() + kHotAt, hot.size() * sizeof(Index));
  if (head.checksum != checksum_of(head, description, hot)) throw fail("its checksum is wrong");
  try {
    ParameterKind kind = kind_in(description);
    kind.hot = std::move(hot);
    require_hot(kind);
    if (head.coordinates != coordinates_of(kind) ||
        head.cell_bytes != cell_bytes(kind.update_rule)) {
      throw std::invalid_argument("its header contradicts itself");
    }
    if (bytes.size() != kCellsAt + head.coordinates * head.cell_bytes) {
      throw std::invalid_argument("it is cut short");
    }
    return kind;
  } catch (const std::exception& error) {
    throw fail(error.what());
  }
}

bool is_parameter_file(const std::string& path) noexcept {
  try {
    std::string magic(kMagic.size(), '\0');
    std::ifstream(path, std::ios::binary)
        .read(magic.data(), static_cast<std::streamsize>(magic.size()));
    return magic == kMagic;
  } catch (...) {
    return false;
  }
}

}  // namespace hogwild
