#include "distributed/agreement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "core/json.hpp"
#include "data/formats/registry.hpp"
#include "data/rows/named_feature.hpp"
#include "data/text/parsing.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

// What each rank has to say, by rank.
std::vector<Json> told_by_all(World& world, const Json& own) {
  std::vector<Json> all;
  for (const Bytes& text : world.gather_all(in_one_line(own))) {
    all.push_back(Json::parse(text));
  }
  return all;
}

Json described(const std::exception_ptr& failure) {
  if (!failure) return nullptr;
  try {
    std::rethrow_exception(failure);
  } catch (const OptionError& error) {
    return {{"option", error.option}, {"text", error.reason}};
  } catch (const std::exception& error) {
    return {{"text", error.what()}};
  }
}

Json json_of(const Place& place) {
  return {place.path, place.line, place.column};
}

Place place_of(const Json& json) {
  return {json[0], json[1], json[2]};
}

Json json_of(const SeenLabels& seen, const FileParts* files) {
  const auto placed = [&](const Place& place) {
    return json_of(files != nullptr ? in_file(place, *files) : place);
  };
  Json labels = Json::array();
  for (const auto& [value, place] : seen.labels()) labels.push_back({value, placed(place)});
  Json json{{"labels", labels}};
  if (seen.unlabelled()) json["unlabelled"] = placed(*seen.unlabelled());
  return json;
}

SeenLabels merged_labels(const std::vector<Json>& of_ranks) {
  SeenLabels merged;
  for (const Json& of_rank : of_ranks) {
    for (const Json& label : of_rank["labels"]) {
      merged.note(label[0].get<float>(), [&] { return place_of(label[1]); });
    }
    if (of_rank.contains("unlabelled")) {
      merged.note(std::numeric_limits<float>::quiet_NaN(),
                  [&] { return place_of(of_rank["unlabelled"]); });
    }
  }
  return merged;
}

// The labels of all rows. Their lines are counted only where one is at fault, since that takes as
// long as to read what is before them.
SeenLabels agreed_labels(World& world, const PartOfRows& own) {
  SeenLabels seen = own.rows.seen_labels();
  const SeenLabels merged = merged_labels(told_by_all(world, json_of(seen, nullptr)));
  const bool suspicious = merged.labels().size() > 2 || merged.unlabelled();
  return suspicious ? merged_labels(told_by_all(world, json_of(seen, &own.files))) : merged;
}

// The classes of all rows.
ClassNames agreed_classes(World& world, const Dataset& own) {
  Json names = Json::array();
  if (own.classes()) {
    for (const std::string& name : *own.classes()) names.push_back(json_of_bytes(name));
  }
  std::set<std::string> all;
  for (const Json& of_rank : told_by_all(world, names)) {
    for (const Json& name : of_rank) all.insert(bytes_of_json(name));
  }
  return in_class_order(all, own.source().name());
}

}  // namespace

void require_all_well(World& world, std::exception_ptr own) {
  const std::vector<Json> failures = told_by_all(world, described(own));
  const auto first = std::ranges::find_if(failures, [](const Json& f) { return !f.is_null(); });
  if (first == failures.end()) return;
  const bool all_alike = std::ranges::count(failures, *first) == world.size();
  const std::string text = (*first)["text"];
  const std::string who =
      all_alike ? "" : world.name(static_cast<int>(first - failures.begin())) + ": ";
  throw AgreedFailure(first->contains("option")
                          ? std::make_exception_ptr(OptionError((*first)["option"], who + text))
                          : std::make_exception_ptr(Error(who + text)));
}

void require_same_program(World& world, const std::string& version, const std::string& options) {
  const std::vector<Json> all = told_by_all(world, {version, options});
  for (int rank = 0; rank < world.size(); ++rank) {
    const Json& other = all[static_cast<std::size_t>(rank)];
    if (other[0] != all[0][0]) {
      throw Error(fmt::format(
          "{} runs hogwild {}, and {} runs {}; use the same version on all hosts", world.name(rank),
          other[0].get<std::string>(), world.name(0), all[0][0].get<std::string>()));
    }
    if (other[1] != all[0][1]) {
      throw Error(
          fmt::format("{} and {} were started with different options, '{}' and '{}'; give all "
                      "ranks the same options",
                      world.name(rank), world.name(0), other[1].get<std::string>(),
                      all[0][1].get<std::string>()));
    }
  }
}

PartOfRows with_agreed_classes(World& world, PartOfRows own, const ClassNames& known) {
  const ClassNames classes = known ? known : agreed_classes(world, own.rows);
  if (classes->empty()) return own;  // there are no rows
  Array<float> numbers;
  if (own.rows.rows() > 0) numbers = class_numbers(own.rows, classes);
  own.rows = own.rows.with_classes(std::move(numbers), classes);
  return own;
}

Dataset agreed_rows(World& world, PartOfRows own, const ReadOptions& options) {
  const SeenLabels labels = agreed_labels(world, own);
  FeatureSpace space = own.rows.features();
  const Json facts{{"rows", own.rows.rows()},
                   {"nonzeros", own.rows.nonzeros()},
                   {"size", space.size},
                   {"format", space.format},
                   {"zero", has_index_zero(own.rows)}};
  const std::vector<Json> all = told_by_all(world, facts);
  bool zero = false;
  Offset rows = 0, nonzeros = 0;
  for (const Json& of_rank : all) {
    nonzeros += of_rank["nonzeros"].get<Offset>();
    rows += of_rank["rows"].get<Offset>();
    zero = zero || of_rank["zero"].get<bool>();
    space.size = std::max(space.size, of_rank["size"].get<Index>());
    const std::string format = of_rank["format"];
    if (space.format.empty()) space.format = format;
    if (!format.empty() && format != space.format) {
      throw DataError(own.rows.source().name(),
                      fmt::format("some files are {} text, others {}", space.format, format),
                      "give files of one format");
    }
  }
  if (rows == 0) {
    throw NoRowError(own.rows.source().name(), "it has no rows",
                     "give a file with at least one row");
  }
  if (options.hash_bits != 0) space.hash_bits = options.hash_bits;
  Source source = own.rows.source();
  ClassNames classes = own.rows.classes();
  if (!options.features) {
    require_learnable(source.name(), rows, nonzeros, options.classes ? nullptr : classes);
  }
  if (options.features || space.ranking) {
    return Dataset(std::move(own.rows).take_arrays(), std::move(space), std::move(source), labels,
                   std::move(classes));
  }
  Dataset::Arrays arrays = std::move(own.rows).take_arrays();
  const auto* const format = text_format_named(space.format);
  const bool from_one = format != nullptr && !format->by_name && space.hash_bits == 0 && !zero &&
                        options.index_base == IndexBase::automatic;
  if (from_one) {
    space.index_base = 1;
    if (space.size > 0) --space.size;
    for (Index& j : arrays.indices) --j;
  }
  return Dataset(std::move(arrays), std::move(space), std::move(source), labels,
                 std::move(classes));
}

}  // namespace hogwild
