#include "hogwild/learn/parameter_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <variant>

#include "core/new_file.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "learn/parameter_layout.hpp"
#include "learn/parameter_writers.hpp"

namespace hogwild {
namespace {

namespace interprocess = boost::interprocess;

void require(bool holds, const std::string& reason) {
  if (!holds) throw OptionError("parameters", reason);
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

}  // namespace

struct ParameterFile::Mapping {
  interprocess::mapped_region region;
  WriterWords* own = nullptr;  // if writable

  WriterWords* writers() const {
    return reinterpret_cast<WriterWords*>(static_cast<char*>(region.get_address()) + kWritersAt);
  }

  ~Mapping() {
    if (own != nullptr) leave_place(*own);
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
  if (writable) mapping_->own = take_place(mapping_->writers(), path);
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
  as_atomic(mapping_->own->heard).store(milliseconds_now(), std::memory_order_relaxed);
  if (rows == 0) return;
  as_atomic(mapping_->own->rows).fetch_add(rows, std::memory_order_relaxed);
  as_atomic(mapping_->writers()->rows).fetch_add(rows, std::memory_order_relaxed);
}

std::uint64_t ParameterFile::rows() const noexcept {
  return as_atomic(mapping_->writers()->rows).load(std::memory_order_relaxed);
}

std::vector<ParameterWriter> ParameterFile::writers() const {
  std::vector<ParameterWriter> writers;
  const std::uint64_t now = milliseconds_now();
  for (std::size_t k = 1; k <= kWriters; ++k) {
    WriterWords& words = mapping_->writers()[k];
    const std::uint64_t process = as_atomic(words.process).load(std::memory_order_relaxed);
    if (process == 0) continue;
    const std::uint64_t heard = as_atomic(words.heard).load(std::memory_order_relaxed);
    writers.push_back({.process = static_cast<std::uint32_t>(process),
                       .running = is_running(words),
                       .silent_seconds = now > heard ? static_cast<double>(now - heard) / 1000 : 0,
                       .rows = as_atomic(words.rows).load(std::memory_order_relaxed)});
  }
  return writers;
}

bool is_parameter_file(const std::string& path) noexcept {
  return begins_with(path, kParameterMagic);
}

}  // namespace hogwild
