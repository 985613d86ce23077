#!/usr/bin/env bash
# do: everything one does with this tree, one word each. `./do help` lists the words.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$ROOT"
. tools/common.sh
. tools/packages.sh
. tools/displays.sh

print_help() {
    cat <<'HELP'
usage: ./do COMMAND [ARGUMENTS]

  build              install what is missing and build into build/release
  demo               build, then run the chart with its overlay; without a display
                     it runs off-screen and leaves pictures and numbers in out/
  test               install what is missing and run the whole suite
    --list           list the stages of the suite
    --only STAGE     run that stage; may be repeated
  bench [ARGUMENTS]  build, then run paintprof-bench on one core: all cases, or
                     NAME... [--json], or --list
  bench peers        measure other profilers beside ours, into docs/benchmarks.md
   bench charts       measure other charts beside ours, into docs/benchmarks.md
   soak [MINUTES]     run the chart without hands (default 10) while rows arrive, and
                      fail if a late frame is its own fault
  fuzz [MINUTES]     fuzz whatever parses bytes (default 5 minutes in all)
  format             clang-format the sources
  fresh-root [COMMAND]...
                     prove demo and test (or those commands) on a fresh Debian 12
  help               this text

Packages are installed with apt-get, as root or through sudo, and only when some are missing.
HELP
}

build_release() {
    ensure_packages build
    configure_and_build release
}

do_build() {
    build_release
    say "built: build/release/bin/"
}

do_bench() {
    if [ "${1:-}" = peers ]; then
        . tools/peers.sh
        do_bench_peers "${@:2}"
        return
    fi
    if [ "${1:-}" = charts ]; then
        . tools/charts.sh
        do_bench_charts "${@:2}"
        return
    fi
    build_release
    local bench=build/release/bin/paintprof-bench
    if [ $# -eq 0 ] || [ "$*" = --json ]; then
        local names
        mapfile -t names < <("$bench" --list | cut -d ' ' -f 1)
        set -- "${names[@]}" "$@"
    fi
    run_on_one_core "$bench" "$@"
}

# Numbers of a thread that wanders between cores say little; the last core has the fewest
# interrupts on most machines.
run_on_one_core() {
    local core
    core=$(taskset -cp $$ 2>/dev/null | sed 's/.*[^0-9]//') || core=
    if [ -n "$core" ] && taskset -c "$core" true 2>/dev/null; then
        taskset -c "$core" "$@"
    else
        "$@"
    fi
}

do_format() {
    ensure_packages format
    list_sources | xargs -0 clang-format -i
    say "formatted $(list_sources | tr -cd '\0' | wc -c) files"
}

main() {
    local command=${1:-help}
    [ $# -eq 0 ] || shift
    case $command in
    build) do_build ;;
    demo)
        . tools/demo.sh
        do_demo "$@"
        ;;
    test)
        . tools/suite.sh
        do_test "$@"
        ;;
    bench) do_bench "$@" ;;
    soak)
        . tools/soak.sh
        do_soak "$@"
        ;;
    fuzz)
        . tools/fuzz.sh
        do_fuzz "$@"
        ;;
    format) do_format ;;
    fresh-root) exec tools/fresh-root.sh "$@" ;;
    help | -h | --help) print_help ;;
    *)
        print_help >&2
        usage_error "unknown command '$command'"
        ;;
    esac
}

main "$@"
