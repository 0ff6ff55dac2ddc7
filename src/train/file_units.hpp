// A run on scaled rows, seen from outside in the units of the file.
#pragma once

#include <memory>

#include "data/rows/scaling.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild {

/// A model with the weights of scaled rows, whose features have those plain numbers.
Model scaled(const Model& model, const Scaling& scaling, const FeatureSpace& rows);

/// A model that was trained on scaled rows, in the units of the file. start: a model in the file's
/// units that training began at, or null; weights that are as they began keep its bits.
Model in_file_units(const Model& model, const Scaling& scaling, const Model* start = nullptr);

/// A search on scaled rows: its losses in the units of the file.
RateSearch in_file_units(RateSearch search, const Scaling& scaling);

/// The scaling of rows to be learnt so. They may be a sample.
Scaling scaling_for(const Dataset& rows, const TrainOptions& options);

/// The options of a run on scaled rows: with its validation rows, penalties and start. Throws
/// OptionError where options.resume_state is of rows in other units.
TrainOptions scaled(TrainOptions options, const Scaling& scaling, const FeatureSpace& rows);

/// Passes on what a run on scaled rows tells, in the units of the file.
class InFileUnits : public TrainObserver {
 public:
  /// All must live as long. start: as for in_file_units().
  InFileUnits(TrainObserver& observer, const Scaling& scaling, const Model* start)
      : observer_(observer), scaling_(scaling), start_(start) {}

  void on_progress(const Progress& progress) override;
  void on_epoch(const EpochReport& report) override;
  void on_rate(const RateSearch& search) override;
  void on_threads(const ThreadTrial& trial) override { observer_.on_threads(trial); }
  bool stop_requested() override { return observer_.stop_requested(); }
  bool checkpoint_due() override { return observer_.checkpoint_due(); }
  void on_checkpoint(const Checkpoint& checkpoint) override;

  /// The result of the run.
  TrainResult restored(TrainResult result) const;

 private:
  EpochReport restored(EpochReport report) const;
  std::shared_ptr<const RunState> marked(std::shared_ptr<const RunState> state) const;

  TrainObserver& observer_;
  const Scaling& scaling_;
  const Model* start_;
};

}  // namespace hogwild
