#include "support/browser.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>

namespace hogwild::test {
namespace {

using nlohmann::json;

constexpr int kPatience = 60'000;  // milliseconds

// The browser reads calls from 3 and writes answers to 4, so the pipe's own ends are kept above.
void make_pipe(int (&ends)[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  for (int& end : ends) {
    const int higher = fcntl(end, F_DUPFD_CLOEXEC, 10);
    close(end);
    end = higher;
  }
}

std::string from_base64(const std::string& text) {
  const std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int held = 0;  // bits that are in no byte yet
  for (const char letter : text) {
    const auto value = letters.find(letter);
    if (value == std::string_view::npos) break;  // padding
    bits = bits << 6 | static_cast<unsigned>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFF);
  }
  return bytes;
}

}  // namespace

std::optional<std::string> installed_browser() {
  for (const char* program : {"/usr/bin/chromium", "/usr/bin/chromium-browser",
                              "/usr/bin/google-chrome", "/snap/bin/chromium"}) {
    if (access(program, X_OK) == 0) return program;
  }
  return {};
}

Browser::Browser(const std::string& program) {
  int calls[2], answers[2];
  make_pipe(calls);
  make_pipe(answers);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, calls[0], 3);
  posix_spawn_file_actions_adddup2(&actions, answers[1], 4);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // to be ended with its children
  std::vector<std::string> arguments{program,
                                     "--headless=new",
                                     "--no-sandbox",  // which root has no right to
                                     "--disable-gpu",
                                     "--hide-scrollbars",
                                     "--no-first-run",
                                     "--disable-background-networking",
                                     "--disable-component-update",
                                     "--disable-sync",
                                     "--host-resolver-rules=MAP * ~NOTFOUND",
                                     "--remote-debugging-pipe",
                                     "--user-data-dir=" + profile_.path("profile"),
                                     "about:blank"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int error =
      posix_spawn(&process_, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(calls[0]);
  close(answers[1]);
  to_ = calls[1];
  from_ = answers[0];
  if (error != 0) throw std::runtime_error(program + " can't be started");

  const json tab = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget",
                  {{"targetId", tab["targetId"]}, {"flatten", true}})["sessionId"];
  for (const char* domain : {"Page", "Runtime", "Log", "Network"}) {
    call(std::string(domain) + ".enable");
  }
  call("Network.emulateNetworkConditions",
       {{"offline", true}, {"latency", 0}, {"downloadThroughput", -1}, {"uploadThroughput", -1}});
}

Browser::~Browser() {
  if (process_ > 0) {
    kill(-process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  close(to_);
  close(from_);
}

json Browser::receive() {
  for (;;) {
    if (const auto end = unread_.find('\0'); end != std::string::npos) {
      const json message = json::parse(unread_.substr(0, end));
      unread_.erase(0, end + 1);
      return message;
    }
    pollfd waiting{from_, POLLIN, 0};
    if (poll(&waiting, 1, kPatience) <= 0) throw std::runtime_error("the browser does not answer");
    char some[65536];
    const ssize_t bytes = ::read(from_, some, sizeof some);
    if (bytes <= 0) throw std::runtime_error("the browser is gone");
    unread_.append(some, static_cast<std::size_t>(bytes));
  }
}

void Browser::take(const json& event) {
  const std::string method = event.value("method", "");
  const json& told = event["params"];
  if (method == "Page.loadEventFired") loaded_ = true;
  if (method == "Network.requestWillBeSent") requests_.push_back(told["request"]["url"]);
  if (method == "Runtime.consoleAPICalled") complaints_.push_back(told["args"].dump());
  if (method == "Runtime.exceptionThrown") complaints_.push_back(told["exceptionDetails"].dump());
  if (method == "Log.entryAdded") complaints_.push_back(told["entry"]["text"]);
}

json Browser::call(const std::string& method, json parameters) {
  json message{{"id", ++last_call_}, {"method", method}, {"params", std::move(parameters)}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string text = message.dump() + '\0';
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t bytes = write(to_, text.data() + sent, text.size() - sent);
    if (bytes < 0 && errno != EINTR) throw std::runtime_error("the browser is gone");
    if (bytes > 0) sent += static_cast<std::size_t>(bytes);
  }
  for (;;) {
    json answer = receive();
    if (answer.value("id", 0) == last_call_) {
      if (answer.contains("error")) throw std::runtime_error(method + ": " + answer.dump());
      return answer["result"];
    }
    if (answer.contains("method")) take(answer);
  }
}

void Browser::resize(int width, int height) {
  call("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", width < 600}});
}

void Browser::prefer(const std::string& scheme, const std::string& media) {
  call("Emulation.setEmulatedMedia",
       {{"media", media},
        {"features", json::array({{{"name", "prefers-color-scheme"}, {"value", scheme}}})}});
}

void Browser::open(const std::string& path) {
  loaded_ = false;
  call("Page.navigate", {{"url", "file://" + path}});
  while (!loaded_) take(receive());
  evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
}

json Browser::evaluate(const std::string& expression) {
  const json answer =
      call("Runtime.evaluate",
           {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (answer.contains("exceptionDetails")) {
    throw std::runtime_error(expression + ": " + answer["exceptionDetails"].dump());
  }
  return answer["result"].value("value", json());
}

void Browser::mouse(const std::string& type, double x, double y) {
  const bool moved = type == "mouseMoved";
  call("Input.dispatchMouseEvent", {{"type", type},
                                    {"x", x},
                                    {"y", y},
                                    {"button", moved ? "none" : "left"},
                                    {"clickCount", moved ? 0 : 1}});
}

void Browser::move_pointer(double x, double y) {
  mouse("mouseMoved", x, y);
}

void Browser::click(double x, double y) {
  mouse("mouseMoved", x, y);
  mouse("mousePressed", x, y);
  mouse("mouseReleased", x, y);
}

void Browser::press(const std::string& key) {
  for (const char* type : {"keyDown", "keyUp"}) {
    call("Input.dispatchKeyEvent", {{"type", type}, {"key", key}});
  }
}

std::string Browser::screenshot() {
  const std::string text =
      call("Page.captureScreenshot", {{"format", "png"}, {"captureBeyondViewport", true}})["data"];
  return from_base64(text);
}

}  // namespace hogwild::test
