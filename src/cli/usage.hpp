// What is wrong with a command line, and what was meant by it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace hogwild::cli {

/// Says what is wrong with the typed arguments, which CLI11 refused with that error.
std::string usage_message(const CLI::App& program, const CLI::ParseError& error,
                          const std::vector<std::string>& typed);

/// Checks that a value is one of some words.
CLI::Validator one_of(std::vector<std::string> words);

}  // namespace hogwild::cli
