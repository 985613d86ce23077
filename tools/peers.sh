# shellcheck shell=bash disable=SC2030,SC2031 # scratch belongs to one subshell
# tools/peers.sh: `./do bench peers`. Sourced by ./do.
#
# Builds tests/bench/peers against build/release, runs it beside an LTTng session daemon, and puts
# the table with its method between the markers in docs/benchmarks.md.

do_bench_peers() {
    [ $# -eq 0 ] || usage_error "bench peers takes no arguments, not '$1'"
    ensure_packages build
    ensure_packages peers
    configure_and_build release paintprof
    build_peers build/peers
    measure_peers build/peers/peers-bench docs/benchmarks.md
}

# build_peers FOLDER [CMAKE_ARGUMENT...]
build_peers() {
    local log
    log=$(log_file configure-peers)
    say "building peers-bench"
    cmake -S tests/bench/peers -B "$@" -G Ninja >"$log" 2>&1 || {
        cat "$log" >&2
        fail "configuring peers-bench failed"
    }
    cmake --build "$1" --parallel "$(jobs_here)"
}

# measure_peers PROGRAM DOCUMENT: in a subshell, so that its trap ends what it has started.
measure_peers() (
    scratch=$(mktemp -d)
    trap end_peers EXIT
    trap 'exit 130' INT TERM
    export LTTNG_HOME=$scratch/home HOME=$scratch/home
    mkdir "$HOME"
    start_lttng
    touch_page_cache
    say "measuring, at most a minute"
    QT_QPA_PLATFORM=offscreen PEERS_PYQTGRAPH=$PWD/tests/bench/peers/pyqtgraph_peer.py \
        timeout --foreground 60 "$1" "$scratch" >"$scratch/table" || fail "peers-bench failed"
    describe_peers "$scratch/table" >"$scratch/section"
    replace_section "$2" "$scratch/section"
    cat "$scratch/section"
    say "written to $2"
)

end_peers() {
    if [ -n "${PEERS_LTTNG_SESSION:-}" ]; then
        ask_lttng destroy "$PEERS_LTTNG_SESSION" >/dev/null 2>&1 || true
    fi
    if [ -s "$scratch/sessiond.pid" ]; then
        end_sessiond "$(cat "$scratch/sessiond.pid")"
    fi
    rm -rf "$scratch"
}

end_sessiond() {
    kill "$1" 2>/dev/null || return 0
    for _ in {1..100}; do
        process_runs "$1" || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}

# A zombie does not, and stays for good where process 1 collects none, as in some containers.
process_runs() { grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null; }

ask_lttng() { timeout 20 lttng --no-sessiond "$@"; }

# A daemon of our own, or the system's where one answers. What fails is told to peers-bench, which
# keeps it as LTTng's row.
start_lttng() {
    export PEERS_LTTNG_SESSION=paintprof-peers-$$ PEERS_LTTNG_FAILURE=
    local log=$scratch/lttng.log
    if ! ask_lttng list >/dev/null 2>&1; then
        timeout 20 lttng-sessiond --daemonize --no-kernel --pidfile="$scratch/sessiond.pid" \
            >"$log" 2>&1 || {
            PEERS_LTTNG_FAILURE="lttng-sessiond does not start: $(tail -n 1 "$log")"
            return 0
        }
    fi
    {
        ask_lttng create "$PEERS_LTTNG_SESSION" --output="$scratch/lttng" &&
            ask_lttng enable-event --userspace --session="$PEERS_LTTNG_SESSION" \
                paintprof_peers:zone_begin,paintprof_peers:zone_end &&
            ask_lttng start "$PEERS_LTTNG_SESSION"
    } >"$log" 2>&1 || PEERS_LTTNG_FAILURE="no session starts: $(tail -n 1 "$log")"
}

# The first to touch memory of a virtual machine waits for the host; that should be none of those
# who write files.
touch_page_cache() {
    head -c 400M /dev/zero >"$scratch/zeros" || true
    rm -f "$scratch/zeros"
}

# describe_peers TABLE: the section of docs/benchmarks.md.
describe_peers() {
    cat <<SECTION
## Peers

What Debian 12 packages, in one run with ours: \`./do bench peers\` installs them, measures and
writes this section.

$(describe_machine),
$(LC_ALL=C date +'%B %Y'):

$(cat "$1")

A zone is a begin and an end with a name, and both times; \`floor\` is the one above.

- In one process all take turns, block by block (8,192 zones; USDT 2,048, pyqtgraph 256), each
  block once recording and once off. The figure is the median over up to 300 blocks of the CPU
  time of the thread that makes the zones, less that of an empty loop. A block is long enough that
  full buffers and writes to the file fall into each, but for LTTng's, which hold more.
- That thread is pinned to one core. Helper threads and daemons are not, so that they can run
  beside it; the CPU time they use is in the last column and not in the figure.
- paintprof: a \`PP_ZONE\`; its gate opens and shuts between blocks.
- microprofile: what its C++ scope does. It records to memory only.
- LTTng-UST: two tracepoints without fields, the least it can record, to the default channel of a
  session daemon without its kernel part. Off are two that nobody enabled.
- sysprof: two clock reads and a mark with its duration, through its capture library. Off is the
  question whether a sysprof listens.
- USDT: two \`nop\`s. Recording, the kernel has made traps of them (uprobes) and samples time and
  identity of each, as \`perf record\` would have it.
- pyqtgraph: one profiler object with one checkpoint, in a Python process that takes its turn on
  the same core and subtracts an empty loop of its own. It formats its text at once, which the
  others leave to whoever reads the record.
- As much memory as the files take is written and freed before, since in a virtual machine the
  first to touch memory waits for the host.
- Bytes a zone are those of the file after the run, or of the records where there is no file.
  \`lost\` stands in the last column where a tool could not keep all.
SECTION
}

describe_machine() {
    local processor virtual
    processor=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
    virtual=$(lscpu 2>/dev/null | sed -n 's/^Hypervisor vendor: *//p')
    printf '%s cores of %s%s, %s, gcc %s' "$(nproc)" "${processor:-an unnamed processor}" \
        "${virtual:+ under $virtual}" "$(. /etc/os-release && echo "$NAME $VERSION_ID")" \
        "$(gcc -dumpfullversion)"
}

# replace_section DOCUMENT SECTION: what stands between the markers.
replace_section() {
    local begin='<!-- peers: begin -->' end='<!-- peers: end -->'
    if ! grep -qxF -e "$begin" "$1" || ! grep -qxF -e "$end" "$1"; then
        fail "$1 lacks the markers $begin and $end"
    fi
    {
        sed "/^$begin\$/q" "$1"
        cat "$2"
        sed -n "/^$end\$/,\$p" "$1"
    } >"$scratch/document"
    cat "$scratch/document" >"$1"
}
