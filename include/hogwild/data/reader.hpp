// Reads text files into a Dataset.
//
// libsvm: `label index:value index:value ... # comment`. Indices may be in any order. If a row has
// the same index twice, this is an error unless Duplicates::sum is set. `qid:` is an error unless
// QueryIds::ignore is set. Lines that begin with # are ignored. With weights_in_label the label may
// be `label:weight`, and no row may lack it.
//
// VW text: `label [importance] [tag]|namespace name:value name ...`, with any number of namespaces.
// The name of a feature is `namespace^name`, or `name` if the namespace has no name; a ^ within
// either is written `:^`, unless names are hashed; the default value is 1; a namespace may have a
// factor (`|words:0.5 ...`); if a row has a name twice, the values are added. The tag is a token
// that begins with ' or is directly before the bar (but if a number is the only token, it is the
// label). There are no comments: a tag may begin with #. A value that does not begin as a number is
// a word: `city:paris` is the feature `city=paris` with value 1. A value without a name, `:0.5`,
// gets a number as its name: 0 for the first such value of a namespace, then 1, and so on.
//
// libffm text: `label field:feature:value ...`. The name of a feature is `field^feature`, as in VW
// text; if a row has a name twice, the values are added. Lines that begin with # are ignored.
//
// Tables (csv): a record a line, with commas, tabs, semicolons or another byte between its fields.
// Fields may be in quotes (RFC 4180), unless tabs are between them. The first record is a header if
// its fields are different words. A row is read by a recipe: see hogwild/data/recipe.hpp.
//
// JSON lines (jsonl): an object a line, whose keys are columns, by the same recipe; of objects
// within it the keys are joined with a dot; an array holds words. A key that the first rows lack is
// a number or a category by its values.
//
// Labelled text (text): `label<TAB>text`, or `__label__label text`; a row without a label is the
// text alone.
//
// All formats: blank lines are ignored, and so is a UTF-8 byte order mark before a line; lines may
// end in CRLF; numbers are decimal in any locale; inf, nan and hexadecimal numbers are errors; the
// label may be missing (rows to predict; Unlabelled::skip leaves such rows out, save of libsvm and
// libffm text). What is no such text, as XML, is an error that names it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/recipe.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// automatic: as the given features were read, if they have names; else by the first rows: jsonl if
/// the first is an object, text if it begins with __label__ or each is a word, a tab and a text, vw
/// if it holds a '|', libffm if its first feature has two colons, csv if each has as many columns,
/// libsvm if not
enum class Format { automatic, libsvm, vw, libffm, csv, jsonl, text };
enum class IndexBase { automatic, zero, one };  ///< automatic: 0 if index 0 occurs, else 1
enum class OnError { fail, skip };              ///< what to do at a malformed line
enum class Duplicates { refuse, sum };          ///< what to do if a libsvm row has an index twice
enum class Unlabelled {
  keep,
  skip
};                                       ///< what to do with rows that have no label; those of
                                         ///< libsvm and libffm text are kept
enum class QueryIds { refuse, ignore };  ///< what to do with the qid: of ranking data

/// Called regularly with the progress of reading, by one thread at a time.
using ReadProgress = std::function<void(std::uint64_t bytes, std::uint64_t bytes_total)>;

/// How to read files.
struct ReadOptions {
  Format format = Format::automatic;            ///< format of the text
  IndexBase index_base = IndexBase::automatic;  ///< lowest index in libsvm text
  OnError on_error = OnError::fail;             ///< what to do at a malformed line
  Duplicates duplicates = Duplicates::refuse;   ///< if a libsvm row has an index twice
  Unlabelled unlabelled = Unlabelled::keep;     ///< skip: counted in Source::unlabelled_rows
  QueryIds query_ids = QueryIds::refuse;        ///< of libsvm rows
  bool weights_in_label = false;  ///< a libsvm label may have a weight: `label:weight`
  int hash_bits = 0;  ///< 1 .. 32: features are hashed to 2^hash_bits numbers; 0: they are not
  bool all_hashes = false;  ///< a feature's index is its hash, 0 .. 2^hash_bits - 1, also with more
                            ///< than 22 bits (see FeatureSpace::hashes); at most 31 bits then
  bool class_labels = false;  ///< labels are names of classes, any text without blanks, commas or
                              ///< colons; numbers are written as class_name() does. The classes
                              ///< are numbered in ascending order: by value if all names are
                              ///< numbers, else as text
  bool word_labels = false;   ///< the same, if the label of the first row is a word
  ColumnOptions columns{};    ///< of tables, JSON lines and labelled text; drop, only and cross
                              ///< of namespaces as well
  std::shared_ptr<const Recipe> recipe{};  ///< of those: how rows become features; null: that of
                                           ///< the given features, or by `columns`
  std::string positive{};  ///< of those: if the first rows have more than two labels, this one
                           ///< is learnt against the rest; empty: all are
  ClassNames classes{};    ///< with class_labels: the only classes, in this order (a model's)
  int threads = 0;         ///< 0: one thread per core
  std::uint64_t memory_limit = 0;          ///< memory limit of the rows, in bytes; 0: no limit
  std::optional<FeatureSpace> features{};  ///< use this space (a model's); ignore other features
  ReadProgress progress{};                 ///< bytes_total is 0 where it can't be known (a pipe)
};

/// The files that paths stand for: a directory for those in it, in the order of their names,
/// without those that begin with a dot or an underscore, and without directories; a pattern of the
/// shell (*, ?, [) that names no file for those that it matches. Throws IoError where there are
/// none.
std::vector<std::string> files_of(const std::vector<std::string>& paths);

/// Reads text files ("-": standard input) into one data set, in the given order, each path as
/// files_of() has it; or opens a
/// .hogdata file, which must then be the only file, created with options that do not contradict
/// these: see open_hogdata(). The result does not depend on the number of threads. Throws IoError,
/// ParseError (the first error in file order), DataError if there are no rows, no feature, or a
/// class for each of 100 rows or more, or the rows exceed the memory limit, OptionError for options
/// out of range.
Dataset read(const std::vector<std::string>& paths, const ReadOptions& options = {});

/// Reads one libsvm file; throws as read() does.
Dataset read_libsvm(const std::string& path, ReadOptions options = {});

/// Reads one VW text file; throws as read() does.
Dataset read_vw(const std::string& path, ReadOptions options = {});

/// Reads one libffm file; throws as read() does.
Dataset read_libffm(const std::string& path, ReadOptions options = {});

}  // namespace hogwild
