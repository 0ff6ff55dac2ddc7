// A browser without a window, driven through a pipe by the Chrome DevTools Protocol.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/files.hpp"

namespace hogwild::test {

/// The browser that is installed, or nothing.
std::optional<std::string> installed_browser();

/// One tab, cut off from any network. Everything throws std::runtime_error when the browser does
/// not answer within a minute, or answers with an error.
class Browser {
 public:
  explicit Browser(const std::string& program);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// In pixels; how the page is to look, "light" or "dark", and "screen" or "print".
  void resize(int width, int height);
  void prefer(const std::string& scheme, const std::string& media = "screen");

  /// Returns when all of the page is loaded, and drawn once.
  void open(const std::string& path);

  /// What an expression comes to; a promise is waited for.
  nlohmann::json evaluate(const std::string& expression);

  void move_pointer(double x, double y);
  void click(double x, double y);
  void press(const std::string& key);

  /// A picture of the whole page as PNG.
  std::string screenshot();

  /// What the console has been told, what was thrown, and what was refused, since the start.
  const std::vector<std::string>& complaints() const noexcept { return complaints_; }
  /// Every address that was asked for.
  const std::vector<std::string>& requests() const noexcept { return requests_; }

 private:
  nlohmann::json call(const std::string& method,
                      nlohmann::json parameters = nlohmann::json::object());
  nlohmann::json receive();
  void take(const nlohmann::json& event);
  void mouse(const std::string& type, double x, double y);

  TemporaryFolder profile_;
  int process_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string unread_;
  int last_call_ = 0;
  std::string session_;
  bool loaded_ = false;
  std::vector<std::string> complaints_;
  std::vector<std::string> requests_;
};

}  // namespace hogwild::test
