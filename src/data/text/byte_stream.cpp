#include "data/text/byte_stream.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <tbb/concurrent_queue.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <atomic>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

namespace io = boost::iostreams;

struct Compression {
  std::string_view name;
  std::string_view magic;
  const char* test;        // the command that checks a file
  const char* decompress;  // the command to go round it, where it is not known here
};
constexpr std::string_view kXzMagic{"\xfd\x37zXZ\0", 6};
constexpr Compression kCompressions[] = {{"gzip", "\x1f\x8b", "gzip -t", nullptr},
                                         {"zstd", "\x28\xb5\x2f\xfd", "zstd -t", nullptr},
                                         {"bzip2", "BZh", "bzip2 -t", nullptr},
                                         {"xz", kXzMagic, "xz -t", "xz -dc"}};

const Compression* compression_of(std::string_view head) {
  for (const Compression& compression : kCompressions) {
    if (head.starts_with(compression.magic)) return &compression;
  }
  return nullptr;
}

// Boost's own filter takes a frame that is cut short for whole.
class ZstdDecompressor : public io::multichar_input_filter {
 public:
  ZstdDecompressor() : context_(ZSTD_createDCtx(), ZSTD_freeDCtx), input_(ZSTD_DStreamInSize()) {
    if (context_ == nullptr) throw std::bad_alloc();
  }

  template <class Source>
  std::streamsize read(Source& source, char* bytes, std::streamsize size) {
    ZSTD_outBuffer out{bytes, static_cast<std::size_t>(size), 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size && !wants_room_) {
        const std::streamsize got =
            io::read(source, input_.data(), static_cast<std::streamsize>(input_.size()));
        if (got <= 0 && within_frame_) throw std::runtime_error("a frame is cut short");
        if (got <= 0) return -1;
        in_ = {input_.data(), static_cast<std::size_t>(got), 0};
      }
      const std::size_t rest = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(rest) != 0) throw std::runtime_error(ZSTD_getErrorName(rest));
      within_frame_ = rest != 0;
      wants_room_ = out.pos == out.size;
    }
    return static_cast<std::streamsize>(out.pos);
  }

 private:
  std::shared_ptr<ZSTD_DCtx> context_;
  std::vector<char> input_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool within_frame_ = false;
  bool wants_room_ = false;  // there may be more without any more input
};

}  // namespace

class ByteStream::File {
 public:
  File(const std::string& path, const ByteRange& part)
      : path_(path),
        descriptor_(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        left_(part.size()) {
    if (descriptor_ < 0) fail(errno);
    if (part.begin > 0 && lseek(descriptor_, static_cast<off_t>(part.begin), SEEK_SET) < 0) {
      fail(errno);
    }
    posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  ~File() {
    if (descriptor_ > STDIN_FILENO) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::uint64_t bytes_consumed() const noexcept {
    return consumed_.load(std::memory_order_relaxed);  // a figure to show
  }

  // What the file begins with; it is read again by read().
  std::string_view head() {
    constexpr std::size_t kLongestMagic = 6;
    head_.resize(kLongestMagic);
    head_.resize(read_from_system(head_.data(), head_.size()));
    return head_;
  }

  std::size_t read(char* bytes, std::size_t size) {
    const std::size_t again = std::min(size, head_.size());
    std::memcpy(bytes, head_.data(), again);
    head_.erase(0, again);
    return again + read_from_system(bytes + again, size - again);
  }

 private:
  std::size_t read_from_system(char* bytes, std::size_t size) {
    std::size_t filled = 0;
    size = std::min<std::uint64_t>(size, left_);
    while (filled < size) {
      const ssize_t got = ::read(descriptor_, bytes + filled, size - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(errno);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    left_ -= filled;
    consumed_.fetch_add(filled, std::memory_order_relaxed);
    return filled;
  }

  [[noreturn]] void fail(int error) const {
    throw IoError(path_, std::strerror(error),
                  error == EACCES ? "check the permissions" : "check the path");
  }

  std::string path_;
  int descriptor_;
  std::uint64_t left_;  // of the part, to be read
  std::string head_;
  std::atomic<std::uint64_t> consumed_{0};
};

// A thread that decompresses ahead, until it is some blocks ahead.
class ByteStream::Decompression {
 public:
  Decompression(File& file, const Compression& compression) : file_(file) {
    blocks_.set_capacity(kBlocksAhead);
    thread_ = std::jthread([this, &compression] { produce(compression); });
  }
  ~Decompression() {
    ended_.store(true, std::memory_order_relaxed);  // a hint; abort() wakes who waits for room
    blocks_.abort();
    thread_.join();
  }

  std::size_t read(char* bytes, std::size_t size) {
    std::size_t filled = 0;
    while (filled < size && !at_end_) {
      if (taken_ == block_.bytes.size()) {
        blocks_.pop(block_);
        taken_ = 0;
        if (block_.failure) std::rethrow_exception(block_.failure);
        at_end_ = block_.bytes.empty();
      }
      const std::size_t count = std::min(size - filled, block_.bytes.size() - taken_);
      std::memcpy(bytes + filled, block_.bytes.data() + taken_, count);
      filled += count;
      taken_ += count;
    }
    return filled;
  }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
  static constexpr int kBlocksAhead = 4;

  struct Block {
    std::string bytes;  // empty: the end
    std::exception_ptr failure;
  };

  // What Boost reads the compressed bytes from.
  struct Source {
    using char_type = char;
    using category = io::source_tag;
    File* file;
    std::streamsize read(char* bytes, std::streamsize size) const {
      const std::size_t got = file->read(bytes, static_cast<std::size_t>(size));
      return got == 0 ? -1 : static_cast<std::streamsize>(got);
    }
  };

  void produce(const Compression& compression) {
    try {
      Block end;
      try {
        decompress(compression);
      } catch (const tbb::user_abort&) {
        throw;
      } catch (const IoError&) {
        end.failure = std::current_exception();
      } catch (const std::exception&) {
        const std::string remedy = fmt::format("check the file with {} FILE", compression.test);
        end.failure = std::make_exception_ptr(
            IoError(file_.path(),
                    fmt::format("the {} data is damaged or truncated", compression.name), remedy));
      }
      blocks_.push(std::move(end));
    } catch (const tbb::user_abort&) {  // nobody reads on
    }
  }

  void decompress(const Compression& compression) {
    constexpr std::streamsize kBuffer = 1 << 16;
    io::filtering_istreambuf stream;
    if (compression.name == "gzip") {
      stream.push(io::gzip_decompressor(io::zlib::default_window_bits, kBuffer), kBuffer);
    } else if (compression.name == "bzip2") {
      stream.push(io::bzip2_decompressor(false, kBuffer), kBuffer);
    } else {
      stream.push(ZstdDecompressor(), kBuffer);
    }
    stream.push(Source{&file_}, kBuffer);
    while (!ended_.load(std::memory_order_relaxed)) {
      Block block;
      block.bytes.resize(kBlockBytes);
      const std::streamsize got = stream.sgetn(block.bytes.data(), kBlockBytes);
      block.bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(got, 0)));
      if (block.bytes.empty()) return;
      blocks_.push(std::move(block));
    }
  }

  File& file_;  // read by the thread alone
  tbb::concurrent_bounded_queue<Block> blocks_;
  std::atomic<bool> ended_{false};
  Block block_;  // being read
  std::size_t taken_ = 0;
  bool at_end_ = false;
  std::jthread thread_;
};

ByteStream::ByteStream(const std::string& path, const ByteRange& part)
    : file_(std::make_unique<File>(path, part)) {}

ByteStream::ByteStream(const std::string& path) : ByteStream(path, ByteRange{}) {
  const Compression* const compression = compression_of(file_->head());
  if (compression == nullptr) return;
  if (compression->decompress != nullptr) {
    throw IoError(path, fmt::format("the file is compressed with {}", compression->name),
                  fmt::format("decompress it: {} FILE | hogwild ... -", compression->decompress));
  }
  decompression_ = std::make_unique<Decompression>(*file_, *compression);
}

ByteStream::~ByteStream() = default;

std::size_t ByteStream::read(char* bytes, std::size_t size) {
  return decompression_ ? decompression_->read(bytes, size) : file_->read(bytes, size);
}

std::uint64_t ByteStream::bytes_consumed() const noexcept {
  return file_->bytes_consumed();
}

}  // namespace hogwild
