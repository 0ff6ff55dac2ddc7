#include "serve/predictions.hpp"

#include <algorithm>
#include <optional>

#include "hogwild/core/alternatives.hpp"
#include "serve/request_rows.hpp"

namespace hogwild {
namespace {

std::optional<Answer> answer_named(std::string_view name) {
  if (name == "probability") return Answer::probability;
  if (name == "margin") return Answer::margin;
  if (name == "label") return Answer::label;
  return std::nullopt;
}

}  // namespace

Answer wanted_answer(std::string_view target, const ServedModel& model) {
  Answer answer = Answer::automatic;
  const auto question = target.find('?');
  std::string_view query = question == target.npos ? "" : target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = std::min(pair.size(), pair.find('='));
    const auto named = answer_named(pair.substr(std::min(pair.size(), equals + 1)));
    if (pair.substr(0, equals) != "output" || !named) {
      throw BodyError("unknown query; use output=probability, output=margin or output=label");
    }
    answer = *named;
  }
  if (answer == Answer::automatic) {
    if (model.classes()) return Answer::label;
    return model.gives_probability() ? Answer::probability : Answer::margin;
  }
  if (answer == Answer::probability && !model.gives_probability()) {
    throw BodyError(fmt::format("a {} model gives no probability; ask for margin or label",
                                name_of(model.loss())));
  }
  return answer;
}

}  // namespace hogwild
