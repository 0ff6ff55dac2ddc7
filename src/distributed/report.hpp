// What ranks have done, as JSON lines.
#pragma once

#include <string>

#include "distributed/world_company.hpp"

namespace hogwild {

/// {"event":"rank","epoch":..,"rank":..,"host":..,"rows":..,"busy":..,"bytes_sent":..,"bytes_received":..,
/// "sent":{kind:[letters,bytes],..},"received":{..}}: rows and busy seconds of the epoch,
/// traffic since the start of the run.
std::string json_line(int epoch, int rank, const std::string& host, const RankTally& tally);

/// {"event":"slow_rank","rank":..,"host":..,"in":"work" or "answers","times":..}
std::string json_line(const std::string& host, const SlowRank& slow);

}  // namespace hogwild
