#include "serve/request_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/json.hpp"
#include "core/text.hpp"
#include "data/formats/registry.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/rows/named_feature.hpp"
#include "data/text/other_format.hpp"
#include "data/text/parsing.hpp"
#include "data/text/records.hpp"
#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

// As a message shows what somebody sent.
std::string shown(std::string_view text) {
  return quoted_token(text.data(), text.data() + text.size());
}

[[noreturn]] void too_many_rows() {
  throw TooManyRows(
      fmt::format("too many rows: the limit is {} per request; send them in parts", kMostRows));
}

// Called by the parser for each token; no document is built.
class RowsHandler : public nlohmann::json_sax<nlohmann::json> {
 public:
  RowsHandler(const ServedModel& model, RowBatch& batch)
      : space_(model.features()), classes_(model.label_names() != nullptr), batch_(batch) {}

  // There must have been rows.
  void finish() const {
    if (!seen_rows_) throw BodyError("the body has neither \"rows\" nor \"features\"");
    if (batch_.rows() == 0) throw BodyError("\"rows\" is empty");
  }

  bool null() override { unexpected("null"); }
  bool boolean(bool value) override { unexpected(value ? "true" : "false"); }
  bool binary(binary_t&) override { unexpected("bytes"); }
  bool number_integer(number_integer_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t&) override {
    // Of a model of classes labels are names, which nothing is learnt from.
    if (place_ == Place::row && key_ == "label" && classes_) return true;
    unexpected("a string");
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::start) {
      place_ = Place::top;
    } else if (place_ == Place::rows) {
      place_ = Place::row;
      begin_row();
    } else if (place_ == Place::row && key_ == "features") {
      place_ = Place::features;
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool key(string_t& name) override {
    if (place_ == Place::top) {
      if (name == "rows") {
        if (seen_rows_) throw BodyError("the body has rows twice");
        seen_rows_ = true;
        key_ = name;
        return true;
      }
      // The object is a row itself.
      if (seen_rows_) fail(unknown(name, "only \"rows\""));
      single_ = seen_rows_ = true;
      place_ = Place::row;
      begin_row();
    }
    if (place_ == Place::row) {
      bool& seen = name == "features" ? has_features_
                   : name == "label"  ? has_label_
                   : name == "weight" ? has_weight_
                                      : nothing(name);
      if (seen) fail(fmt::format("\"{}\" occurs twice", name));
      seen = true;
    } else if (place_ == Place::features) {
      find_feature(name);
    }
    key_ = name;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::features) {
      place_ = Place::row;
    } else if (place_ == Place::row) {
      end_row();
      place_ = single_ ? Place::done : Place::rows;
    } else {
      place_ = Place::done;
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::top || key_ != "rows") unexpected("an array");
    place_ = Place::rows;
    return true;
  }

  bool end_array() override {
    place_ = Place::top;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception...] parse error at line 1, column 5: syntax error while ...": the middle.
    std::string reason = error.what();
    if (const auto at = reason.find("] "); at != std::string::npos) reason.erase(0, at + 2);
    if (reason.size() > kLongestReason) reason.resize(kLongestReason);
    throw BodyError(fmt::format("the body is not valid JSON, at byte {}: {}", position, reason));
  }

 private:
  enum class Place { start, top, rows, row, features, done };
  static constexpr std::size_t kLongestReason = 200;

  [[noreturn]] void fail(const std::string& reason) const {
    if (place_ == Place::top || place_ == Place::start) throw BodyError(reason);
    throw BodyError(fmt::format("row {}: {}", batch_.rows() + 1, reason));
  }

  [[noreturn]] void unexpected(const char* what) const {
    switch (place_) {
      case Place::features:
        fail(fmt::format("the value of feature {} is {}, and should be a number", shown(key_),
                         what));
      case Place::row:
        fail(fmt::format("\"{}\" is {}, and should be {}", key_, what,
                         key_ == "features" ? "an object of names and values" : "a number"));
      case Place::rows:
        fail(fmt::format("it is {}, and should be an object with \"features\"", what));
      case Place::top:
        fail(fmt::format("\"{}\" is {}, and should be an array of rows", key_, what));
      default:
        fail(fmt::format("the body is {}, and should be an object with \"rows\"", what));
    }
  }

  static std::string unknown(const std::string& name, const char* there) {
    return fmt::format("unknown field {}; expected {}", shown(name), there);
  }
  bool& nothing(const std::string& name) const {
    fail(unknown(name, R"("features", "label" and "weight")"));
  }

  void begin_row() {
    if (batch_.rows() == kMostRows) too_many_rows();
    has_features_ = has_label_ = has_weight_ = false;
    label_ = std::numeric_limits<float>::quiet_NaN();
    weight_ = 1;
  }

  // Nothing is kept of one that the model lacks.
  void find_feature(const std::string& name) {
    if (space_.hash_bits == 0 && !space_.names) {
      const auto number = feature_number(name);
      const auto base = static_cast<std::uint64_t>(space_.index_base);
      if (number < base)
        fail(
            "feature '0', where features count from 1; if there is one, train the model with "
            "--index-base 0");
      feature_.reset();
      if (number - base < space_.size) feature_ = static_cast<Index>(number);
    } else if (const auto* its = text_format_named(space_.format); its && !its->by_name) {
      feature_ = space_.find_hash(hashed_index(mix_bits(feature_number(name)), space_.hash_bits));
    } else {
      feature_ = space_.find(name);
    }
  }

  std::uint64_t feature_number(const std::string& name) const {
    const auto number = number_in<std::uint64_t>(name);
    if (number) return *number;
    fail(fmt::format("feature {} is not a number, and the model's features are numbers",
                     shown(name)));
  }

  bool number(double value) {
    const auto narrow = static_cast<float>(value);
    if (place_ == Place::features) {
      if (!std::isfinite(narrow)) fail(out_of_range("the value of feature " + shown(key_), value));
      if (feature_) {
        batch_.add(*feature_, narrow);
      } else if (space_.hash_bits == 0) {
        batch_.add_unknown();
      }
    } else if (place_ == Place::row && key_ == "label") {
      if (!std::isfinite(narrow)) fail(out_of_range("\"label\"", value));
      label_ = narrow;
    } else if (place_ == Place::row && key_ == "weight") {
      if (!std::isfinite(narrow) || narrow < 0) fail(out_of_range("\"weight\"", value));
      weight_ = narrow;
    } else {
      unexpected("a number");
    }
    return true;
  }

  static std::string out_of_range(const std::string& what, double value) {
    return fmt::format("{} is out of range, {}", what, value);
  }

  void end_row() {
    if (!has_features_) fail("it has no \"features\"");
    const Duplicates duplicates = space_.hash_bits != 0 ? Duplicates::sum : Duplicates::refuse;
    if (const auto fault = batch_.end_row(nullptr, label_, weight_, duplicates))
      fail(fault->reason);
  }

  const FeatureSpace& space_;
  bool classes_;
  RowBatch& batch_;
  Place place_ = Place::start;
  std::string key_;
  bool seen_rows_ = false, single_ = false;
  bool has_features_ = false, has_label_ = false, has_weight_ = false;  // of the row at hand
  float label_ = 0, weight_ = 1;
  std::optional<Index> feature_;
};

// The rows of a body for a model with a recipe: features are columns, whose values may be texts,
// numbers, arrays of them and objects within the object; or, by namespaces, features as the model
// calls them.
class RecipeRows {
 public:
  RecipeRows(const ServedModel& model, RowBatch& batch)
      : options_(options_of(model)),
        parsing_(options_),
        batch_(batch),
        maker_(parsing_.rules(), batch) {}

  void read(std::string_view body) {
    Json json;
    try {
      json = Json::parse(body);
    } catch (const Json::parse_error& error) {
      throw BodyError(fmt::format("the body is not valid JSON, at byte {}", error.byte));
    }
    if (!json.is_object() || !(json.contains("rows") || json.contains("features"))) {
      throw BodyError("the body has neither \"rows\" nor \"features\"");
    }
    if (json.contains("features")) {
      add_row(json);
    } else {
      const Json& rows = json.at("rows");
      if (!rows.is_array() || json.size() > 1) {
        throw BodyError("\"rows\" should be an array of rows, and the only field");
      }
      if (rows.empty()) throw BodyError("\"rows\" is empty");
      if (rows.size() > kMostRows) too_many_rows();
      for (const Json& row : rows) add_row(row);
    }
    finish_features(parsing_.rules(), batch_);
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw BodyError(fmt::format("row {}: {}", batch_.rows() + 1, reason));
  }

  void require(const std::optional<Fault>& fault) const {
    if (fault) fail(fault->reason);
  }

  void add_row(const Json& row) {
    if (!row.is_object() || !row.contains("features") || !row.at("features").is_object()) {
      fail("it should be an object with \"features\", an object of columns and values");
    }
    for (const auto& [key, value] : row.items()) {
      if (key == "features") {
        take("", value, 0);
      } else if (key == "label" || key == "weight") {
        if (!value.is_number() && !(key == "label" && value.is_string())) {
          fail(fmt::format("\"{}\" should be a number", key));
        }
        const Column* const column =
            maker_.recipe().find(key == "label" ? Role::label : Role::weight);
        if (column != nullptr) {
          take_one(column->name, value, false);
        } else if (maker_.recipe().is_of_namespaces()) {
          const std::string text =
              value.is_string() ? value.get<std::string>() : class_name(value.get<float>());
          require(key == "label" ? maker_.take_label(text, nullptr)
                                 : maker_.take_weight(text, nullptr));
        }
      } else {
        fail(fmt::format("unknown field {}; expected \"features\", \"label\" and \"weight\"",
                         shown(key)));
      }
    }
    require(maker_.end_row(nullptr, 1));
  }

  // depth: of objects around the value.
  void take(const std::string& key, const Json& value, int depth) {
    constexpr int kDeepest = 32;
    if (value.is_object()) {
      if (depth == kDeepest) fail("objects are nested too deeply");
      for (const auto& [inner, its] : value.items()) {
        take(key.empty() ? inner : fmt::format("{}.{}", key, inner), its, depth + 1);
      }
      return;
    }
    if (!value.is_array()) return take_one(key, value, false);
    std::size_t k = 0;
    for (const Json& each : value) {
      if (each.is_structured())
        fail(fmt::format("{} is an array of arrays or objects", shown(key)));
      // Each number has a key of its own.
      take_one(each.is_number() ? fmt::format("{}.{}", key, k++) : key, each, true);
    }
  }

  void take_one(const std::string& key, const Json& value, bool is_in_list) {
    const auto column = maker_.find(key);
    if (value.is_null()) {
      if (column) require(maker_.take(*column, "", nullptr));
      return;
    }
    if (value.is_number()) {
      const auto number = value.get<double>();
      column ? require(maker_.take(*column, number, nullptr)) : maker_.take_unlisted(key, number);
      return;
    }
    const std::string word = value.is_string()   ? value.get<std::string>()
                             : value.get<bool>() ? "true"
                                                 : "false";
    if (!column) return maker_.take_unlisted(key, word);
    require(is_in_list ? maker_.take_word(*column, word, nullptr)
                       : maker_.take(*column, word, nullptr));
  }

  static ReadOptions options_of(const ServedModel& model) {
    ReadOptions options;
    options.features = model.features();
    options.class_labels = model.label_names() != nullptr;
    return options;
  }

  ReadOptions options_;
  Parsing parsing_;
  RowBatch& batch_;
  RowMaker maker_;
};

}  // namespace

void read_json_rows(std::string_view body, const ServedModel& model, RowBatch& batch) {
  batch.clear();
  if (model.features().recipe) return RecipeRows(model, batch).read(body);
  RowsHandler handler(model, batch);
  nlohmann::json::sax_parse(body.begin(), body.end(), &handler);
  handler.finish();
  batch.renumber_for(model.features());
}

void read_text_rows(std::string body, const ServedModel& model, const Answering& answering,
                    RowBatch& batch) {
  batch.clear();
  if (static_cast<std::size_t>(std::ranges::count(body, '\n')) > kMostRows) too_many_rows();
  ReadOptions options;
  options.features = model.features();
  options.class_labels = model.label_names() != nullptr;
  const TextFormat* format = text_format_named(model.features().format);
  if (format == nullptr) format = &text_formats().back();
  // A model of columns takes JSON lines, too.
  if (format->records != nullptr && body.starts_with('{')) format = &text_format(Format::jsonl);
  options.format = format->format;
  const auto other = format->records == nullptr ? other_format(body) : no_text(body);
  if (other) throw BodyError(fmt::format("{}; {}", other->reason, other->remedy));
  const Parsing parsing(options, FeatureOrder::ascending, answering);
  Chunk chunk{.text = std::move(body), .begins_file = true};
  if (format->is_table) chunk.table = head_of(chunk.text, model.features().recipe->separator);
  if (const auto fault =
          parse_rows(chunk, parsing.format(), parsing.rules(), OnError::fail, batch)) {
    throw BodyError(fmt::format("line {}, column {}: {}; {}", fault->line, fault->column,
                                fault->reason, fault->remedy));
  }
  batch.renumber_for(model.features());
  if (batch.rows() == 0) throw BodyError("the body has no rows");
}

}  // namespace hogwild
