#include "distributed/world.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/mpi/request.hpp>
#include <boost/mpi/status.hpp>
#include <climits>
#include <exception>
#include <stdexcept>

namespace hogwild {
namespace {

namespace mpi = boost::mpi;

constexpr auto kBeat = std::chrono::seconds(1);
constexpr auto kPing = std::chrono::milliseconds(50);
constexpr auto kWhile = std::chrono::seconds(3);

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "an unnamed host";
}

}  // namespace

struct World::Mpi {
  struct Sending {
    Bytes bytes;
    mpi::request request;
  };
  struct Receiving {
    int source;
    int tag;
    Bytes bytes;
    mpi::request request;
  };

  mpi::environment environment{mpi::threading::serialized, false};
  mpi::communicator messages{MPI_COMM_WORLD, mpi::comm_duplicate};
  mpi::communicator collective{MPI_COMM_WORLD, mpi::comm_duplicate};
  std::list<Sending> sending;
  std::list<Receiving> receiving;  // in the order in which they were announced
  std::list<Receiving> spare;      // whose memory is used again

  // The first message that is whole and that no other of the same rank precedes.
  std::list<Receiving>::iterator next_whole() {
    for (auto one = receiving.begin(); one != receiving.end(); ++one) {
      const bool is_next = std::none_of(receiving.begin(), one, [&](const Receiving& earlier) {
        return earlier.source == one->source;
      });
      if (is_next && one->request.test()) return one;
    }
    return receiving.end();
  }
};

std::string_view name_of(Message message) noexcept {
  constexpr std::string_view kNames[kMessageKinds] = {
      "beat",   "ping", "pong",   "tally",   "stop",   "begin",  "fetch",
      "values", "push", "settle", "settled", "tensor", "columns"};
  return kNames[static_cast<std::size_t>(message)];
}

namespace {

Traffic::Count sum(std::span<const Traffic::Count> counts, Traffic::Count sum) {
  for (const Traffic::Count& count : counts) {
    sum.messages += count.messages;
    sum.bytes += count.bytes;
  }
  return sum;
}

}  // namespace

Traffic::Count Traffic::sent_in_all() const noexcept {
  return sum(sent, gathered_sent);
}
Traffic::Count Traffic::received_in_all() const noexcept {
  return sum(received, gathered_received);
}

World::World() : mpi_(std::make_unique<Mpi>()) {
  if (mpi::environment::thread_level() < mpi::threading::serialized) {
    throw DataError("MPI", "this MPI library does not support threads",
                    "use one that provides MPI_THREAD_SERIALIZED, such as Open MPI or MPICH");
  }
  rank_ = mpi_->messages.rank();
  size_ = mpi_->messages.size();
  heard_ = Clock::now();
  hosts_.resize(static_cast<std::size_t>(size_));
  if (is_first() && size_ > 1) responses_.resize(hosts_.size());
  carrier_ = std::thread([this] { carry(); });
  hosts_ = gather_all(host_name());
}

World::~World() {
  if (std::uncaught_exceptions() == 0) {
    barrier();
    is_quiet_.store(true, std::memory_order_relaxed);  // a late ping or beat does no harm
    const auto all_arrived = [this] {
      const std::scoped_lock lock(mutex_);
      return mpi_->sending.empty() && std::ranges::none_of(responses_, &Response::outstanding);
    };
    wait_until(all_arrived);
    barrier();
  }
  ending_.store(true, std::memory_order_relaxed);  // the join below is what synchronises
  carrier_.join();
}

int World::ranks_on_this_host() const noexcept {
  return static_cast<int>(std::ranges::count(hosts_, host(rank_)));
}

std::string World::name(int rank) const {
  return fmt::format("rank {} on {}", rank, host(rank));
}

void World::deliver(Message message, Recipient recipient) {
  const std::scoped_lock lock(mutex_);
  recipients_[static_cast<std::size_t>(message)] = std::move(recipient);
}

void World::dispatch(int from, Message message, std::span<const char> bytes) {
  if (message == Message::ping) return send(from, Message::pong, {});
  if (message == Message::pong) {
    Response& response = responses_[static_cast<std::size_t>(from)];
    response.add(Clock::now() - response.asked);
    response.outstanding = false;
    return;
  }
  const Recipient& recipient = recipients_[static_cast<std::size_t>(message)];
  if (recipient) recipient(from, bytes);
}

void World::send(int to, Message message, Bytes bytes) {
  const std::scoped_lock lock(mutex_);
  if (to == rank_) {
    dispatch(rank_, message, bytes);
    return;
  }
  auto& count = traffic_.sent[static_cast<std::size_t>(message)];
  ++count.messages;
  count.bytes += bytes.size();
  if (bytes.size() > INT_MAX) throw std::length_error("a message of more than 2 GiB");
  Mpi::Sending& sending = mpi_->sending.emplace_back(Mpi::Sending{std::move(bytes), {}});
  sending.request = mpi_->messages.isend(to, static_cast<int>(message), sending.bytes.data(),
                                         static_cast<int>(sending.bytes.size()));
}

bool World::poll() {
  constexpr int kAtOnce = 16;  // that others may have a turn
  const std::scoped_lock lock(mutex_);
  std::erase_if(mpi_->sending,
                [](Mpi::Sending& sending) { return sending.request.test().has_value(); });
  // A rank that stands still in the middle of a long message is not waited for.
  std::list<Mpi::Receiving>&receiving = mpi_->receiving, &spare = mpi_->spare;
  for (int announced = 0; announced < kAtOnce; ++announced) {
    const auto status = mpi_->messages.iprobe();
    if (!status) break;
    if (spare.empty()) spare.emplace_back();
    Mpi::Receiving& one = spare.front();
    one.source = status->source();
    one.tag = status->tag();
    one.bytes.resize(static_cast<std::size_t>(status->count<char>().value()));
    one.request = mpi_->messages.irecv(one.source, one.tag, one.bytes.data(),
                                       static_cast<int>(one.bytes.size()));
    receiving.splice(receiving.end(), spare, spare.begin());
  }
  int carried = 0;
  for (auto one = mpi_->next_whole(); one != receiving.end(); one = mpi_->next_whole()) {
    std::list<Mpi::Receiving> whole;
    whole.splice(whole.end(), receiving, one);
    auto& count = traffic_.received[static_cast<std::size_t>(one->tag)];
    ++count.messages;
    count.bytes += one->bytes.size();
    if (one->source == (rank_ + size_ - 1) % size_) heard_ = Clock::now();
    dispatch(one->source, static_cast<Message>(one->tag), one->bytes);
    spare.splice(spare.end(), whole);
    ++carried;
  }
  return carried > 0;
}

// Looks on for a while, since answers are soon there; then lets others have the core.
void World::pause(int idle) {
  constexpr int kLooks = 300;
  if (idle == 0) return;
  if (idle <= kLooks) {
    std::this_thread::yield();
  } else {
    std::this_thread::sleep_for(std::chrono::microseconds(idle <= 20 * kLooks ? 50 : 500));
  }
}

void World::carry() {
  for (int idle = 0; !ending_.load(std::memory_order_relaxed);) {
    idle = poll() ? 0 : idle + 1;
    if (!is_quiet_.load(std::memory_order_relaxed)) {
      beat();
      if (is_first()) ping();
    }
    pause(idle);
  }
}

void World::ping() {
  const auto now = Clock::now();
  const std::scoped_lock lock(mutex_);
  if (responses_.empty() || now < next_ping_) return;
  if (next_ping_ == Clock::time_point{}) {
    next_while_ = now + kWhile;
  } else {
    responses_[0].add(now - next_ping_);
  }
  next_ping_ = now + kPing;
  for (int rank = 1; rank < size_; ++rank) {
    Response& response = responses_[static_cast<std::size_t>(rank)];
    if (std::exchange(response.outstanding, true)) continue;
    response.asked = now;
    send(rank, Message::ping, {});
  }
  if (now < next_while_) return;
  next_while_ = now + kWhile;
  response_times_.clear();
  for (Response& response : responses_) {
    if (response.outstanding) response.add(now - response.asked);
    const double sum = std::chrono::duration<double>(std::exchange(response.sum, {})).count();
    response_times_.push_back(sum / std::exchange(response.count, 0));
  }
}

std::vector<double> World::response_times() const {
  const std::scoped_lock lock(mutex_);
  return response_times_;
}

void World::beat() {
  if (size_ == 1) return;
  const auto now = Clock::now();
  if (now < next_beat_) return;
  next_beat_ = now + kBeat;
  send((rank_ + 1) % size_, Message::beat, {});
  std::unique_lock lock(mutex_);
  if (!lost_ || now - heard_ < patience_) return;
  const auto lost = std::exchange(lost_, nullptr);
  lock.unlock();
  lost((rank_ + size_ - 1) % size_);
}

std::vector<Bytes> World::gather_all(const Bytes& own) {
  const auto ranks = static_cast<std::size_t>(size_);
  if (size_ == 1) return {own};
  const auto complete = [this](MPI_Request& request) {
    wait_until([&] {
      const std::scoped_lock lock(mutex_);
      int done = 0;
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      return done != 0;
    });
  };
  if (own.size() > INT_MAX / ranks) throw std::length_error("more than 2 GiB to be gathered");
  const int size = static_cast<int>(own.size());
  std::vector<int> sizes(ranks), begins(ranks + 1);
  MPI_Request request = MPI_REQUEST_NULL;
  {
    const std::scoped_lock lock(mutex_);
    MPI_Iallgather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, mpi_->collective, &request);
  }
  complete(request);
  for (std::size_t r = 0; r < ranks; ++r) begins[r + 1] = begins[r] + sizes[r];
  Bytes all(static_cast<std::size_t>(begins[ranks]), '\0');
  if (!all.empty()) {
    {
      const std::scoped_lock lock(mutex_);
      MPI_Iallgatherv(own.data(), size, MPI_CHAR, all.data(), sizes.data(), begins.data(), MPI_CHAR,
                      mpi_->collective, &request);
    }
    complete(request);
  }
  {
    const std::scoped_lock lock(mutex_);
    traffic_.gathered_sent.messages += ranks - 1;
    traffic_.gathered_sent.bytes += own.size() * (ranks - 1);
    traffic_.gathered_received.messages += ranks - 1;
    traffic_.gathered_received.bytes += all.size() - own.size();
  }
  std::vector<Bytes> parts;
  for (std::size_t r = 0; r < ranks; ++r) {
    parts.push_back(
        all.substr(static_cast<std::size_t>(begins[r]), static_cast<std::size_t>(sizes[r])));
  }
  return parts;
}

Traffic World::traffic() const {
  const std::scoped_lock lock(mutex_);
  return traffic_;
}

void World::watch(std::chrono::seconds patience, std::function<void(int)> lost) {
  const std::scoped_lock lock(mutex_);
  patience_ = patience;
  heard_ = Clock::now();
  lost_ = std::move(lost);
}

void World::abort(int status) noexcept {
  MPI_Abort(MPI_COMM_WORLD, status);
  std::_Exit(status);  // if MPI should come back
}

}  // namespace hogwild
