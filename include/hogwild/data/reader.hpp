// Text files to a Dataset.
//
// libsvm: `label index:value index:value ... # comment`. Indices may come in any order; an index
// twice in a row is an error unless asked for. `qid:` is refused.
//
// VW text: `label [importance] [tag]|namespace name:value name ...`, any number of namespaces. A
// feature is called `namespace^name`, or `name` where the namespace has none; a value left out is
// 1; a namespace may carry a factor (`|words:0.5 ...`); a name twice in a row adds up. The tag is
// a token that begins with ' or touches the bar (save a lone number, which is the label).
//
// Both: blank lines and lines that begin with # are passed over, lines may end in CRLF, numbers are
// decimal whatever the locale, inf, nan and hexadecimal are refused, the label may be missing (rows
// to predict).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hogwild/data/dataset.hpp"

namespace [[gnu::visibility("default")]] hogwild {

enum class Format { automatic, libsvm, vw };    ///< automatic: vw if the first row holds a '|'
enum class IndexBase { automatic, zero, one };  ///< automatic: 0 if index 0 occurs, else 1
enum class OnError { fail, skip };              ///< what to do with a malformed line
enum class Duplicates { refuse, sum };          ///< an index twice in a libsvm row

/// Told now and then how far reading has come; called from one thread at a time.
using ReadProgress = std::function<void(std::uint64_t bytes, std::uint64_t bytes_total)>;

/// How to read files.
struct ReadOptions {
  Format format = Format::automatic;            ///< of the text
  IndexBase index_base = IndexBase::automatic;  ///< of indices in libsvm text
  OnError on_error = OnError::fail;             ///< at a malformed line
  Duplicates duplicates = Duplicates::refuse;   ///< for libsvm text
  int hash_bits = 0;  ///< 1 .. 31: features are hashed to 2^hash_bits numbers; 0: they are not
  bool class_labels = false;  ///< labels are names of classes, any text without blanks; those that
                              ///< are numbers as class_name() writes them. They are numbered in
                              ///< ascending order, of numbers if all are numbers, else of texts
  ClassNames classes{};       ///< with class_labels: these and no others, in this order (a model's)
  int threads = 0;            ///< 0: as many as the machine has
  std::uint64_t memory_limit = 0;  ///< bytes that the rows may take while they are read; 0: any
  std::optional<FeatureSpace> features{};  ///< read in this space (a model's) and leave others out
  ReadProgress progress{};                 ///< bytes_total is 0 where it can't be known (a pipe)
};

/// Reads text files, "-" being the standard input, into one data set, in order; or opens a .hogdata
/// file, which must then be the only one and have been made by options that do not contradict
/// these: see open_hogdata(). The result does not depend on the number of threads. Throws IoError,
/// ParseError (the first fault in file order), DataError when there is no row at all or more than
/// the memory limit holds, OptionError for options out of range.
Dataset read(const std::vector<std::string>& paths, const ReadOptions& options = {});

/// Reads one libsvm file; throws as read() does.
Dataset read_libsvm(const std::string& path, ReadOptions options = {});

/// Reads one VW text file; throws as read() does.
Dataset read_vw(const std::string& path, ReadOptions options = {});

}  // namespace hogwild
