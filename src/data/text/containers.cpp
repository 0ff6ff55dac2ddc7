#include "data/text/containers.hpp"

#include <algorithm>

namespace hogwild {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kConvert =
    "convert it to libsvm or VW text, for example with sklearn.datasets.dump_svmlight_file";
constexpr std::string_view kToTable =
    "convert it to CSV, for example with pandas.read_parquet(...).to_csv(..., index=False)";

// Magics of letters alone are as long as no label is.
constexpr Container kContainers[] = {
    {"\x1f\x8b"sv, {}, "compressed with gzip", "", Compression::gzip},
    {"\x28\xb5\x2f\xfd"sv, {}, "compressed with zstd", "", Compression::zstd},
    // A frame to skip, which a zstd stream may begin with: RFC 8878, section 3.1.2.
    {"\x50\x2a\x4d\x18"sv, {0, 0x0f}, "compressed with zstd", "", Compression::zstd},
    {"BZh01AY"sv, {3, 0x0f}, "compressed with bzip2", "", Compression::bzip2},
    {"BZh0\x17\x72\x45"sv,
     {3, 0x0f},
     "compressed with bzip2",
     "",
     Compression::bzip2},  // of nothing
    {"\xfd\x37zXZ\0"sv, {}, "compressed with xz", "decompress it: xz -dc FILE | hogwild ... -"},
    {"\x5d\0\0"sv, {}, "compressed with lzma", "decompress it: xz -dc FILE | hogwild ... -"},
    {"\x04\x22\x4d\x18"sv,
     {},
     "compressed with lz4",
     "decompress it: lz4 -dc FILE | hogwild ... -"},
    {"\x02\x21\x4c\x18"sv,
     {},
     "compressed with lz4",
     "decompress it: lz4 -dc FILE | hogwild ... -"},
    {"LZIP\x01"sv, {}, "compressed with lzip", "decompress it: lzip -dc FILE | hogwild ... -"},
    {"\x1f\x9d"sv, {}, "compressed with compress", "decompress it: gzip -dc FILE | hogwild ... -"},
    {"\xff\x06\0\0sNaPpY"sv,
     {},
     "compressed with snappy",
     "decompress it: snzip -dc FILE | hogwild ... -"},
    {"PK\x03\x04"sv, {}, "a zip archive", "unpack it: unzip -p FILE | hogwild ... -"},
    {"PK\x05\x06"sv, {}, "an empty zip archive", "give a file with rows"},
    {"7z\xbc\xaf\x27\x1c"sv, {}, "a 7z archive", "unpack it: 7z e -so FILE | hogwild ... -"},
    {"Rar!\x1a\x07"sv, {}, "a RAR archive", "unpack it: unrar p -inul FILE | hogwild ... -"},
    {"PAR1\x15"sv, {}, "a Parquet file", kToTable},
    {"ARROW1\0\0"sv, {}, "an Arrow file", kToTable},
    {"\xff\xff\xff\xff"sv, {}, "an Arrow stream", kToTable},
    {"FEA1\0"sv, {}, "a Feather file", kToTable},
    {"\x89HDF\r\n\x1a\n"sv, {}, "an HDF5 file", kConvert},
    {"\x93NUMPY"sv, {}, "a NumPy array (.npy)", kConvert},
    {"Obj\x01"sv, {}, "an Avro file", kConvert},
    {"SQLite format 3\0"sv, {}, "an SQLite database", kConvert},
};

// Whether they do as far as both go.
bool agree(std::string_view head, const Container& container) noexcept {
  const std::size_t both = std::min(head.size(), container.magic.size());
  for (std::size_t k = 0; k < both; ++k) {
    const int free = k == container.free.byte ? container.free.bits : 0;
    if (((head[k] ^ container.magic[k]) & ~free) != 0) return false;
  }
  return true;
}

}  // namespace

const Container* container_of(std::string_view head) noexcept {
  const auto* const found = std::ranges::find_if(kContainers, [&](const Container& container) {
    return head.size() >= container.magic.size() && agree(head, container);
  });
  return found == std::end(kContainers) ? nullptr : found;
}

bool may_begin_container(std::string_view head) noexcept {
  return std::ranges::any_of(kContainers, [&](const Container& container) {
    return head.size() < container.magic.size() && agree(head, container);
  });
}

}  // namespace hogwild
