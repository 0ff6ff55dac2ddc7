// The folders are levels: a file includes its own folder and strictly lower ones. Public headers
// know neither oneTBB nor Boost.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "support/places.hpp"

namespace {

namespace fs = std::filesystem;

const std::map<std::string, int> kLevels{
    {"core", 0},   {"objective", 1},   {"parallel", 1}, {"update", 2}, {"data", 2},  {"feed", 3},
    {"model", 3},  {"options", 4},     {"learn", 4},    {"eval", 4},   {"train", 5}, {"lab", 6},
    {"report", 7}, {"distributed", 6}, {"serve", 7},    {"cli", 8}};

struct Inclusion {
  fs::path file;
  std::string folder;    // of the file
  std::string included;  // as written, without the leading hogwild/
};

// What an #include line names, or "".
std::string included_by(const std::string& line) {
  constexpr std::string_view kInclude = "#include ";
  if (!line.starts_with(kInclude) || line.size() < kInclude.size() + 2) return {};
  const std::string rest = line.substr(kInclude.size() + 1);
  return rest.substr(0, rest.find_first_of(">\""));
}

// Every inclusion below root of a file in a folder that has a level.
std::vector<Inclusion> inclusions(const fs::path& root) {
  std::vector<Inclusion> found;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension();
    if (extension != ".hpp" && extension != ".cpp" && extension != ".h") continue;
    const std::string folder = fs::relative(entry.path(), root).begin()->string();
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      std::string name = included_by(line);
      if (name.starts_with("hogwild/")) name.erase(0, std::string_view("hogwild/").size());
      if (name == "train/options.hpp") name = "options/" + name;  // what the table describes
      if (kLevels.contains(name.substr(0, name.find('/')))) {
        found.push_back({entry.path(), folder, name});
      }
    }
  }
  return found;
}

void expect_downward(const fs::path& root) {
  const auto all = inclusions(root);
  ASSERT_GT(all.size(), 20u);
  for (const auto& [file, folder, included] : all) {
    if (!kLevels.contains(folder)) continue;  // the umbrella
    const std::string other = included.substr(0, included.find('/'));
    if (other == folder) continue;
    EXPECT_LT(kLevels.at(other), kLevels.at(folder)) << file << " includes " << included;
  }
}

TEST(Layers, PublicHeadersIncludeTheirOwnFolderAndLowerOnes) {
  expect_downward(hogwild::test::root() + "/include/hogwild");
}

TEST(Layers, SourcesIncludeTheirOwnFolderAndLowerOnes) {
  expect_downward(hogwild::test::root() + "/src");
}

TEST(Layers, EveryFolderHasALevel) {
  for (const std::string& folder :
       {hogwild::test::root() + "/include/hogwild", hogwild::test::root() + "/src"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.is_directory()) {
        EXPECT_TRUE(kLevels.contains(entry.path().filename())) << entry;
      }
    }
  }
}

TEST(Layers, PublicHeadersIncludeNoThirdParty) {
  for (const auto& entry : fs::recursive_directory_iterator(hogwild::test::root() + "/include")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const std::string name = included_by(line);
      for (const char* foreign : {"tbb", "oneapi", "boost", "fmt", "nlohmann", "xxhash", "CLI"}) {
        EXPECT_FALSE(name.starts_with(foreign)) << entry << ": " << line;
      }
    }
  }
}

TEST(Layers, TheUmbrellaHoldsEveryPublicHeaderButEigen) {
  std::ifstream file(hogwild::test::root() + "/include/hogwild/hogwild.hpp");
  const std::string umbrella((std::istreambuf_iterator<char>(file)), {});
  const fs::path folder = hogwild::test::root() + "/include";
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    if (entry.path().extension() != ".hpp" || name == "hogwild/hogwild.hpp") continue;
    // The rules come with update_rule.hpp.
    if (name.starts_with("hogwild/update/") && name != "hogwild/update/schedule.hpp" &&
        name != "hogwild/update/update_rule.hpp") {
      continue;
    }
    EXPECT_EQ(umbrella.find("\"" + name + "\"") != std::string::npos,
              name != "hogwild/data/eigen.hpp")
        << name;
  }
}

}  // namespace
