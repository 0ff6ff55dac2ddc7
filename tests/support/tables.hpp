// A test of rows from text by a recipe.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "support/files.hpp"

namespace hogwild::test {

/// Rows of a small file, or what is wrong with it.
class Tables : public testing::Test {
 protected:
  Dataset rows(const std::string& text, ColumnOptions columns = {.label = "churned"},
               ReadOptions options = {}) {
    options.columns = std::move(columns);
    return read({folder_.write("t.csv", text)}, options);
  }
  std::string error_of(const std::string& text, ColumnOptions columns = {.label = "churned"},
                       ReadOptions options = {}) {
    try {
      rows(text, std::move(columns), std::move(options));
    } catch (const Error& error) {
      const std::string message = error.what();
      const std::size_t place = message.find("t.csv:");
      return place == message.npos ? message : message.substr(place);
    }
    return "no error";
  }

  TemporaryFolder folder_;
};

}  // namespace hogwild::test
