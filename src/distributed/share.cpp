#include "distributed/share.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <utility>

#include "data/rows/named_feature.hpp"
#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"

namespace hogwild {
namespace {

std::uint64_t size_of_file(const std::string& path) {
  struct stat status {};
  if (path != "-" && stat(path.c_str(), &status) != 0) {
    throw IoError(path, std::strerror(errno), "check the path; the file must exist on every host");
  }
  if (path == "-" || !S_ISREG(status.st_mode)) {
    throw OptionError("distributed",
                      fmt::format("ranks can't share {}; give files that all ranks can open",
                                  path == "-" ? "the standard input" : path));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

// Where the first line begins at or after a place.
std::uint64_t line_begin(const std::string& path, std::uint64_t place, std::uint64_t size) {
  if (place == 0 || place >= size) return std::min(place, size);
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(place - 1));  // a line that ends just before begins there
  file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  return file.good() ? static_cast<std::uint64_t>(file.tellg()) : size;
}

// place: where a line begins.
std::uint64_t lines_before(const std::string& path, std::uint64_t place) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t lines = 0;
  for (std::string line; place > 0 && std::getline(file, line); ++lines) {
    place -= std::min<std::uint64_t>(place, line.size() + 1);
  }
  return lines;
}

Dataset rows_of_hogdata(const std::vector<std::string>& paths, int part, int parts,
                        const ReadOptions& options) {
  ReadOptions mapped = options;  // so that each rank copies its part alone
  mapped.all_hashes = false;
  const Dataset all = read(paths, mapped);
  const auto cut = [&](int k) {
    return all.rows() * static_cast<Offset>(k) / static_cast<Offset>(parts);
  };
  std::vector<Offset> rows(cut(part + 1) - cut(part));
  std::iota(rows.begin(), rows.end(), cut(part));
  Dataset own = all.select(rows);
  return options.all_hashes && !options.features ? with_all_hashes(std::move(own)) : own;
}

}  // namespace

FileParts part_of(const std::vector<std::string>& paths, int part, int parts) {
  std::vector<std::uint64_t> sizes;
  for (const std::string& path : paths) sizes.push_back(size_of_file(path));
  const std::uint64_t total = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
  const auto cut = [&](int k) {
    return total / static_cast<std::uint64_t>(parts) * static_cast<std::uint64_t>(k) +
           (k == parts ? total % static_cast<std::uint64_t>(parts) : 0);
  };
  const std::uint64_t begin = cut(part), end = cut(part + 1);
  FileParts own;
  std::uint64_t before = 0;  // bytes of the files before
  for (std::size_t i = 0; i < paths.size(); before += sizes[i], ++i) {
    const auto within = [&](std::uint64_t place) {
      return std::clamp(place, before, before + sizes[i]) - before;
    };
    if (ByteStream(paths[i]).is_compressed()) {
      const std::uint64_t middle = before + sizes[i] / 2;
      if (begin <= middle && middle < end) {
        own.paths.push_back(paths[i]);
        own.parts.push_back({});
      }
      continue;
    }
    const ByteRange lines{line_begin(paths[i], within(begin), sizes[i]),
                          line_begin(paths[i], within(end), sizes[i])};
    if (lines.begin >= lines.end) continue;
    own.paths.push_back(paths[i]);
    own.parts.push_back(lines);
  }
  return own;
}

PartOfRows read_part(const std::vector<std::string>& paths, int part, int parts,
                     ReadOptions options) {
  if (std::ranges::any_of(paths, is_hogdata)) {
    return {rows_of_hogdata(paths, part, parts, options), {}};
  }
  const FileParts files = part_of(paths, part, parts);
  const auto nothing = [&] {
    FeatureSpace space = options.features.value_or(FeatureSpace{});
    return PartOfRows{Dataset({}, std::move(space), Source{.paths = paths}), files};
  };
  if (files.paths.empty()) return nothing();
  if (!options.features && options.index_base == IndexBase::automatic) {
    options.index_base = IndexBase::zero;  // what the lowest is, all parts together tell
  }
  try {
    Dataset rows = hogwild::read(Input(files.paths, files.parts), files.paths, options);
    if (rows.features().names && !options.features) {
      throw OptionError("distributed",
                        "feature names would get different numbers on each rank; use --hash-bits");
    }
    return {std::move(rows), files};
  } catch (const ParseError& error) {
    const Place place = in_file({error.path, error.line, error.column}, files);
    throw ParseError(place.path, place.line, place.column, error.reason, error.remedy);
  } catch (const NoRowError&) {
    return nothing();
  }
}

Place in_file(Place place, const FileParts& files) {
  for (std::size_t i = 0; i < files.paths.size(); ++i) {
    if (place.line != 0 && files.paths[i] == place.path) {
      if (files.parts[i].begin > 0) place.line += lines_before(place.path, files.parts[i].begin);
      break;
    }
  }
  return place;
}

void put_row(Bytes& bytes, const SparseRow& row, Index begin, Index end, bool ones) {
  const auto position = [&](Index feature) {
    return static_cast<std::size_t>(std::ranges::lower_bound(row.indices, feature) -
                                    row.indices.begin());
  };
  const std::size_t first = position(begin), count = position(end) - first;
  put(bytes, row.label);
  put(bytes, row.weight);
  put(bytes, static_cast<std::uint32_t>(count));
  put_all(bytes, row.indices.subspan(first, count));
  for (std::size_t k = first; !ones && k < first + count; ++k) put(bytes, row.value(k));
}

Dataset rows_in(std::span<const Bytes> parts, const Dataset& like, bool ones) {
  Dataset::Arrays arrays;
  bool weighted = false;
  for (const Bytes& part : parts) {
    for (Unpacking rows(part); rows.left() > 0;) {
      arrays.labels.push_back(rows.take<float>());
      const auto weight = rows.take<float>();
      arrays.weights.push_back(weight);
      weighted = weighted || weight != 1;
      const auto count = rows.take<std::uint32_t>();
      for (std::uint32_t k = 0; k < count; ++k) arrays.indices.push_back(rows.take<Index>());
      for (std::uint32_t k = 0; !ones && k < count; ++k) {
        arrays.values.push_back(rows.take<float>());
      }
      arrays.offsets.push_back(arrays.indices.size());
    }
  }
  if (!weighted) arrays.weights = {};
  return Dataset(std::move(arrays), like.features(), like.source(), like.seen_labels(),
                 like.classes());
}

bool all_ones(World& world, const Dataset& own) {
  return std::ranges::count(world.gather(own.all_ones()), false) == 0;
}

Dataset sample_of_all(World& world, const Dataset& own, std::uint64_t bytes, Recipients who) {
  const bool ones = all_ones(world, own);
  Offset rows = 0, nonzeros = 0;
  for (const auto& of_rank : world.gather(std::array{own.rows(), own.nonzeros()})) {
    rows += of_rank[0];
    nonzeros += of_rank[1];
  }
  const std::uint64_t all = 12 * rows + (ones ? 4 : 8) * nonzeros;
  const Offset stride = all / bytes + 1;
  Bytes some;
  for (Offset i = 0; i < own.rows(); i += stride) {
    put_row(some, own.row(i), 0, own.features().size, ones);
  }
  std::vector<Bytes> parts = world.gather_all(some);
  if (who == Recipients::first && !world.is_first()) parts.clear();
  return rows_in(parts, own, ones);
}

}  // namespace hogwild
