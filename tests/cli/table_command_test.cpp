// A table from the file as people have it to predictions, in one command each.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "hogwild/model/file.hpp"
#include "support/command.hpp"

namespace hogwild::test {
namespace {

class TableCommand : public Command {
 protected:
  void write_tables() {
    std::string text = "id,age,city,churned\n";
    for (int i = 0; i < 300; ++i) {
      text += fmt::format("c{},{},{},{}\n", i, 20 + i % 50, i % 3 == 0 ? "paris" : "rome",
                          i % 3 == 0 || i % 50 > 40 ? "yes" : "no");
    }
    folder_.write("churn.csv", text);
  }
};

TEST_F(TableCommand, TrainsEvaluatesAndPredictsFromTheFile) {
  write_tables();
  const Outcome trained = run("train churn.csv --label churned --id id -o m --threads 1");
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.err.find("columns: id id, age number, city category, churned label"),
            std::string::npos)
      << trained.err;
  EXPECT_EQ(run("evaluate m churn.csv --json").status, 0);
  const Outcome predicted = run("predict m churn.csv --tags --output label");
  EXPECT_EQ(lines(predicted.out).size(), 300u) << predicted.err;
  EXPECT_EQ(lines(predicted.out).front(), "c0\tyes");
  folder_.write("new.jsonl", "{\"age\": 25, \"city\": \"paris\"}\n");
  folder_.write("new.csv", "city,id,age\nparis,x,25\n");
  const Outcome by_json = run("predict m new.jsonl"), by_csv = run("predict m new.csv");
  EXPECT_EQ(by_json.out, by_csv.out) << by_json.err << by_csv.err;
  EXPECT_FALSE(by_csv.out.empty());
  const Outcome lacking = run("predict m churn.csv --columns a,b", "");
  EXPECT_EQ(lacking.status, 0) << lacking.err;
}

TEST_F(TableCommand, SaysWhatATableLacks) {
  write_tables();
  ASSERT_EQ(run("train churn.csv --label churned --id id -o m --threads 1").status, 0);
  folder_.write("lacking.csv", "city,size\nparis,3\n");
  const Outcome lacking = run("predict m lacking.csv");
  EXPECT_EQ(lacking.status, 1);
  EXPECT_NE(lacking.err.find("lacks 1 of the model's columns: age; not known to it: size"),
            std::string::npos)
      << lacking.err;
  const Outcome unlabelled = run("train churn.csv -o m");
  EXPECT_EQ(unlabelled.status, 1);
  EXPECT_NE(unlabelled.err.find("--label NAME; the columns are id, age, city, churned"),
            std::string::npos)
      << unlabelled.err;
  const Outcome wrong = run("train churn.csv --label chruned -o m");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("did you mean 'churned'?"), std::string::npos) << wrong.err;
}

TEST_F(TableCommand, LearnsSeveralClassesWithoutBeingTold) {
  std::string table = "x,kind\n", text;
  for (int i = 0; i < 300; ++i) {
    const char* const kind = i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c";
    table += fmt::format("{},{}\n", i % 3 * 10 + i % 2, kind);
    text += fmt::format("{}\tsome words of kind {}{}\n", kind, kind, kind);
  }
  folder_.write("t.csv", table);
  folder_.write("t.tsv", text);
  const Outcome of_table = run("train t.csv --label kind -o m --threads 1");
  EXPECT_NE(of_table.err.find("3 classes: as with --loss softmax"), std::string::npos)
      << of_table.err;
  const Outcome of_text = run("train t.tsv -o n --threads 1");
  EXPECT_NE(of_text.err.find("3 classes: as with --one-vs-rest"), std::string::npos) << of_text.err;
  EXPECT_EQ(run("predict n -", "", "some words of kind bb\n").out, "b\n");
  const Outcome one = run("train t.csv --label kind --positive b -o m --threads 1");
  EXPECT_NE(one.err.find("label not b as negative and b as positive"), std::string::npos)
      << one.err;
}

TEST_F(TableCommand, GoesOnWithTheRecipeOfAModel) {
  write_tables();
  ASSERT_EQ(run("train churn.csv --label churned --drop id -o m --threads 1").status, 0);
  const Outcome more = run("train churn.csv --resume m -o n --threads 1");
  ASSERT_EQ(more.status, 0) << more.err;
  EXPECT_EQ(json_of(*load(folder_.path("n")).features().recipe),
            json_of(*load(folder_.path("m")).features().recipe));
}

TEST_F(TableCommand, ConvertsToTextAndBack) {
  write_tables();
  const std::string of_table = " --label churned --drop id --class-labels";
  ASSERT_EQ(run("convert churn.csv a.vw" + of_table).status, 0);
  ASSERT_EQ(run("convert a.vw b.jsonl --class-labels").status, 0);
  ASSERT_EQ(run("convert b.jsonl c.vw --label label --class-labels").status, 0);
  EXPECT_EQ(file("a.vw"), file("c.vw"));
  EXPECT_EQ(lines(file("a.vw")).front(), "yes | age:20 city=paris");
  EXPECT_EQ(lines(file("b.jsonl")).front(), "{\"label\":\"yes\",\"age\":20.0,\"city=paris\":1.0}");
  folder_.write("n.svm", "1 3:0.5 7:1\n-1 4:1\n");
  ASSERT_EQ(run("convert n.svm m.svm").status, 0);
  EXPECT_EQ(file("m.svm"), file("n.svm"));
  ASSERT_EQ(run("convert n.svm m.vw").status, 0);
  EXPECT_EQ(file("m.vw"), "1 | 3:0.5 7\n-1 | 4\n");
  const Outcome lost = run("convert churn.csv d.svm" + of_table);
  EXPECT_EQ(lost.status, 1);
  EXPECT_NE(lost.err.find("names, which libsvm text has not"), std::string::npos) << lost.err;
  folder_.write("space.csv", "city,y\nnew york,1\nrome,0\n");
  EXPECT_NE(run("convert space.csv e.vw --label y").err.find("'city=new york' can't be written"),
            std::string::npos);
  EXPECT_EQ(run("convert space.csv e.jsonl --label y").status, 0);
  folder_.write("weights.csv", "a,w,y\n1,2,1\n2,3,\n");
  EXPECT_NE(run("convert weights.csv w.vw --label y --weight w").err.find("a weight and no label"),
            std::string::npos);
  folder_.write("bytes.vw", "1 | a\xff\n-1 | b\n");
  EXPECT_NE(run("convert bytes.vw f.jsonl").err.find("not UTF-8"), std::string::npos);
}

TEST_F(TableCommand, ConvertsEachFormatToEveryOtherAndBack) {
  folder_.write("n.svm", "1:2 3:0.5 7:1\n-1 4:1.25\n1 3:2 4:-0.5\n");
  folder_.write("n.vw", "a |u x:0.5 y |v:2 z\nb | w,\"w\nc |u y:-3\n");
  const auto read_as = [](const std::string& name) -> std::string {
    const bool has_columns = name.ends_with(".csv") || name.ends_with(".jsonl");
    return has_columns ? " --label label" : "";
  };
  for (const std::string first : {"svm", "vw"}) {
    const std::string classes = first == "vw" ? " --class-labels" : "";
    const std::string weight = first == "svm" ? " --weight weight" : "";
    const auto convert = [&](const std::string& from, const std::string& to) {
      const std::string as = read_as(from);
      const std::string of_label = from.ends_with(".svm") ? " --weights-in-label"
                                   : as.empty()           ? ""
                                                          : as + weight;
      const Outcome done = run("convert " + from + " " + to + of_label + classes);
      ASSERT_EQ(done.status, 0) << from << " to " << to << ": " << done.err;
    };
    int k = 0;
    for (const std::string a : {"vw", "jsonl", "csv"}) {
      const std::string begun = fmt::format("{}{}.{}", first, ++k, a);
      convert("n." + first, begun);
      for (const std::string b : {"vw", "jsonl", "csv"}) {
        const std::string next = fmt::format("{}{}.{}", first, ++k, b);
        const std::string last = fmt::format("{}{}.{}", first, ++k, first);
        convert(begun, next);
        convert(next, last);
        if (first == "svm") {
          EXPECT_EQ(file(last), file("n.svm")) << a << ", " << b;
        } else {
          // The order of features is that of their numbers.
          const std::string again = fmt::format("{}{}.jsonl", first, ++k);
          convert(last, again);
          if (a == "jsonl") {
            EXPECT_EQ(file(again), file(begun)) << b;
          }
        }
      }
    }
  }
}

TEST_F(TableCommand, ReadsADirectoryOfPartFiles) {
  folder_.write("all.csv", "x,y\n1,1\n2,0\n3,1\n4,0\n");
  ASSERT_EQ(run("train all.csv --label y -o m --threads 1").status, 0);
  ASSERT_TRUE(std::filesystem::create_directory(folder_.path("parts")));
  folder_.write("parts/part-1.csv", "x,y\n3,1\n4,0\n");
  folder_.write("parts/part-0.csv", "x,y\n1,1\n2,0\n");
  folder_.write("parts/_SUCCESS", "");
  folder_.write("parts/.part-0.csv.crc", "crc");
  for (const char* const parts : {"parts", "'parts/part-?.csv'"}) {
    const Outcome done = run(fmt::format("train {} --label y -o n --threads 1", parts));
    ASSERT_EQ(done.status, 0) << done.err;
    EXPECT_EQ(run("predict m all.csv").out, run("predict n all.csv").out);
  }
  // What is written is no directory and no pattern.
  EXPECT_EQ(run("convert parts 'p[1].vw' --label y").status, 0);
  EXPECT_EQ(run("convert parts").status, 2);
  ASSERT_TRUE(std::filesystem::create_directory(folder_.path("empty")));
  EXPECT_NE(run("train empty -o n").err.find("has no files"), std::string::npos);
  EXPECT_NE(run("train 'no-*.csv' -o n").err.find("no file has a name like that"),
            std::string::npos);
}

TEST_F(TableCommand, LeavesNamespacesOutAndMultipliesThem) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += fmt::format("{} |u a{} |v b{} |w c{}\n", (i % 2 == 0) == (i % 3 == 0) ? 1 : -1, i % 2,
                        i % 3, i % 5);
  }
  folder_.write("d.vw", text);
  const Outcome trained = run("train d.vw --ignore w --cross u:v -o m --threads 1");
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.err.find("namespaces: u, v, u*v; not used: w"), std::string::npos)
      << trained.err;
  EXPECT_EQ(run("predict m - --output label", "", "|u a1 |v b1 |w c9\n").out, "1\n");
  EXPECT_NE(run("inspect m").out.find("u, v, u*v; not used: w"), std::string::npos);
  EXPECT_EQ(run("train d.vw --resume m --ignore u -o o").status, 2);
  EXPECT_EQ(run("convert d.vw products.vw --cross u:v").status, 1);  // named like no feature of it
  const Outcome kept = run("train d.vw --keep u,v --cross u:v -o n --threads 1");
  EXPECT_EQ(run("predict m d.vw").out, run("predict n d.vw").out) << kept.err;
  EXPECT_EQ(run("train d.vw --ignore z -o o").status, 2);
}

TEST_F(TableCommand, ConvertsWithItsRecipe) {
  write_tables();
  ASSERT_EQ(run("convert churn.csv c.hogdata --label churned --id id --class-labels").status, 0);
  ASSERT_EQ(run("train c.hogdata -o m --threads 1 --epochs 5").status, 0);
  ASSERT_EQ(run("train churn.csv --label churned --id id -o n --threads 1 --epochs 5").status, 0);
  EXPECT_EQ(run("predict m churn.csv").out, run("predict n churn.csv").out);
}

}  // namespace
}  // namespace hogwild::test
