#include "data/text/parsing.hpp"

#include <fmt/format.h>

#include "hogwild/core/error.hpp"

namespace hogwild {

Parsing::Parsing(const ReadOptions& options, FeatureOrder order)
    : options_(options), format_(options.format) {
  if (options.hash_bits < 0 || options.hash_bits > 31) {
    throw OptionError("hash-bits", fmt::format("{} is not between 1 and 31", options.hash_bits));
  }
  rules_.duplicates = options.duplicates;
  rules_.hash_bits = options.hash_bits;
  rules_.any_order = order == FeatureOrder::any;
  rules_.class_labels = options.class_labels;
  if (options.classes) {
    for (const std::string& name : *options.classes) known_classes_.insert(name);
    rules_.known_classes = &known_classes_;
  }
  rules_.one_based = options.index_base == IndexBase::one;
  if (options.features) {
    const FeatureSpace space = options.features->plain();  // text has no other numbers
    rules_.hash_bits = space.hash_bits;
    rules_.known_names = space.names.get();
    rules_.one_based = space.index_base == 1;
    rules_.known_end = std::uint64_t{space.size} + static_cast<std::uint64_t>(space.index_base);
    rules_.drop_unknown = true;
  }
}

void Parsing::decide_format(const Chunk& first, const std::string& path) {
  if (format_ == Format::automatic) format_ = sniff(first.text).format;
  if (!options_.features) return;
  // Names that were made in memory are those of VW text.
  const std::string wanted =
      options_.features->names ? name_of(Format::vw) : options_.features->format;
  if (wanted.empty() || wanted == name_of(format_)) return;
  throw DataError(path,
                  fmt::format("this is {} text, and the model was trained on {} text",
                              name_of(format_), wanted),
                  fmt::format("give {} text, as the model needs", wanted));
}

}  // namespace hogwild
