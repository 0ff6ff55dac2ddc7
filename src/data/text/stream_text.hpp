// What a RowStream reads from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/text/input.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/row_stream.hpp"

namespace hogwild {

class RowStream::Text {
 public:
  Text(std::vector<std::string> paths, ReadOptions options);

  const std::vector<std::string>& paths() const noexcept { return paths_; }

  /// With features numbered as in the text, and the format decided if there is a sample.
  const ReadOptions& options() const noexcept { return options_; }

  /// As the user gave them.
  const ReadOptions& asked() const noexcept { return asked_; }

  const std::optional<Dataset>& sample() const noexcept { return sample_; }
  bool is_all_seen() const noexcept { return all_seen_; }
  std::uint64_t bytes_of_text() const noexcept { return bytes_of_text_; }
  bool can_repeat() const noexcept { return can_repeat_; }
  FeatureSpace features() const;

  /// The text from its beginning. REQUIRES: can_repeat(), or it is the first call.
  Input open();

  /// What reading has found.
  void note(Source source) { source_ = std::move(source); }
  const Source& source() const noexcept { return source_; }

 private:
  void take_sample();

  std::vector<std::string> paths_;
  ReadOptions asked_;
  ReadOptions options_;
  std::optional<Input> input_;  // begun, where it can't be repeated
  std::optional<Dataset> sample_;
  Source source_;
  bool all_seen_ = false;
  bool can_repeat_ = false;
  std::uint64_t bytes_of_text_ = 0;
};

}  // namespace hogwild
