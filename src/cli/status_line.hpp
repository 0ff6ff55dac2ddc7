// One line that tells how far something is, made to fit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hogwild::cli {

/// What a line may tell. Words that are empty are not told.
struct Status {
  std::string what{};            ///< "epoch 3/10"
  std::optional<double> done{};  ///< in [0, 1]
  std::string amount{};          ///< "3.4 M rows"
  std::string speed{};           ///< "8.0 M rows/s"
  std::string loss{};            ///< "loss 0.41000"
  std::string valid{};           ///< "valid 0.40600"
  std::vector<double> losses{};  ///< of the epochs so far, for a spark line
  std::string eta{};             ///< "ETA 3 s"
};

/// Of as many columns at most. What matters least goes first: the spark line, the amount, the
/// validation loss, the speed, the loss; a bar takes up to 40 columns that are left over.
/// blocks: whether the terminal shows block characters, without which there is no spark line.
std::string status_line(const Status& status, std::size_t columns, bool blocks);

/// Numbers as blocks of their height, the last `most` of them; those that are not finite are blank.
std::string spark_line(const std::vector<double>& numbers, std::size_t most);

/// As much of UTF-8 text as columns hold, on the terms below.
std::string cut(std::string line, std::size_t columns);

/// Columns that UTF-8 text takes, if none of its characters is wide or combines.
std::size_t columns_of(const std::string& text);

}  // namespace hogwild::cli
