// A value for each option of the table that is not its default, and one that it refuses.
#pragma once

#include <map>
#include <string>

namespace hogwild::test {

struct Sample {
  std::string good;
  std::string bad;
};

inline const std::map<std::string, Sample>& samples() {
  static const std::map<std::string, Sample> all{{"optimizer", {"adam", "adom"}},
                                                 {"loss", {"hinge", "hing"}},
                                                 {"epochs", {"3", "0"}},
                                                 {"learning-rate", {"0.25", "-1"}},
                                                 {"valid", {"train.svm", ""}},
                                                 {"valid-fraction", {"0.5", "1.5"}},
                                                 {"early-stopping", {"2", "-1"}},
                                                 {"threads", {"2", "0"}},
                                                 {"hash-bits", {"12", "33"}},
                                                 {"format", {"libsvm", "csv"}},
                                                 {"on-error", {"skip", "stop"}},
                                                 {"duplicates", {"sum", "max"}},
                                                 {"qid", {"ignore", "group"}},
                                                 {"weights-in-label", {"true", "perhaps"}},
                                                 {"index-base", {"1", "2"}},
                                                 {"memory-limit", {"1048576", "much"}},
                                                 {"order", {"sequential", "random"}},
                                                 {"curriculum", {"mixed", "hard"}},
                                                 {"levels", {"3", "0"}},
                                                 {"difficulty", {"margin:model", ""}},
                                                 {"seed", {"7", "-7"}},
                                                 {"one-vs-rest", {"true", "perhaps"}},
                                                 {"class-weight", {"1=2,-1=3", "1=2,1=3"}},
                                                 {"positive", {"1", ""}},
                                                 {"scale", {"standard", "most"}},
                                                 {"l1", {"0.001", "-1"}},
                                                 {"l2", {"0.001", "inf"}},
                                                 {"penalty", {"exact", "most"}},
                                                 {"no-bias", {"true", "perhaps"}},
                                                 {"init", {"normal:0.5", "normal:-1"}},
                                                 {"batch-size", {"full", "0"}},
                                                 {"gamma", {"0.75", "1"}},
                                                 {"epsilon", {"0.001", "0"}},
                                                 {"rho", {"0.75", "-0.5"}},
                                                 {"beta1", {"0.75", "1"}},
                                                 {"beta2", {"0.75", "2"}},
                                                 {"beta", {"2", "-1"}},
                                                 {"state", {"per-thread", "private"}},
                                                 {"average", {"true", "perhaps"}},
                                                 {"batch-norm", {"true", "perhaps"}},
                                                 {"gradient-noise", {"0.5", "-1"}},
                                                 {"schedule", {"cosine", "sine"}},
                                                 {"decay", {"0.5", "-1"}},
                                                 {"steps", {"1:0.5,2:0.25", "1-0.5"}},
                                                 {"warm-up", {"0.5", "-1"}},
                                                 {"min-delta", {"0.5", "-1"}},
                                                 {"refit", {"true", "perhaps"}},
                                                 {"refit-epochs", {"3", "-1"}},
                                                 {"stop-after", {"1", "-1"}},
                                                 {"strategy", {"locked", "free"}},
                                                 {"no-views", {"true", "perhaps"}},
                                                 {"pin", {"0", "first"}},
                                                 {"parameters", {"live", ""}},
                                                 {"parameter-features", {"100", "-1"}},
                                                 {"distributed", {"easgd", "upturn"}},
                                                 {"servers", {"1", "-1"}},
                                                 {"fetch-every", {"8", "0"}},
                                                 {"push-every", {"8", "0"}},
                                                 {"blocking", {"true", "perhaps"}},
                                                 {"local-rate", {"0.5", "-1"}},
                                                 {"warm-start", {"8", "-1"}},
                                                 {"period", {"8", "0"}},
                                                 {"elasticity", {"0.5", "0"}},
                                                 {"synchronous", {"true", "perhaps"}},
                                                 {"dense", {"true", "perhaps"}},
                                                 {"resume", {"model", ""}},
                                                 {"weights-only", {"true", "perhaps"}},
                                                 {"new-classes", {"true", "perhaps"}},
                                                 {"features", {"100", "-1"}},
                                                 {"positive-weight", {"2", "-1"}},
                                                 {"negative-weight", {"2", "-1"}}};
  return all;
}

}  // namespace hogwild::test
