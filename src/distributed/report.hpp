// What ranks have done, as JSON lines.
#pragma once

#include <string>

#include "distributed/world_company.hpp"

namespace hogwild {

/// {"event":"rank","epoch":..,"rank":..,"host":..,"rows":..,"bytes_sent":..,"bytes_received":..,
/// "sent":{kind:[letters,bytes],..},"received":{..}}: rows learnt in the epoch, traffic since the
/// start of the run.
std::string json_line(int epoch, int rank, const std::string& host, const RankTally& tally);

}  // namespace hogwild
