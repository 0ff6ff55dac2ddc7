// The body of a request to rows.
#pragma once

#include <string>
#include <string_view>

#include "data/rows/row_batch.hpp"
#include "data/text/parsing.hpp"
#include "serve/served_model.hpp"

namespace hogwild {

/// What is wrong with a body, in words that its sender can act on.
class BodyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// There may be so many rows in a request.
inline constexpr std::size_t kMostRows = std::size_t{1} << 18;

class TooManyRows : public BodyError {
 public:
  using BodyError::BodyError;
};

/// Rows of {"rows": [{"features": {NAME: VALUE, ...}, "label": L, "weight": W}, ...]}, or of one
/// such row. Features are called as in the data that the model learnt from: by name, or by the
/// numbers there; those that the model lacks are left out and counted. A row without a label has
/// NaN. Replaces what batch holds. Throws BodyError.
void read_json_rows(std::string_view body, const ServedModel& model, RowBatch& batch);

/// Rows of text, in the format of the model's own data; if each line is answered, an empty one is a
/// row too. Throws BodyError.
void read_text_rows(std::string body, const ServedModel& model, const Answering& answering,
                    RowBatch& batch);

}  // namespace hogwild
