#include "data/text/byte_stream.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <tbb/concurrent_queue.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>
#include <thread>
#include <utility>

#include "data/text/containers.hpp"
#include "data/text/decompressor.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

// The command that reads it, with -t to check it and -dc to decompress it.
std::string_view command_of(Compression compression) {
  if (compression == Compression::gzip) return "gzip";
  return compression == Compression::zstd ? "zstd" : "bzip2";
}

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
    struct stat status {};
    const bool known = fstat(descriptor_, &status) == 0;
    is_plain_ = known && S_ISREG(status.st_mode);
    // So that a fast writer need not wait for each 64 KiB to be taken; a system may refuse.
    if (known && S_ISFIFO(status.st_mode)) fcntl(descriptor_, F_SETPIPE_SZ, 1 << 20);
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

  // What the file begins with, as far as it takes to tell a container; it is read again.
  std::string_view head() {
    while (head_.size() < kLongestMagic && may_begin_container(head_)) {
      const std::size_t before = head_.size();
      head_.resize(kLongestMagic);
      const std::size_t got = take(head_.data() + before, kLongestMagic - before);
      head_.resize(before + got);
      if (got == 0) break;
    }
    return head_;
  }

  // Waits for a byte, and takes what there is; 0 at the end.
  std::size_t read_some(char* bytes, std::size_t size) {
    if (head_.empty()) return take(bytes, size);
    const std::size_t again = std::min(size, head_.size());
    std::memcpy(bytes, head_.data(), again);
    head_.erase(0, again);
    return again;
  }

  // Whether read_some() need not wait.
  bool is_ready() const {
    if (is_plain_ || !head_.empty()) return true;
    pollfd one{descriptor_, POLLIN, 0};
    return poll(&one, 1, 0) > 0;
  }

 private:
  std::size_t take(char* bytes, std::size_t size) {
    ssize_t got = 0;
    do {
      got = ::read(descriptor_, bytes, std::min<std::uint64_t>(size, left_));
    } while (got < 0 && errno == EINTR);
    if (got < 0) fail(errno);
    left_ -= static_cast<std::uint64_t>(got);
    consumed_.fetch_add(static_cast<std::uint64_t>(got), std::memory_order_relaxed);
    return static_cast<std::size_t>(got);
  }

  [[noreturn]] void fail(int error) const {
    throw IoError(path_, std::strerror(error),
                  error == EACCES ? "check the permissions" : "check the path");
  }

  std::string path_;
  int descriptor_;
  bool is_plain_ = false;  // a file, which never makes one wait
  std::uint64_t left_;     // of the part, to be read
  std::string head_;
  std::atomic<std::uint64_t> consumed_{0};
};

// A thread that decompresses ahead, until it is some blocks ahead.
class ByteStream::Decompression {
 public:
  Decompression(File& file, Compression compression) : file_(file) {
    blocks_.set_capacity(kBlocksAhead);
    thread_ = std::jthread([this, compression] { produce(compression); });
  }
  ~Decompression() {
    ended_.store(true, std::memory_order_relaxed);  // a hint; abort() wakes who waits for room
    blocks_.abort();
    thread_.join();
  }

  std::size_t read_some(char* bytes, std::size_t size) {
    if (taken_ == block_.bytes.size() && !at_end_) {
      blocks_.pop(block_);
      taken_ = 0;
      if (block_.failure) std::rethrow_exception(block_.failure);
      at_end_ = block_.bytes.empty();
    }
    const std::size_t count = std::min(size, block_.bytes.size() - taken_);
    std::memcpy(bytes, block_.bytes.data() + taken_, count);
    taken_ += count;
    return count;
  }

  bool is_ready() const { return taken_ < block_.bytes.size() || at_end_ || !blocks_.empty(); }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
  static constexpr int kBlocksAhead = 4;

  struct Block {
    std::string bytes;  // empty: the end
    std::exception_ptr failure;
  };

  // Those of the file. Once some were given that a block may be made of, waits for no more.
  class Bytes : public CompressedBytes {
   public:
    explicit Bytes(File& file) : file_(file) {}
    std::streamsize read(char* bytes, std::streamsize size) override {
      if (std::exchange(gave_some_, true) && !file_.is_ready()) {
        gave_some_ = false;
        return 0;
      }
      const std::size_t got = file_.read_some(bytes, static_cast<std::size_t>(size));
      return got == 0 ? -1 : static_cast<std::streamsize>(got);
    }

   private:
    File& file_;
    bool gave_some_ = false;
  };

  void produce(Compression compression) {
    try {
      Block end;
      const auto fail = [&](std::string reason, std::string remedy) {
        end.failure =
            std::make_exception_ptr(IoError(file_.path(), std::move(reason), std::move(remedy)));
      };
      const std::string_view command = command_of(compression);
      try {
        decompress(compression);
      } catch (const tbb::user_abort&) {
        throw;
      } catch (const IoError&) {
        end.failure = std::current_exception();
      } catch (const TrailingBytes&) {
        fail(fmt::format("other bytes follow the end of the {} data", command),
             fmt::format("{} -dc FILE | hogwild ... - leaves them out", command));
      } catch (const std::exception&) {
        fail(fmt::format("the {} data is damaged or truncated", command),
             fmt::format("check the file with {} -t FILE", command));
      }
      blocks_.push(std::move(end));
    } catch (const tbb::user_abort&) {  // nobody reads on
    }
  }

  void decompress(Compression compression) {
    Bytes source(file_);
    const auto text = decompressor(compression);
    while (!ended_.load(std::memory_order_relaxed)) {
      Block block;
      block.bytes.resize(kBlockBytes);
      const std::streamsize got = text->read(source, block.bytes.data(), kBlockBytes);
      if (got < 0) return;
      if (got == 0) continue;
      block.bytes.resize(static_cast<std::size_t>(got));
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
  const Container* const container = container_of(file_->head());
  if (container == nullptr) return;
  if (!container->compression) {
    throw IoError(path, fmt::format("the file is {}", container->name),
                  std::string(container->remedy));
  }
  decompression_ = std::make_unique<Decompression>(*file_, *container->compression);
}

ByteStream::~ByteStream() = default;

std::size_t ByteStream::read(char* bytes, std::size_t size) {
  std::size_t filled = 0;
  while (filled < size) {
    const std::size_t got = read_some(bytes + filled, size - filled);
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

std::size_t ByteStream::read_some(char* bytes, std::size_t size) {
  return decompression_ ? decompression_->read_some(bytes, size) : file_->read_some(bytes, size);
}

bool ByteStream::is_ready() const {
  return decompression_ ? decompression_->is_ready() : file_->is_ready();
}

std::uint64_t ByteStream::bytes_consumed() const noexcept {
  return file_->bytes_consumed();
}

}  // namespace hogwild
