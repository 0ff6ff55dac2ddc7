#include "distributed/world_collectives.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "distributed/packet.hpp"

namespace hogwild {

WorldCollectives::WorldCollectives(World& world, int run, Shared shared, Offset own_rows,
                                   int own_threads)
    : world_(world),
      run_(run),
      shared_(shared),
      own_rows_(own_rows),
      own_threads_(own_threads),
      ranks_(static_cast<std::size_t>(world.size())),
      so_far_(ranks_.size()),
      before_(ranks_.size()),
      now_(ranks_.size()),
      is_told_(ranks_.size()) {
  for (const Offset rows : world_.gather(own_rows)) rows_ += rows;
  for (const int threads : world_.gather(own_threads)) threads_ += threads;
  world_.deliver(Message::tally, [this](int from, std::span<const char> bytes) {
    const std::scoped_lock lock(mutex_);
    Unpacking told(bytes);
    const auto rank = static_cast<std::size_t>(from);
    so_far_[rank] = told.take<TallySum>();
    now_[rank] = {so_far_[rank].nonzeros, told.take<double>()};
  });
  world_.deliver(Message::stop, [this](int, std::span<const char> bytes) {
    const std::scoped_lock lock(mutex_);
    if (Unpacking(bytes).take<int>() == run_) stop_ = true;
  });
}

WorldCollectives::~WorldCollectives() {
  world_.deliver(Message::tally, {});
  world_.deliver(Message::stop, {});
}

void WorldCollectives::begin_epoch() {
  {
    const std::scoped_lock lock(mutex_);
    std::ranges::fill(so_far_, TallySum{});
    std::ranges::fill(now_, Work{});
  }
  world_.barrier();
  begin_ = World::Clock::now();
  waited_before_ = world_.waited();
}

double WorldCollectives::busy() const {
  const auto seconds = [](World::Clock::duration d) {
    return std::chrono::duration<double>(d).count();
  };
  const double waited = seconds(world_.waited() - waited_before_);
  return std::max(0.0, own_threads_ * seconds(World::Clock::now() - begin_) - waited);
}

// Ranks that share features all go through all rows.
void WorldCollectives::add(TallySum& all, TallySum tally, std::size_t rank) const {
  if (shared_ == Shared::features && rank != 0) tally.rows = 0;
  all.rows += tally.rows;
  all.nonzeros += tally.nonzeros;
  all.loss += tally.loss;
  all.weight += tally.weight;
}

TallySum WorldCollectives::sum(const TallySum& own) {
  struct Told {
    TallySum sum;
    Offset rows;
    double busy;
    Traffic traffic;
  };
  const double own_busy = busy();
  world_.barrier();  // a rank that only serves has been waiting here, and its traffic went on
  TallySum all;
  const std::vector<Told> told = world_.gather(Told{own, own_rows_, own_busy, world_.traffic()});
  const std::scoped_lock lock(mutex_);
  for (std::size_t rank = 0; rank < told.size(); ++rank) {
    const auto& [sum, rows, busy, traffic] = told[rank];
    add(all, sum, rank);
    ranks_[rank] = {shared_ == Shared::features ? rows : sum.rows, busy, traffic};
    before_[rank].nonzeros += sum.nonzeros;
    before_[rank].busy += busy;
    now_[rank] = {};
  }
  return all;
}

TallySum WorldCollectives::sum_so_far(const TallySum& own) {
  if (!world_.is_first()) {
    Bytes bytes;
    put(bytes, own);
    put(bytes, busy());
    world_.send(0, Message::tally, std::move(bytes));
    return own;
  }
  const std::scoped_lock lock(mutex_);
  so_far_[0] = own;
  now_[0] = {own.nonzeros, busy()};
  TallySum all;
  for (std::size_t rank = 0; rank < so_far_.size(); ++rank) add(all, so_far_[rank], rank);
  return all;
}

std::optional<SlowRank> WorldCollectives::newly_slow() {
  constexpr double kEnough = 3;  // seconds of work
  const std::vector<double> response_times = world_.response_times();
  const std::scoped_lock lock(mutex_);
  std::vector<Timed> work, answers;
  for (std::size_t rank = 0; rank < now_.size(); ++rank) {
    const double busy = before_[rank].busy + now_[rank].busy;
    const auto nonzeros = static_cast<double>(before_[rank].nonzeros + now_[rank].nonzeros);
    if (busy < kEnough) continue;  // no worker, or none that has done much
    work.push_back({static_cast<int>(rank), busy / std::max(1.0, nonzeros)});
  }
  for (const double seconds : response_times) {
    constexpr double kNoTime = 0.01;
    answers.push_back({static_cast<int>(answers.size()), std::max(kNoTime, seconds)});
  }
  if (const auto slow = slowest_of(std::move(work), SlowRank::Trait::work)) return slow;
  return slowest_of(std::move(answers), SlowRank::Trait::answers);
}

std::optional<SlowRank> WorldCollectives::slowest_of(std::vector<Timed> ranks,
                                                     SlowRank::Trait trait) {
  constexpr double kSlow = 3;
  if (ranks.size() < 2) return {};
  std::ranges::sort(ranks, {}, &Timed::seconds);
  const auto [rank, seconds] = ranks.back();
  const double others = ranks[(ranks.size() - 2) / 2].seconds;
  if (seconds < kSlow * others || is_told_[static_cast<std::size_t>(rank)]) return {};
  is_told_[static_cast<std::size_t>(rank)] = true;
  return SlowRank{rank, trait, seconds, others};
}

StopReason WorldCollectives::agree(StopReason own) {
  return std::ranges::max(world_.gather(own));  // they are in the order of how grave they are
}

bool WorldCollectives::all(bool own) {
  return std::ranges::count(world_.gather(own), false) == 0;
}

double WorldCollectives::mean_loss(const Model& model, const Dataset& validation) {
  struct Part {
    double loss = 0;
    double weight = 0;
  } own;
  for (Offset i = 0; i < validation.rows(); ++i) {
    own.weight += static_cast<double>(validation.row(i).weight);
  }
  if (own.weight > 0) own.loss = hogwild::mean_loss(model, validation);
  const std::vector<Part> parts = world_.gather(own);
  if (parts.size() == 1) return own.loss;
  Part all;
  for (const Part& part : parts) {
    all.loss += part.loss * part.weight;
    all.weight += part.weight;
  }
  return all.loss / all.weight;
}

bool WorldCollectives::stop_requested() {
  const std::scoped_lock lock(mutex_);
  return stop_;
}

void WorldCollectives::request_stop() {
  if (asked_.exchange(true)) return;
  Bytes bytes;
  put(bytes, run_);
  for (int rank = 0; rank < world_.size(); ++rank) {
    if (rank != world_.rank()) world_.send(rank, Message::stop, bytes);
  }
}

namespace {

Json by_kind(const std::array<Traffic::Count, kMessageKinds>& counts,
             const Traffic::Count& gathered) {
  Json json = Json::object();
  const auto add = [&](std::string_view kind, const Traffic::Count& count) {
    if (count.messages > 0) json[std::string(kind)] = {count.messages, count.bytes};
  };
  for (std::size_t k = 0; k < kMessageKinds; ++k) add(name_of(static_cast<Message>(k)), counts[k]);
  add("gather", gathered);
  return json;
}

}  // namespace

std::string json_line(int epoch, int rank, const std::string& host, const RankTally& tally) {
  const Traffic& traffic = tally.traffic;
  const Json json({{"event", "rank"},
                   {"epoch", epoch},
                   {"rank", rank},
                   {"host", host},
                   {"rows", tally.rows},
                   {"busy", tally.busy},
                   {"bytes_sent", traffic.sent_in_all().bytes},
                   {"bytes_received", traffic.received_in_all().bytes},
                   {"sent", by_kind(traffic.sent, traffic.gathered_sent)},
                   {"received", by_kind(traffic.received, traffic.gathered_received)}});
  return in_one_line(json);
}

std::string json_line(const std::string& host, const SlowRank& slow) {
  const Json json({{"event", "slow_rank"},
                   {"rank", slow.rank},
                   {"host", host},
                   {"in", slow.trait == SlowRank::Trait::work ? "work" : "answers"},
                   {"times", slow.seconds / slow.others}});
  return in_one_line(json);
}

}  // namespace hogwild
