#include "cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cli/command.hpp"
namespace hogwild::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kBarEvery = 100ms;
constexpr auto kLineEvery = 5s;

ProgressStyle resolved(ProgressStyle style) {
  if (style != ProgressStyle::automatic) return style;
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(STDERR_FILENO) == 1 && !dumb ? ProgressStyle::bar : ProgressStyle::plain;
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// Whatever becomes of it: a progress that can't be shown must not end the run.
void show(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds)) return "?";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string scaled(double number) {
  if (number >= 1e6) return fmt::format("{:.1f} M", number / 1e6);
  if (number >= 1e3) return fmt::format("{:.1f} k", number / 1e3);
  return fmt::format("{:.0f} ", number);
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressStyle style)
    : style_(resolved(style)),
      next_(begin_ + (style_ == ProgressStyle::bar ? Clock::duration(kBarEvery)
                                                   : Clock::duration(kLineEvery))) {}

bool ProgressDisplay::due() {
  if (style_ == ProgressStyle::none) return false;
  const auto now = Clock::now();
  if (now < next_) return false;
  next_ = now +
          (style_ == ProgressStyle::bar ? Clock::duration(kBarEvery) : Clock::duration(kLineEvery));
  return true;
}

void ProgressDisplay::reading(std::uint64_t bytes, std::uint64_t bytes_total) {
  if (!due()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double rate = static_cast<double>(bytes) / seconds;
  const double done =
      bytes_total == 0 ? NAN : static_cast<double>(bytes) / static_cast<double>(bytes_total);
  draw(done, "reading",
       fmt::format("{}B  {}B/s{}", scaled(static_cast<double>(bytes)), scaled(rate),
                   bytes_total == 0
                       ? ""
                       : "  ETA " + duration(static_cast<double>(bytes_total - bytes) / rate)));
}

void ProgressDisplay::training(const Progress& progress) {
  if (progress.rows_done == 0 || !due()) return;
  const auto rows = static_cast<double>(progress.rows_done);
  const double rate = rows / progress.seconds;
  // The total is an estimate where rows are learnt as they are read, and 0 where there is none.
  const double total = std::max(rows, static_cast<double>(progress.rows_total));
  const bool known = progress.rows_total > 0;
  draw(known ? rows / total : NAN, fmt::format("epoch {}/{}", progress.epoch, progress.epochs),
       fmt::format("{}rows  {}rows/s  loss {:.5f}{}", scaled(rows), scaled(rate),
                   progress.train_loss, known ? "  ETA " + duration((total - rows) / rate) : ""));
}

// The bar takes what width the words leave; without room there is none.
void ProgressDisplay::draw(double done, const std::string& before, const std::string& after) {
  const std::string percent = std::isnan(done) ? "" : fmt::format(" {:3.0f} %", 100 * done);
  if (style_ == ProgressStyle::plain) {
    show(fmt::format("{}{}  {}\n", before, percent, after));
    return;
  }
  const std::size_t words = before.size() + percent.size() + after.size() + 2;
  const std::size_t width = terminal_width();
  std::string bar;
  if (!std::isnan(done) && width > words + 14) {
    const std::size_t cells = std::min<std::size_t>(40, width - words - 4);
    const auto full = static_cast<std::size_t>(done * static_cast<double>(cells));
    bar = fmt::format(" [{:<{}}]", std::string(std::min(full, cells), '='), cells);
  }
  std::string line = fmt::format("{}{}{}  {}", before, bar, percent, after);
  line.resize(std::min(line.size(), width - 1));
  show("\r\x1b[K" + line);
  drawn_ = true;
}

void ProgressDisplay::clear() {
  if (std::exchange(drawn_, false)) show("\r\x1b[K");
}

void ProgressDisplay::say(const std::string& line) {
  if (style_ == ProgressStyle::none) return;
  clear();
  show(line + "\n");
}

void add_progress_option(CLI::App& command, ProgressStyle& style) {
  add_choice<ProgressStyle>(command, "--progress", style,
                            "on stderr (default: auto, a bar on a terminal, else lines)",
                            {{"auto", ProgressStyle::automatic},
                             {"bar", ProgressStyle::bar},
                             {"plain", ProgressStyle::plain},
                             {"none", ProgressStyle::none}});
}

}  // namespace hogwild::cli
