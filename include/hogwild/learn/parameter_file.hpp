// Parameters that several processes learn into at once, and others read as they change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/update/update_rule.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// What parameters are of, fixed when their file is made.
struct ParameterKind {
  FeatureSpace features;                  ///< numbered or hashed, without names
  AnyLoss loss;                           ///< not Softmax
  LabelPair labels;                       ///< of a binary loss
  AnyUpdateRule update_rule = Adagrad{};  ///< not AdaptiveRevision: a process that is killed within
                                          ///< its step would leave the weight locked
  float learning_rate = 0;                ///< > 0, of whoever made the file
  bool bias = true;                       ///< whether there is a bias
  std::vector<Index> hot{};  ///< the features whose cells come first, at most 16384, most frequent
                             ///< first: each process may have pages of its own over them
};

/// A process that learns into a parameter file, or did.
struct ParameterWriter {
  std::uint32_t process = 0;  ///< its number
  bool running = false;       ///< false if there is no such process any more
  double silent_seconds = 0;  ///< since it was last heard of
  std::uint64_t rows = 0;     ///< it says it has learnt
};

/// A file of live parameters, mapped: the one array of Hogwild! (Niu, Recht, Re, Wright, NIPS
/// 2011), across processes. In /dev/shm it is memory alone; on a disk it outlives the machine, the
/// kernel writing back what has changed. All processes must be of one machine.
///
///  1. The file appears whole: its head never changes from then on, so whoever opens it sees either
///     no file or all of its head, and of two who make it at once one joins the other.
///  2. Every word behind the head is a relaxed atomic one, in every process; what
///     SharedParameters promises of threads holds of processes.
///  3. No process holds anything that another waits for. One that is killed at any moment leaves
///     each word as some step stored it, and the others and the file as usable as before.
///  4. A mapping made to read can't write: the system sees to it.
///  5. There is room for all of it from the beginning.
///  6. What has been learnt into it stays until the file is removed; removing it harms none who
///     have it open. Cutting it short kills them (SIGBUS).
class ParameterFile {
 public:
  /// Joins those who learn into the file; makes it, with all weights zero, if there is none. The
  /// process counts as a writer until this is destroyed. The file may be of more features than the
  /// kind is, and of other hot ones. Throws OptionError for a kind that can't be shared, or other
  /// than the file's (the learning rate aside); IoError, ModelError.
  static std::shared_ptr<ParameterFile> join(const std::string& path, const ParameterKind& kind);

  /// The same for a file that there is, of any kind.
  static std::shared_ptr<ParameterFile> join(const std::string& path);

  /// Opens it to read. Throws IoError, ModelError.
  static std::shared_ptr<ParameterFile> open(const std::string& path);

  ~ParameterFile();
  ParameterFile(const ParameterFile&) = delete;
  ParameterFile& operator=(const ParameterFile&) = delete;

  const std::string& path() const noexcept;    ///< where it is
  const ParameterKind& kind() const noexcept;  ///< what its parameters are of
  bool writable() const noexcept;              ///< whether this process may train
  bool made() const noexcept;                  ///< whether there was none before

  /// Tells the others that this process lives, and how many rows it has learnt since it said so
  /// last. Call it once a second or so. Any thread. REQUIRES: writable().
  void beat(std::uint64_t rows) noexcept;

  /// Rows that all writers have told of, in all. Any thread.
  std::uint64_t rows() const noexcept;

  /// Those who have joined and not left; one that was killed stays until its place is needed.
  std::vector<ParameterWriter> writers() const;

  /// The cells, [kind().hot.size() + features + 1] states of the rule: those of the hot features,
  /// those of all features (of hot ones unused), and the bias's.
  std::byte* cells() const noexcept;

 private:
  struct Mapping;
  explicit ParameterFile(std::unique_ptr<Mapping> mapping);

  std::unique_ptr<Mapping> mapping_;
};

/// Whether a file says that it is one of parameters.
bool is_parameter_file(const std::string& path) noexcept;

}  // namespace hogwild
