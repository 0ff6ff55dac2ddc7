// Every rule on one data set.
#pragma once

#include <string>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild {
namespace [[gnu::visibility("default")]] lab {

/// How one rule did.
struct Contender {
  AnyUpdateRule rule;    ///< that it trained with
  TrainResult result{};  ///< without the model
  double best_loss = 0;  ///< lowest validation loss of an epoch; infinite if none was finished
};

/// Told besides which rule it is about.
class CompareObserver : public TrainObserver {
 public:
  virtual void on_begin(const AnyUpdateRule&) {}  ///< its run begins
  virtual void on_end(const Contender&) {}        ///< and is over
};

/// Trains with each rule in turn, the same options, rows and threads; the rate is found for each
/// unless it is given. Validation rows are options.validation, which must be there. Best first. The
/// observer hears of each run; when it asks to stop, the rules not yet begun are left out.
/// Throws as train() does.
std::vector<Contender> compare(const Dataset& data, const TrainOptions& options,
                               const std::vector<AnyUpdateRule>& rules, CompareObserver& observer);

/// What to make of it, in a sentence or two, as Ruder's survey advises (arXiv 1609.04747, section
/// 4.10).
std::string advice(const std::vector<Contender>& contenders);

}  // namespace lab
}  // namespace hogwild
