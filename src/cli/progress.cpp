#include "cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cli/command.hpp"
namespace hogwild::cli {
namespace {

constexpr std::chrono::milliseconds kBarEvery(100), kLineEvery(5000);

ProgressStyle resolved(ProgressStyle style) {
  if (style != ProgressStyle::automatic) return style;
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(STDERR_FILENO) == 1 && !dumb ? ProgressStyle::bar : ProgressStyle::plain;
}

winsize terminal_size() {
  winsize size{};
  ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
  if (size.ws_col == 0) size.ws_col = 80;
  if (size.ws_row == 0) size.ws_row = 24;
  return size;
}

// Whatever becomes of it: a progress that can't be shown must not end the run.
void show(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

// Whether characters beyond ASCII are shown, as far as the environment says.
bool speaks_utf8() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string upper;
    for (const char* c = value; *c != '\0'; ++c) {
      if (*c != '-') upper += static_cast<char>(std::toupper(static_cast<unsigned char>(*c)));
    }
    return upper.find("UTF8") != std::string::npos;
  }
  return false;
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "?";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

// "3.4 M rows", "3.4 MB".
std::string scaled(double number, const std::string& unit) {
  const std::string space = unit.starts_with('B') ? "" : " ";
  if (number >= 1e6) return fmt::format("{:.1f} M{}{}", number / 1e6, space, unit);
  if (number >= 1e3) return fmt::format("{:.1f} k{}{}", number / 1e3, space, unit);
  return fmt::format("{:.0f} {}", number, unit);
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressStyle style)
    : style_(resolved(style)),
      blocks_(speaks_utf8()),
      next_(begin_ + (style_ == ProgressStyle::bar ? kBarEvery : kLineEvery)) {}

bool ProgressDisplay::due() {
  if (style_ == ProgressStyle::none) return false;
  const auto now = Clock::now();
  if (now < next_) return false;
  next_ = now + (style_ == ProgressStyle::bar ? kBarEvery : kLineEvery);
  return true;
}

void ProgressDisplay::on_reading(std::uint64_t bytes, std::uint64_t bytes_total) {
  if (!due()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double rate = static_cast<double>(bytes) / seconds;
  Status status{.what = "reading",
                .amount = scaled(static_cast<double>(bytes), "B"),
                .speed = scaled(rate, "B/s")};
  if (bytes_total > 0) {
    status.done = static_cast<double>(bytes) / static_cast<double>(bytes_total);
    status.eta = "ETA " + duration(static_cast<double>(bytes_total - bytes) / rate);
  }
  draw(std::move(status));
}

void ProgressDisplay::on_progress(const Progress& progress) {
  using Seconds = std::chrono::duration<double>;
  if (progress.rows_done < rows_done_ || rows_done_ == 0) {  // a run begins
    begin_training_ =
        Clock::now() - std::chrono::duration_cast<Clock::duration>(Seconds(progress.seconds));
  }
  rows_done_ = progress.rows_done;
  if (progress.rows_done == 0 || !due()) return;
  const auto rows = static_cast<double>(progress.rows_done);
  const double rate = rows / progress.seconds;
  // The total is an estimate where rows are learnt as they are read, and 0 where there is none.
  const double total = std::max(rows, static_cast<double>(progress.rows_total));
  Status status{.what = fmt::format("epoch {}/{}", progress.epoch, progress.epochs),
                .amount = scaled(rows, "rows"),
                .speed = scaled(rate, "rows/s"),
                .loss = fmt::format("loss {:.5f}", progress.train_loss),
                .losses = losses_};
  if (valid_) status.valid = fmt::format("valid {:.5f}", *valid_);
  if (progress.rows_total > 0) {
    status.done = rows / total;
    // By the clock, which goes on while validation rows are scored.
    const double elapsed = Seconds(Clock::now() - begin_training_).count();
    status.eta = "ETA " + duration((total - rows) * elapsed / rows);
  }
  draw(std::move(status));
}

void ProgressDisplay::on_epoch(const EpochReport& report) {
  if (report.epoch == 1) losses_.clear();
  losses_.push_back(report.valid_loss.value_or(report.train_loss));
  valid_ = report.valid_loss;
}

void ProgressDisplay::draw(Status status) {
  if (style_ == ProgressStyle::plain) {
    if (status.done) status.what += fmt::format(" {:3.0f} %", 100 * *status.done);
    status.done.reset();
    status.losses.clear();
    show(status_line(status, std::string::npos, false) + "\n");
    return;
  }
  // The last column is left free: some terminals begin a new line once it is filled.
  const winsize size = terminal_size();
  const std::size_t columns = size.ws_col - 1u;
  std::vector<std::string> lines;
  if (above_) lines = above_(blocks_);
  if (lines.size() >= size.ws_row) lines.clear();
  for (std::string& line : lines) line = cut(std::move(line), columns);
  lines.push_back(status_line(status, columns, blocks_));
  std::string text = erasure();
  drawn_.clear();
  for (const std::string& line : lines) {
    if (!drawn_.empty()) text += "\r\n";
    text += line;
    drawn_.push_back(columns_of(line));
  }
  show(text);
}

// What takes away the lines that stand there. A terminal that has become narrower since may have
// broken them.
std::string ProgressDisplay::erasure() const {
  if (drawn_.size() < 2) return "\r\x1b[K";
  const std::size_t columns = terminal_size().ws_col;
  std::size_t rows = 0;
  for (const std::size_t width : drawn_)
    rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
  return fmt::format("\r\x1b[{}A\x1b[J", rows - 1);
}

void ProgressDisplay::clear() {
  if (drawn_.empty()) return;
  show(erasure());
  drawn_.clear();
}

void ProgressDisplay::draw_above(std::function<std::vector<std::string>(bool blocks)> lines) {
  above_ = std::move(lines);
}

void ProgressDisplay::say(const std::string& line) {
  if (style_ == ProgressStyle::none) return;
  clear();
  show(line + "\n");
}

void add_progress_option(CLI::App& command, ProgressStyle& style) {
  add_choice<ProgressStyle>(command, "--progress", style,
                            "progress on stderr (default: auto, a bar on a terminal, else lines)",
                            {{"auto", ProgressStyle::automatic},
                             {"bar", ProgressStyle::bar},
                             {"plain", ProgressStyle::plain},
                             {"none", ProgressStyle::none}})
      ->group("Output");
}

}  // namespace hogwild::cli
