// What rows add up to, part by part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hogwild/eval/metrics.hpp"
#include "hogwild/model/model.hpp"
#include "objective/switched_loss.hpp"

namespace hogwild {

/// Of a model of one margin. Merged in the same order, the same parts give the same bits.
class MarginSums {
 public:
  /// Without scores there is no AUC. model must live as long.
  enum class Scores { kept, dropped };
  MarginSums(const Model& model, Scores scores)
      : model_(&model),
        binary_(model.is_binary()),
        keeps_scores_(binary_ && scores == Scores::kept) {}

  void add(const SparseRow& row);
  void merge(const MarginSums& other);

  /// name is that of the rows, for messages. Throws DataError if no row has a weight above 0.
  double mean_loss(const std::string& name) const;
  Metrics metrics(const std::string& name) &&;

 private:
  const Model* model_;
  bool binary_;
  bool keeps_scores_;
  std::uint64_t rows_ = 0;
  double weight_ = 0;
  double loss_ = 0;
  double squared_error_ = 0;
  double positive_ = 0;
  double predicted_ = 0;  // of probabilities
  double right_ = 0;
  RankedScores scores_;
};

/// The same of a model of several classes, a row's label being the number of its class.
class ClassSums {
 public:
  explicit ClassSums(const Model& model);

  void add(const SparseRow& row);
  void merge(const ClassSums& other);

  double mean_loss(const std::string& name) const;
  Metrics metrics(const std::string& name) &&;

 private:
  const Model* model_;
  SwitchedLoss switched_loss_;
  bool softmax_;
  std::uint64_t rows_ = 0;
  double weight_ = 0;
  double loss_ = 0;
  double log_loss_ = 0;
  double right_ = 0;
  std::vector<double> of_class_;  // weights of the rows, [classes]
  std::vector<float> margins_;    // scratch, [classes]
  std::vector<float> probabilities_;
  std::vector<double> wide_;
};

}  // namespace hogwild
