#!/usr/bin/env bash
# tools/aarch64-cmocka.sh DIRECTORY: unpacks cmocka for arm64 from Debian's packages into
# DIRECTORY. Uses package lists of its own, so that the system learns of no foreign architecture
# and nothing is installed; needs no root.
set -euo pipefail

place=${1:?usage: aarch64-cmocka.sh DIRECTORY}
[ ! -e "$place/complete" ] || exit 0

rm -rf "$place"
mkdir -p "$place/apt/lists/partial" "$place/apt/cache/archives/partial" "$place/apt/debs"
place=$(cd "$place" && pwd -P)
cd "$place/apt/debs"

apt=(apt-get -q
    -o APT::Architectures::="$(dpkg --print-architecture)" -o APT::Architectures::=arm64
    -o Dir::State::lists="$place/apt/lists" -o Dir::Cache="$place/apt/cache"
    -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=)
# A third party's source that has nothing for arm64 may fail; the download tells what matters.
"${apt[@]}" update </dev/null || true
"${apt[@]}" download libcmocka0:arm64 libcmocka-dev:arm64 </dev/null
for package in *.deb; do
    dpkg-deb -x "$package" "$place"
done
rm -rf "$place/apt"
touch "$place/complete"
