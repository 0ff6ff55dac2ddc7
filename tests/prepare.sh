# Sourced by the two commands of the README. Installs what is missing of packages.txt and picks a
# compiler cache if there is one.
#   install_packages build        what building needs
#   install_packages build test   what testing needs as well

install_packages() {
  local list wanted missing=() package
  list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"
  for wanted in "$@"; do
    for package in $(awk -v what="$wanted" '$2 == what { print $1 }' "$list"); do
      dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok' ||
        missing+=("$package")
    done
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || {
    echo "not Debian or Ubuntu: install the equivalents of these yourself: ${missing[*]}" >&2
    return 1
  }
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  echo "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# configure_and_build PRESET [cmake options]: build/PRESET, as left by the last run if there was one.
configure_and_build() {
  local preset="$1" launcher=()
  shift
  if command -v ccache >/dev/null; then
    launcher=(-D CMAKE_CXX_COMPILER_LAUNCHER=ccache)
    # A clone in another folder is the same program.
    export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
    export CCACHE_SLOPPINESS=pch_defines,time_macros  # or it does not cache with a precompiled header
  fi
  echo "building build/$preset, which takes some minutes; its log is build/$preset.log"
  cmake --preset "$preset" "${launcher[@]}" -D HOGWILD_WERROR="${HOGWILD_WERROR:-OFF}" "$@" \
    >"build/$preset.log" 2>&1 &&
    cmake --build --preset "$preset" >>"build/$preset.log" 2>&1 || {
    cat "build/$preset.log"
    return 1
  }
}
