// What ranks have done, as JSON lines.

#include "core/json.hpp"
#include "distributed/world_collectives.hpp"

namespace hogwild {
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
