#include "hogwild/data/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {
namespace {

[[noreturn]] void fail(const std::string& name, const Place& place, std::string reason,
                       std::string remedy) {
  if (place.line == 0) throw DataError(name, std::move(reason), std::move(remedy));
  throw ParseError(place.path, place.line, place.column, std::move(reason), std::move(remedy));
}

}  // namespace

void require_labelled(const SeenLabels& seen, const std::string& name) {
  if (const auto& place = seen.unlabelled()) {
    fail(name, *place, "this row has no label",
         "write a label before the features, or remove the row (only rows to predict need no "
         "label)");
  }
}

LabelPair binary_labels(const SeenLabels& all, const std::string& name, const ClassNames& words) {
  if (words && words->size() == 2) return {0, 1};
  const auto& seen = all.labels();
  const auto text = [&](std::size_t k) {
    return words ? (*words)[static_cast<std::size_t>(seen[k].value)] : class_name(seen[k].value);
  };
  if (seen.size() > 2) {
    fail(name, seen[2].place,
         fmt::format("third label {}, after {} and {}", text(2), text(0), text(1)),
         std::string("a binary loss needs two labels; for classes use --loss softmax or "
                     "--one-vs-rest") +
             (words ? "" : ", for numbers --loss squared"));
  }
  if (seen.size() == 1) {
    throw DataError(name, fmt::format("every label is {}", text(0)),
                    "a binary loss needs rows with two labels, such as 0 and 1");
  }
  const auto [low, high] = std::minmax(seen[0].value, seen[1].value);
  return {low, high};
}

void require_labels(const SeenLabels& seen, const LabelPair& pair, const std::string& name) {
  for (const auto& [value, place] : seen.labels()) {
    if (value != pair.negative && value != pair.positive) {
      fail(name, place, fmt::format("the label is {}", value),
           fmt::format("the model's labels are {} and {}", pair.negative, pair.positive));
    }
  }
}

void require_labelled(const Dataset& data) {
  if (data.rows() == 0) {
    throw DataError(data.source().name(), "it has no rows", "give a file with labelled rows");
  }
  require_labelled(data.seen_labels(), data.source().name());
}

LabelPair binary_labels(const Dataset& data) {
  require_labelled(data);
  return binary_labels(data.seen_labels(), data.source().name(), data.classes());
}

void require_labels(const Dataset& data, const LabelPair& pair) {
  require_labelled(data);
  require_labels(data.seen_labels(), pair, data.source().name());
}

std::string class_name(float label) {
  return fmt::format("{}", label == 0 ? 0.0f : label);  // -0 is 0
}

std::string canonical_class_name(std::string_view text) {
  const auto number = signed_number_in<double>(text);
  const bool exact = number && std::isfinite(*number) &&
                     static_cast<double>(static_cast<float>(*number)) == *number;
  return exact ? class_name(static_cast<float>(*number)) : std::string(text);
}

ClassNames in_class_order(const std::set<std::string>& names, const std::string& data) {
  if (names.size() > kMostClasses) {
    throw DataError(data, fmt::format("there are {} labels", names.size()),
                    "for numeric labels use --loss squared");
  }
  std::vector<std::string> order(names.begin(), names.end());
  const auto number_or_last = [](const std::string& name) {
    return number_in<double>(name).value_or(std::numeric_limits<double>::infinity());
  };
  std::ranges::sort(order, [&](const auto& a, const auto& b) {
    const double x = number_or_last(a), y = number_or_last(b);
    return x != y ? x < y : a < b;
  });
  return std::make_shared<const std::vector<std::string>>(std::move(order));
}

ClassNames classes_of(const Dataset& data) {
  require_labelled(data);
  ClassNames classes = data.classes();
  if (!classes) {
    const std::set<float> labels(data.labels().begin(), data.labels().end());
    if (labels.size() > kMostClasses) {
      throw DataError(data.source().name(), fmt::format("there are {} labels", labels.size()),
                      "for numeric labels use --loss squared");
    }
    std::vector<std::string> names;
    for (const float label : labels) names.push_back(class_name(label));
    classes = std::make_shared<const std::vector<std::string>>(std::move(names));
  }
  if (classes->size() < 2) {
    throw DataError(data.source().name(), fmt::format("every label is {}", classes->front()),
                    "training needs rows of at least two classes");
  }
  return classes;
}

Array<float> class_numbers(const Dataset& data, const ClassNames& classes) {
  require_labelled(data);
  if (data.classes() && *data.classes() == *classes) {
    return {data.labels().begin(), data.labels().end()};
  }
  std::map<std::string, float, std::less<>> numbers;
  for (std::size_t k = 0; k < classes->size(); ++k) {
    numbers.emplace((*classes)[k], static_cast<float>(k));
  }
  std::map<float, float> known;  // labels met so far
  Array<float> result;
  for (const float label : data.labels()) {
    auto found = known.find(label);
    if (found == known.end()) {
      const std::string name =
          data.classes() ? (*data.classes())[static_cast<std::size_t>(label)] : class_name(label);
      const auto number = numbers.find(name);
      if (number == numbers.end()) {
        fail(data.source().name(), data.seen_labels().place_of(label),
             fmt::format("the label is {}", name),
             fmt::format("this is none of the model's {} classes", classes->size()));
      }
      found = known.emplace(label, number->second).first;
    }
    result.push_back(found->second);
  }
  return result;
}

}  // namespace hogwild
