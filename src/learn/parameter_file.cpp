#include "hogwild/learn/parameter_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string_view>
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

namespace interprocess = boost::interprocess;
// How a file is laid out: its head, padded to a page; a page for those who write; the numbers of
// the hot features; the cells, which begin at a page of any system's, so that a process can lay
// pages of its own over them.
constexpr std::size_t kParameterPage = 4096;
constexpr std::size_t kWritersAt = kParameterPage, kHotAt = 2 * kParameterPage;
constexpr std::size_t kCellsAt = std::size_t{128} << 10;

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

// Throws OptionError for a kind that processes can't share.
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

// Of what a file says of itself nothing is believed.
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

// Throws OptionError where one would join with another kind than is there.
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
// Throws std::invalid_argument.
void require_hot(const ParameterKind& kind) {
  const bool known = std::ranges::all_of(kind.hot, [&](Index j) { return j < kind.features.size; });
  const bool numbered = std::uint64_t{kind.features.size} + kind.hot.size() <= kMaxIndex;
  if (!known || !numbered || HotFeatures(kind.hot).size() != kind.hot.size()) {
    throw std::invalid_argument("its hot features are impossible");
  }
}

// Makes a file of zeros; false if another process made it first. Throws IoError.
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

// Throws IoError, or ModelError for a file of something else.
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

// What the head of a file says, checked against the file's length. bytes: all of it. Of what it
// says nothing is believed. Throws ModelError.
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

// Of one that learns, a cache line; the first is of all of them together. All words are relaxed
// atomic ones: none of them tells that something else has been written.
struct alignas(64) WriterWords {
  std::uint64_t process;  // 0: the place is free
  std::uint64_t started;  // when it began, by which it is told from one that has its number now
  std::uint64_t heard;    // milliseconds of the system's clock since 1970
  std::uint64_t rows;
};
constexpr std::size_t kWriters = kParameterPage / sizeof(WriterWords) - 1;

// After which a place is anyone's, whoever may live: it is a place to tell of oneself, no more.
constexpr std::uint64_t kLongSilent = 60'000;   // milliseconds
constexpr std::uint64_t kSilentOnceGone = 200;  // the same of a process that isn't seen

std::atomic_ref<std::uint64_t> atomic(std::uint64_t& word) {
  return std::atomic_ref<std::uint64_t>(word);
}

std::uint64_t milliseconds_now() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

// In ticks since the machine began; 0 if it isn't known, or there is no such process.
std::uint64_t start_of(std::uint64_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  // "number (name) state ...": the start is the 20th word behind the name, which may hold blanks.
  const auto name_end = text.rfind(") ");
  if (name_end == std::string::npos) return 0;
  std::istringstream words(text.substr(name_end + 2));
  std::string word;
  for (int k = 0; k < 20; ++k) words >> word;
  return std::strtoull(word.c_str(), nullptr, 10);
}

bool is_running(WriterWords& words) {
  const std::uint64_t process = atomic(words.process).load(std::memory_order_relaxed);
  const std::uint64_t started = atomic(words.started).load(std::memory_order_relaxed);
  return process != 0 && started == start_of(process);
}

}  // namespace

struct ParameterFile::Mapping {
  interprocess::mapped_region region;
  WriterWords* own = nullptr;  // if writable

  WriterWords* writers() const {
    return reinterpret_cast<WriterWords*>(static_cast<char*>(region.get_address()) + kWritersAt);
  }

  // A place that is free, or of a process that is gone or long silent: the one silent for longest.
  WriterWords* place(const std::string& path) const {
    for (;;) {
      WriterWords* best = nullptr;
      std::uint64_t best_owner = 0, best_heard = 0;
      for (std::size_t k = 1; k <= kWriters; ++k) {
        WriterWords& words = writers()[k];
        const std::uint64_t owner = atomic(words.process).load(std::memory_order_relaxed);
        const std::uint64_t heard =
            owner == 0 ? 0 : atomic(words.heard).load(std::memory_order_relaxed);
        if (best != nullptr && heard >= best_heard) continue;
        const std::uint64_t now = milliseconds_now();
        const bool gone = now > heard + kSilentOnceGone && !is_running(words);
        if (owner != 0 && !gone && now <= heard + kLongSilent) continue;
        best = &words, best_owner = owner, best_heard = heard;
      }
      if (best == nullptr) {
        throw OptionError(
            "parameters",
            fmt::format("{} processes already use {}, which is the limit", kWriters, path));
      }
      // First, so that nobody takes it from this one before it has told when it began.
      atomic(best->heard).store(milliseconds_now(), std::memory_order_relaxed);
      if (!atomic(best->process)
               .compare_exchange_strong(best_owner, static_cast<std::uint64_t>(getpid()),
                                        std::memory_order_relaxed)) {
        continue;
      }
      atomic(best->started)
          .store(start_of(static_cast<std::uint64_t>(getpid())), std::memory_order_relaxed);
      atomic(best->rows).store(0, std::memory_order_relaxed);
      atomic(best->heard).store(milliseconds_now(), std::memory_order_relaxed);
      return best;
    }
  }

  ~Mapping() {
    auto process = static_cast<std::uint64_t>(getpid());
    if (own == nullptr) return;
    atomic(own->process).compare_exchange_strong(process, 0, std::memory_order_relaxed);
  }
};

ParameterFile::ParameterFile(const std::string& path, bool writable)
    : path_(path), writable_(writable), mapping_(std::make_unique<Mapping>()) {
  require_parameter_file(path);
  const auto mode = writable ? interprocess::read_write : interprocess::read_only;
  interprocess::mapped_region& region = mapping_->region;
  try {
    region = interprocess::mapped_region(interprocess::file_mapping(path.c_str(), mode), mode);
  } catch (const interprocess::interprocess_exception& error) {
    throw IoError(path, std::string("can't map the parameter file: ") + error.what(),
                  "check its permissions and the free space");
  }
  kind_ = kind_of_file({static_cast<const char*>(region.get_address()), region.get_size()}, path);
  if (writable) mapping_->own = mapping_->place(path);
}
ParameterFile::~ParameterFile() = default;

std::shared_ptr<ParameterFile> ParameterFile::join(const std::string& path,
                                                   const ParameterKind& kind) {
  require_sharable(kind);
  const bool there = access(path.c_str(), F_OK) == 0;
  const bool made = !there && make_parameter_file(path, kind);
  const auto file = join(path);
  require_same(path, file->kind(), kind);
  file->made_ = made;
  return file;
}

std::shared_ptr<ParameterFile> ParameterFile::join(const std::string& path) {
  return std::shared_ptr<ParameterFile>(new ParameterFile(path, true));
}

std::shared_ptr<ParameterFile> ParameterFile::open(const std::string& path) {
  return std::shared_ptr<ParameterFile>(new ParameterFile(path, false));
}

std::byte* ParameterFile::cells() const noexcept {
  return static_cast<std::byte*>(mapping_->region.get_address()) + kCellsAt;
}

void ParameterFile::beat(std::uint64_t rows) noexcept {
  atomic(mapping_->own->heard).store(milliseconds_now(), std::memory_order_relaxed);
  if (rows == 0) return;
  atomic(mapping_->own->rows).fetch_add(rows, std::memory_order_relaxed);
  atomic(mapping_->writers()->rows).fetch_add(rows, std::memory_order_relaxed);
}

std::uint64_t ParameterFile::rows() const noexcept {
  return atomic(mapping_->writers()->rows).load(std::memory_order_relaxed);
}

std::vector<ParameterWriter> ParameterFile::writers() const {
  std::vector<ParameterWriter> writers;
  const std::uint64_t now = milliseconds_now();
  for (std::size_t k = 1; k <= kWriters; ++k) {
    WriterWords& words = mapping_->writers()[k];
    const std::uint64_t process = atomic(words.process).load(std::memory_order_relaxed);
    if (process == 0) continue;
    const std::uint64_t heard = atomic(words.heard).load(std::memory_order_relaxed);
    writers.push_back({.process = static_cast<std::uint32_t>(process),
                       .running = is_running(words),
                       .silent_seconds = now > heard ? static_cast<double>(now - heard) / 1000 : 0,
                       .rows = atomic(words.rows).load(std::memory_order_relaxed)});
  }
  return writers;
}

bool is_parameter_file(const std::string& path) noexcept {
  return begins_with(path, kMagic);
}

}  // namespace hogwild
