// A model to a file, whole or not at all.

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <boost/sort/spreadsort/integer_sort.hpp>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/new_file.hpp"
#include "data/rows/hashes.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "model/layout.hpp"
#include "model/weights_in_use.hpp"

namespace hogwild {
namespace {

std::uint32_t layout_of(const Model& model) {
  if (model.classes()) return model.features().hashes ? kHashesVersion : kClassesVersion;
  return model.label_names() ? kLabelNamesVersion : kModelVersion;
}

Json header_of(const Model& model, std::uint64_t stored, bool dense) {
  const Provenance& from = model.provenance();
  const FeatureSpace& features = model.features();
  Json header{{"features", features.hashes ? count_of_hashes(features.hash_bits) : features.size},
              {"hash_bits", model.features().hash_bits},
              {"index_base", model.features().index_base},
              {"named", model.features().names != nullptr},
              {"format", model.features().format},
              {"loss", name_of(model.loss())},
              {"labels", {model.labels().negative, model.labels().positive}},
              {"stored", stored},
              {"dense", dense},
              {"provenance",
               {{"version", from.version},
                {"rule", from.rule},
                {"learning_rate", from.learning_rate},
                {"schedule", from.schedule},
                {"l1", from.l1},
                {"l2", from.l2},
                {"threads", from.threads},
                {"seed", from.seed},
                {"rows", from.rows},
                {"visits", from.visits}}}};
  if (const ClassNames& names = model.label_names()) {
    Json& listed = header[model.classes() ? "classes" : "label_names"] = Json::array();
    for (const std::string& name : *names) listed.push_back(json_of_bytes(name));
  }
  if (const auto& recipe = features.recipe) {
    header["layout"] = layout_of(model);
    header["recipe"] = Json::parse(json_of(*recipe));
    header["terms"] = recipe->terms != nullptr;
  }
  return header;
}

std::uint32_t version_of(const Model& model) {
  return model.features().recipe ? kRecipeVersion : layout_of(model);
}

void append_begin(std::string& out, const Model& model, const std::string& header) {
  out += kModelMagic;
  append(out, version_of(model));
  append(out, static_cast<std::uint32_t>(header.size()));
  out += header;
}

// Of features that have hashes, those whose weights are not all zero, by ascending hash.
std::string serialised_by_hash(const Model& model) {
  const FeatureNumbers& hashes = *model.features().hashes;
  const std::size_t outputs = model.outputs();
  const auto weights_of = [&](Index j) { return model.weights().subspan(j * outputs, outputs); };
  std::vector<std::uint64_t> features;  // hash and number
  for (Index j = 0; j < hashes.size(); ++j) {
    if (std::ranges::any_of(weights_of(j), [](float w) { return w != 0; })) {
      features.push_back(std::uint64_t{hashes[j]} << 32 | j);
    }
  }
  if (!hashes.ascending()) boost::sort::spreadsort::integer_sort(features.begin(), features.end());

  const bool one = outputs == 1;  // as without hashes, where the bias is a coordinate
  std::string out;
  append_begin(out, model, header_of(model, features.size() + (one ? 1 : 0), false).dump());
  out.reserve(out.size() + (features.size() + 1) * (1 + outputs) * sizeof(float) + sizeof(Index) +
              sizeof(std::uint64_t));
  for (const std::uint64_t feature : features) append(out, static_cast<Index>(feature >> 32));
  if (one) append(out, count_of_hashes(model.features().hash_bits));
  for (const std::uint64_t feature : features) {
    for (const float weight : weights_of(static_cast<Index>(feature))) append(out, weight);
  }
  for (const float bias : model.biases()) append(out, bias);
  append(out, XXH3_64bits(out.data(), out.size()));
  return out;
}

}  // namespace

std::string serialised(const Model& model) {
  if (model.features().hashes) return serialised_by_hash(model);
  const auto weights = model.weights();
  const auto biases = model.biases();
  const std::uint64_t all = weights.size() + biases.size();
  const std::uint64_t few = count_nonzero(weights) + biases.size();
  const bool sparse = 2 * few < all;
  const std::uint64_t stored = sparse ? few : all;
  const std::string header = header_of(model, stored, !sparse).dump();

  std::string out;
  out.reserve(kModelMagic.size() + header.size() +
              stored * (sizeof(float) + (sparse ? sizeof(Index) : 0)) + 4 * sizeof(std::uint64_t));
  append_begin(out, model, header);
  if (sparse) {
    for_each_nonzero(weights, [&](std::size_t at, float) { append(out, static_cast<Index>(at)); });
    for (std::uint64_t at = weights.size(); at < all; ++at) append(out, static_cast<Index>(at));
    for_each_nonzero(weights, [&](std::size_t, float weight) { append(out, weight); });
  } else {
    out.append(reinterpret_cast<const char*>(weights.data()), weights.size_bytes());
  }
  for (const float bias : biases) append(out, bias);
  if (const auto& names = model.features().names) {
    for (Index j = 0; j < names->size(); ++j) {
      append(out, static_cast<std::uint32_t>((*names)[j].size()));
      out += (*names)[j];
    }
  }
  if (const auto& recipe = model.features().recipe; recipe && recipe->terms) {
    out.append(reinterpret_cast<const char*>(recipe->terms->idf.data()),
               recipe->terms->idf.size() * sizeof(float));
  }
  append(out, XXH3_64bits(out.data(), out.size()));
  return out;
}

void require_finite(const Model& model, const std::string& path) {
  if (are_finite(model.biases()) && are_finite(model.weights())) return;
  throw ModelError(path, "a weight of the model is not finite",
                   "train with a smaller learning rate");
}

void save(const Model& model, const std::string& path) {
  require_finite(model, path);
  NewFile file(path, "model");
  file.write(serialised(model));
  file.commit();
}

}  // namespace hogwild
