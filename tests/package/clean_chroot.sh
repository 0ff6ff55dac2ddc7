#!/usr/bin/env bash
# The Debian packages of build/release, installed into a Debian that has nothing else, and there: the
# consumer, the example of a service and the test of the C interface, built against them and run. Needs
# root and debootstrap, and takes some minutes; part of no other run.
#   tests/package/clean_chroot.sh [FOLDER]     an empty folder for the chroot, some 1.5 GB
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"

cpack --config build/release/CPackConfig.cmake -B "$folder.packages"
debootstrap --variant=minbase bookworm "$folder"
cp /etc/resolv.conf "$folder/etc/resolv.conf"
mkdir -p "$folder/srv/hogwild/tests"
cp -r tests/package tests/c_interface tests/examples "$folder/srv/hogwild/tests"
cp "$folder.packages"/*.deb "$folder/srv/hogwild"

chroot "$folder" /bin/bash -euo pipefail <<'INSIDE'
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends /srv/hogwild/*.deb cmake ninja-build g++ >/dev/null
cd /srv/hogwild
hogwild --version
test -s /usr/share/man/man1/hogwild.1
for shared in OFF ON; do
  cmake -S tests/package/consumer -B "built-$shared" -G Ninja -D BUILD_SHARED_LIBS=$shared >/dev/null
  cmake --build "built-$shared"
  "built-$shared/consumer"
  "built-$shared/consumer_in_c"
  tests/package/talk_to_service.sh "built-$shared/service"
done
cc -std=c99 -Wall -Wextra -Werror tests/c_interface/c_interface_test.c -o c_interface_test \
  $(pkg-config --cflags --libs hogwild) -lm
./c_interface_test
ldd c_interface_test | grep libhogwild
echo "all built and ran against the installed packages"
INSIDE
