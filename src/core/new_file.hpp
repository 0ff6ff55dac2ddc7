// A file that is whole or not there; what kind one is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hogwild {

/// Written beside its path under another name, synced, and renamed into place by commit(); without
/// that nothing is left of it. A file that was there stays as it was until then.
class NewFile {
 public:
  /// what: it is, for messages. Throws IoError.
  NewFile(std::string path, std::string what);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Appends. Throws IoError.
  void write(std::string_view bytes);

  /// Makes it that long, the rest being zeros, for which there is then room. Throws IoError.
  void extend_to(std::uint64_t bytes);

  /// Throws IoError.
  void commit();

  /// The same unless there is a file of that name meanwhile; then nothing is left of this one, and
  /// it is false.
  bool commit_unless_there();

 private:
  void sync();  // and close
  [[noreturn]] void fail(int error) const;

  std::string path_;
  std::string what_;
  std::string beside_;  // its name until then, or empty
  int descriptor_ = -1;
};

/// Whether a regular file begins so; false for "-" and for what can't be read. REQUIRES: at most 16
/// bytes.
bool begins_with(const std::string& path, std::string_view magic) noexcept;

}  // namespace hogwild
