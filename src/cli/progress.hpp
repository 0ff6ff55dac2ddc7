// How far reading and training have come, on stderr.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "hogwild/train/result.hpp"
#include "hogwild/train/train.hpp"

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

enum class ProgressStyle {
  automatic,  ///< bar on a terminal, else plain
  bar,        ///< one line, redrawn
  plain,      ///< a line now and then
  none,       ///< nothing
};

/// Adds --progress.
void add_progress_option(CLI::App& command, ProgressStyle& style);

/// Draws progress. note() and the drawing share stderr, so say everything through it.
class ProgressDisplay : public FileObserver {
 public:
  explicit ProgressDisplay(ProgressStyle style);
  ~ProgressDisplay() override { clear(); }
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void on_reading(std::uint64_t bytes, std::uint64_t bytes_total) override;
  void on_note(const std::string& line) override { say(line); }
  void on_progress(const Progress& progress) override;
  /// What an epoch came to, for what is drawn from now on.
  void on_epoch(const EpochReport& report) override;
  bool stop_requested() override { return interrupted(); }

  /// Lines to be drawn above the bar from now on, each cut to the terminal's width; they are asked
  /// for each time, and told whether the terminal shows block characters. Where bars are not drawn,
  /// or the terminal is too low for them all, there are none.
  void draw_above(std::function<std::vector<std::string>(bool blocks)> lines);

  /// Whether there is a bar.
  bool has_bar() const noexcept { return style_ == ProgressStyle::bar; }

  /// A line that stays, above the bar; nothing under ProgressStyle::none.
  void say(const std::string& line);

  /// Takes the bar away, for a message that must be seen in any style.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool due();
  void draw(Status status);
  std::string erasure() const;

  ProgressStyle style_;
  bool blocks_;                  // the terminal shows them
  std::vector<double> losses_;   // of the epochs before, validation's where there is one
  std::optional<double> valid_;  // the last epoch's
  std::function<std::vector<std::string>(bool)> above_;
  std::vector<std::size_t> drawn_;  // columns of the lines that stand there
  Clock::time_point begin_ = Clock::now();
  Clock::time_point begin_training_;
  std::uint64_t rows_done_ = 0;  // as it was told last
  Clock::time_point next_;
};

}  // namespace hogwild::cli
