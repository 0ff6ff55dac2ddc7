// An online service over TCP, one row per line: "? 3:1 7:0.5" asks for a prediction, "1 3:1" and
// "0 3:1" are rows to learn. Usage: service PORT MODEL; SIGTERM saves the model.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <hogwild/hogwild.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

class Service {
 public:
  explicit Service(hogwild::Index features) : learner_({.features = features}) {}

  std::string answer(const std::string& line) {
    std::istringstream words(line);
    std::string asked;
    words >> asked;
    std::vector<hogwild::Index> indices;
    std::vector<float> values;
    hogwild::Index index = 0;
    float value = 0;
    for (char colon = 0; words >> index >> colon >> value;) {
      const bool fits = index < learner_.features().size && colon == ':' && std::isfinite(value);
      const bool again = std::ranges::find(indices, index) != indices.end();
      if (!fits || again) return "invalid INDEX:VALUE";
      indices.push_back(index);
      values.push_back(value);
    }
    if (!words.eof()) return "expected INDEX:VALUE";
    const hogwild::SparseRow row{.indices = indices, .values = values};
    if (asked == "?") return std::to_string(learner_.predict(row));
    if (asked != "0" && asked != "1") return "a line starts with ?, 0 or 1";
    const float label = asked == "1" ? 1 : -1;
    recent_.note(learner_.margin(row), label);  // before the row is learnt
    return std::to_string(learner_.learn(row, label));
  }

  std::string state() const {
    const hogwild::ProgressiveMetrics metrics = recent_.metrics();
    return std::to_string(metrics.rows) + " rows, log loss " + std::to_string(metrics.window_loss);
  }
  void save(const std::string& path) const { learner_.save(path); }

 private:
  hogwild::Learner learner_;  // both may be called from any thread
  hogwild::ProgressiveValidation recent_{hogwild::Logistic{}};
};

void serve(int connection, Service& service) {
  FILE* const in = fdopen(connection, "r");
  char* line = nullptr;
  std::size_t room = 0;
  while (getline(&line, &room, in) > 0) {
    const std::string answer = service.answer(line) + "\n";
    if (send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
  }
  std::free(line);
  std::fclose(in);
}

int main(int count, char** words) {
  if (count != 3) return std::fprintf(stderr, "usage: service PORT MODEL\n"), 2;
  Service service(1u << 20);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // of all threads: main waits for it
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(words[1])));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, SOMAXCONN) != 0) {
    return std::perror("service"), 1;
  }
  std::thread([&] {
    for (int connection; (connection = accept(listener, nullptr, nullptr)) >= 0;) {
      std::thread(serve, connection, std::ref(service)).detach();
    }
  }).detach();
  int signal = 0;
  sigwait(&ends, &signal);
  service.save(words[2]);
  std::printf("%s\n", service.state().c_str());
  std::fflush(stdout);
  std::_Exit(0);  // connections may still be open, with threads of their own
}
