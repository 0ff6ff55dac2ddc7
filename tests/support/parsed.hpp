// What parsers made of a chunk, to be compared.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "data/text/byte_order_mark.hpp"
#include "data/text/parsing.hpp"

namespace hogwild::test {

/// A chunk's rows, or the place of what is wrong with it.
struct ParsedChunk {
  RowBatch batch;
  std::optional<SpottedFault> fault;
};

inline ParsedChunk parsed(const std::string& text, Format format, const ParseRules& rules,
                          OnError on_error) {
  ParsedChunk chunk;
  chunk.fault = parse_rows({0, text, false}, format, rules, on_error, chunk.batch);
  return chunk;
}

/// All but the wording of messages: that is the other parser's in both cases.
inline std::string shown(const ParsedChunk& parsed) {
  const RowBatch& batch = parsed.batch;
  std::string text = fmt::format("{} lines, {} skipped, {} unknown, ones {}, zero {}\n",
                                 batch.lines, batch.skipped_lines, batch.unknown_features,
                                 batch.all_ones, batch.has_zero_index);
  for (std::size_t i = 0; i < batch.labels.size(); ++i) {
    text += fmt::format("{}", batch.labels[i]);
    for (Offset k = batch.offsets[i]; k < batch.offsets[i + 1]; ++k) {
      text += fmt::format(" {}:{}", batch.indices[k], batch.values.empty() ? 1 : batch.values[k]);
    }
    text += '\n';
  }
  for (const auto& [label, spot] : batch.seen.labels()) {
    text += fmt::format("label {} at {}:{}\n", label, spot.line, spot.column);
  }
  for (Index k = 0; k < batch.class_names.size(); ++k) {
    text += fmt::format("class {}\n", batch.class_names[k]);
  }
  for (const Place& place : batch.class_places) {
    text += fmt::format("class at {}:{}\n", place.line, place.column);
  }
  if (parsed.fault) {
    text +=
        fmt::format("{}:{}: {}\n", parsed.fault->line, parsed.fault->column, parsed.fault->reason);
  }
  return text;
}

/// The rows of a text by the parser of single lines alone.
inline ParsedChunk parsed_line_by_line(const std::string& text, ParseLine parse_line,
                                       const ParseRules& rules, OnError on_error) {
  ParsedChunk slow;
  slow.batch.class_labels = rules.class_labels;
  for (std::size_t at = 0; at < text.size();) {
    std::string_view line = std::string_view(text).substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = without_mark(line);
    ++slow.batch.lines;
    if (auto fault = parse_line(line, slow.batch.lines, rules, slow.batch, nullptr)) {
      const auto column = static_cast<std::uint64_t>(fault->at - line.data()) + 1;
      if (!slow.fault) slow.fault = {slow.batch.lines, column, fault->reason, fault->remedy};
      slow.batch.drop_row();
      ++slow.batch.skipped_lines;
      if (on_error == OnError::fail) break;
    }
  }
  return slow;
}

}  // namespace hogwild::test
