// Training by many workers, played through on one thread: what delays do to the loss, and where a
// method stops scaling, without a machine of a thousand cores.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild {
namespace [[gnu::visibility("default")]] lab {

/// How virtual workers learn together.
enum class Method {
  hogwild,    ///< one array of parameters; a row's step lands later than its weights were read
  views,      ///< the same, but each worker has weights of its own for the most frequent features,
              ///< and merges them now and then (TrainOptions::worker_views)
  downpour,   ///< workers fetch parameters from a server and push gradients to it
  easgd,      ///< replicas and a centre that draw each other
  allreduce,  ///< all step together, a row of each worker in every step
};

/// The part of a time that varies, in seconds.
struct Delay {
  /// The distribution of delays.
  enum class Kind { none, fixed, uniform, exponential };
  Kind kind = Kind::none;  ///< which of them
  double low = 0;          ///< fixed: this; uniform: from here
  double high = 0;         ///< uniform: to here; exponential: the mean
};

/// What things cost. The defaults are rounded from measurements on an AMD EPYC server: click rows
/// by adagrad on one thread; and Open MPI between two ranks by TCP on one host, 12 us a message of
/// 8 bytes and 0.9 to 3 GB/s in 100 kB to 1 MB (by shared memory 0.9 us, 1.8 to 4 GB/s).
struct SimulatedCosts {
  double row = 20e-9;       ///< seconds a row takes, besides
  double nonzero = 1.3e-9;  ///< seconds each of its non-zeros takes
  double latency = 10e-6;   ///< seconds a message is under way, besides
  double bandwidth = 1e9;   ///< bytes that pass a worker's wire in a second
  Delay delay{};            ///< besides: of a message, or with hogwild and views of a row's landing
  double line_transfer = 0;      ///< hogwild, views: seconds until a cache line that one worker has
                                 ///< written is another's, who has a core in the same socket
  double far_line_transfer = 0;  ///< the same from socket to socket
  int sockets = 1;               ///< that share out the workers, > 0
  double stragglers = 0;         ///< share of the workers that are slow, in [0, 1]
  double slowness = 10;          ///< how many times as long a row takes them, >= 1
};

/// What to simulate.
struct SimulationOptions {
  Method method = Method::hogwild;    ///< how workers train together
  int workers = 1;                    ///< > 0
  int servers = 0;                    ///< downpour, easgd: that share out parameters and work;
                                      ///< 0: as many as workers
  Offset fetch_every = 64;            ///< downpour: rows between fetches, > 0
  Offset push_every = 1;              ///< downpour: rows between pushes, > 0
  Offset period = 10;                 ///< easgd: rows between exchanges, > 0
  std::optional<float> elasticity{};  ///< easgd: in (0, 1]; absent: replicas are merged
  SimulatedCosts costs{};             ///< of the virtual clock
};

/// One epoch behind the virtual workers.
struct SimulatedEpoch {
  int epoch = 0;              ///< counted from 1
  std::uint64_t updates = 0;  ///< steps of the parameters that the model is made of, so far
  double seconds = 0;         ///< on the virtual clock, so far
  double loss = 0;            ///< of the validation rows
  double delay = 0;           ///< mean number of others' updates between a reading and its step
  std::uint64_t bytes = 0;    ///< sent over all wires, so far
};

/// What one number of workers came to.
struct Simulation {
  SimulationOptions options;               ///< that were simulated
  std::vector<SimulatedEpoch> epochs{};    ///< those that were finished
  StopReason reason = StopReason::epochs;  ///< why it ended
  Model model{};                           ///< at its end
  float learning_rate = 0;                 ///< the initial one
};

/// The costs on this machine: `row` as given, `nonzero` as the fastest of some epochs by one thread
/// has it, `line_transfer` the mean of the measured pairs of cores (see Machine), 0 if there is one
/// core. The rest is as given. Throws as train() does.
SimulatedCosts measured_costs(const Dataset& data, const TrainOptions& options,
                              SimulatedCosts given);

/// Plays a run through for each of the simulations. Everything that happens has its time on a
/// virtual clock, and happens in that order, so the outcome is a function of data and options:
/// equal seeds give equal bits. One worker takes the steps of train() with one thread, to the last
/// bit (downpour: if it fetches and pushes each row). All simulations go at one learning rate,
/// which is found once if options leave it open. Validation rows are options.validation, which must
/// be there. Options that only threads make sense of are not looked at. When the observer asks to
/// stop, what has been finished is returned. Memory: a replica for each worker of easgd, of what it
/// has touched. Throws as train() does; OptionError for options out of range or that no virtual
/// worker has (batches, penalties, several classes, averages, noise, curricula).
std::vector<Simulation> simulate(const Dataset& data, const TrainOptions& options,
                                 std::span<const SimulationOptions> simulations,
                                 TrainObserver& observer);

}  // namespace lab
}  // namespace hogwild
