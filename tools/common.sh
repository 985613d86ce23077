# shellcheck shell=bash
# tools/common.sh: what every command of ./do uses. Sourced from the tree's root.

say() { printf '%s\n' "do: $*"; }

fail() {
    printf '%s\n' "do: $*" >&2
    exit 1
}

usage_error() {
    printf '%s\n' "do: $*" >&2
    exit 2
}

jobs_here() { nproc 2>/dev/null || echo 2; }

# configure_and_build PRESET [TARGET...]
configure_and_build() {
    local preset=$1
    shift
    say "configuring build/$preset"
    cmake --preset "$preset" -Wno-dev >"$(log_file "configure-$preset")" 2>&1 || {
        cat "$(log_file "configure-$preset")" >&2
        fail "configuring build/$preset failed"
    }
    say "building build/$preset"
    cmake --build "build/$preset" --parallel "$(jobs_here)" ${1:+--target "$@"}
}

log_file() {
    mkdir -p build/logs
    printf '%s' "build/logs/$1.log"
}

# The sources that clang-format keeps, each ended by a NUL. Not from git: a tree from an archive
# has none.
list_sources() {
    find src shim demo tests -type f \
        \( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.hpp' \) -print0 | sort -z
}

# A private place for sockets where the login gave none, as on a bare machine or in CI; Qt and
# Wayland want it readable by its owner only.
private_runtime_dir() {
    if [ -z "${XDG_RUNTIME_DIR:-}" ] || [ ! -d "$XDG_RUNTIME_DIR" ]; then
        mkdir -p build/runtime
        chmod 700 build/runtime
        export XDG_RUNTIME_DIR=$PWD/build/runtime
    fi
}
