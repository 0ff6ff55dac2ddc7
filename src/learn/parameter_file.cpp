#include "hogwild/learn/parameter_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "hogwild/core/error.hpp"
#include "learn/parameter_format.hpp"

namespace hogwild {
namespace {

namespace interprocess = boost::interprocess;

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
  std::string path;
  ParameterKind kind;
  bool writable = false;
  bool made = false;
  interprocess::mapped_region region;
  WriterWords* own = nullptr;  // if writable

  WriterWords* writers() const {
    return reinterpret_cast<WriterWords*>(static_cast<char*>(region.get_address()) + kWritersAt);
  }

  Mapping(const std::string& path, bool writable) : path(path), writable(writable) {
    require_parameter_file(path);
    const auto mode = writable ? interprocess::read_write : interprocess::read_only;
    try {
      region = interprocess::mapped_region(interprocess::file_mapping(path.c_str(), mode), mode);
    } catch (const interprocess::interprocess_exception& error) {
      throw IoError(path, std::string("can't map the parameter file: ") + error.what(),
                    "check its permissions and the free space");
    }
    kind = kind_of_file({static_cast<const char*>(region.get_address()), region.get_size()}, path);
    if (writable) own = place();
  }

  // A place that is free, or of a process that is gone or long silent: the one silent for longest.
  WriterWords* place() const {
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

ParameterFile::ParameterFile(std::unique_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}
ParameterFile::~ParameterFile() = default;

std::shared_ptr<ParameterFile> ParameterFile::join(const std::string& path,
                                                   const ParameterKind& kind) {
  require_sharable(kind);
  const bool there = access(path.c_str(), F_OK) == 0;
  const bool made = !there && make_parameter_file(path, kind);
  auto mapping = std::make_unique<Mapping>(path, true);
  require_same(path, mapping->kind, kind);
  mapping->made = made;
  return std::shared_ptr<ParameterFile>(new ParameterFile(std::move(mapping)));
}

std::shared_ptr<ParameterFile> ParameterFile::join(const std::string& path) {
  return std::shared_ptr<ParameterFile>(new ParameterFile(std::make_unique<Mapping>(path, true)));
}

std::shared_ptr<ParameterFile> ParameterFile::open(const std::string& path) {
  return std::shared_ptr<ParameterFile>(new ParameterFile(std::make_unique<Mapping>(path, false)));
}

const std::string& ParameterFile::path() const noexcept {
  return mapping_->path;
}
const ParameterKind& ParameterFile::kind() const noexcept {
  return mapping_->kind;
}
bool ParameterFile::writable() const noexcept {
  return mapping_->writable;
}
bool ParameterFile::made() const noexcept {
  return mapping_->made;
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

}  // namespace hogwild
