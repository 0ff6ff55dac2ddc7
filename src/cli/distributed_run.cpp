// A rank's part of hogwild train --distributed. Built only where there is MPI.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <numeric>
#include <span>
#include <utility>

#include "cli/distributed.hpp"
#include "cli/interrupt.hpp"
#include "cli/memory.hpp"
#include "cli/report.hpp"
#include "cli/train_outcome.hpp"
#include "cli/training_rows.hpp"
#include "distributed/agreement.hpp"
#include "distributed/packet.hpp"
#include "distributed/report.hpp"
#include "distributed/train.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/report/sections.hpp"

namespace hogwild::cli {
namespace {

// Rows of a step that all ranks make together, where the user gives no number: as many as leave
// some 1,024 steps to an epoch, within these bounds. Fewer steps take many more epochs: two groups
// of 20 newsgroups, 2,685 rows, end after 60 epochs at a test loss of 0.0376 by 8 rows a step,
// 0.0409 by 16, 0.0441 by 64, and 0.0378 by one. Means of allreduce over three seeds, by 512 steps
// an epoch and by 8 rows: all of 20 newsgroups +1.6 % and +0.3 % above single rows,
// rcv1 +1.5 % and -0.3 %.
constexpr std::uint64_t kFewestInBatch = 2, kMostInBatch = 64;
constexpr Offset kStepsAnEpoch = 1024;

std::uint64_t default_batch(Offset rows, int ranks) {
  const auto enough = static_cast<std::uint64_t>(ranks);  // a row for each
  return std::max(enough, std::clamp(rows / kStepsAnEpoch, kFewestInBatch, kMostInBatch));
}

// What the first rank shows and the others don't.
class RankObserver final : public DistributedObserver {
 public:
  RankObserver(TrainDisplay* shown, const World& world, bool prints_graph)
      : shown_(shown), world_(world), prints_graph_(prints_graph) {}

  void on_progress(const Progress& progress) override {
    if (shown_ != nullptr) shown_->progress(progress);
  }
  void on_epoch(const EpochReport& report) override {
    if (shown_ != nullptr) shown_->epoch(report);
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
  void on_rate(const RateSearch& search) override {
    if (shown_ != nullptr) shown_->rate(search);
  }
  bool stop_requested() override { return interrupted(); }
  bool checkpoint_due() override { return shown_ != nullptr && shown_->checkpoint_due(); }
  void on_checkpoint(const Checkpoint& checkpoint) override { shown_->checkpoint(checkpoint); }

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

// This rank's part of files, in the space and with the labels of all parts.
Dataset read_agreed(World& world, const std::vector<std::string>& paths, int ranks,
                    const ReadOptions& options) {
  PartOfRows part = together(world, [&] {
    // Ranks that only serve have an empty part.
    if (world.rank() < ranks) return read_part(paths, world.rank(), ranks, options);
    const FeatureSpace space = options.features.value_or(FeatureSpace{});
    return PartOfRows{Dataset({}, space, Source{.paths = paths}), {}};
  });
  return together(world, [&] { return agreed_rows(world, std::move(part), options); });
}

// [ranks]
std::vector<Offset> rows_of_ranks(World& world, Offset own) {
  Bytes bytes;
  put(bytes, own);
  std::vector<Offset> rows;
  for (const Bytes& part : world.gather_all(bytes)) rows.push_back(Unpacking(part).take<Offset>());
  return rows;
}

// Rows on the ranks before this one.
Offset rows_before(World& world, Offset own) {
  const std::vector<Offset> rows = rows_of_ranks(world, own);
  return std::accumulate(rows.begin(), rows.begin() + world.rank(), Offset{0});
}

Offset rows_of_all(World& world, Offset own) {
  const std::vector<Offset> rows = rows_of_ranks(world, own);
  return std::accumulate(rows.begin(), rows.end(), Offset{0});
}

// Rows with all the labels that ranks have agreed on: of a file in the order of labels a rank may
// have rows of one label.
Dataset rows_of(const Dataset& data, std::span<const Offset> chosen) {
  const Dataset rows = data.select(chosen);
  const SeenLabels& agreed = data.seen_labels();
  if (rows.seen_labels().labels().size() == agreed.labels().size()) return rows;
  return concatenate(rows, Dataset({}, data.features(), data.source(), agreed, data.classes()));
}

Dataset read_rows(World& world, const TrainArguments& command, const CLI::App& app,
                  TrainOptions& options, ProgressDisplay& display) {
  const int ranks = learning_ranks(world, command.ranks);
  ReadOptions read = command.data.read;
  read.class_labels = learns_classes(options);
  read.threads = threads_of_rank(world, options.threads);
  read.memory_limit =
      memory_limit(command) / static_cast<std::uint64_t>(world.ranks_on_this_host());
  read.progress = [&](std::uint64_t bytes, std::uint64_t total) { display.reading(bytes, total); };
  Dataset data = read_agreed(world, command.data.paths, ranks, read);
  if (!command.valid.empty()) {
    read.features = data.features();
    read.classes = data.classes();
    options.validation = read_agreed(world, {command.valid}, ranks, read);
  } else if (has_validation(command, app)) {
    // The rows that one process would hold out. A rank of few may have none of them.
    const auto [kept, held_out] = split_rows(data.rows(), command.valid_fraction, options.seed,
                                             rows_before(world, data.rows()));
    options.validation = rows_of(data, held_out);
    data = rows_of(data, kept);
  }
  return data;
}

// For the first rank to say what all have read.
void say_what_was_read(World& world, const Dataset& data, const TrainOptions& options,
                       ProgressDisplay& display) {
  Offset rows = 0, nonzeros = 0, held_out = 0;
  Bytes own;
  put(own, data.rows());
  put(own, data.nonzeros());
  put(own, options.validation ? options.validation->rows() : Offset{0});
  for (const Bytes& part : world.gather_all(own)) {
    Unpacking counts(part);
    rows += counts.take<Offset>();
    nonzeros += counts.take<Offset>();
    held_out += counts.take<Offset>();
  }
  display.say(fmt::format("read {} on {} ranks: {} rows, {} features, {} non-zeros{}",
                          data.source().name(), world.size(), rows, data.features().size, nonzeros,
                          held_out > 0 ? fmt::format("; {} rows to validate on", held_out) : ""));
}

int run_rank(World& world, const TrainArguments& command, const CLI::App& app) {
  const bool in_batches =
      command.ranks.kind == Distribution::allreduce || command.ranks.kind == Distribution::graph;
  const bool chooses_batch = in_batches && app.count("--batch-size") == 0;
  TrainOptions options = together(world, [&] {
    TrainOptions options = train_options(command, app);
    if (command.ranks.kind == Distribution::eamsgd && app.count("--optimizer") == 0) {
      options.update_rule = NesterovAdagrad{};
    }
    if (chooses_batch) options.batch_size = default_batch(0, world.size());  // till rows are known
    require_valid(options, has_validation(command, app));
    require_valid(command.ranks, options, world.size());
    if (world.is_first()) require_outputs(command);
    return options;
  });
  together(world, [&] {
    require_same_program(world, std::string(kVersion), app.config_to_str());
    return true;
  });
  ProgressDisplay display(world.is_first() ? command.progress : ProgressStyle::none);
  std::optional<TrainDisplay> shown = together(world, [&] {
    std::optional<TrainDisplay> shown;
    if (world.is_first()) shown.emplace(display, command);
    return shown;
  });
  RankObserver observer(shown ? &*shown : nullptr, world, command.print_graph);
  const Dataset data = read_rows(world, command, app, options, display);
  say_what_was_read(world, data, options, display);
  if (chooses_batch) {
    options.batch_size = default_batch(rows_of_all(world, data.rows()), world.size());
  }

  const InterruptGuard guard;
  const TrainResult result = train(world, data, options, command.ranks, observer);
  if (!shown) return kDone;
  const int status = conclude(result, command, options, *shown, display);
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
