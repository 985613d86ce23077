# shellcheck shell=bash
# tools/charts.sh: `./do bench charts`. Sourced by ./do.
#
# Builds the programs of tests/bench/charts with build/release, runs them in turn, and puts the
# tables between the markers in docs/benchmarks.md and the plot beside it.

do_bench_charts() {
    ensure_packages build
    ensure_packages charts
    configure_and_build release >&2
    say "measuring, at most 8 minutes" >&2
    private_runtime_dir
    with_xvfb python3 -B tests/bench/charts/charts.py --programs build/release/bin/charts \
        --document docs/benchmarks.md --plot docs/charts.svg "$@"
    say "written to docs/benchmarks.md and docs/charts.svg" >&2
}
