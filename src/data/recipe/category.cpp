// A column of categories: each is a feature.
#include "data/recipe/kinds.hpp"

namespace hogwild {

bool make_category(const PreparedColumn& column, std::string_view value, FeatureSink& sink) {
  sink.add(column, "=", value, 1);
  return true;
}

}  // namespace hogwild
