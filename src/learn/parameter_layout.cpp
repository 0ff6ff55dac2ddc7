#include "learn/parameter_layout.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/json.hpp"
#include "core/new_file.hpp"
#include "data/formats/registry.hpp"
#include "data/rows/hot_features.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/update/step.hpp"
#include "parallel/cell.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kHotAt = 2 * kParameterPage;
constexpr std::uint32_t kLayoutVersion = 3;
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

ParameterKind kind_in(std::string_view description) {
  const Json json = Json::parse(description);
  ParameterKind kind;
  kind.features.size = number_of<Index>(json.at("features"));
  kind.features.hash_bits = number_of<int>(json.at("hash_bits"));
  kind.features.index_base = number_of<int>(json.at("index_base"));
  kind.features.format = json.at("format").get<std::string>();
  const auto loss = alternative_named<AnyLoss>(json.at("loss").get<std::string>());
  const auto rule = alternative_named<AnyUpdateRule>(json.at("rule").get<std::string>());
  if (!loss || !rule) throw std::invalid_argument("its loss or rule is unknown");
  kind.loss = *loss;
  kind.update_rule = *rule;
  std::visit(
      [&](auto& r) {
        for_each_number(r, [&](const RuleNumber& number, float& value) {
          value = number_of<float>(json.at("numbers").at(std::string(number.name)));
        });
      },
      kind.update_rule);
  kind.labels = {number_of<float>(json.at("labels").at(0)),
                 number_of<float>(json.at("labels").at(1))};
  kind.learning_rate = number_of<float>(json.at("learning_rate"));
  kind.bias = json.at("bias").get<bool>();
  require_sharable(kind);
  require_valid(kind.update_rule);
  const int bits = kind.features.hash_bits;
  const TextFormat* const format = text_format_named(kind.features.format);
  if ((format == nullptr && !kind.features.format.empty()) ||
      (format != nullptr && format->by_name && bits == 0)) {
    throw std::invalid_argument("its features are not called as its format calls them");
  }
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

// That the hot features are different features of the space, and that each has a place.
// Throws std::invalid_argument.
void require_hot(const ParameterKind& kind) {
  const bool known = std::ranges::all_of(kind.hot, [&](Index j) { return j < kind.features.size; });
  const bool numbered = std::uint64_t{kind.features.size} + kind.hot.size() <= kMaxIndex;
  if (!known || !numbered || HotFeatures(kind.hot).size() != kind.hot.size()) {
    throw std::invalid_argument("its hot features are impossible");
  }
}

}  // namespace

void require_sharable(const ParameterKind& kind) {
  const auto require = [](bool holds, const std::string& reason) {
    if (!holds) throw OptionError("parameters", reason);
  };
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

bool make_parameter_file(const std::string& path, const ParameterKind& kind) {
  require_hot(kind);
  const std::string description = description_of(kind);
  Head head{.magic = {},
            .version = kLayoutVersion,
            .description_bytes = static_cast<std::uint32_t>(description.size()),
            .coordinates = coordinates_of(kind),
            .cell_bytes = cell_bytes(kind.update_rule),
            .hot = kind.hot.size(),
            .checksum = 0};
  kParameterMagic.copy(head.magic.data(), kParameterMagic.size());
  head.checksum = checksum_of(head, description, kind.hot);
  NewFile file(path, "parameter file");
  file.write({reinterpret_cast<const char*>(&head), sizeof head});
  file.write(description);
  file.write(std::string(kHotAt - sizeof head - description.size(), '\0'));
  file.write(bytes_of(kind.hot));
  file.extend_to(kCellsAt + head.coordinates * head.cell_bytes);
  return file.commit_unless_there();
}

ParameterKind kind_of_file(std::string_view bytes, const std::string& path) {
  const auto fail = [&](const std::string& reason) -> ModelError {
    return {path, "the parameter file is damaged: " + reason, "remove it and train again"};
  };
  Head head;
  if (bytes.size() < sizeof head) throw fail("it is cut short");
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.version != kLayoutVersion) {
    throw ModelError(path,
                     fmt::format("the parameter file has format {}, this program reads {}",
                                 head.version, kLayoutVersion),
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

}  // namespace hogwild
