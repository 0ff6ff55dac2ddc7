// A rank's part of hogwild train --distributed. Built only where there is MPI.
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "cli/command.hpp"
#include "cli/train_outcome.hpp"
#include "distributed/agreement.hpp"
#include "distributed/train.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/train/train.hpp"
#include "options/refusals.hpp"

namespace hogwild::cli {
namespace {

// What the first rank shows and the others don't.
class RankObserver final : public DistributedObserver {
 public:
  RankObserver(TrainDisplay* shown, const World& world, bool prints_graph)
      : shown_(shown), world_(world), prints_graph_(prints_graph) {}

  void on_progress(const Progress& progress) override {
    if (shown_ != nullptr) shown_->on_progress(progress);
  }
  void on_epoch(const EpochReport& report) override {
    if (shown_ != nullptr) shown_->on_epoch(report);
  }
  void on_ranks(int epoch, const std::vector<RankTally>& ranks) override {
    if (shown_ == nullptr) return;
    for (int rank = 0; rank < world_.size(); ++rank) {
      const RankTally& tally = ranks[static_cast<std::size_t>(rank)];
      shown_->write(json_line(epoch, rank, world_.host(rank), tally));
    }
    ranks_ = section_of(ranks);
  }
  void on_graph(const std::string& whole, const std::string& cut) override {
    if (shown_ != nullptr && prints_graph_) print(whole + cut);
  }
  void on_slow_rank(const SlowRank& slow) override {
    if (shown_ == nullptr) return;
    const std::string rank = world_.name(slow.rank);
    if (slow.trait == SlowRank::Trait::work) {
      shown_->warn(fmt::format(
          "{} is {:.1f} times slower than the other ranks, which wait for it; is its host busy?",
          rank, slow.seconds / slow.others));
    } else {
      shown_->warn(
          fmt::format("{} answers after {:.0f} ms, and the other ranks wait for it; is its host "
                      "busy, or the network slow?",
                      rank, slow.seconds * 1e3));
    }
    shown_->write(json_line(world_.host(slow.rank), slow));
  }
  void on_scaling(const ScalingReport& report) override {
    if (shown_ != nullptr) shown_->on_scaling(report);
  }
  void on_rate(const RateSearch& search) override {
    if (shown_ != nullptr) shown_->on_rate(search);
  }
  bool stop_requested() override { return interrupted(); }
  bool checkpoint_due() override { return shown_ != nullptr && shown_->checkpoint_due(); }
  void on_checkpoint(const Checkpoint& checkpoint) override { shown_->on_checkpoint(checkpoint); }

  /// Of the last epoch.
  const Section& ranks() const { return ranks_; }

 private:
  Section section_of(const std::vector<RankTally>& ranks) const {
    Grid grid{"the last epoch",
              {"rank", "host", "rows", "busy seconds", "bytes sent", "bytes received"},
              {}};
    for (int rank = 0; rank < world_.size(); ++rank) {
      const RankTally& tally = ranks[static_cast<std::size_t>(rank)];
      grid.rows.push_back({fmt::format("{}", rank), world_.host(rank),
                           fmt::format("{}", tally.rows), fmt::format("{:.3f}", tally.busy),
                           fmt::format("{}", tally.traffic.sent_in_all().bytes),
                           fmt::format("{}", tally.traffic.received_in_all().bytes)});
    }
    return {.title = "Ranks",
            .text = "Rows and busy seconds are of the epoch, bytes are since the start.",
            .grids = {std::move(grid)}};
  }

  TrainDisplay* shown_;
  const World& world_;
  bool prints_graph_;
  Section ranks_;
};

// For the first rank to say what all have read; the rows of all.
Offset say_what_was_read(World& world, const Dataset& data, const TrainOptions& options,
                         TrainDisplay* shown) {
  Offset rows = 0, nonzeros = 0, held_out = 0;
  const Offset own_held_out = options.validation ? options.validation->rows() : 0;
  for (const auto& of_rank : world.gather(std::array{data.rows(), data.nonzeros(), own_held_out})) {
    rows += of_rank[0];
    nonzeros += of_rank[1];
    held_out += of_rank[2];
  }
  if (shown == nullptr) return rows;
  shown->say(fmt::format("read {} on {} ranks: {} rows, {} features, {} non-zeros{}",
                         data.source().name(), world.size(), rows, data.features().size, nonzeros,
                         held_out > 0 ? fmt::format("; {} rows to validate on", held_out) : ""));
  return rows;
}

int run_rank(World& world, const TrainArguments& command, const CLI::App& app) {
  const Settings& settings = command.settings;
  const bool in_batches =
      settings.ranks.kind == Distribution::allreduce || settings.ranks.kind == Distribution::graph;
  const bool chooses_batch = in_batches && !settings.is_given("batch-size");
  TrainOptions options = together(world, [&] {
    FileOptions files = settings.files;
    files.weights_only = !files.resume.empty();  // a rank has no state of its own
    TrainOptions options = started(files, train_options(settings));
    if (settings.ranks.kind == Distribution::eamsgd && !settings.is_given("optimizer")) {
      options.update_rule = NesterovAdagrad{};
    }
    if (chooses_batch) {
      options.batch_size = default_batch_size(0, world.size());  // until the rows are known
    }
    require_valid(mode_of(settings.ranks.kind), {.train = options,
                                                 .files = settings.files,
                                                 .ranks = settings.ranks,
                                                 .number_of_ranks = world.size(),
                                                 .validation_to_come = validates(settings.files)});
    if (world.is_first()) require_outputs(command);
    return options;
  });
  together(world, [&] {
    require_same_program(
        world, std::string(kVersion),
        fmt::format("{}\n{}", fmt::join(command.paths, " "), as_configuration(settings, kTrain)));
    return true;
  });
  const std::unique_ptr<TrainDisplay> shown = together(
      world, [&] { return world.is_first() ? std::make_unique<TrainDisplay>(command) : nullptr; });
  RankObserver observer(shown.get(), world, command.print_graph);
  const auto progress = [&](std::uint64_t bytes, std::uint64_t total) {
    if (shown) shown->on_reading(bytes, total);
  };
  const Dataset data =
      read_rows(world, command.paths, settings.files, options, settings.ranks, progress);
  const Offset rows_of_all = say_what_was_read(world, data, options, shown.get());
  if (chooses_batch) options.batch_size = default_batch_size(rows_of_all, world.size());

  const InterruptGuard guard;
  const TrainResult result = train(world, data, options, settings.ranks, observer);
  if (!shown) return kDone;
  const int status = conclude(result, command, options, *shown);
  std::vector<Section> sections{section_of(result), observer.ranks()};
  if (!result.epochs.empty()) sections.push_back(section_of(result.model));
  write_report(command.report, app, std::move(sections));
  return status;
}

}  // namespace

int run_distributed(const TrainArguments& command, const CLI::App& app) {
  std::exception_ptr failure;  // of all ranks
  int status = kDone;
  {
    World world;
    world.watch(std::chrono::seconds(command.patience), [&](int rank) {
      note(fmt::format("hogwild: {} has been silent for {} s, {} reports; stopping all ranks",
                       world.name(rank), command.patience, world.name(world.rank())));
      world.abort(kBadWorld);
    });
    try {
      status = run_rank(world, command, app);
    } catch (const AgreedFailure& agreed) {
      if (world.is_first()) failure = agreed.cause();
    } catch (const std::exception& error) {
      note(fmt::format("hogwild: {}: {}; stopping all ranks", world.name(world.rank()),
                       error.what()));
      world.abort(kBadWorld);
    }
  }
  if (failure) std::rethrow_exception(failure);
  return status;
}

}  // namespace hogwild::cli
