// The manual page and the completions say what the help says.
#include <cstdlib>
#include <regex>
#include <set>

#include "support/command.hpp"

namespace hogwild::test {
namespace {

class Manual : public Command {
 protected:
  // Each command that the program's help lists.
  std::vector<std::string> commands() {
    const std::string help = run("--help").out;
    std::vector<std::string> found;
    std::istringstream stream(help.substr(help.find("Commands:")));
    std::string line;
    std::getline(stream, line);
    for (std::smatch match; std::getline(stream, line) && !line.empty();) {
      if (std::regex_search(line, match, std::regex("^  ([a-z]+)"))) found.push_back(match[1]);
    }
    return found;
  }
  std::set<std::string> options(const std::string& command) {
    const std::string help = run(command + " --help").out;
    std::set<std::string> found;
    const std::regex option("\\n  (?:-[a-z], |    )(--[a-z0-9-]+)");
    for (std::sregex_iterator at(help.begin(), help.end(), option), end; at != end; ++at) {
      found.insert((*at)[1]);
    }
    return found;
  }
};

TEST_F(Manual, HasEveryOptionOfEveryCommand) {
  const std::string page = run("manual").out, bash = run("completion bash").out,
                    fish = run("completion fish").out;
  const auto all = commands();
  ASSERT_GT(all.size(), 12u);
  for (const std::string& command : all) {
    const std::set<std::string> names = options(command);
    EXPECT_TRUE(names.contains("--help")) << command;
    std::string heading = ".SS " + command;
    for (char& c : heading) c = static_cast<char>(std::toupper(c));
    const auto begin = page.find(heading + "\n");
    ASSERT_NE(begin, std::string::npos) << command;
    const std::string section = page.substr(begin, page.find("\n.SS ", begin) - begin);
    const auto in_bash = bash.find("\n    " + command + ")");
    ASSERT_NE(in_bash, std::string::npos) << command;
    const std::string offered = bash.substr(in_bash, bash.find(";;", in_bash) - in_bash);
    for (const std::string& name : names) {
      const std::string escaped = std::regex_replace(name, std::regex("-"), "\\-");
      EXPECT_NE(section.find("\\fB" + escaped + "\\fR"), std::string::npos) << command << name;
      EXPECT_NE(offered.find(name), std::string::npos) << command << name;
      EXPECT_NE(fish.find("from " + command + "' -"), std::string::npos) << command;
    }
  }
}

TEST_F(Manual, IsCleanTroff) {
  if (std::system("command -v groff >/dev/null") != 0) GTEST_SKIP() << "groff is not installed";
  folder_.write("page", run("manual").out);
  const std::string log = folder_.path("log");
  EXPECT_EQ(std::system(
                ("groff -ww -man -Tutf8 '" + folder_.path("page") + "' 2>'" + log + "' >/dev/null")
                    .c_str()),
            0);
  EXPECT_EQ(file("log"), "");
}

// What bash offers for words, the last being typed.
TEST_F(Manual, LetsBashComplete) {
  folder_.write("script", run("completion bash").out);
  folder_.write("some.svm", "1 1:1\n");
  const auto offered = [&](const std::string& words, int count) {
    folder_.write("ask", ". ./script\nCOMP_WORDS=(" + words + ")\nCOMP_CWORD=" +
                             std::to_string(count - 1) + "\n_hogwild\necho \"${COMPREPLY[*]}\"\n");
    EXPECT_EQ(std::system(("cd '" + folder_.path("") + "' && bash ask >offered").c_str()), 0);
    const std::string text = file("offered");
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(offered("hogwild tr", 2), "train");
  EXPECT_EQ(offered("hogwild train --optimizer ada", 4), "adagrad adadelta adam adaptive_revision");
  EXPECT_EQ(offered("hogwild train --early", 3), "--early-stopping");
  EXPECT_EQ(offered("hogwild train some", 3), "some.svm");
  EXPECT_EQ(offered("hogwild train --valid some", 4), "some.svm");
  EXPECT_EQ(offered("hogwild train --epochs ''", 4), "");
  EXPECT_EQ(offered("hogwild completion z", 3), "zsh");
}

}  // namespace
}  // namespace hogwild::test
