#include "hogwild/eval/evaluate.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "data/rows/named_feature.hpp"
#include "data/rows/row_batch.hpp"
#include "data/rows/row_pass.hpp"
#include "data/text/parsing.hpp"
#include "data/text/reading_record.hpp"
#include "hogwild/core/array.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/ranking.hpp"
#include "objective/switched_loss.hpp"

namespace hogwild {
namespace {

double entropy(double p) {
  const auto term = [](double q) { return q > 0 ? -q * std::log(q) : 0.0; };
  return term(p) + term(1 - p);
}

// What rows add up to, part by part. Merged in the same order, the same parts give the same bits.
class RowSums {
 public:
  // model must live as long.
  explicit RowSums(const Model& model) : model_(&model) {}

  [[gnu::always_inline]] void prefetch(const SparseRow& row) const { model_->prefetch(row); }

  // name is that of the rows, for messages. Throws DataError if no row has a weight above 0.
  double mean_loss(const std::string& name) const {
    if (weight_ > 0) return loss_ / weight_;
    throw DataError(name, "all rows have weight 0", "give some rows a weight above 0");
  }

 protected:
  void add(double weight, double loss, bool is_right) {
    ++rows_;
    weight_ += weight;
    loss_ += weight * loss;
    right_ += is_right ? weight : 0;
  }

  void merge(const RowSums& other) {
    rows_ += other.rows_;
    weight_ += other.weight_;
    loss_ += other.loss_;
    right_ += other.right_;
  }

  const Model* model_;
  std::uint64_t rows_ = 0;
  double weight_ = 0;
  double loss_ = 0;
  double right_ = 0;
};

// Those of a model of one margin.
class MarginSums : public RowSums {
 public:
  // Without scores there is no AUC.
  enum class Scores { kept, dropped };
  MarginSums(const Model& model, Scores scores)
      : RowSums(model),
        binary_(model.is_binary()),
        keeps_scores_(binary_ && scores == Scores::kept) {}

  void add(const SparseRow& row) {
    const float margin = model_->margin(row);
    const float label = binary_ ? model_->labels().sign(row.label) : row.label;
    const auto weight = static_cast<double>(row.weight);
    const auto [loss, prediction] = std::visit(
        [&](const auto& l) {
          return std::pair(l.value(static_cast<double>(margin), static_cast<double>(label)),
                           static_cast<double>(l.prediction(margin)));
        },
        model_->loss());
    const bool positive = label > 0;
    RowSums::add(weight, loss, (margin > 0) == positive);
    const double error = static_cast<double>(margin) - static_cast<double>(label);
    squared_error_ += weight * error * error;
    if (!binary_) return;
    positive_ += positive ? weight : 0;
    predicted_ += weight * prediction;
    if (keeps_scores_) scores_.add(margin, positive, row.weight);
  }

  void merge(const MarginSums& other) {
    RowSums::merge(other);
    squared_error_ += other.squared_error_;
    positive_ += other.positive_;
    predicted_ += other.predicted_;
    scores_.merge(other.scores_);
  }

  Metrics metrics(const std::string& name) && {
    Metrics metrics;
    metrics.rows = rows_;
    metrics.loss = mean_loss(name);
    if (!binary_) {
      metrics.rmse = std::sqrt(squared_error_ / weight_);
      return metrics;
    }
    const double base = positive_ / weight_;
    std::function<double(float)> probability;
    if (model_->gives_probability()) {
      probability = [this](float margin) {
        return std::visit([&](const auto& l) { return static_cast<double>(l.prediction(margin)); },
                          model_->loss());
      };
    }
    metrics.curves = std::move(scores_).curves(probability);
    metrics.auc = metrics.curves->auc;
    metrics.accuracy = right_ / weight_;
    metrics.base_rate = base;
    metrics.base_accuracy = std::max(base, 1 - base);
    if (model_->gives_probability()) {
      metrics.log_loss = metrics.loss;
      metrics.base_log_loss = entropy(base);
      if (base > 0) metrics.calibration = predicted_ / positive_;
    }
    return metrics;
  }

 private:
  bool binary_;
  bool keeps_scores_;
  double squared_error_ = 0;
  double positive_ = 0;
  double predicted_ = 0;  // of probabilities
  RankedScores scores_;
};

// The same of a model of several classes, a row's label being the number of its class.
class ClassSums : public RowSums {
 public:
  explicit ClassSums(const Model& model)
      : RowSums(model),
        switched_loss_(model.loss()),
        softmax_(std::holds_alternative<Softmax>(model.loss())),
        of_class_(model.outputs()),
        margins_(model.outputs()),
        probabilities_(model.outputs()),
        wide_(model.outputs()) {}

  void add(const SparseRow& row) {
    const auto weight = static_cast<double>(row.weight);
    const auto c = static_cast<std::size_t>(row.label);
    model_->margins(row, margins_);
    std::ranges::copy(margins_, wide_.begin());
    const double loss =
        switched_loss_.value(std::span<const double>(wide_), static_cast<double>(row.label));
    const auto likeliest = std::ranges::max_element(margins_) - margins_.begin();
    RowSums::add(weight, loss, likeliest == static_cast<std::ptrdiff_t>(c));
    of_class_[c] += weight;
    if (!model_->gives_probability() || softmax_) return;
    model_->probabilities(row, probabilities_);
    constexpr double kLeast = 1e-38;  // a float's
    log_loss_ -= weight * std::log(std::max(static_cast<double>(probabilities_[c]), kLeast));
  }

  void merge(const ClassSums& other) {
    RowSums::merge(other);
    log_loss_ += other.log_loss_;
    for (std::size_t k = 0; k < of_class_.size(); ++k) of_class_[k] += other.of_class_[k];
  }

  Metrics metrics(const std::string& name) && {
    Metrics metrics;
    metrics.rows = rows_;
    metrics.loss = mean_loss(name);
    metrics.classes = model_->outputs();
    metrics.accuracy = right_ / weight_;
    metrics.base_accuracy = std::ranges::max(of_class_) / weight_;
    if (model_->gives_probability()) {
      metrics.log_loss = softmax_ ? metrics.loss : log_loss_ / weight_;
      double base = 0;
      for (const double weight : of_class_) {
        if (weight > 0) base -= weight / weight_ * std::log(weight / weight_);
      }
      metrics.base_log_loss = base;
    }
    return metrics;
  }

 private:
  SwitchedLoss switched_loss_;
  bool softmax_;
  double log_loss_ = 0;
  std::vector<double> of_class_;  // weights of the rows, [classes]
  std::vector<float> margins_;    // scratch, [classes]
  std::vector<float> probabilities_;
  std::vector<double> wide_;
};

template <class RowAt, class Sums>
void add_rows(Offset begin, Offset end, const RowAt& row_at, Sums& sums) {
  for (Offset i = begin; i < end; ++i) {
    if (i + 1 < end) sums.prefetch(row_at(i + 1));
    sums.add(row_at(i));
  }
}

// Sums of the rows that row_at(i) gives.
template <class Sums, class RowAt>
Sums sum_rows(Offset rows, const Sums& none, const RowAt& row_at) {
  // Deterministic: ranges are split and joined alike whatever the number of threads.
  return tbb::parallel_deterministic_reduce(
      tbb::blocked_range<Offset>(0, rows, 4096), none,
      [&](const tbb::blocked_range<Offset>& range, Sums sums) {
        add_rows(range.begin(), range.end(), row_at, sums);
        return sums;
      },
      [](Sums left, const Sums& right) {
        left.merge(right);
        return left;
      });
}

MarginSums sum_margins(const Model& model, const Dataset& rows, MarginSums::Scores scores) {
  const ClassNames& words = model.label_names();
  const Dataset data = words && rows.classes() != words
                           ? rows.with_classes(class_numbers(rows, words), words)
                           : rows;
  if (words) {
    require_labelled(data);
  } else if (model.is_binary()) {
    require_labels(data, model.labels());
  } else {
    require_labelled(data);
  }
  return sum_rows(data.rows(), MarginSums(model, scores), [&](Offset i) { return data.row(i); });
}

ClassSums sum_classes(const Model& model, const Dataset& data) {
  const Array<float> numbers = class_numbers(data, model.classes());
  return sum_rows(data.rows(), ClassSums(model), [&](Offset i) {
    SparseRow row = data.row(i);
    row.label = numbers[i];
    return row;
  });
}

// Whether the first features of the one have the numbers of all of the other.
bool begins_with(const FeatureNames& names, const FeatureNames& others) {
  if (&names == &others) return true;
  if (others.size() > names.size()) return false;
  for (Index j = 0; j < others.size(); ++j) {
    if (names.hash(j) != others.hash(j) || names[j] != others[j]) return false;
  }
  return true;
}
bool begins_with(const FeatureNumbers& numbers, const FeatureNumbers& others) {
  return &numbers == &others ||
         (others.size() <= numbers.size() &&
          std::ranges::equal(others.hashes(), numbers.hashes().first(others.size())));
}

// The rows with the model's numbers of features. Those that were read for another model, or for
// none, may have others where features have names or hashes.
Dataset as_numbered_by(const Model& model, const Dataset& rows) {
  const FeatureSpace& its = model.features();
  const FeatureSpace& given = rows.features();
  const bool same_names = !its.names || !given.names || begins_with(*its.names, *given.names);
  const bool same_hashes = its.hashes && given.hashes ? begins_with(*its.hashes, *given.hashes)
                                                      : its.hashes == given.hashes;
  return same_names && same_hashes ? unranked(rows) : in_space(rows, its);
}

// What is wrong with a label, as soon as the record has heard of it.
void require_comparable(const Model& model, const ReadingRecord& record) {
  const SeenLabels& seen = record.seen_labels();
  const std::string name = record.source().name();
  require_labelled(seen, name);
  if (model.is_binary() && !model.label_names()) require_labels(seen, model.labels(), name);
}

template <class Sums>
Evaluation evaluate_text(const Model& model, const Sums& none,
                         const std::vector<std::string>& paths, const ReadOptions& options) {
  Sums all = none;
  const auto sum_batch = [&](const RowBatch& batch) {
    Sums sums = none;
    if (batch.seen.unlabelled()) return sums;  // which is refused
    add_rows(
        0, batch.rows(), [&](Offset i) { return batch.row(i); }, sums);
    return sums;
  };
  const auto take = [&](const Sums& sums, const ReadingRecord& record) {
    require_comparable(model, record);
    all.merge(sums);
  };
  PassedRows passed = pass_over_rows(paths, options, sum_batch, take);
  tbb::task_arena arena(reading_threads(options));
  const Metrics metrics =
      arena.execute([&] { return std::move(all).metrics(passed.source.name()); });
  return {metrics, std::move(passed.source), passed.nonzeros};
}

}  // namespace

Metrics evaluate(const Model& model, const Dataset& rows) {
  const Dataset data = as_numbered_by(model, rows);
  const std::string name = data.source().name();
  if (model.outputs() > 1) return sum_classes(model, data).metrics(name);
  return sum_margins(model, data, MarginSums::Scores::kept).metrics(name);
}

Evaluation evaluate(const Model& model, const std::vector<std::string>& paths,
                    ReadOptions options) {
  options.features = model.features();
  options.unlabelled = Unlabelled::skip;
  options.classes = model.label_names();
  options.class_labels = options.classes != nullptr;
  if (!paths.empty() && is_hogdata(paths.front())) {
    const Dataset data = read(paths, options);
    return {evaluate(model, data), data.source(), data.nonzeros()};
  }
  if (model.outputs() > 1) return evaluate_text(model, ClassSums(model), paths, options);
  return evaluate_text(model, MarginSums(model, MarginSums::Scores::kept), paths, options);
}

double mean_loss(const Model& model, const Dataset& rows) {
  const Dataset data = as_numbered_by(model, rows);
  const std::string name = data.source().name();
  if (model.outputs() > 1) return sum_classes(model, data).mean_loss(name);
  return sum_margins(model, data, MarginSums::Scores::dropped).mean_loss(name);
}

}  // namespace hogwild
