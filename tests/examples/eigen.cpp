// Trains on a sparse matrix of Eigen without copying it.
#include <Eigen/SparseCore>
#include <cstdio>
#include <vector>

#include "hogwild/data/eigen.hpp"
#include "hogwild/hogwild.hpp"

int main() {
  // Row i has the feature i % 10; rows of even features are positive.
  constexpr int kRows = 1000, kFeatures = 10;
  std::vector<Eigen::Triplet<float>> triplets;
  hogwild::Array<float> labels(kRows);
  for (int i = 0; i < kRows; ++i) {
    triplets.emplace_back(i, i % kFeatures, 1.0f);
    labels[static_cast<std::size_t>(i)] = i % 2 == 0 ? 1.0f : -1.0f;
  }
  Eigen::SparseMatrix<float, Eigen::RowMajor> matrix(kRows, kFeatures);
  matrix.setFromTriplets(triplets.begin(), triplets.end());

  const hogwild::Dataset data = hogwild::borrow(matrix, labels);
  const hogwild::Model model = train(data, {.epochs = 5}).model;
  const float even = model.predict(data.row(0)), odd = model.predict(data.row(1));
  std::printf("even %.3f, odd %.3f\n", even, odd);
  return even > 0.9f && odd < 0.1f ? 0 : 1;
}
