// What all ranks must know alike before they learn together.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "distributed/share.hpp"
#include "distributed/world.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

/// What all ranks throw alike.
class AgreedFailure : public std::exception {
 public:
  explicit AgreedFailure(std::exception_ptr cause) : cause_(std::move(cause)) {}
  const char* what() const noexcept override { return "all ranks have failed"; }

  /// What has gone wrong: an Error or OptionError.
  const std::exception_ptr& cause() const noexcept { return cause_; }

 private:
  std::exception_ptr cause_;
};

/// Throws AgreedFailure on all ranks if one of them has failed: the failure of the lowest of them,
/// with its name; without a name where all have failed alike. To be called by all ranks.
void require_all_well(World& world, std::exception_ptr own);

/// f() on each rank; if it throws on one, all throw as require_all_well() does. f may itself talk
/// with the other ranks if it throws on all or on none.
template <class Function>
auto together(World& world, const Function& f) {
  std::optional<std::invoke_result_t<Function>> made;
  std::exception_ptr failure;
  try {
    made.emplace(f());
  } catch (...) {
    failure = std::current_exception();
  }
  require_all_well(world, failure);
  return std::move(*made);
}

/// Throws Error unless all ranks run the same program with the same options: says whose are others.
/// version: of the program, for the message.
void require_same_program(World& world, const std::string& version, const std::string& options);

/// The rank's rows with numbers of the classes of all ranks' rows, or of those that are known, if
/// `known` is not null. Throws as class_numbers(), on the rank that is concerned.
PartOfRows with_agreed_classes(World& world, PartOfRows own, const ClassNames& known);

/// The rank's rows as rows of one data set: in the feature space and with the labels of all ranks'
/// rows together. Throws, on all ranks, where no rank has a row or they don't fit each other.
Dataset agreed_rows(World& world, PartOfRows own, const ReadOptions& options);

}  // namespace hogwild
