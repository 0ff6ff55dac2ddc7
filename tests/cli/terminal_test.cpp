// The command on a terminal, as far as a pseudo-terminal is one.
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/progress.hpp"
#include "support/command.hpp"
#include "support/places.hpp"
#include "support/sanitized.hpp"
#include "support/screen.hpp"

namespace hogwild::test {
namespace {

class Terminal : public Command {
 protected:
  // All that the command writes to a terminal of so many columns.
  std::string shown(unsigned short columns, const std::string& arguments,
                    const char* kind = "xterm") {
    winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    int master = -1;
    const pid_t child = forkpty(&master, nullptr, nullptr, &size);
    if (child == 0) {
      setenv("TERM", kind, 1);
      setenv("LC_ALL", "C.UTF-8", 1);
      const std::string command =
          "cd '" + folder_.path("") + "' && exec " + test::program() + " " + arguments;
      execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    std::string text;
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::read(master, buffer, sizeof buffer);
      if (got <= 0) break;  // EIO, once the other side is closed
      text.append(buffer, static_cast<std::size_t>(got));
    }
    int status = 0;
    waitpid(child, &status, 0);
    close(master);
    EXPECT_EQ(status, 0) << text;
    return text;
  }

  // What is drawn over and over, each as it stands.
  static std::vector<std::string> drawn(const std::string& text) {
    const std::string begin = "\r\x1b[K";
    std::vector<std::string> lines;
    for (auto at = text.find(begin); at != std::string::npos;) {
      const auto from = at + begin.size();
      at = text.find(begin, from);
      const auto end = text.find('\r', from);
      // A line that stays begins in the same way, and ends.
      const bool stays = end != std::string::npos && text[end + 1] == '\n';
      if (end != from && !stays) lines.push_back(text.substr(from, end - from));
    }
    return lines;
  }
};

TEST_F(Terminal, LinesAreDrawnWithinItsWidth) {
  run("generate dense 20000 -o dense.svm");
  for (const unsigned short columns : {40, 80, 200}) {
    const auto lines =
        drawn(shown(columns, "train dense.svm -o m --learning-rate 0.1 --threads 1 --epochs " +
                                 std::string(kSanitized ? "8" : "250")));
    ASSERT_FALSE(lines.empty()) << columns;
    for (const std::string& line : lines) {
      EXPECT_LT(cli::columns_of(line), columns) << line;
      if (line.starts_with("epoch")) {
        EXPECT_NE(line.find("ETA"), std::string::npos) << line;
      }
    }
    const bool has_sparks = lines.back().find("▁") != std::string::npos;
    if (columns != 80) {  // where it depends on how long the words are
      EXPECT_EQ(has_sparks, columns == 200) << lines.back();
    }
  }
}

TEST_F(Terminal, RulesAreComparedInATableThatIsDrawnAnew) {
  run("generate dense 20000 -o dense.svm");
  const std::string rules = "sgd,adagrad,adam";
  for (const unsigned short columns : {40, 80, 200}) {
    const std::string text =
        shown(columns, "compare dense.svm --learning-rate 0.01 --threads 1 --rules " + rules +
                           " --epochs " + (kSanitized ? "4" : "80"));
    Screen screen;
    std::size_t tables = 0;
    const std::string anew = "\r\x1b[";  // each time it is drawn
    std::size_t at = 0;
    for (std::size_t next = text.find(anew); next != std::string::npos;
         next = text.find(anew, at + 1)) {
      screen.write(text.substr(at, next - at));
      at = next;
      std::size_t heads = 0;
      for (const std::string& line : screen.lines()) {
        heads += line.starts_with("  rule ");
        // Lines that stay stand above, and may be of any length.
        if (heads > 0) {
          EXPECT_LT(line.size(), columns) << line;
        }
      }
      ASSERT_LE(heads, 1u) << "a table that was drawn before is left there";
      tables += heads == 1;
    }
    EXPECT_GE(tables, 2u) << text;
    screen.write(text.substr(at));
    // At the end there is the table of results alone.
    for (const std::string& line : screen.lines()) {
      EXPECT_FALSE(line.starts_with("  rule ") || line.find("ETA") != std::string::npos) << line;
    }
  }
}

TEST_F(Terminal, ADumbOneIsToldInLines) {
  const std::string text = shown(80, "train train.svm -o m --learning-rate 0.1", "dumb");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("saved m"), std::string::npos);
}

}  // namespace
}  // namespace hogwild::test
