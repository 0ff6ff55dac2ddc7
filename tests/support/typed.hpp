// Typed suites over the alternatives of a registry.
#pragma once

#include <gtest/gtest.h>

#include <variant>

namespace hogwild::test {

template <class>
struct AlternativesOf;
template <class... Alternatives>
struct AlternativesOf<std::variant<Alternatives...>> {
  using types = testing::Types<Alternatives...>;
};

/// For TYPED_TEST_SUITE: one suite an alternative.
template <class Variant>
using TypesOf = typename AlternativesOf<Variant>::types;

}  // namespace hogwild::test
