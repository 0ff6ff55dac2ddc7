#!/usr/bin/env bash
# Builds oneTBB for ThreadSanitizer from the distribution's own source package, into
# build/onetbb-tsan. The packaged library is not instrumented: under it the sanitizer reports races
# in correct code, and a suppression of its frames would hide real ones, since our code runs inside.
set -euo pipefail
cd "$(dirname "$0")/.."
target="$PWD/build/onetbb-tsan"
[[ -f $target/lib/cmake/TBB/TBBConfig.cmake ]] && exit 0

work="$PWD/build/onetbb-source"
rm -rf "$work"
mkdir -p "$work"/{lists/partial,cache/archives/partial,sources}
# The system's own package sources, asked for source packages; nothing of the system is changed.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ -f $file ]] && sed -n 's/^deb /deb-src /p' "$file" >>"$work/sources/all.list"
done
for file in /etc/apt/sources.list.d/*.sources; do
  [[ -f $file ]] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/sources/$(basename "$file")"
done
apt=(apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources"
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=)
cd "$work"
"${apt[@]}" update
"${apt[@]}" source onetbb >source.log
CXX=clang++-19 CC=clang-19 cmake -S onetbb-*/ -B build -G Ninja -D CMAKE_BUILD_TYPE=RelWithDebInfo -D TBB_SANITIZE=thread \
  -D TBB_TEST=OFF -D TBB_STRICT=OFF -D TBBMALLOC_BUILD=OFF -D CMAKE_INSTALL_LIBDIR=lib \
  -D CMAKE_INSTALL_PREFIX="$target" >build.log
cmake --build build >>build.log || {
  cat build.log
  exit 1
}
cmake --install build >>build.log
rm -rf "$work"
