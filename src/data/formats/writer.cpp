#include "data/formats/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/new_file.hpp"
#include "core/text.hpp"
#include "data/formats/parser.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/labels.hpp"

namespace hogwild {
namespace {

[[noreturn]] void lose(const std::string& what) {
  throw DataError("rows", what, "write another format: .jsonl takes all names, .hogdata all rows");
}

// A name, or a part of one, as it stands in VW text.
std::string vw_word(std::string_view part, std::string_view name) {
  std::string word;
  for (std::size_t k = 0; k < part.size(); ++k) {
    if (part[k] == ':' && k + 1 < part.size() && part[k + 1] == '^') continue;
    word += part[k];
  }
  if (word.find_first_of(" \t\r\n|:") != word.npos) {
    lose(fmt::format("the feature '{}' can't be written as VW text", name));
  }
  return word;
}

// Throws if VW text would be read as a feature of another name.
void require_same_name(std::string_view name_space, std::string_view word, std::string_view name) {
  std::string again;
  append_part(again, name_space, {});
  if (!name_space.empty()) again += '^';
  append_part(again, word, {});
  if (again != name) lose(fmt::format("the feature '{}' can't be written as VW text", name));
}

// Of row i, as the file had it: the name of a class, or a number; "" if it has none.
std::string label_of_row(const Dataset& data, Offset i) {
  const float label = data.labels()[i];
  if (std::isnan(label)) return {};
  return data.classes() ? (*data.classes())[static_cast<std::size_t>(label)] : class_name(label);
}

// The same for a format whose labels have none of those bytes, and whose weights follow a label.
std::string label_without(const char* bytes, const Dataset& data, Offset i,
                          std::string_view format) {
  std::string label = label_of_row(data, i);
  if (label.find_first_of(bytes) != label.npos) {
    lose(fmt::format("the label '{}' can't be written as {} text", label, format));
  }
  if (label.empty() && data.row(i).weight != 1) {
    lose(fmt::format("row {} has a weight and no label, as {} text can't have", i + 1, format));
  }
  return label;
}

// The name of a feature for a format that has labels and weights beside features; `who` has them.
std::string own_name(const Dataset& data, Index j, std::string_view who) {
  std::string name = data.features().name(j);
  if (name == "label" || name == "weight") {
    lose(fmt::format("a feature is called '{}', as what {} of a row", name, who));
  }
  return name;
}

void write_libsvm_row(const Dataset& data, Offset i, std::string& text) {
  const SparseRow row = data.row(i);
  text += label_without(" \t#:,", data, i, "libsvm");
  if (row.weight != 1) fmt::format_to(std::back_inserter(text), ":{}", row.weight);
  std::vector<std::pair<Index, float>> features;
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    const std::string name = data.features().name(row.indices[k]);
    const auto number = number_in<Index>(name);
    if (!number || fmt::format_int(*number).c_str() != name) {
      lose("features have names, which libsvm text has not");
    }
    features.emplace_back(*number, row.value(k));
  }
  std::ranges::sort(features);
  for (const auto& [number, value] : features) {
    fmt::format_to(std::back_inserter(text), "{}{}:{}",
                   text.ends_with('\n') || text.empty() ? "" : " ", number, value);
  }
  text += '\n';
}

void write_vw_row(const Dataset& data, Offset i, std::string& text) {
  const SparseRow row = data.row(i);
  text += label_without(" \t|:,'", data, i, "VW");
  if (row.weight != 1) fmt::format_to(std::back_inserter(text), " {}", row.weight);
  std::string open = "|";  // no namespace
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    const std::string name = data.features().name(row.indices[k]);
    const std::string_view head = namespace_of(name);
    const std::string its_namespace = vw_word(head, name);
    if (its_namespace != open) {
      fmt::format_to(std::back_inserter(text), " |{}", its_namespace);
      open = its_namespace;
    }
    const std::string word =
        vw_word(std::string_view(name).substr(head.empty() ? 0 : head.size() + 1), name);
    require_same_name(its_namespace, word, name);
    text += ' ' + word;
    if (row.value(k) != 1) fmt::format_to(std::back_inserter(text), ":{}", row.value(k));
  }
  if (row.nonzeros() == 0) text += " |";
  text += '\n';
}

// A field of a table, in quotes where it needs them: RFC 4180 (2005).
std::string csv_field(std::string_view value) {
  const bool is_plain = value.find_first_of(",\"\r\n") == value.npos && !value.empty() &&
                        !is_blank(value.front()) && !is_blank(value.back());
  if (is_plain) return std::string(value);
  std::string quoted = "\"";
  for (const char c : value) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

// A feature that a row lacks is written as 0.
std::string csv_header(const Dataset& data) {
  constexpr std::uint64_t kMostFields = 1'000'000'000;
  const Index size = data.features().size;
  if (data.rows() > kMostFields / std::max<Index>(size, 1)) {
    lose(fmt::format("a table of {} rows and {} columns would be mostly zeros", data.rows(), size));
  }
  std::string header = "label";
  if (data.has_weights()) header += ",weight";
  for (Index j = 0; j < size; ++j) header += ',' + csv_field(own_name(data, j, "a table has"));
  return header + '\n';
}

void write_csv_row(const Dataset& data, Offset i, std::string& text) {
  const SparseRow row = data.row(i);
  text += csv_field(label_of_row(data, i));
  if (data.has_weights()) fmt::format_to(std::back_inserter(text), ",{}", row.weight);
  std::vector<float> values(data.features().size);
  for (std::size_t k = 0; k < row.nonzeros(); ++k) values[row.indices[k]] = row.value(k);
  for (const float value : values) fmt::format_to(std::back_inserter(text), ",{}", value);
  text += '\n';
}

void write_json_row(const Dataset& data, Offset i, std::string& text) {
  const SparseRow row = data.row(i);
  Json json = Json::object();
  if (const std::string label = label_of_row(data, i); !label.empty()) {
    json["label"] = data.classes() ? Json(label) : Json::parse(label);
  }
  if (row.weight != 1) json["weight"] = row.weight;
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    json[own_name(data, row.indices[k], "JSON lines have")] = row.value(k);
  }
  try {
    text += json.dump() + '\n';
  } catch (const Json::type_error&) {
    lose(fmt::format("row {} has a name that is not UTF-8", i + 1));
  }
}

// Both throw DataError for what the format can't have.
struct Written {
  std::string_view extension;
  /// Appends row i of the data as a line.
  void (*write)(const Dataset& data, Offset i, std::string& text);
  /// The first line; null: the rows begin at once.
  std::string (*header)(const Dataset& data) = nullptr;
};

constexpr std::array kWritten{Written{".svm", write_libsvm_row}, Written{".vw", write_vw_row},
                              Written{".jsonl", write_json_row},
                              Written{".csv", write_csv_row, csv_header}};

const Written* written_to(std::string_view path) noexcept {
  const auto* const found = std::ranges::find_if(
      kWritten, [&](const Written& its) { return path.ends_with(its.extension); });
  return found == kWritten.end() ? nullptr : found;
}

}  // namespace

bool is_text_file(std::string_view path) noexcept {
  return written_to(path) != nullptr;
}

void write_text(const Dataset& data, const std::string& path) {
  const Written& its = *written_to(path);
  const FeatureSpace& features = data.features();
  if (features.hash_bits != 0) lose("features are hashed, so that their names are not known");
  if (std::filesystem::exists(path)) {
    throw IoError(path, "this file exists", "give the name of a new file as the last one");
  }
  NewFile file(path, "text file");
  constexpr std::size_t kEnough = std::size_t{1} << 20;
  std::string text = its.header == nullptr ? std::string() : its.header(data);
  for (Offset i = 0; i < data.rows(); ++i) {
    its.write(data, i, text);
    if (text.size() < kEnough) continue;
    file.write(text);
    text.clear();
  }
  file.write(text);
  file.commit();
}

}  // namespace hogwild
