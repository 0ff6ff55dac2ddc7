// JSON lines: an object a line. The values of an object within it have keys with a dot between.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "data/formats/record_parser.hpp"
#include "data/recipe/kinds.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/text/byte_order_mark.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/labels.hpp"

namespace hogwild {
namespace {

/// Calls number(key, value), word(key, text, is_in_list) and missing(key) for the values of an
/// object.
template <class Taker>
class ObjectReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit ObjectReader(Taker& taker) : taker_(taker) {}

  void start() {
    path_.clear();
    levels_.clear();
    done_ = false;
  }

  bool null() override {
    return value([&] { taker_.missing(path_); });
  }
  bool boolean(bool is) override {
    return value([&] { taker_.word(path_, is ? "true" : "false", false); });
  }
  bool number_integer(number_integer_t number) override {
    return number_float(static_cast<double>(number), {});
  }
  bool number_unsigned(number_unsigned_t number) override {
    return number_float(static_cast<double>(number), {});
  }
  bool number_float(number_float_t number, const string_t&) override {
    if (levels_.empty()) return fail("a row is an object: {\"key\": value, ...}");
    Level& level = levels_.back();
    if (level.is_list) {  // each has a key of its own
      const std::size_t end = path_.size();
      path_ += fmt::format(".{}", level.count++);
      taker_.number(path_, number);
      path_.resize(end);
    } else {
      taker_.number(path_, number);
      end_value();
    }
    return true;
  }
  bool string(string_t& text) override {
    if (levels_.empty()) return fail("a row is an object: {\"key\": value, ...}");
    taker_.word(path_, text, levels_.back().is_list);
    if (!levels_.back().is_list) end_value();
    return true;
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override {
    if (!levels_.empty() && levels_.back().is_list) return fail("an object is within an array");
    if (done_) return fail("a line has one object");
    return open(false);
  }
  bool key(string_t& name) override {
    if (levels_.size() > 1) path_ += '.';
    path_ += name;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override {
    if (levels_.empty()) return fail("a row is an object: {\"key\": value, ...}");
    if (levels_.back().is_list) return fail("an array is within an array");
    return open(true);
  }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception...] parse error at line 1, column 5: syntax error ...": the end.
    std::string reason = error.what();
    if (const auto at = reason.find(": "); at != reason.npos) reason.erase(0, at + 2);
    constexpr std::size_t kLongest = 120;
    if (reason.size() > kLongest) reason.resize(kLongest);
    position_ = position;
    return fail("this is not valid JSON: " + reason);
  }

  const std::string& reason() const noexcept { return reason_; }
  std::size_t position() const noexcept { return position_; }

 private:
  static constexpr std::size_t kDeepest = 32;
  struct Level {
    std::size_t path;  // its length before
    bool is_list;
    std::size_t count = 0;
  };

  template <class Function>
  bool value(const Function& take) {
    if (levels_.empty()) return fail("a row is an object: {\"key\": value, ...}");
    take();
    if (!levels_.back().is_list) end_value();
    return true;
  }
  bool open(bool is_list) {
    if (levels_.size() == kDeepest) return fail("objects are nested too deeply");
    levels_.push_back({path_.size(), is_list});
    return true;
  }
  bool close() {
    levels_.pop_back();
    if (levels_.empty()) {
      done_ = true;
    } else {
      end_value();
    }
    return true;
  }
  void end_value() { path_.resize(levels_.back().path); }
  bool fail(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }

  Taker& taker_;
  std::string path_;
  std::vector<Level> levels_;
  bool done_ = false;
  std::string reason_;
  std::size_t position_ = 0;
};

constexpr const char* kRemedy = "write one object a line";

class Sampling {
 public:
  void missing(const std::string& key) { column(key); }
  void number(const std::string& key, double value) {
    SampledColumn& its = column(key);
    its.has_numbers = true;
    its.values.push_back(class_name(static_cast<float>(value)));
  }
  void word(const std::string& key, std::string_view text, bool is_in_list) {
    SampledColumn& its = column(key);
    its.has_words = true;
    its.has_lists = its.has_lists || is_in_list;
    if (!is_missing(text)) its.values.emplace_back(text);
  }

  const std::vector<SampledColumn>& columns() const noexcept { return columns_; }

 private:
  SampledColumn& column(const std::string& key) {
    const auto [found, is_new] = places_.try_emplace(key, columns_.size());
    if (is_new) columns_.push_back({.name = key});
    return columns_[found->second];
  }

  std::vector<SampledColumn> columns_;
  std::map<std::string, std::size_t> places_;
};

ChosenRecipe choose(const Chunk& first, const ColumnOptions& options, const std::string& path) {
  Sampling sampling;
  ObjectReader reader(sampling);
  constexpr std::size_t kRows = 10'000;
  std::string_view text = first.text, malformed;
  std::uint64_t malformed_line = 0;
  std::size_t rows = 0;
  for (std::uint64_t number = 1; rows < kRows && !text.empty(); ++number) {
    const std::string_view line = without_mark(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), std::min(text.find('\n'), text.size()) + 1));
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    // One that is malformed tells nothing of columns; behind others it is an error later.
    if (!nlohmann::json::accept(line.begin(), line.end())) {
      if (malformed.empty()) malformed = line, malformed_line = number;
      continue;
    }
    ++rows;
    reader.start();
    nlohmann::json::sax_parse(line.begin(), line.end(), &reader);
  }
  if (rows == 0) {
    if (malformed.empty()) throw NoRowError(path, "it has no rows", "give a file with rows");
    reader.start();
    nlohmann::json::sax_parse(malformed.begin(), malformed.end(), &reader);
    throw ParseError(path, malformed_line, std::max<std::uint64_t>(1, reader.position()),
                     reader.reason(), kRemedy);
  }
  if (options.label.empty()) {
    std::string keys;
    for (const SampledColumn& column : sampling.columns()) {
      keys += (keys.empty() ? "" : ", ") + column.name;
    }
    throw ParseError(path, 1, 1, "this looks like JSON lines",
                     fmt::format("say which key is the label: --label KEY; the keys are {}", keys));
  }
  ChosenRecipe chosen = choose_recipe(options, sampling.columns(), rows);
  chosen.recipe.lacking_is_missing = false;  // sparse rows leave keys out
  return chosen;
}

class JsonLinesParser final : public RecordParser {
 public:
  JsonLinesParser(const ParseRules& rules, RowBatch& batch) : maker_(rules, batch) {}

  std::optional<Fault> parse(std::string_view record, std::uint64_t line) override {
    if (record.find_first_not_of(" \t\r") == record.npos) return std::nullopt;
    at_ = record.data();
    fault_.reset();
    reader_.start();
    if (!nlohmann::json::sax_parse(record.begin(), record.end(), &reader_)) {
      const std::size_t position = std::min(reader_.position(), record.size());
      return Fault{at_ + (position > 0 ? position - 1 : 0), reader_.reason(), kRemedy};
    }
    if (fault_) return fault_;
    return maker_.end_row(at_, line);
  }

  void drop_row() override { maker_.drop_row(); }

  void missing(const std::string& key) {
    if (const auto column = maker_.find(key)) note(maker_.take(*column, "", at_));
  }

  void number(const std::string& key, double value) {
    const auto column = maker_.find(key);
    column ? note(maker_.take(*column, value, at_)) : maker_.take_unlisted(key, value);
  }

  void word(const std::string& key, std::string_view text, bool is_in_list) {
    const auto column = maker_.find(key);
    if (!column) {
      maker_.take_unlisted(key, text);
    } else {
      note(is_in_list ? maker_.take_word(*column, text, at_) : maker_.take(*column, text, at_));
    }
  }

 private:
  void note(std::optional<Fault> fault) {
    if (fault && !fault_) fault_ = std::move(fault);
  }

  RowMaker maker_;
  ObjectReader<JsonLinesParser> reader_{*this};
  const char* at_ = nullptr;
  std::optional<Fault> fault_;  // the first of the row
};

}  // namespace

bool begins_json_lines(std::string_view row, std::string_view) {
  if (!row.starts_with('{')) return false;
  row.remove_prefix(1);
  row.remove_prefix(std::min(row.size(), row.find_first_not_of(" \t")));
  return row.starts_with('"') || row.starts_with('}');
}

const RecordFormat kJsonLines{
    choose, [](const Chunk&, const ParseRules& rules, RowBatch& batch) {
      return std::unique_ptr<RecordParser>(std::make_unique<JsonLinesParser>(rules, batch));
    }};

}  // namespace hogwild
