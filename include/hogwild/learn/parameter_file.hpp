// Parameters that several processes train at the same time, and that others read meanwhile.
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

/// What the parameters in a file are for; fixed when the file is created.
struct ParameterKind {
  FeatureSpace features;                  ///< numbered or hashed, without names
  AnyLoss loss;                           ///< not Softmax
  LabelPair labels;                       ///< labels of a binary loss
  AnyUpdateRule update_rule = Adagrad{};  ///< not AdaptiveRevision: a process that is killed within
                                          ///< its step would leave the weight locked
  float learning_rate = 0;                ///< > 0, chosen by the process that created the file
  bool bias = true;                       ///< whether there is a bias
  std::vector<Index> hot{};  ///< the most frequent features, most frequent first, at most 16384;
                             ///< their cells come first, so that each process can have private
                             ///< pages for them
};

/// A process that learns into a parameter file, or did.
struct ParameterWriter {
  std::uint32_t process = 0;  ///< process id
  bool running = false;       ///< whether the process still exists
  double silent_seconds = 0;  ///< since its last beat() or join()
  std::uint64_t rows = 0;     ///< rows that it has reported by beat()
};

/// A memory-mapped file of live parameters: the shared array of Hogwild! (Niu, Recht, Re, Wright,
/// NIPS 2011), for several processes. In /dev/shm it is only in memory; on a disk it survives a
/// restart of the machine, since the kernel writes changes back. All processes must run on one
/// machine.
///
///  1. The file is complete when it appears, and its header never changes: a process that opens it
///     sees no file or the whole header. If two create it at once, one joins the other's file.
///  2. Every process accesses the words after the header only as relaxed atomics; the guarantees of
///     SharedParameters for threads hold for processes too.
///  3. No process waits for another. If one is killed, at any moment, each word is as some step
///     stored it, and the file and the other processes go on working.
///  4. The operating system prevents writes through a read-only mapping.
///  5. The storage of the whole file is allocated when the file is created.
///  6. Trained weights stay in the file until it is removed. Processes that have it open can go on
///     using it after that. Truncating it kills them (SIGBUS).
class ParameterFile {
 public:
  /// Opens the file for training; creates it, with all weights zero, if it does not exist. The
  /// process is one of writers() until the object is destroyed. The file may have more features
  /// than `kind`, and other hot features. Throws OptionError if `kind` can't be shared, or differs
  /// from that of the file (except in the learning rate); IoError, ModelError.
  static std::shared_ptr<ParameterFile> join(const std::string& path, const ParameterKind& kind);

  /// The same for an existing file, of any kind.
  static std::shared_ptr<ParameterFile> join(const std::string& path);

  /// Opens the file read-only. Throws IoError, ModelError.
  static std::shared_ptr<ParameterFile> open(const std::string& path);

  ~ParameterFile();
  ParameterFile(const ParameterFile&) = delete;
  ParameterFile& operator=(const ParameterFile&) = delete;

  const std::string& path() const noexcept { return path_; }    ///< the path of the file
  const ParameterKind& kind() const noexcept { return kind_; }  ///< what its parameters are for
  bool writable() const noexcept { return writable_; }          ///< whether this process may train
  bool made() const noexcept { return made_; }                  ///< whether join() created the file

  /// Tells other processes that this one is running, and how many rows it has learnt since its last
  /// call. Call it about once per second. Any thread. REQUIRES: writable().
  void beat(std::uint64_t rows) noexcept;

  /// The number of rows that all writers have reported by beat(). Any thread.
  std::uint64_t rows() const noexcept;

  /// The processes that have joined and not left; a killed one stays until its place is needed.
  std::vector<ParameterWriter> writers() const;

  /// The cells, [kind().hot.size() + features + 1] states of the rule: first those of the hot
  /// features, then those of all features (unused for hot ones), then that of the bias.
  std::byte* cells() const noexcept;

 private:
  struct Mapping;
  ParameterFile(const std::string& path, bool writable);

  std::string path_;
  bool writable_;
  bool made_ = false;
  std::unique_ptr<Mapping> mapping_;
  ParameterKind kind_;
};

/// Whether the file begins as a parameter file does.
bool is_parameter_file(const std::string& path) noexcept;

}  // namespace hogwild
