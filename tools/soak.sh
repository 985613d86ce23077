# shellcheck shell=bash
# tools/soak.sh: `./do soak`: a long run without hands. Sourced by ./do.
#
# The chart pans, zooms, hovers and jumps while 100,000 rows a second arrive, at 60 frames a second.
# The run fails if a late frame is the fault of our own code: the report charges each late frame to
# the site with the largest self time, unless the machine gave the thread no time (docs in
# demo/chart_late.c).

SOAK_SEED=${SOAK_SEED:-1}

do_soak() {
    local minutes=${1:-10} report=out/soak-report.txt
    [[ $minutes =~ ^[0-9]+$ && $minutes -gt 0 ]] || usage_error "soak takes whole minutes, not '$minutes'"
    build_release
    private_runtime_dir
    mkdir -p out
    say "$minutes min of pan, zoom and new rows; the report goes to $report"
    soak_on_a_display build/release/bin/paintprof-chart --script mixed --live-rate 100000 --pace 60 \
        --overlay full --seed "$SOAK_SEED" --duration $((minutes * 60)) --report "$report"
    cat "$report"
    soak_verdict "$report"
}

soak_on_a_display() {
    if command -v Xvfb >/dev/null; then
        with_xvfb "$@"
    else
        QT_QPA_PLATFORM=offscreen "$@"
    fi
}

# Late frames that are nobody's but the machine's and the display's are printed, and pass.
soak_verdict() {
    local whose ours
    whose=$(sed -n 's/^  whose *//p' "$1")
    ours=$(printf '%s\n' "$whose" | tr ',' '\n' | sed 's/^ *//' |
        grep -vE '^$|^(first frame|not running|flush|gpu) [0-9]+$') || true
    grep -q '^late ' "$1" || fail "the report $1 has no line of late frames"
    [ -z "$ours" ] || fail "late frames of our own: $(printf '%s' "$ours" | paste -sd ';')"
    say "no late frame is our own; late by others: ${whose:-none}"
}
