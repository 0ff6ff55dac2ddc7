// Predictions to the text of an answer.
#pragma once

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hogwild/data/row.hpp"
#include "serve/json_string.hpp"
#include "serve/served_model.hpp"

namespace hogwild {

/// What a target's "?output=" asks for. Throws BodyError.
Answer wanted_answer(std::string_view target, const ServedModel& model);

/// Predictions one after the other: as JSON with commas between them, or a line each.
class Predictions {
 public:
  Predictions(const ServedModel& model, Answer answer, bool json)
      : model_(model), answer_(answer), json_(json), outputs_(model.model().outputs()) {}

  // False if a prediction is not finite: then the model has diverged.
  bool add(const SparseRow& row) {
    if (model_.classes()) return add_classes(row);
    const float margin = model_.margin(row);
    if (!std::isfinite(margin)) return false;
    begin();
    const float value = answer_ == Answer::probability ? model_.probability_of(margin)
                        : answer_ == Answer::margin    ? margin
                                                       : model_.label_of(margin);
    fmt::format_to(std::back_inserter(text_), FMT_COMPILE("{}"), value);
    end();
    return true;
  }

  std::size_t bytes() const noexcept { return text_.size(); }
  std::string text() && { return std::move(text_); }

 private:
  void begin() {
    if (json_ && !text_.empty()) text_ += ',';
  }
  void end() {
    if (!json_) text_ += '\n';
  }

  bool add_classes(const SparseRow& row) {
    const auto& names = *model_.classes();
    begin();
    if (answer_ == Answer::label) {
      const std::string& name = names[model_.model().likeliest_class(row)];
      text_ += json_ ? json_string(name) : name;
    } else {
      answer_ == Answer::margin ? model_.model().margins(row, outputs_)
                                : model_.model().probabilities(row, outputs_);
      for (std::size_t k = 0; k < outputs_.size(); ++k) {
        if (!std::isfinite(outputs_[k])) return false;
        text_ += k > 0 ? (json_ ? "," : " ") : (json_ ? "{" : "");
        text_ += json_ ? json_string(names[k]) : names[k];
        fmt::format_to(std::back_inserter(text_), FMT_COMPILE(":{}"), outputs_[k]);
      }
      if (json_) text_ += '}';
    }
    end();
    return true;
  }

  const ServedModel& model_;
  Answer answer_;
  bool json_;
  std::vector<float> outputs_;  // of classes
  std::string text_;
};

}  // namespace hogwild
