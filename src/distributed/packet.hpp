// Numbers in a row of bytes, as ranks send them to each other: all are of one program on machines
// of one kind (see agreement.hpp), so a number travels as it lies in memory.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace hogwild {

/// What is sent.
using Bytes = std::string;

template <class Value>
void put(Bytes& bytes, const Value& value) {
  static_assert(std::is_trivially_copyable_v<Value>);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Value>
void put_all(Bytes& bytes, std::span<const Value> values) {
  static_assert(std::is_trivially_copyable_v<Value>);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

/// Takes out what was put in, in that order. REQUIRES: it is there.
class Unpacking {
 public:
  explicit Unpacking(std::span<const char> bytes) : bytes_(bytes) {}

  template <class Value>
  Value take() {
    Value value;
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }

  template <class Value>
  std::vector<Value> take_all(std::size_t count) {
    std::vector<Value> values(count);
    if (count > 0) std::memcpy(values.data(), bytes_.data(), count * sizeof(Value));
    bytes_ = bytes_.subspan(count * sizeof(Value));
    return values;
  }

  std::size_t left() const noexcept { return bytes_.size(); }

 private:
  std::span<const char> bytes_;
};

}  // namespace hogwild
