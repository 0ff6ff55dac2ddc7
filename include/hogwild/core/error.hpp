// What can be wrong with the world: files, data, options, models. Each error carries its facts as
// fields, and its what() says where, what, and how to mend it. A broken precondition is none of
// these: it is an assert, documented as "REQUIRES:".
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace [[gnu::visibility("default")]] hogwild {

/// What every error of the library derives from; catch this to catch them all.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A line of a data file that can't be read. what() is "path:line:column: reason; remedy".
struct ParseError : Error {
  /// Makes what() of the fields.
  ParseError(std::string path, std::uint64_t line, std::uint64_t column, std::string reason,
             std::string remedy)
      : Error(path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + reason +
              "; " + remedy),
        path(std::move(path)),
        line(line),
        column(column),
        reason(std::move(reason)),
        remedy(std::move(remedy)) {}

  std::string path;      ///< of the file
  std::uint64_t line;    ///< counted from 1
  std::uint64_t column;  ///< in bytes, counted from 1
  std::string reason;    ///< what is wrong
  std::string remedy;    ///< what to do about it
};

/// Data that can be read but not used as asked. what() is "where: reason; remedy".
struct DataError : Error {
  /// Makes what() of the fields.
  DataError(std::string where, std::string reason, std::string remedy)
      : Error(where + ": " + reason + "; " + remedy),
        where(std::move(where)),
        reason(std::move(reason)),
        remedy(std::move(remedy)) {}

  std::string where;   ///< a path, or "row 17" for data made in memory
  std::string reason;  ///< what is wrong
  std::string remedy;  ///< what to do about it
};

/// Data without a row.
struct NoRowError : DataError {
  /// Makes what() of the fields.
  using DataError::DataError;
};

/// What is wrong with a file. what() is "path: reason; remedy".
struct FileError : Error {
  /// Makes what() of the fields.
  FileError(std::string path, std::string reason, std::string remedy)
      : Error(path + ": " + reason + "; " + remedy),
        path(std::move(path)),
        reason(std::move(reason)),
        remedy(std::move(remedy)) {}

  std::string path;    ///< of the file
  std::string reason;  ///< what is wrong
  std::string remedy;  ///< what to do about it
};

/// A file that can't be opened, read or written.
struct IoError : FileError {
  /// Makes what() of the fields.
  using FileError::FileError;
};

/// An option out of its range, or two that contradict each other. what() is "option: reason".
struct OptionError : Error {
  /// Makes what() of the fields.
  OptionError(std::string option, std::string reason)
      : Error(option + ": " + reason), option(std::move(option)), reason(std::move(reason)) {}

  std::string option;  ///< as the command line spells it, e.g. "learning-rate"
  std::string reason;  ///< what is wrong
};

/// A model file that is damaged, truncated, foreign or newer.
struct ModelError : FileError {
  /// Makes what() of the fields.
  using FileError::FileError;
};

}  // namespace hogwild
