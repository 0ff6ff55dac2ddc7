#include "data/text/decompressor.hpp"

#include <zstd.h>

#include <algorithm>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/zlib.hpp>
#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace hogwild {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kBuffer = 1 << 16;

// What Boost reads from: first what was read too far, then the source.
struct Device {
  using char_type = char;
  using category = io::source_tag;
  CompressedBytes* source;
  std::string* ahead;
  std::streamsize read(char* bytes, std::streamsize size) const {
    if (ahead->empty()) return source->read(bytes, size);
    const std::size_t count = std::min(ahead->size(), static_cast<std::size_t>(size));
    std::memcpy(bytes, ahead->data(), count);
    ahead->erase(0, count);
    return static_cast<std::streamsize>(count);
  }
};

// A file of gzip is one or more members, and may be padded with zeros, which gzip passes over.
// Boost's own filter takes them for a damaged member.
class GzipDecompressor : public Decompressor {
 public:
  std::streamsize read(CompressedBytes& source, char* bytes, std::streamsize size) override {
    Device device{&source, &ahead_};
    for (;;) {
      if (!within_member_) {
        if (const std::streamsize next = find_member(device); next <= 0) return next;
        within_member_ = true;
      }
      const std::streamsize got = member_.read(device, bytes, size);
      if (member_.eof()) {
        ahead_.insert(0, member_.unconsumed_input());
        member_.close(device, std::ios_base::in);
        within_member_ = false;
      }
      if (got > 0 || within_member_) return got;
    }
  }

 private:
  class Member : public io::zlib_decompressor {
   public:
    static constexpr int kGzipHeader = 16;  // zlib.h, inflateInit2()
    Member() : io::zlib_decompressor(io::zlib::default_window_bits + kGzipHeader, kBuffer) {}
    using io::zlib_decompressor::unconsumed_input;
  };

  // 1 where one begins; else as read().
  std::streamsize find_member(Device& device) {
    for (;;) {
      if (ahead_.empty()) {
        std::string bytes(kBuffer, '\0');
        const std::streamsize got = device.read(bytes.data(), kBuffer);
        if (got <= 0) return got;
        ahead_.assign(bytes, 0, static_cast<std::size_t>(got));
      }
      const std::size_t zeros = std::min(ahead_.size(), ahead_.find_first_not_of('\0'));
      ahead_.erase(0, zeros);
      padded_ = padded_ || zeros > 0;
      if (ahead_.empty()) continue;
      if (padded_ || ahead_.front() != '\x1f') throw TrailingBytes();
      return 1;
    }
  }

  Member member_;
  std::string ahead_;  // bytes after a member
  bool within_member_ = false;
  bool padded_ = false;
};

class Bzip2Decompressor : public Decompressor {
 public:
  std::streamsize read(CompressedBytes& source, char* bytes, std::streamsize size) override {
    Device device{&source, &ahead_};
    return filter_.read(device, bytes, size);
  }

 private:
  io::bzip2_decompressor filter_{false, kBuffer};
  std::string ahead_;
};

// Boost's own filter takes a frame that is cut short for whole.
class ZstdDecompressor : public Decompressor {
 public:
  ZstdDecompressor() : context_(ZSTD_createDCtx(), ZSTD_freeDCtx), input_(ZSTD_DStreamInSize()) {
    if (context_ == nullptr) throw std::bad_alloc();
    // As zstd -d --long=31: the library by itself stops at 2^27 bytes.
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                           ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound);
  }

  std::streamsize read(CompressedBytes& source, char* bytes, std::streamsize size) override {
    ZSTD_outBuffer out{bytes, static_cast<std::size_t>(size), 0};
    while (out.pos < out.size) {
      if (in_.pos == in_.size && !wants_room_) {
        const std::streamsize got =
            source.read(input_.data(), static_cast<std::streamsize>(input_.size()));
        if (got < 0 && within_frame_) throw std::runtime_error("a frame is cut short");
        if (got < 0 && out.pos == 0) return -1;
        if (got <= 0) break;
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

std::unique_ptr<Decompressor> decompressor(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipDecompressor>();
    case Compression::bzip2:
      return std::make_unique<Bzip2Decompressor>();
    default:
      return std::make_unique<ZstdDecompressor>();
  }
}

}  // namespace hogwild
