#!/usr/bin/env bash
# Compiles the suites of core, parallel, update, learn and model for aarch64, and runs them under
# qemu-user. For Debian 13, as root: it adds the architecture arm64 to the system's packages.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive
dpkg --add-architecture arm64
apt-get update -qq
apt-get install -y -qq --no-install-recommends cmake ninja-build pkg-config qemu-user \
  g++-aarch64-linux-gnu nlohmann-json3-dev libeigen3-dev \
  lib{tbb,fmt,hwy,boost-iostreams,zstd,utf8proc,xxhash,gtest}-dev:arm64
export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig
cmake -S tests/aarch64 -B build/aarch64 -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
  -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
  -DCMAKE_CROSSCOMPILING_EMULATOR="qemu-aarch64;-L;/usr/aarch64-linux-gnu"
cmake --build build/aarch64 --target suites
ctest --test-dir build/aarch64 -j "$(nproc)" --no-tests=error --output-on-failure
