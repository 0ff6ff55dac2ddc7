// The hogwild program beside the test.
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "support/files.hpp"
#include "support/places.hpp"

namespace hogwild::test {

/// `hogwild ARGUMENTS` in a folder, from construction until wait(), or at the latest destruction,
/// which kills it.
class Process {
 public:
  Process(const TemporaryFolder& folder, const std::string& arguments) {
    std::string shell = "/bin/sh", option = "-c",
                script = "cd '" + folder.path("") + "' && exec " + program() + " " + arguments;
    char* words[] = {shell.data(), option.data(), script.data(), nullptr};
    if (posix_spawn(&number_, shell.c_str(), nullptr, nullptr, words, environ) != 0) number_ = -1;
  }
  ~Process() {
    if (number_ < 0) return;
    signal(SIGKILL);
    wait();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t number() const { return number_; }
  void signal(int number) const { kill(number_, number); }

  /// Whether it has ended by itself. Then wait() no longer knows how.
  bool has_ended() {
    if (number_ < 0 || waitpid(number_, nullptr, WNOHANG) == 0) return number_ < 0;
    number_ = -1;
    return true;
  }

  /// Its exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    waitpid(number_, &status, 0);
    number_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t number_ = -1;
};

}  // namespace hogwild::test
