#include "parallel/mapped_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kLargestHuge = std::size_t{1} << 30;

}  // namespace

void Unmap::operator()(void* memory) const noexcept {
  munmap(memory, bytes);
}

Mapped zeroed_memory(std::size_t bytes, std::size_t likely) {
  if (bytes == 0) return nullptr;
  const std::size_t page = bytes >= kHugePage ? kHugePage : std::size_t{4096};
  const std::size_t whole = (bytes + page - 1) / page * page;
  void* const mapped = mmap(nullptr, whole, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  if (likely >= kHugePage && likely <= kLargestHuge) madvise(mapped, likely, MADV_HUGEPAGE);
  return Mapped(mapped, Unmap{whole});
}

MappedFile::MappedFile(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw IoError(path, std::strerror(errno), "check the path");
  struct stat status {};
  int error = fstat(descriptor, &status) == 0 ? 0 : errno;
  if (error == 0 && !S_ISREG(status.st_mode)) {
    close(descriptor);
    throw IoError(path, "this is not a regular file", "name a file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (error == 0 && size > 0) {
    void* const data = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (data == MAP_FAILED) error = errno;
    if (error == 0) memory_ = Mapped(data, Unmap{size});
  }
  close(descriptor);
  if (error != 0) throw IoError(path, std::strerror(error), "check the file");
}

}  // namespace hogwild
