#include "data/text/decompressor.hpp"

#include <zstd.h>

#include <algorithm>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/zlib.hpp>
#include <cstddef>
#include <cstring>
#include <new>
#include <vector>

namespace hogwild {
namespace {

namespace io = boost::iostreams;

constexpr std::streamsize kBuffer = 1 << 16;

// Bytes that were read and not taken yet.
class Ahead {
 public:
  // False if there are none, with why in `got`, as CompressedBytes::read() has it.
  bool fill(CompressedBytes& source, std::streamsize& got) {
    if (begin_ < end_) return true;
    got = source.read(bytes_.data(), kBuffer);
    begin_ = 0;
    end_ = static_cast<std::size_t>(std::max<std::streamsize>(got, 0));
    return got > 0;
  }

  std::size_t take(char* bytes, std::size_t size) {
    const std::size_t count = std::min(size, end_ - begin_);
    std::memcpy(bytes, bytes_.data() + begin_, count);
    begin_ += count;
    return count;
  }

  // REQUIRES: so many were the last to be taken, in one call.
  void put_back(std::size_t count) { begin_ -= count; }

  char front() const { return bytes_[begin_]; }
  void skip() { ++begin_; }

 private:
  std::vector<char> bytes_ = std::vector<char>(kBuffer);
  std::size_t begin_ = 0, end_ = 0;
};

// What Boost reads from.
struct Device {
  using char_type = char;
  using category = io::source_tag;
  CompressedBytes* source;
  Ahead* ahead;
  std::streamsize read(char* bytes, std::streamsize size) const {
    std::streamsize got = 0;
    if (!ahead->fill(*source, got)) return got;
    return static_cast<std::streamsize>(ahead->take(bytes, static_cast<std::size_t>(size)));
  }
};

// A file of gzip is one or more members, and may be padded with zeros, which gzip passes over.
// Boost's own filter takes them for a damaged member.
class GzipDecompressor : public Decompressor {
 public:
  std::streamsize read(CompressedBytes& source, char* bytes, std::streamsize size) override {
    Device device{&source, &ahead_};
    std::streamsize filled = 0;
    while (filled < size) {
      if (!within_member_) {
        const std::streamsize next = find_member(source);
        if (next <= 0) return filled > 0 ? filled : next;
        within_member_ = true;
      }
      filled += std::max<std::streamsize>(0, member_.read(device, bytes + filled, size - filled));
      if (!member_.eof()) break;
      ahead_.put_back(member_.unconsumed_input().size());
      member_.close(device, std::ios_base::in);
      within_member_ = false;
    }
    return filled;
  }

 private:
  class Member : public io::zlib_decompressor {
   public:
    static constexpr int kGzipHeader = 16;  // zlib.h, inflateInit2()
    // After each member what is left of a piece is read again; there may be many of a few bytes.
    static constexpr std::streamsize kPiece = 1 << 12;
    Member() : io::zlib_decompressor(io::zlib::default_window_bits + kGzipHeader, kPiece) {}
    using io::zlib_decompressor::unconsumed_input;
  };

  // 1 where one begins; else as read().
  std::streamsize find_member(CompressedBytes& source) {
    for (std::streamsize got = 0;; ahead_.skip()) {
      if (!ahead_.fill(source, got)) return got;
      const bool padding = ahead_.front() == '\0';
      if (!padding && (padded_ || ahead_.front() != '\x1f')) throw TrailingBytes();
      if (!padding) return 1;
      padded_ = true;
    }
  }

  Member member_;
  Ahead ahead_;
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
  Ahead ahead_;
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
