// A data set to a mapped file, whole or not at all.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/new_file.hpp"
#include "data/hogdata/layout.hpp"
#include "data/rows/hashes.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/ranking.hpp"

namespace hogwild {
namespace {

template <class Value>
std::string_view bytes_of(std::span<const Value> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <class Value>
void append(std::string& out, const Value& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string text_of(const FeatureNames& names) {
  std::string text;
  for (Index j = 0; j < names.size(); ++j) {
    append(text, static_cast<std::uint32_t>(names[j].size()));
    text += names[j];
  }
  return text;
}

Json place_of(const Place& place) {
  return {{"path", place.path}, {"line", place.line}, {"column", place.column}};
}

Json labels_of(const SeenLabels& seen) {
  Json labels = Json::array();
  for (const SeenLabels::Label& label : seen.labels()) {
    labels.push_back({{"value", label.value}, {"place", place_of(label.place)}});
  }
  return labels;
}

Json source_of(const Source& source) {
  Json files = Json::array();
  for (const std::string& path : source.paths) {
    if (const auto file = FileIdentity::of(path)) {
      files.push_back({{"path", file->path},
                       {"bytes", file->bytes},
                       {"modified", file->modified},
                       {"checksum", file->checksum}});
    }
  }
  return {{"paths", source.paths},
          {"bytes", source.bytes},
          {"lines", source.lines},
          {"skipped_lines", source.skipped_lines},
          {"first_skipped", source.first_skipped},
          {"files", std::move(files)}};
}

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kDataAlignment - 1) / kDataAlignment * kDataAlignment;
}

}  // namespace

void save_hogdata(const Dataset& unordered, const std::string& path) {
  const Dataset data = ranked(unordered);
  const FeatureSpace& features = data.features();
  // Hashes, where features have some: what a space without FeatureSpace::hashes would have.
  Array<Index> plain = features.ranking->features;
  if (features.hashes)
    std::ranges::transform(plain, plain.begin(), [&](Index j) { return (*features.hashes)[j]; });
  const std::string names = features.names ? text_of(*features.names) : std::string();
  std::vector<std::pair<const char*, std::string_view>> sections{
      {"offsets", bytes_of(data.offsets())},
      {"indices", bytes_of(data.indices())},
      {"values", bytes_of(data.values())},
      {"labels", bytes_of(data.labels())},
      {"weights", bytes_of(data.weights())},
      {"features", bytes_of(std::span<const Index>(plain))},
      {"names", names}};
  const auto& recipe = features.recipe;
  if (recipe && recipe->terms) {
    sections.emplace_back("terms", bytes_of(std::span<const float>(recipe->terms->idf)));
  }

  Json header{
      {"version", kVersion},
      {"rows", data.rows()},
      {"nonzeros", data.nonzeros()},
      {"features", features.hashes ? count_of_hashes(features.hash_bits) : features.ranking->size},
      {"ranked_features", features.size},
      {"hash_bits", features.hash_bits},
      {"index_base", features.index_base},
      {"format", features.format},
      {"labels", labels_of(data.seen_labels())},
      {"source", source_of(data.source())}};
  if (const auto& unlabelled = data.seen_labels().unlabelled()) {
    header["unlabelled"] = place_of(*unlabelled);
  }
  if (data.classes()) header["classes"] = *data.classes();
  if (recipe) header["recipe"] = Json::parse(json_of(*recipe));
  // Offsets count from where the first section begins, so that they do not depend on the length of
  // the header that tells them.
  std::uint64_t end = 0;
  for (const auto& [name, bytes] : sections) {
    header["sections"][name] = {{"offset", end},
                                {"bytes", bytes.size()},
                                {"checksum", XXH3_64bits(bytes.data(), bytes.size())}};
    end = aligned(end + bytes.size());
  }
  const std::string json = in_one_line(header);

  std::string head;
  append(head, kDataVersion);
  append(head, static_cast<std::uint32_t>(json.size()));
  const std::uint64_t checksum = [&] {
    const std::string checked = head + json;
    return XXH3_64bits(checked.data(), checked.size());
  }();
  append(head, checksum);
  NewFile file(path, "data file");
  std::uint64_t at = 0;
  const auto write = [&](std::string_view bytes) {
    file.write(bytes);
    at += bytes.size();
  };
  const std::string zeros(kDataAlignment, '\0');
  const auto align = [&] { write(std::string_view(zeros).substr(0, aligned(at) - at)); };
  write(kDataMagic);
  write(head);
  write(json);
  for (const auto& section : sections) {
    align();
    write(section.second);
  }
  align();
  file.commit();
}

}  // namespace hogwild
