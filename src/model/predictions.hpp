// Predictions as text.
#pragma once

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/json.hpp"
#include "hogwild/data/row.hpp"
#include "hogwild/model/model.hpp"

namespace hogwild {

/// What to tell of a row.
enum class Answer { automatic, probability, margin, label };

/// What an automatic one is for a model.
inline Answer resolved(Answer answer, const Model& model) {
  if (answer != Answer::automatic) return answer;
  if (model.classes()) return Answer::label;
  return model.gives_probability() ? Answer::probability : Answer::margin;
}

/// The two labels of a model of one margin as JSON, [negative, positive]: numbers, or texts where
/// labels are words. Of classes: null.
inline Json labels_json(const Model& model) {
  if (model.classes()) return {};
  const auto json_of = [&](float label) {
    const std::string name = model.name_of_label(label);
    return model.label_names() ? Json(name) : Json::parse(name);
  };
  return Json::array({json_of(model.labels().negative), json_of(model.labels().positive)});
}

/// Predictions one after the other: as JSON with commas between them, or a line each.
class Predictions {
 public:
  /// names: of the classes, as they are written; without classes none.
  Predictions(const Model& model, Answer answer, bool json, std::vector<std::string> names)
      : model_(model),
        answer_(answer),
        json_(json),
        names_(std::move(names)),
        outputs_(model.outputs()) {}

  /// The tag of the row that is added next, with a tab behind it. REQUIRES: lines.
  void add_tag(std::string_view tag) {
    text_ += tag;
    text_ += '\t';
  }

  /// margin: of the row, by a model without classes. Returns false if a prediction is not finite.
  bool add(const SparseRow& row, float margin) {
    bool finite = true;
    if (json_ && !text_.empty()) text_ += ',';
    if (names_.empty()) {
      finite = std::isfinite(margin);
      if (answer_ == Answer::label && model_.label_names()) {
        const std::string name = model_.name_of_label(value_of(margin));
        text_ += json_ ? in_one_line(name) : name;
      } else {
        fmt::format_to(std::back_inserter(text_), FMT_COMPILE("{}"), value_of(margin));
      }
    } else if (answer_ == Answer::label) {
      text_ += names_[model_.likeliest_class(row)];
    } else {
      answer_ == Answer::margin ? model_.margins(row, outputs_)
                                : model_.probabilities(row, outputs_);
      for (std::size_t k = 0; k < outputs_.size(); ++k) {
        finite = finite && std::isfinite(outputs_[k]);
        text_ += k > 0 ? (json_ ? "," : " ") : (json_ ? "{" : "");
        text_ += names_[k];
        fmt::format_to(std::back_inserter(text_), FMT_COMPILE(":{}"), outputs_[k]);
      }
      if (json_) text_ += '}';
    }
    if (!json_) text_ += '\n';
    return finite;
  }

  std::size_t bytes() const noexcept { return text_.size(); }
  std::string text() && { return std::move(text_); }

 private:
  float value_of(float margin) const {
    if (answer_ == Answer::probability) {
      return std::visit([&](const auto& loss) { return loss.prediction(margin); }, model_.loss());
    }
    if (answer_ == Answer::margin || !model_.is_binary()) return margin;
    return margin > 0 ? model_.labels().positive : model_.labels().negative;
  }

  const Model& model_;
  Answer answer_;
  bool json_;
  std::vector<std::string> names_;
  std::vector<float> outputs_;  // of classes
  std::string text_;
};

}  // namespace hogwild
