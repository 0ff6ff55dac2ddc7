#include "hogwild/model/file.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <limits>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "support/files.hpp"
#include "support/models.hpp"

namespace hogwild {
namespace {

Model some_model(Index features, double share, bool named, AnyLoss loss = Logistic{}) {
  FeatureSpace space{.size = features, .index_base = 1};
  if (named) {
    auto names = std::make_shared<FeatureNames>();
    for (Index j = 0; j < features; ++j) names->insert("w^name " + std::to_string(j));
    space.names = names;
  }
  return test::model_of(space,
                        [&](Index j) {
                          Random random(5, j);
                          return random.uniform() < share ? static_cast<float>(random.normal())
                                                          : 0.0f;
                        },
                        0.25f, loss, LabelPair{0, 1},
                        {.version = "9",
                         .rule = "adagrad",
                         .learning_rate = 0.1f,
                         .schedule = "constant",
                         .l1 = 1e-5f,
                         .l2 = 0,
                         .threads = 3,
                         .seed = 1,
                         .rows = 100,
                         .visits = 200});
}

void expect_equal(const Model& a, const Model& b) {
  EXPECT_TRUE(std::ranges::equal(a.weights(), b.weights()));
  EXPECT_EQ(a.bias(), b.bias());
  EXPECT_EQ(name_of(a.loss()), name_of(b.loss()));
  EXPECT_EQ(a.labels(), b.labels());
  EXPECT_EQ(a.features().size, b.features().size);
  EXPECT_EQ(a.features().index_base, b.features().index_base);
  EXPECT_EQ(a.features().hash_bits, b.features().hash_bits);
  for (Index j = 0; j < a.features().size; j += 7) {
    EXPECT_EQ(a.features().name(j), b.features().name(j));
  }
  EXPECT_EQ(a.provenance().rule, b.provenance().rule);
  EXPECT_EQ(a.provenance().learning_rate, b.provenance().learning_rate);
  EXPECT_EQ(a.provenance().l1, b.provenance().l1);
  EXPECT_EQ(a.provenance().visits, b.provenance().visits);
}

class ModelFile : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
};

TEST_F(ModelFile, ComesBackAsItWasSaved) {
  const std::string path = folder_.path("m");
  for (const Index features : {0u, 1u, 1000u}) {
    for (const double share : {0.0, 0.1, 1.0}) {
      for (const bool named : {false, true}) {
        for_each_alternative<AnyLoss>([&](auto loss) {
          const Model model = some_model(features, share, named, loss);
          save(model, path);
          expect_equal(load(path), model);
        });
      }
    }
  }
}

TEST_F(ModelFile, IsTheSameBytesForTheSameModel) {
  save(some_model(500, 0.3, true), folder_.path("a"));
  save(some_model(500, 0.3, true), folder_.path("b"));
  EXPECT_EQ(test::contents(folder_.path("a")), test::contents(folder_.path("b")));
}

TEST_F(ModelFile, IsSmallWhereFewWeightsAreNotZero) {
  const std::string path = folder_.path("m");
  save(some_model(1'000'000, 0.001, false), path);
  EXPECT_LT(std::filesystem::file_size(path), 20'000u);
  expect_equal(load(path), some_model(1'000'000, 0.001, false));
}

// A model of features that have hashes, of so many outputs.
Model hashed_model(int bits, std::size_t outputs, const std::vector<Index>& hashes) {
  FeatureSpace space{.size = static_cast<Index>(hashes.size()), .hash_bits = bits, .format = "vw"};
  space.hashes = std::make_shared<const FeatureNumbers>(Array<Index>(hashes.begin(), hashes.end()));
  const std::shared_ptr<float[]> weights(new float[hashes.size() * outputs]);
  for (std::size_t k = 0; k < hashes.size() * outputs; ++k) {  // those of feature 1 are zero
    weights[static_cast<std::ptrdiff_t>(k)] =
        k / outputs == 1 ? 0.0f : 0.5f + static_cast<float>(k);
  }
  if (outputs == 1) return Model(space, weights, 0.25f, Logistic{}, {}, {});
  std::vector<std::string> names;
  std::vector<float> biases;
  for (std::size_t k = 0; k < outputs; ++k) {
    names.push_back(std::string(1, static_cast<char>('a' + k)));
    biases.push_back(static_cast<float>(k));
  }
  return Model(space, weights, biases, Softmax{},
               std::make_shared<const std::vector<std::string>>(names), {});
}

TEST_F(ModelFile, OfManyHashesHasThoseOfWeightsThatAreNotZero) {
  for (const int bits : {23, 28, 32}) {
    for (const std::size_t outputs : {1, 3}) {
      const Index last = bits == 32 ? kMaxIndex : (Index{1} << bits) - 1;
      const std::vector<Index> hashes{last, 7, 0, 1000};
      save(hashed_model(bits, outputs, hashes), folder_.path("m"));
      EXPECT_LT(std::filesystem::file_size(folder_.path("m")), 600u);
      const Model loaded = load(folder_.path("m"));
      ASSERT_EQ(loaded.features().size, 3u) << bits;
      EXPECT_EQ(loaded.features().hash_bits, bits);
      EXPECT_EQ(loaded.outputs(), outputs);
      EXPECT_EQ(loaded.features().find_hash(7), std::nullopt);
      for (const Index number : {0u, 2u, 3u}) {
        const auto found = loaded.features().find_hash(hashes[number]);
        ASSERT_TRUE(found) << hashes[number];
        EXPECT_EQ(loaded.features().name(*found), std::to_string(hashes[number]));
        for (std::size_t k = 0; k < outputs; ++k) {
          EXPECT_EQ(loaded.weights()[*found * outputs + k],
                    0.5f + static_cast<float>(number * outputs + k));
        }
      }
      // By whatever order features were met, the file is the same.
      save(loaded, folder_.path("again"));
      EXPECT_EQ(test::contents(folder_.path("again")), test::contents(folder_.path("m")));
    }
  }
}

TEST_F(ModelFile, OfManyHashesIsRefusedWhenCutShortOrChanged) {
  save(hashed_model(28, 3, {5, 7, 9}), folder_.path("m"));
  const std::string whole = test::contents(folder_.path("m"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    EXPECT_THROW(load(folder_.write("cut", whole.substr(0, at))), ModelError) << at;
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    EXPECT_THROW(load(folder_.write("changed", changed)), ModelError) << at;
  }
}

TEST_F(ModelFile, IsRefusedWhenCutShortAnywhere) {
  save(some_model(40, 0.5, true), folder_.path("m"));
  const std::string whole = test::contents(folder_.path("m"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(load(folder_.write("cut", whole.substr(0, size))), ModelError) << size;
  }
  EXPECT_THROW(load(folder_.write("long", whole + "x")), ModelError);
}

TEST_F(ModelFile, IsRefusedWhenAnyByteIsChanged) {
  save(some_model(40, 0.5, true), folder_.path("m"));
  const std::string whole = test::contents(folder_.path("m"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    EXPECT_THROW(load(folder_.write("changed", changed)), ModelError) << at;
  }
}

// What text of that format is read as would lie past the weights.
TEST_F(ModelFile, WhoseFeaturesAreNotCalledAsItsFormatCallsThemIsRefused) {
  const auto refused = [&](const FeatureSpace& space) {
    const auto weights = std::make_shared<float[]>(space.size);
    save(Model(space, weights, 0, Logistic{}, {}, {}), folder_.path("m"));
    EXPECT_THROW(load(folder_.path("m")), ModelError) << space.format;
  };
  refused({.size = 4, .format = "vw"});
  refused({.size = 4, .format = "csv"});
  auto names = std::make_shared<FeatureNames>();
  names->insert("a");
  refused({.size = 1, .names = names, .format = "libsvm"});
}

TEST_F(ModelFile, WithNumbersThatFloatsLackIsRefused) {
  Model model = some_model(4, 1, false);
  Provenance from = model.provenance();
  from.threads = -1;  // as any integer; it is not asked for more
  save(Model(model.features(), model.shared_weights(), 0, Logistic{}, {}, from), folder_.path("m"));
  EXPECT_EQ(load(folder_.path("m")).provenance().threads, -1);
  from.l1 = std::numeric_limits<float>::infinity();  // which JSON writes as null
  save(Model(model.features(), model.shared_weights(), 0, Logistic{}, {}, from), folder_.path("m"));
  EXPECT_THROW(load(folder_.path("m")), ModelError);
}

TEST_F(ModelFile, OfAnotherKindOrVersionIsRefusedWithTheReason) {
  try {
    load(folder_.write("foreign", "1 1:0.5 2:1\n"));
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_EQ(error.reason, "this is not a model file");
  }
  save(some_model(4, 1, false), folder_.path("m"));
  std::string newer = test::contents(folder_.path("m"));
  newer[8] = 6;
  try {
    load(folder_.write("newer", newer));
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_EQ(error.reason, "the model file has format 6, this program reads 5");
  }
  EXPECT_THROW(load(folder_.write("empty", "")), ModelError);
  EXPECT_THROW(load(folder_.path("missing")), IoError);
  EXPECT_THROW(load(folder_.path("")), IoError);
}

TEST_F(ModelFile, IsRecognisedByItsFirstBytes) {
  save(some_model(4, 1, false), folder_.path("m"));
  EXPECT_TRUE(is_model_file(folder_.path("m")));
  EXPECT_FALSE(is_model_file(folder_.write("data", "1 1:1\n")));
  EXPECT_FALSE(is_model_file(folder_.path("missing")));
}

TEST_F(ModelFile, ThatWasThereStaysWhenTheDiskIsFull) {
  const std::string path = folder_.path("m");
  save(some_model(10, 1, false), path);
  const std::string before = test::contents(path);
  // A limit on the size of files stands for a full disk: write() fails half way.
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(save(some_model(100'000, 1, false), path), IoError);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(test::contents(path), before);
  const auto entries = std::filesystem::directory_iterator(folder_.path(""));
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "a temporary file was left";
}

TEST_F(ModelFile, IsNotWrittenToWhatIsNoFile) {
  EXPECT_THROW(save(some_model(1, 1, false), folder_.path("")), IoError);
  EXPECT_THROW(save(some_model(1, 1, false), "/dev/null"), IoError);
  EXPECT_THROW(save(some_model(1, 1, false), folder_.path("no/such/folder")), IoError);
  EXPECT_TRUE(std::filesystem::exists("/dev/null"));
}

TEST_F(ModelFile, HasTheModeOfAnOrdinaryFile) {
  save(some_model(1, 1, false), folder_.path("m"));
  folder_.write("plain", "");
  struct stat model {
  }, plain{};
  ASSERT_EQ(stat(folder_.path("m").c_str(), &model), 0);
  ASSERT_EQ(stat(folder_.path("plain").c_str(), &plain), 0);
  EXPECT_EQ(model.st_mode, plain.st_mode);
}

TEST_F(ModelFile, IsNotWrittenOfWeightsThatAreNotFinite) {
  const Model model = test::model_of({.size = 1}, [](Index) { return std::nanf(""); });
  EXPECT_THROW(save(model, folder_.path("m")), ModelError);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("m")));
}

TEST_F(ModelFile, IsReadFromAPipeToo) {
  save(some_model(1000, 0.5, true), folder_.path("m"));
  const std::string pipe = folder_.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_EQ(std::system(("cat '" + folder_.path("m") + "' > '" + pipe + "' &").c_str()), 0);
  expect_equal(load(pipe), some_model(1000, 0.5, true));
}

}  // namespace
}  // namespace hogwild
