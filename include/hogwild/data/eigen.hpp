// Zero-copy between Eigen::SparseMatrix and Dataset. Outside the umbrella: it needs Eigen.
#pragma once

#include <Eigen/SparseCore>
#include <cassert>
#include <utility>

#include "hogwild/data/dataset.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// The rows of a matrix as a data set. Indices and values are borrowed: the matrix must outlive
/// every copy of the result and stay as it is. Only the row offsets are copied, to 64 bits.
/// labels is [matrix.rows()]. Throws DataError if a value is not finite or a size does not fit.
/// REQUIRES: matrix.isCompressed().
template <class StorageIndex>
Dataset borrow(const Eigen::SparseMatrix<float, Eigen::RowMajor, StorageIndex>& matrix,
               Array<float> labels) {
  static_assert(sizeof(StorageIndex) == sizeof(Index), "the column indices must be of 32 bits");
  assert(matrix.isCompressed());
  const auto nonzeros = static_cast<std::size_t>(matrix.nonZeros());
  Array<Offset> offsets(matrix.outerIndexPtr(), matrix.outerIndexPtr() + matrix.outerSize() + 1);
  // Reading an int through the unsigned type of its size is allowed ([basic.lval]).
  const auto* indices = reinterpret_cast<const Index*>(matrix.innerIndexPtr());
  return Dataset::borrow(std::move(offsets), {indices, nonzeros}, {matrix.valuePtr(), nonzeros},
                         std::move(labels), {.size = static_cast<Index>(matrix.cols())});
}

/// A temporary matrix would be gone before the data set is used.
template <class StorageIndex>
Dataset borrow(Eigen::SparseMatrix<float, Eigen::RowMajor, StorageIndex>&&, Array<float>) = delete;

}  // namespace hogwild
