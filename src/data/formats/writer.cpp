#include "data/formats/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iterator>

#include "core/json.hpp"
#include "core/new_file.hpp"
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

// Where the namespace ends: at the first '^' without a colon before it; npos: there is none.
std::size_t end_of_namespace(std::string_view name) noexcept {
  for (std::size_t at = name.find('^'); at != name.npos; at = name.find('^', at + 1)) {
    if (at == 0 || name[at - 1] != ':') return at;
  }
  return name.npos;
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

void write_libsvm_row(const Dataset& data, Offset i, std::string& text) {
  const SparseRow row = data.row(i);
  text += label_without(" \t#:,", data, i, "libsvm");
  if (row.weight != 1) fmt::format_to(std::back_inserter(text), ":{}", row.weight);
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    fmt::format_to(std::back_inserter(text), "{}{}:{}",
                   text.ends_with('\n') || text.empty() ? "" : " ",
                   data.features().name(row.indices[k]), row.value(k));
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
    const std::size_t end = end_of_namespace(name);
    const std::string its_namespace =
        end == name.npos ? std::string() : vw_word(std::string_view(name).substr(0, end), name);
    if (its_namespace != open) {
      fmt::format_to(std::back_inserter(text), " |{}", its_namespace);
      open = its_namespace;
    }
    text += ' ' + vw_word(std::string_view(name).substr(end == name.npos ? 0 : end + 1), name);
    if (row.value(k) != 1) fmt::format_to(std::back_inserter(text), ":{}", row.value(k));
  }
  if (row.nonzeros() == 0) text += " |";
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
    const std::string name = data.features().name(row.indices[k]);
    if (name == "label" || name == "weight") {
      lose(fmt::format("a feature is called '{}', as what JSON lines have of a row", name));
    }
    json[name] = row.value(k);
  }
  try {
    text += json.dump() + '\n';
  } catch (const Json::type_error&) {
    lose(fmt::format("row {} has a name that is not UTF-8", i + 1));
  }
}

// Appends row i of the data as a line. Throws DataError for a name that the format can't have.
using WriteRow = void (*)(const Dataset& data, Offset i, std::string& text);

struct Written {
  std::string_view extension;
  bool by_name;
  WriteRow write;
};

constexpr std::array kWritten{Written{".svm", false, write_libsvm_row},
                              Written{".vw", true, write_vw_row},
                              Written{".jsonl", true, write_json_row}};

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
  if (!its.by_name && features.names) lose("features have names, which libsvm text has not");
  if (std::filesystem::exists(path)) {
    throw IoError(path, "this file exists", "give the name of a new file as the last one");
  }
  NewFile file(path, "text file");
  constexpr std::size_t kEnough = std::size_t{1} << 20;
  std::string text;
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
