// hogwild convert, and the other commands on what it writes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/command.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::json;
using test::Command;
using test::lines;
using test::Outcome;

TEST_F(Command, InspectsClassesWithoutBeingTold) {
  folder_.write("words.svm", "# pets\ncat 1:1\ndog 2:1\ncat 3:1\n");
  folder_.write("words.vw", "'id |f z\ncat |f a\ndog 'tag |f b\ncat |f c\n");
  folder_.write("first.vw", "cat 'id |f a\ndog |f b\ncat |f c\n");
  run("convert words.svm words.hogdata --class-labels");
  for (const char* name : {"words.svm", "words.hogdata", "first.vw"}) {
    const Outcome shown = run(std::string("inspect ") + name);
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_NE(shown.out.find("cat: 2 rows, 66.67 %"), std::string::npos) << shown.out;
    EXPECT_NE(shown.out.find("dog: 1 rows"), std::string::npos) << shown.out;
    const Json labels = Json::parse(run(std::string("inspect --json ") + name).out)["labels"];
    EXPECT_EQ(labels, Json::parse(R"([{"label":"cat","rows":2},{"label":"dog","rows":1}])"));
  }
  EXPECT_EQ(run("inspect -", "", "cat 1:1\ndog 2:1\n").status, 0);
  // A first row without a label is followed by words that are none.
  EXPECT_EQ(run("inspect words.vw").status, 1);
  EXPECT_EQ(Json::parse(run("inspect --json train.svm").out)["labels"][0]["label"], -1);
}

TEST_F(Command, ConvertsTextToAFileThatAllOthersTake) {
  const Outcome converted = run("convert train.svm rows.hogdata");
  EXPECT_EQ(converted.status, 0) << converted.err;
  EXPECT_EQ(converted.out, "");
  EXPECT_NE(converted.err.find("wrote rows.hogdata: 4 rows"), std::string::npos) << converted.err;

  const Outcome trained = run("train rows.hogdata -o m --epochs 20 --threads 1");
  EXPECT_EQ(trained.status, 0) << trained.err;
  run("train train.svm -o n --epochs 20 --threads 1");
  EXPECT_EQ(Json::parse(run("inspect m --json").out)["features"], 3);
  EXPECT_EQ(run("evaluate m rows.hogdata --json").out, run("evaluate m train.svm --json").out);
  EXPECT_EQ(run("predict m rows.hogdata").out, run("predict m train.svm").out);
  EXPECT_EQ(lines(run("inspect m --weights").out).size(), 4u);
  EXPECT_NEAR(Json::parse(run("evaluate n rows.hogdata --json").out)["log_loss"].get<double>(),
              Json::parse(run("evaluate m rows.hogdata --json").out)["log_loss"].get<double>(),
              1e-5);

  const Outcome verified = run("inspect rows.hogdata --verify --json");
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_EQ(Json::parse(verified.out)["nonzeros"], 6);
  EXPECT_EQ(
      run("train rows.hogdata -o m --valid train.svm --epochs 3 --early-stopping 1 --refit").status,
      0);
}

TEST_F(Command, ConvertsClassesAndNames) {
  folder_.write("classes.vw", "red |f a b\ngreen |f b c\nblue |f c d\nred |f a\ngreen |f c\n");
  EXPECT_EQ(run("convert classes.vw rows.hogdata --class-labels").status, 0);
  const Outcome trained = run("train rows.hogdata -o m --loss softmax --epochs 30 --threads 1");
  EXPECT_EQ(trained.status, 0) << trained.err;
  EXPECT_EQ(run("predict m classes.vw").out, run("predict m rows.hogdata").out);
  EXPECT_EQ(run("evaluate m rows.hogdata --json").status, 0);
  EXPECT_NE(run("inspect m --weights").out.find("f^a\tred\t"), std::string::npos);
  const Outcome binary = run("train rows.hogdata -o m");
  EXPECT_EQ(binary.status, 1);
  EXPECT_NE(binary.err.find("classes.vw:3:1: third label blue, after red and green"),
            std::string::npos)
      << binary.err;
}

TEST_F(Command, RefusesToConvertToWhatIsNoDataFile) {
  EXPECT_EQ(run("convert train.svm").status, 2);
  EXPECT_EQ(run("convert train.svm other.txt").status, 2);
  const std::string before = file("train.svm");
  EXPECT_EQ(run("convert train.svm train.svm").status, 1);
  EXPECT_EQ(file("train.svm"), before);
  EXPECT_EQ(run("convert missing.svm rows.hogdata").status, 1);
  EXPECT_EQ(run("inspect train.svm --verify").status, 2);
  folder_.write("bad.svm", "1 1:1\n-1 x\n");
  EXPECT_EQ(run("convert bad.svm rows.hogdata").status, 1);
  EXPECT_NE(run("train rows.hogdata -o m").status, 0);  // nothing was written
}

TEST_F(Command, RefusesADataFileThatIsStaleOrDamaged) {
  run("convert train.svm rows.hogdata");
  EXPECT_EQ(run("train rows.hogdata -o m --hash-bits 10").status, 1);
  const Outcome two = run("train rows.hogdata train.svm -o m");
  EXPECT_EQ(two.status, 1);
  EXPECT_NE(two.err.find("give only this file"), std::string::npos) << two.err;
  std::string text = test::contents(folder_.path("rows.hogdata"));
  text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
  folder_.write("damaged.hogdata", text);
  EXPECT_EQ(run("inspect damaged.hogdata --verify").status, 1);
  folder_.write("train.svm", "1 1:1\n-1 2:1\n");
  const Outcome stale = run("train rows.hogdata -o m");
  EXPECT_EQ(stale.status, 1);
  EXPECT_NE(stale.err.find("it is out of date"), std::string::npos) << stale.err;
}

}  // namespace
}  // namespace hogwild
