// The service as a process.
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "hogwild/model/file.hpp"
#include "parallel/thread_team.hpp"
#include "support/command.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/sanitized.hpp"

namespace hogwild::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kRow = R"({"features":{"1":1,"2":0.5}})";
constexpr const char* kTaught = R"({"features":{"1":1,"2":0.5},"label":-1})";

class Serve : public Command {
 protected:
  Serve() { run("train train.svm -o m --learning-rate 0.5 --epochs 5 --progress none"); }

  // A service on a port that it chooses; what it says goes to "said".
  std::unique_ptr<Process> serve(const std::string& arguments) {
    std::filesystem::remove(folder_.path("said"));
    auto process = std::make_unique<Process>(folder_, "serve --port 0 " + arguments + " 2>said");
    constexpr std::string_view kBefore = "http://127.0.0.1:";
    for (port_ = 0; port_ == 0 && !process->has_ended(); std::this_thread::yield()) {
      const std::string said =
          std::filesystem::exists(folder_.path("said")) ? file("said") : std::string();
      const auto at = said.find(kBefore);
      if (at == std::string::npos || said.find('\n') == std::string::npos) continue;
      port_ = static_cast<std::uint16_t>(std::atoi(said.c_str() + at + kBefore.size()));
    }
    return process;
  }

  Response ask(const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& more = "") {
    HttpClient client(port_);
    return client.ask(method, target, body, "Content-Type: application/json\r\n" + more);
  }
  double predict() { return Json::parse(ask("POST", "/predict", kRow).body)["predictions"][0]; }

  std::uint16_t port_ = 0;
};

TEST_F(Serve, LearnsAndSavesWhenItIsEnded) {
  folder_.write("token", "sesame\n");
  const auto process = serve("m --token-file token --access-log log");
  const double before = predict();
  EXPECT_EQ(ask("POST", "/learn", kTaught, "Authorization: Bearer wrong\r\n").status, 401);
  EXPECT_EQ(predict(), before);
  EXPECT_EQ(ask("POST", "/learn", kTaught, "Authorization: Bearer sesame\r\n").status, 200);
  const double after = predict();
  EXPECT_LT(after, before);
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait(), 0);
  const std::string printed = run("predict m.snapshot", "", "1:1 2:0.5\n").out;
  EXPECT_NEAR(std::stod(printed), after, 1e-6);
  EXPECT_EQ(lines(file("log")).size(), 5u);
  EXPECT_NE(file("said").find("saved m.snapshot"), std::string::npos) << file("said");
}

TEST_F(Serve, ReadsOnlyIfItIsTold) {
  const auto process = serve("m --read-only");
  EXPECT_EQ(ask("POST", "/learn", kTaught).status, 409);
  process->signal(SIGINT);
  EXPECT_EQ(process->wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("m.snapshot")));
}

// HOGWILD_RELOADS times, or a few; no request fails meanwhile.
TEST_F(Serve, FailsNoRequestWhenTheModelIsReplaced) {
  const char* const wished = std::getenv("HOGWILD_RELOADS");
  const int reloads = wished != nullptr ? std::atoi(wished) : 3;
  run("train train.svm -o other --learning-rate 0.1 --progress none");
  std::filesystem::copy_file(folder_.path("m"), folder_.path("first"));
  const auto process = serve("m --reload-every 0.05");
  std::atomic<bool> done{false};
  std::atomic<int> answered{0};
  ThreadTeam team(3);
  team.run([&](int worker) {
    if (worker > 0) {
      HttpClient client(port_);
      while (!done.load()) {
        const Response response = client.ask("POST", "/predict", kRow);
        EXPECT_EQ(response.status, 200) << response.body;
        if (response.status != 200) break;
        answered.fetch_add(1);
      }
      return;
    }
    const auto count = [&](const std::string& name) {
      const std::string text = ask("GET", "/metrics").body;
      return std::atoi(text.c_str() + text.find("\nhogwild_" + name + " ") + name.size() + 10);
    };
    for (int reload = 1; reload <= reloads; ++reload) {
      std::filesystem::copy_file(folder_.path(reload % 2 ? "other" : "first"), folder_.path("new"),
                                 std::filesystem::copy_options::overwrite_existing);
      std::filesystem::rename(folder_.path("new"), folder_.path("m"));
      while (count("reloads_total") < reload) std::this_thread::yield();
    }
    folder_.write("m", "rubbish");
    while (count("reload_failures_total") < 1) std::this_thread::yield();
    done.store(true);
  });
  EXPECT_GT(answered.load(), reloads);
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  EXPECT_GT(predict(), 0);
}

// HOGWILD_SOAK_SECONDS, or a moment, of being taught and asked: it is as large at the end as it was
// after the first tenth.
TEST_F(Serve, KeepsItsSize) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer keeps what was freed";
  const char* const wished = std::getenv("HOGWILD_SOAK_SECONDS");
  const std::chrono::duration<double> time(wished != nullptr ? std::atof(wished) : 0.5);
  const auto process = serve("m");
  const auto size = [&] {
    const std::string text = ask("GET", "/metrics").body;
    constexpr std::string_view kName = "\nhogwild_resident_memory_bytes ";
    return std::atof(text.c_str() + text.find(kName) + kName.size());
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto passed = [&] { return (std::chrono::steady_clock::now() - begin) / time; };
  double early = 0;
  ThreadTeam team(2);
  team.run([&](int worker) {
    while (passed() < 1) {
      HttpClient client(port_);
      for (int k = 0; k < 1000 && passed() < 1; ++k) {
        const bool teaches = (k + worker) % 2 == 0;
        const Response response =
            client.ask("POST", teaches ? "/learn" : "/predict", teaches ? kTaught : kRow);
        EXPECT_EQ(response.status, 200) << response.body;
        if (worker == 0 && early == 0 && passed() > 0.1) early = size();
      }
    }
  });
  ASSERT_GT(early, 0);
  EXPECT_LT(size() - early, 4 << 20);
}

TEST_F(Serve, OpensModelAndLogAnewOnHangUp) {
  const auto process = serve("m --reload-every 0 --access-log log");
  predict();
  std::filesystem::rename(folder_.path("log"), folder_.path("log.1"));
  process->signal(SIGHUP);
  while (!std::filesystem::exists(folder_.path("log"))) predict();
  while (lines(file("said")).size() < 2) predict();
  EXPECT_NE(file("said").find("reloaded m"), std::string::npos) << file("said");
}

TEST_F(Serve, ShowsLiveParametersAsTheyChange) {
  ASSERT_EQ(run("train train.svm -o x --learning-rate 0.1 --parameters p --progress none").status,
            0);
  const auto reader = serve("--parameters p");
  const std::uint16_t reader_port = port_;
  EXPECT_EQ(ask("POST", "/learn", kTaught).status, 409);
  const double before = predict();
  ASSERT_EQ(run("train train.svm -o x --parameters p --epochs 5 --progress none").status, 0);
  const double after = predict();
  EXPECT_GT(after, before);
  // Another service that learns changes what the first predicts.
  const auto teacher = serve("--parameters p --learn");
  EXPECT_EQ(ask("POST", "/learn", kTaught).status, 200);
  EXPECT_EQ(Json::parse(ask("GET", "/model").body)["writers"].size(), 1u);
  port_ = reader_port;
  EXPECT_LT(predict(), after);
  EXPECT_TRUE(Json::parse(ask("GET", "/model").body)["live_parameters"]);
  teacher->signal(SIGTERM);
  EXPECT_EQ(teacher->wait(), 0);
  EXPECT_EQ(ask("POST", "/snapshot").status, 200);
  EXPECT_EQ(run("evaluate p.snapshot train.svm").status, 0);
}

TEST_F(Serve, SaysWhatIsWrong) {
  for (const std::string wrong :
       {"serve", "serve m --parameters p", "serve m --token-file train.svm.none",
        "serve m --learn --read-only", "serve m --optimizer ftrl", "serve m --port 70000",
        "serve m --timeout 0", "serve m --read-only --optimizer sgd", "serve m --tls-key train.svm",
        "serve m --address nowhere", "serve m --body-limit 1G", "serve train.svm", "serve none",
        "serve --parameters m", "serve m --access-log none/log", "serve m --connections 0"}) {
    const Outcome outcome = run(wrong);
    EXPECT_TRUE(outcome.status == 1 || outcome.status == 2) << wrong << outcome.status;
    EXPECT_TRUE(outcome.err.starts_with("hogwild: ")) << wrong << ": " << outcome.err;
  }
}

}  // namespace
}  // namespace hogwild::test
