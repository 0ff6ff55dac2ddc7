#include "serve/server.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "parallel/thread_team.hpp"
#include "support/files.hpp"
#include "support/http_client.hpp"
#include "support/rows.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

using test::HttpClient;
using test::Response;
using Json = nlohmann::json;

constexpr const char* kBody = R"({"rows":[{"features":{"1":1,"2":0.5},"label":1}]})";

class ServerTest : public testing::Test {
 protected:
  ServerTest() { save_model(1); }

  void save_model(std::uint64_t seed) {
    const Dataset data = test::random_rows(200, 20, 0.3, true, seed);
    save(train(data, {.learning_rate = 0.1f, .threads = 1}).model, folder_.path("m"));
  }

  HttpClient serve(ServerOptions options = {}) {
    options.port = 0;
    options.threads = 2;
    if (options.timeout.count() == 30'000) options.timeout = std::chrono::seconds(10);
    service_ = std::make_unique<Service>(
        ServiceOptions{.model = folder_.path("m"), .learn = true, .snapshot = folder_.path("s")});
    api_ = std::make_unique<Api>(*service_, std::nullopt);
    log_ = std::make_unique<AccessLog>(folder_.path("log"));
    server_ = std::make_unique<Server>(*api_, *log_, options);
    return HttpClient(server_->port());
  }

  // That the service is as it should be, whatever came before.
  void expect_up() {
    HttpClient client(server_->port());
    EXPECT_EQ(client.ask("POST", "/predict", kBody).status, 200);
    EXPECT_EQ(service_->model()->learnt(), 0u);
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, KeepsAConnectionForManyRequests) {
  HttpClient client = serve();
  for (int k = 0; k < 20; ++k) {
    const Response response = client.ask("POST", "/predict", kBody);
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(Json::parse(response.body)["predictions"][0].is_number());
  }
  EXPECT_EQ(client.ask("GET", "/nowhere").status, 404);
  EXPECT_EQ(client.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(client.ask("POST", "/predict", "rubbish").status, 400);
  EXPECT_EQ(client.ask("POST", "/predict", kBody).status, 200);
  client.send("GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.ended());
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  server_.reset();
  const std::string log = test::contents(folder_.path("log"));
  EXPECT_EQ(std::ranges::count(log, '\n'), 25);
  const Json line = Json::parse(log.substr(0, log.find('\n')));
  EXPECT_EQ(line["target"], "/predict");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["rows"], 1);
  EXPECT_EQ(line["bytes_in"], std::string(kBody).size());
}

TEST_F(ServerTest, AnswersPipelinedRequestsInTheirOrder) {
  HttpClient client = serve();
  const std::string length = std::to_string(std::string(kBody).size());
  const std::string one =
      "POST /predict HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " +
      length + "\r\n\r\n" + kBody;
  client.send(one + "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n" + one +
              "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n");
  for (const int status : {200, 404, 200, 200}) EXPECT_EQ(client.receive().status, status);
}

TEST_F(ServerTest, AnswersWhoHasFinishedSending) {
  HttpClient client = serve();
  client.send("GET /model HTTP/1.1\r\nHost: h\r\n\r\n");
  client.finish();
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.ended());
  // Half of a body, and no more to come.
  HttpClient half(server_->port());
  half.send(
      "POST /learn HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\n1 "
      "1:1");
  half.finish();
  EXPECT_EQ(half.receive().status, 400);
  EXPECT_TRUE(half.ended());
  expect_up();
}

TEST_F(ServerTest, TakesBodiesInChunksAndOnInvitation) {
  HttpClient client = serve();
  client.send(
      "POST /predict HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
      "chunked\r\n\r\n4\r\n1:1 \r\n5\r\n2:0.5\r\n1\r\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  client.send(
      "POST /predict HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("1:1\n");
  EXPECT_EQ(client.receive().status, 200);
  client.send("HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n");
  // Its length is told, and no body sent.
  std::string text;
  const Response head = client.receive();
  EXPECT_EQ(head.status, 200);
}

TEST_F(ServerTest, RefusesWhatIsTooLong) {
  HttpClient client = serve({.body_limit = 1000, .bodies_limit = 1500, .header_limit = 2000});
  client.send(
      "POST /learn HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
      "Content-Length: 1000000000\r\n\r\n1 1:1\n");
  EXPECT_EQ(client.receive().status, 413);
  client.send(std::string(100'000, '1'));
  EXPECT_TRUE(client.ended());

  HttpClient chunked(server_->port());
  chunked.send(
      "POST /learn HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  for (int k = 0; k < 40; ++k) chunked.send("40\r\n" + std::string(64, ' ') + "\r\n");
  EXPECT_EQ(chunked.receive().status, 413);
  EXPECT_TRUE(chunked.ended());

  HttpClient flood(server_->port());
  flood.send("GET /healthz HTTP/1.1\r\nHost: h\r\n");
  for (int k = 0; k < 1000; ++k) {
    if (!flood.send("X-" + std::to_string(k) + ": flood\r\n")) break;
  }
  EXPECT_EQ(flood.receive().status, 431);
  EXPECT_TRUE(flood.ended());

  HttpClient target(server_->port());
  target.send("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\n\r\n");
  EXPECT_EQ(target.receive().status, 431);

  // What chunks may carry beside a body has no length of its own.
  const std::string chunked_head =
      "POST /learn HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
      "chunked\r\n\r\n";
  for (const std::string& start :
       {std::string("5;"), std::string("0\r\nA: "), std::string("5;a=b\r\n1 1:1\r\n"),
        std::string("0\r\nA: b\r\n")}) {
    HttpClient client(server_->port());
    client.send(chunked_head + start);
    for (int k = 0; k < 30'000; ++k) {
      if (!client.send(start.ends_with("b\r\n") ? "A: b\r\n" : std::string(100, 'a'))) break;
    }
    const int status = client.receive().status;
    EXPECT_TRUE(status == 400 || status == 431) << start << status;
  }
  expect_up();
}

TEST_F(ServerTest, RefusesMoreBytesThanItHasRoomFor) {
  HttpClient first = serve({.body_limit = 1000, .bodies_limit = 1500});
  const std::string head =
      "POST /predict HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: "
      "900\r\n\r\n";
  first.send(head + "1:1");
  HttpClient second(server_->port());
  Response response;
  // Which of the two is read first is not known; one of them is told.
  second.send(head + "1:1");
  const std::string rest = std::string(896, ' ') + "\n";  // one row, so that the answer is short
  first.send(rest);
  second.send(rest);
  const int one = first.receive().status, other = second.receive().status;
  EXPECT_TRUE((one == 200 && (other == 200 || other == 429)) || (one == 429 && other == 200))
      << one << " " << other;
  // Alone there is room, and what was taken has been given back.
  for (int k = 0; k < 3; ++k) {
    HttpClient again(server_->port());
    again.send(head + "1:1" + rest);
    EXPECT_EQ(again.receive().status, 200);
  }
  expect_up();
}

TEST_F(ServerTest, RefusesRubbish) {
  serve();
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),  // TLS
        std::string("\0\0\0\0\r\n\r\n", 8), std::string("GET\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n"), std::string("GET /\x01 HTTP/1.1\r\n\r\n"),
        std::string("POST /learn HTTP/1.1\r\nContent-Length: x\r\n\r\n"),
        std::string("POST /learn HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("POST /learn HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n"),
        std::string("GET /healthz HTTP/1.1\r\n: x\r\n\r\n"),
        std::string("GET /healthz HTTP/1.1\r\n\r\n"),
        std::string("POST /learn HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
                    "Transfer-Encoding: gzip\r\n\r\n1 1:1\n"),
        std::string("POST /learn HTTP/1.1\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
                    "chunked\r\n\r\nzz\r\n")}) {
    HttpClient client(server_->port());
    client.send(bytes);
    const Response response = client.receive();
    EXPECT_EQ(response.status, 400) << bytes;
    EXPECT_TRUE(Json::accept(response.body)) << response.body;
    EXPECT_TRUE(client.ended()) << bytes;
  }
  expect_up();
}

TEST_F(ServerTest, ClosesWhoDawdles) {
  HttpClient client = serve({.timeout = std::chrono::milliseconds(200)});
  client.send("GET /heal");
  EXPECT_TRUE(client.ended());
  HttpClient silent(server_->port());
  EXPECT_TRUE(silent.ended());
  HttpClient body(server_->port());
  body.send(
      "POST /learn HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n1 ");
  EXPECT_TRUE(body.ended());
  EXPECT_EQ(service_->model()->learnt(), 0u);
}

TEST_F(ServerTest, ClosesWhoDoesNotReadItsAnswers) {
  HttpClient client = serve({.timeout = std::chrono::milliseconds(300)});
  // Requests of a few bytes whose answers have kilobytes, and none is read: buffers fill, first
  // with answers, then with requests.
  const std::string request = "GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n";
  std::string many;
  for (int k = 0; k < 1000; ++k) many += request;
  bool open = true;
  for (int k = 0; open && k < 1000; ++k) open = client.send(many);
  EXPECT_FALSE(open);
  HttpClient other(server_->port());
  EXPECT_EQ(other.ask("GET", "/healthz").status, 200);
}

TEST_F(ServerTest, TurnsAwayMoreConnectionsThanItTakes) {
  HttpClient first = serve({.connections = 2});
  HttpClient second(server_->port());
  EXPECT_EQ(first.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(second.ask("GET", "/healthz").status, 200);
  HttpClient third(server_->port());
  const Response response = third.receive();
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.head.find("Retry-After"), std::string::npos);
  EXPECT_EQ(first.ask("GET", "/healthz").status, 200);
}

TEST_F(ServerTest, EndsIdleConnectionsWhenItDrains) {
  for (int round = 0; round < 10; ++round) {
    serve();
    std::vector<std::unique_ptr<HttpClient>> idle;
    for (int k = 0; k < 100; ++k) idle.push_back(std::make_unique<HttpClient>(server_->port()));
    EXPECT_EQ(idle.back()->ask("GET", "/healthz").status, 200);
    EXPECT_TRUE(server_->drain(std::chrono::seconds(20)));
    server_.reset();
  }
}

// The model that a lesson's head found is not the one that its body finds.
TEST_F(ServerTest, TeachesNoModelThatCannotLearn) {
  HttpClient client = serve();
  const std::string body = kBody;
  client.send(
      "POST /learn HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Expect: 100-continue\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  folder_.write("classes", "a 1:1\nb 2:1\nc 3:1\n");
  const Dataset classes = read({folder_.path("classes")}, {.class_labels = true});
  save(train(classes, {.loss = Softmax{}, .learning_rate = 0.1f, .threads = 1}).model,
       folder_.path("m"));
  EXPECT_TRUE(service_->reload());
  client.send(body);
  EXPECT_EQ(client.receive().status, 409);
}

TEST_F(ServerTest, DrainsWithoutLosingAnAnswer) {
  HttpClient idle = serve();
  EXPECT_EQ(idle.ask("GET", "/healthz").status, 200);
  HttpClient busy(server_->port());
  const std::string body = kBody;
  busy.send(
      "POST /predict HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, 10));
  // Its head has come once the other sees it counted as a connection: ask until then.
  while (service_->metrics().text().find("hogwild_connections 2\n") == std::string::npos) {
    std::this_thread::yield();
  }
  std::thread rest([&] {
    EXPECT_TRUE(idle.ended());
    busy.send(body.substr(10));
    const int status = busy.receive().status;
    EXPECT_TRUE(status == 200 || status == 503 || status == 0) << status;
    EXPECT_TRUE(busy.ended());
  });
  EXPECT_TRUE(server_->drain(std::chrono::seconds(20)));
  rest.join();
  EXPECT_FALSE(HttpClient(server_->port()).ask("GET", "/healthz").status == 200);
}

// Asked by several while it is taught and its model is replaced: every answer is one.
TEST_F(ServerTest, FailsNoRequestWhileItLearnsAndReloads) {
  serve();
  const std::uint16_t port = server_->port();
  for (const int workers : {1, 3}) {
    std::atomic<int> running{workers};
    const int requests = test::kSanitized ? 150 : 1000;
    ThreadTeam team(workers + 1);
    team.run([&](int worker) {
      if (worker == workers) {
        for (std::uint64_t seed = 2; running.load(std::memory_order_relaxed) > 0; ++seed) {
          save_model(seed);
          service_->reload();
        }
        return;
      }
      HttpClient client(port);
      for (int k = 0; k < requests; ++k) {
        const bool teaches = worker == 1 && k % 2 == 1;
        const Response response = client.ask("POST", teaches ? "/learn" : "/predict", kBody);
        EXPECT_EQ(response.status, 200) << response.body;
        if (teaches) continue;
        const double p = Json::parse(response.body)["predictions"][0];
        EXPECT_TRUE(p > 0 && p < 1);
      }
      running.fetch_sub(1, std::memory_order_relaxed);
    });
  }
}

TEST_F(ServerTest, NamesWhatIsWrongWithItsOptions) {
  serve();
  const auto refused = [&](ServerOptions options) {
    options.threads = 1;
    EXPECT_THROW(Server(*api_, *log_, options), Error);
  };
  refused({.port = server_->port()});  // taken
  refused({.address = "nowhere"});
  refused({.port = 0, .tls_certificate = folder_.path("m")});
  refused({.port = 0, .tls_certificate = folder_.path("m"), .tls_key = folder_.path("m")});
}

// A certificate of its own and the key, as PEM files.
void write_certificate(const std::string& certificate, const std::string& key) {
  EVP_PKEY* const pair = EVP_EC_gen("P-256");
  X509* const made = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), 0);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, pair);
  X509_sign(made, pair, EVP_sha256());
  FILE* file = fopen(certificate.c_str(), "w");
  PEM_write_X509(file, made);
  fclose(file);
  file = fopen(key.c_str(), "w");
  PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
  fclose(file);
  X509_free(made);
  EVP_PKEY_free(pair);
}

TEST_F(ServerTest, SpeaksTls) {
  const std::string certificate = folder_.path("c.pem"), key = folder_.path("k.pem");
  write_certificate(certificate, key);
  serve({.tls_certificate = certificate, .tls_key = key});
  const auto bio_to = [&] {
    BIO* const bio = BIO_new_connect(("127.0.0.1:" + std::to_string(server_->port())).c_str());
    BIO_do_connect(bio);
    return bio;
  };
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_load_verify_locations(context, certificate.c_str(), nullptr);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL* const session = SSL_new(context);
  BIO* const bio = bio_to();
  SSL_set_bio(session, bio, bio);
  ASSERT_EQ(SSL_connect(session), 1);
  EXPECT_EQ(SSL_get_verify_result(session), X509_V_OK);
  for (int k = 0; k < 2; ++k) {
    const std::string request = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
    SSL_write(session, request.data(), static_cast<int>(request.size()));
    std::string answer;
    char piece[1000];
    while (answer.find("\"ok\"}\n") == std::string::npos) {
      const int got = SSL_read(session, piece, sizeof piece);
      ASSERT_GT(got, 0);
      answer.append(piece, static_cast<std::size_t>(got));
    }
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK"));
  }
  SSL_shutdown(session);
  SSL_free(session);
  // Who speaks no TLS, and an old one, get nothing.
  HttpClient plain(server_->port());
  plain.send("GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_EQ(plain.receive().status, 0);
  SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  SSL* const old = SSL_new(context);
  BIO* const second = bio_to();
  SSL_set_bio(old, second, second);
  EXPECT_NE(SSL_connect(old), 1);
  SSL_free(old);
  SSL_CTX_free(context);
}

}  // namespace
}  // namespace hogwild
