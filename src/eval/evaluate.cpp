#include "hogwild/eval/evaluate.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>

#include <utility>

#include "data/rows/row_batch.hpp"
#include "data/rows/row_pass.hpp"
#include "data/text/parsing.hpp"
#include "data/text/reading_record.hpp"
#include "eval/sums.hpp"
#include "hogwild/core/array.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/ranking.hpp"

namespace hogwild {
namespace {

// Sums of the rows that row_at(i) gives.
template <class Sums, class RowAt>
struct Summing {
  const Sums& none;
  const RowAt& row_at;
  Sums sums;

  Summing(const Sums& none, const RowAt& row_at) : none(none), row_at(row_at), sums(none) {}
  Summing(Summing& other, tbb::split) : Summing(other.none, other.row_at) {}

  void operator()(const tbb::blocked_range<Offset>& range) {
    for (Offset i = range.begin(); i != range.end(); ++i) sums.add(row_at(i));
  }
  void join(const Summing& right) { sums.merge(right.sums); }
};

template <class Sums, class RowAt>
Sums sum_rows(Offset rows, const Sums& none, const RowAt& row_at) {
  Summing<Sums, RowAt> all(none, row_at);
  // Deterministic: ranges are split and joined alike whatever the number of threads.
  tbb::parallel_deterministic_reduce(tbb::blocked_range<Offset>(0, rows, 4096), all);
  return std::move(all.sums);
}

MarginSums sum_margins(const Model& model, const Dataset& data, MarginSums::Scores scores) {
  if (model.is_binary()) {
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

// What is wrong with a label, as soon as the record has heard of it.
void require_comparable(const Model& model, const ReadingRecord& record) {
  const SeenLabels& seen = record.seen_labels();
  const std::string name = record.source().name();
  require_labelled(seen, name);
  if (model.is_binary()) require_labels(seen, model.labels(), name);
}

template <class Sums>
Evaluation evaluate_text(const Model& model, const Sums& none,
                         const std::vector<std::string>& paths, const ReadOptions& options) {
  Sums all = none;
  const auto sum_batch = [&](const RowBatch& batch) {
    Sums sums = none;
    if (batch.unlabelled_spot) return sums;  // which is refused
    for (std::size_t i = 0; i < batch.rows(); ++i) sums.add(batch.row(i));
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
  const Dataset data = unranked(rows);
  const std::string name = data.source().name();
  if (model.outputs() > 1) return sum_classes(model, data).metrics(name);
  return sum_margins(model, data, MarginSums::Scores::kept).metrics(name);
}

Evaluation evaluate(const Model& model, const std::vector<std::string>& paths,
                    ReadOptions options) {
  options.features = model.features();
  options.classes = model.classes();
  options.class_labels = options.classes != nullptr;
  if (!paths.empty() && is_hogdata(paths.front())) {
    const Dataset data = read(paths, options);
    return {evaluate(model, data), data.source(), data.nonzeros()};
  }
  if (model.outputs() > 1) return evaluate_text(model, ClassSums(model), paths, options);
  return evaluate_text(model, MarginSums(model, MarginSums::Scores::kept), paths, options);
}

double mean_loss(const Model& model, const Dataset& rows) {
  const Dataset data = unranked(rows);
  const std::string name = data.source().name();
  if (model.outputs() > 1) return sum_classes(model, data).mean_loss(name);
  return sum_margins(model, data, MarginSums::Scores::dropped).mean_loss(name);
}

}  // namespace hogwild
