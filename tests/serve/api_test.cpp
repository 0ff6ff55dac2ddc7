#include "serve/api.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/data/row_builder.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::json;

class ApiTest : public testing::Test {
 protected:
  static constexpr const char* kLibsvm = "1 1:1 2:0.5\n-1 2:1 3:1\n1 1:1\n-1 3:2\n";

  // A model of text, saved as "m".
  void learn(const std::string& text, TrainOptions options = {}, ReadOptions read_options = {}) {
    folder_.write("data", text);
    read_options.class_labels = learns_classes(options);
    options.threads = 1;
    options.epochs = 5;
    save(train(read({folder_.path("data")}, read_options), options).model, folder_.path("m"));
  }

  void serve(bool learns = true, std::optional<Token> token = {}) {
    service_ = std::make_unique<Service>(ServiceOptions{.model = folder_.path("m"),
                                                        .learn = learns,
                                                        .learning = {.learning_rate = 0.1f},
                                                        .snapshot = folder_.path("s")});
    api_ = std::make_unique<Api>(*service_, token);
  }

  Reply ask(const std::string& method, const std::string& target, const std::string& body = "",
            const std::string& type = "application/json", const std::string& accept = "",
            const std::string& authorization = "", const std::string& origin = "") {
    const RequestHead head{method, target, type, "", accept, authorization, origin};
    if (auto refused = api_->refused(head)) return *refused;
    return api_->reply(head, body, batch_);
  }
  Json predictions(const std::string& body, const std::string& target = "/predict") {
    const Reply reply = ask("POST", target, body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return Json::parse(reply.body)["predictions"];
  }
  float predict(const std::string& features) {
    return predictions("{\"features\":" + features + "}")[0].get<float>();
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Api> api_;
  RowBatch batch_;
};

TEST_F(ApiTest, NamesABodyOfAnotherFormat) {
  learn(kLibsvm);
  serve();
  for (const std::string body : {"1,0.5,2\n0,1,3\n", "{\"features\":{\"1\":1}}"}) {
    const Reply reply = ask("POST", "/predict", body, "text/plain");
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.body.find(body[0] == '{' ? "looks like JSON" : "looks like CSV"),
              std::string::npos)
        << reply.body;
  }
  EXPECT_EQ(ask("POST", "/predict",
                "\xef\xbb\xbf"
                "1:1\n",
                "text/plain")
                .status,
            200);
}

TEST_F(ApiTest, ReadsNamespacesByTheRecipeOfTheModel) {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text +=
        fmt::format("{} |u a{} |v b{} c:{} |w d{}\n", i % 2 ? 1 : -1, i % 5, i % 3, i % 4, i % 7);
  }
  learn(text, {}, {.columns = {.drop = {"w"}, .cross = {"u:v"}}});
  const Model model = load(folder_.path("m"));
  RowBuilder builder(model.features());
  builder.add("u", "a1", 1);
  builder.add("v", "c", 2);
  const float expected = model.predict(builder.row());
  for (const bool learns : {false, true}) {
    serve(learns);
    EXPECT_NEAR(predict(R"({"u^a1":1,"v^c":2,"w^d1":1})"), expected, 1e-6);
    const Reply reply = ask("POST", "/predict", "|u a1 |v c:2 |w d1\n", "text/plain", "text/plain");
    EXPECT_NEAR(std::stof(reply.body), expected, 1e-6) << reply.body;
  }
  EXPECT_EQ(ask("POST", "/learn", R"({"features":{"u^a1":1},"label":1,"weight":2})").status, 200);
  EXPECT_EQ(ask("POST", "/learn", R"({"features":{"u^a1":1},"label":7})").status, 400);
  EXPECT_EQ(ask("POST", "/learn", R"({"features":{"u^a1":1},"label":1,"weight":-1})").status, 400);
}

TEST_F(ApiTest, ReadsRawRowsByTheRecipeOfTheModel) {
  std::string table = "age,city,note,churned\n";
  for (int i = 0; i < 60; ++i) {
    table += fmt::format("{},{},word{} more words,{}\n", 20 + i % 30, i % 3 ? "rome" : "paris",
                         i % 4, i % 2);
  }
  learn(table, {}, {.columns = {.label = "churned", .text = {"note"}, .cross = {"city:age"}}});
  const Model model = load(folder_.path("m"));
  RowBuilder builder(model.features());
  builder.add("age", 25);
  builder.add("city", "paris");
  builder.add("note", "word1 more words");
  const float expected = model.predict(builder.row());
  for (const bool learns : {false, true}) {
    serve(learns);
    EXPECT_NEAR(predict(R"({"age":25,"city":"paris","note":"word1 more words","new":null})"),
                expected, 1e-6);
    EXPECT_NEAR(predict(R"({"age":"25","city":"paris","note":"word1 more words","x":["y"]})"),
                expected, 1e-6);
    for (const std::string body :
         {"city,age,note\nparis,25,word1 more words\n", "25,paris,word1 more words\n",
          "{\"age\":25,\"city\":\"paris\",\"note\":\"word1 more words\"}\n"}) {
      const Reply reply = ask("POST", "/predict", body, "text/plain", "text/plain");
      EXPECT_EQ(reply.status, 200) << reply.body;
      EXPECT_NEAR(std::stof(reply.body), expected, 1e-6) << body;
    }
    const Reply wrong = ask("POST", "/predict", R"({"features":{"age":"old"}})");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_NE(wrong.body.find("column 'age': expected a number, found 'old'"), std::string::npos)
        << wrong.body;
    std::string deep = "{\"features\":", ends = "}";
    for (int k = 0; k < 100'000; ++k) {
      deep += "{\"a\":";
      ends += '}';
    }
    EXPECT_EQ(ask("POST", "/predict", deep + "1" + ends).status, 400);
    EXPECT_EQ(ask("POST", "/predict", R"({"features":{"age":25,"xs":[1,2,true,null,"w"]}})").status,
              200);
    const Reply lacking = ask("POST", "/predict", "city,size\nparis,1\n", "text/csv");
    EXPECT_EQ(lacking.status, 400);
    EXPECT_NE(lacking.body.find("lacks 2 of the model's columns"), std::string::npos)
        << lacking.body;
  }
  EXPECT_EQ(ask("POST", "/learn", R"({"features":{"age":25,"city":"rome"},"label":1})").status,
            200);
  EXPECT_EQ(ask("POST", "/learn", "25,rome,word1 more,1\n", "text/csv").rows, 1u);
}

TEST_F(ApiTest, FindsNamesWithACaret) {
  learn("1 | x^2 y\n-1 |x 2 |z b^c\n1 | x^2\n-1 |x 2\n");
  const Model model = load(folder_.path("m"));
  serve(false);
  const auto margin = [&](const std::string& name) {
    return predictions("{\"features\":{\"" + name + "\":1}}", "/predict?output=margin")[0]
               .get<float>() -
           model.biases()[0];
  };
  EXPECT_LT(margin("x^2"), 0);  // of the namespace x
  EXPECT_GT(margin("x:^2"), 0);
  EXPECT_LT(margin("z^b:^c"), 0);
  learn("1 | x^2\n-1 | y\n");
  serve(false);
  EXPECT_NE(predict("{\"x^2\":1}"), predict("{}"));
}

TEST_F(ApiTest, AnswersEmptyLinesButDoesNotLearnThem) {
  learn(kLibsvm);
  serve();
  const auto rows_of = [&](const std::string& target, const std::string& body) {
    return ask("POST", target, body, "text/plain", "text/plain").rows;
  };
  EXPECT_EQ(rows_of("/predict", "1:1 2:1\n\n2:1\n"), 3u);
  EXPECT_EQ(rows_of("/predict", "\n"), 1u);
  EXPECT_EQ(rows_of("/learn", "1 1:1 2:1\n\n-1 2:1\n"), 2u);
}

TEST_F(ApiTest, PredictsAsTheModelDoes) {
  learn(kLibsvm);
  const Model model = load(folder_.path("m"));
  const Dataset rows = read({folder_.path("data")}, {.features = model.features()});
  for (const bool learns : {false, true}) {
    serve(learns);
    const Json found = predictions(
        R"({"rows":[{"features":{"1":1,"2":0.5}},{"features":{"3":1,"2":1},"label":-1},)"
        R"({"features":{"1":1}},{"features":{"3":2.0,"99":7}}]})");
    ASSERT_EQ(found.size(), rows.rows());
    for (Offset i = 0; i < rows.rows(); ++i) {
      EXPECT_NEAR(found[i].get<float>(), model.predict(rows.row(i)), 1e-6);
    }
    const Reply text = ask("POST", "/predict?output=margin", "1:1 2:0.5\n3:1 2:1\n", "text/plain",
                           "text/plain; q=1");
    EXPECT_EQ(text.status, 200) << text.body;
    EXPECT_NEAR(std::stof(text.body), model.margin(rows.row(0)), 1e-6);
    EXPECT_EQ(predictions(R"({"features":{"3":1}})", "/predict?output=label")[0], -1);
    EXPECT_EQ(ask("POST", "/predict?output=all", R"({"features":{}})").status, 400);
  }
}

TEST_F(ApiTest, CallsFeaturesAsTheDataDoes) {
  const std::string text = "1 | good fine\n-1 | bad\n1 |a good\n-1 | bad poor\n";
  for (const int bits : {0, 10, 24}) {
    learn(text, {}, {.hash_bits = bits});
    const Model model = load(folder_.path("m"));
    const Dataset rows = read({folder_.path("data")}, {.features = model.features()});
    serve();
    EXPECT_NEAR(predict(R"({"good":1,"fine":1})"), model.predict(rows.row(0)), 1e-6);
    EXPECT_NEAR(predict(R"({"a^good":1})"), model.predict(rows.row(2)), 1e-6);
    const Reply reply = ask("POST", "/predict", "| bad poor\n", "text/plain");
    EXPECT_NEAR(Json::parse(reply.body)["predictions"][0].get<float>(), model.predict(rows.row(3)),
                1e-6);
  }
  // Hashed numbers of libsvm text.
  learn(kLibsvm, {}, {.hash_bits = 8});
  const Model model = load(folder_.path("m"));
  const Dataset rows = read({folder_.path("data")}, {.features = model.features()});
  serve();
  EXPECT_NEAR(predict(R"({"2":1,"3":1})"), model.predict(rows.row(1)), 1e-6);
}

TEST_F(ApiTest, LearnsWhatItIsTaught) {
  learn(kLibsvm);
  serve();
  const float before = predict(R"({"2":1})");
  const Reply reply = ask("POST", "/learn",
                          R"({"rows":[{"features":{"2":1},"label":1},)"
                          R"({"features":{"2":1},"label":1,"weight":3}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(Json::parse(reply.body)["rows"], 2);
  EXPECT_GT(Json::parse(reply.body)["loss"].get<double>(), 0);
  const float after = predict(R"({"2":1})");
  EXPECT_GT(after, before);
  EXPECT_EQ(ask("POST", "/learn", "0 2:1\n-1 2:1\n", "text/plain").status, 200);
  EXPECT_LT(predict(R"({"2":1})"), after);
  const Json model = Json::parse(ask("GET", "/model").body);
  EXPECT_EQ(model["rows_learnt"], 4);
  EXPECT_EQ(model["progressive_validation"]["rows"], 4);
  const Json options = model["options"];
  EXPECT_EQ(options["optimizer"], "adagrad");
  EXPECT_EQ(options["learning-rate"], "0.1");
  EXPECT_EQ(options["epsilon"], "1e-8");
  EXPECT_EQ(options["no-bias"], "false");
  EXPECT_FALSE(options.contains("epochs"));
}

// Every fault is told, and nothing of its request is learnt.
TEST_F(ApiTest, LearnsNothingOfWhatIsWrong) {
  learn(kLibsvm);
  serve();
  const std::string before = folder_.path("before"), after = folder_.path("after");
  save(service_->model()->snapshot(), before);
  const std::string good = R"({"features":{"1":1},"label":1})";
  for (const std::string& body : {
           std::string(""),
           std::string("{"),
           std::string("[]"),
           std::string("7"),
           std::string("null"),
           std::string("\"rows\""),
           std::string("{}"),
           std::string(R"({"rows":[]})"),
           std::string(R"({"rows":{}})"),
           std::string(R"({"rows":[1]})"),
           std::string(R"({"rows":[[)") + good + "]]}",
           "{\"rows\":[" + good + R"(],"more":1})",
           "{\"rows\":[" + good + "],\"rows\":[" + good + "]}",
           "{\"rows\":[" + good + R"(,{"features":{"1":1}}]})",
           "{\"rows\":[" + good + R"(,{"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"label":2}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"label":"1"}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"label":null}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":"1"},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":true},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":[1]},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":[1,2],"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"one":1},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"0":1},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"-1":1},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1,"1":2},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"features":{"1":1},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"label":1,"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"label":1,"weight":-1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"label":1,"weigth":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":NaN},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1e39},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1e999},"label":1}]})",
           "{\"rows\":[" + good + R"(,{"features":{"1":1},"label":1e39}]})",
           "{\"rows\":[" + good + "]} and more",
           "{\"rows\":[" + good + "]",
           std::string(100'000, '['),
           "{\"rows\":[" + good + R"(,{"features":{"1":3e38,"2":3e38},"label":-1}]})",
           "{\"rows\":[" + good + ",{\"features\":{\"\xff\xfe\":1},\"label\":1}]}",
       }) {
    const Reply reply = ask("POST", "/learn", body);
    EXPECT_EQ(reply.status, 400) << body.substr(0, 100);
    EXPECT_TRUE(Json::accept(reply.body)) << reply.body;
    EXPECT_GT(Json::parse(reply.body)["error"].get<std::string>().size(), 10u);
  }
  for (const std::string body :
       {"1 1:1\n1 1:x\n", "1 1:1\n1:1\n", "1 1:1\n7 1:1\n", "\n", "1 1:nan\n", "1 0:1\n"}) {
    EXPECT_EQ(ask("POST", "/learn", body, "text/plain").status, 400) << body;
  }
  save(service_->model()->snapshot(), after);
  EXPECT_EQ(test::contents(before), test::contents(after));
  EXPECT_EQ(service_->model()->learnt(), 0u);
}

TEST_F(ApiTest, RefusesMoreThanItCanAnswerAtOnce) {
  learn(kLibsvm);
  serve();
  std::string rows;
  for (int k = 0; k < 300'000; ++k) rows += "1:1\n";
  EXPECT_EQ(ask("POST", "/predict", rows, "text/plain").status, 413);
  EXPECT_EQ(ask("POST", "/predict", rows.substr(0, 40'000), "text/plain").status, 200);
}

TEST_F(ApiTest, TellsWhereARowIsWrong) {
  learn(kLibsvm);
  serve();
  const Reply reply =
      ask("POST", "/predict", R"({"rows":[{"features":{"1":1}},{"features":{"x":1}}]})");
  EXPECT_NE(reply.body.find("row 2: feature 'x' is not a number"), std::string::npos) << reply.body;
  const Reply text = ask("POST", "/predict", "1:1\n1:1 2:b\n", "text/plain");
  EXPECT_NE(text.body.find("line 2, column 7"), std::string::npos) << text.body;
}

TEST_F(ApiTest, WantsTheTokenForWhatChanges) {
  learn(kLibsvm);
  folder_.write("token", "sesame\n");
  serve(true, Token::of_file(folder_.path("token")));
  const std::string body = R"({"features":{"2":1},"label":1})";
  const float before = predict(R"({"2":1})");
  for (const std::string& wrong :
       {std::string(""), std::string("Bearer "), std::string("Bearer sesam"),
        std::string("Bearer sesame2"), std::string("Basic sesame"), std::string("sesame"),
        "Bearer " + std::string(10'000, 's')}) {
    const Reply reply = ask("POST", "/learn", body, "application/json", "", wrong);
    EXPECT_EQ(reply.status, 401) << wrong;
    EXPECT_EQ(reply.headers.at(0).first, "WWW-Authenticate");
    EXPECT_EQ(ask("POST", "/snapshot", "", "", "", wrong).status, 401);
  }
  EXPECT_EQ(predict(R"({"2":1})"), before);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("s")));
  EXPECT_EQ(ask("POST", "/learn", body, "application/json", "", "bearer sesame").status, 200);
  EXPECT_GT(predict(R"({"2":1})"), before);
  const Reply saved = ask("POST", "/snapshot", "", "", "", "Bearer sesame");
  EXPECT_EQ(Json::parse(saved.body)["rows_learnt"], 1) << saved.body;
  EXPECT_NO_THROW(load(folder_.path("s")));
}

TEST_F(ApiTest, LearnsFromNoPageWithoutAToken) {
  learn(kLibsvm);
  serve();
  const std::string body = R"({"features":{"2":1},"label":1})";
  EXPECT_EQ(ask("POST", "/learn", body, "text/plain", "", "", "https://elsewhere").status, 403);
  EXPECT_EQ(service_->model()->learnt(), 0u);
}

TEST_F(ApiTest, RefusesWhatItDoesNotServe) {
  learn(kLibsvm);
  serve(false);
  EXPECT_EQ(ask("GET", "/").status, 404);
  EXPECT_EQ(ask("GET", "/predict").status, 405);
  EXPECT_EQ(ask("POST", "/model").status, 405);
  EXPECT_EQ(ask("POST", "/predict", "x", "image/png").status, 415);
  EXPECT_EQ(ask("POST", "/predict", "x", "").status, 415);
  EXPECT_EQ(ask("POST", "/learn", R"({"features":{"2":1},"label":1})").status, 409);
  service_->drain();
  EXPECT_EQ(ask("POST", "/predict", R"({"features":{}})").status, 503);
  EXPECT_EQ(ask("GET", "/readyz").status, 503);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
}

TEST_F(ApiTest, ServesClassesByName) {
  learn("a 1:1\nb 2:1\nc 3:1\na 1:1\n", {.loss = Softmax{}, .learning_rate = 0.5f});
  serve(false);
  EXPECT_EQ(predictions(R"({"features":{"2":1}})")[0], "b");
  const Json shares = predictions(R"({"features":{"3":1}})", "/predict?output=probability")[0];
  EXPECT_NEAR(shares["a"].get<double>() + shares["b"].get<double>() + shares["c"].get<double>(), 1,
              1e-5);
  EXPECT_EQ(ask("POST", "/predict", "3:1\nx 1:1\n", "text/plain", "text/plain").body, "c\na\n");
  EXPECT_EQ(ask("POST", "/learn", R"({"features":{},"label":1})").status, 409);
  serve(true);  // which it then does not
  EXPECT_FALSE(service_->model()->learns());
}

TEST_F(ApiTest, ReplacesTheModelByItsFile) {
  learn(kLibsvm);
  serve();
  EXPECT_FALSE(service_->reload());
  const auto held = service_->model();
  const float before = predict(R"({"1":1})");
  learn("-1 1:1\n-1 1:2\n1 2:1\n");
  EXPECT_TRUE(service_->reload());
  EXPECT_LT(predict(R"({"1":1})"), before);
  EXPECT_NE(service_->model(), held);
  const float after = predict(R"({"1":1})");
  folder_.write("m", "rubbish");
  const auto news = service_->reload();
  ASSERT_TRUE(news);
  EXPECT_NE(news->find("keeping the previous model"), std::string::npos) << *news;
  EXPECT_FALSE(service_->reload()) << "the same rubbish is not tried again";
  EXPECT_EQ(predict(R"({"1":1})"), after);
  std::filesystem::remove(folder_.path("m"));
  EXPECT_FALSE(service_->reload());
  EXPECT_EQ(predict(R"({"1":1})"), after);
  const std::string metrics = ask("GET", "/metrics").body;
  EXPECT_NE(metrics.find("hogwild_reloads_total 1\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("hogwild_reload_failures_total 1\n"), std::string::npos) << metrics;
}

TEST_F(ApiTest, CountsInTheFormatOfPrometheus) {
  learn(kLibsvm);
  serve();
  service_->metrics().count(Endpoint::predict, 200, 0.0002);
  service_->metrics().count(Endpoint::predict, 200, 0.3);
  service_->metrics().count(Endpoint::predict, 200, 30);
  service_->metrics().count(Endpoint::learn, 401, 0.001);
  predict(R"({"1":1,"77":1})");
  const Reply reply = ask("GET", "/metrics");
  EXPECT_TRUE(reply.content_type.starts_with("text/plain"));
  const auto has = [&](const std::string& line) {
    EXPECT_NE(reply.body.find("\n" + line + "\n"), std::string::npos) << line << "\n" << reply.body;
  };
  has(R"(hogwild_requests_total{path="/predict",status="200"} 3)");
  has(R"(hogwild_requests_total{path="/learn",status="401"} 1)");
  has(R"(hogwild_request_seconds_bucket{path="/predict",le="0.0001"} 0)");
  has(R"(hogwild_request_seconds_bucket{path="/predict",le="0.00025"} 1)");
  has(R"(hogwild_request_seconds_bucket{path="/predict",le="0.5"} 2)");
  has(R"(hogwild_request_seconds_bucket{path="/predict",le="+Inf"} 3)");
  has(R"(hogwild_request_seconds_count{path="/predict"} 3)");
  has(R"(hogwild_request_seconds_bucket{path="/learn",le="0.001"} 1)");
  has("hogwild_rows_predicted_total 1");
  has("hogwild_unknown_features_total 1");
  // Each line is a comment, or a name that begins with hogwild_ and a number.
  std::istringstream stream(reply.body);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# ")) continue;
    EXPECT_TRUE(line.starts_with("hogwild_")) << line;
    EXPECT_TRUE(std::isfinite(std::stod(line.substr(line.rfind(' '))))) << line;
  }
}

TEST_F(ApiTest, DescribesWhatItServes) {
  const Json described = Json::parse(kOpenApi);
  std::set<std::string> paths;
  for (const auto& [path, item] : described["paths"].items()) {
    paths.insert(path);
    for (const auto& [method, operation] : item.items()) {
      EXPECT_TRUE(operation.contains("responses")) << path;
      EXPECT_EQ(method == "post", path == "/predict" || path == "/learn" || path == "/snapshot");
    }
  }
  EXPECT_EQ(paths.size() + 1, kEndpoints.size());
  for (const std::string& path : paths) EXPECT_NE(endpoint_of(path), Endpoint::other) << path;
}

TEST(Token, HasToBeThere) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(Token::of_file(folder.path("none")), IoError);
  for (const std::string text : {"", "\n", "  \n", "\r\nx"}) {
    folder.write("token", text);
    EXPECT_THROW(Token::of_file(folder.path("token")), OptionError) << text;
  }
}

}  // namespace
}  // namespace hogwild
