# shellcheck shell=bash
# tools/displays.sh: finding a display, and making private ones.

# Whether a window can be shown here and seen.
display_answers() {
    if [ -n "${WAYLAND_DISPLAY:-}" ]; then
        case $WAYLAND_DISPLAY in
        /*) [ ! -S "$WAYLAND_DISPLAY" ] || return 0 ;;
        *) [ ! -S "${XDG_RUNTIME_DIR:-}/$WAYLAND_DISPLAY" ] || return 0 ;;
        esac
    fi
    [ -n "${DISPLAY:-}" ] && timeout 10 xdpyinfo >/dev/null 2>&1
}

# with_xvfb COMMAND...: runs it on an X server of its own, with software OpenGL. The server picks
# a free number and says which, so that any number of these can run at once.
with_xvfb() (
    scratch=$(mktemp -d)
    Xvfb -displayfd 3 -screen 0 1600x1200x24 -nolisten tcp -noreset \
        3>"$scratch/number" >"$scratch/log" 2>&1 </dev/null &
    server=$!
    trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$scratch"' EXIT
    wait_until "$server" test -s "$scratch/number" || {
        cat "$scratch/log" >&2
        fail "Xvfb did not start"
    }
    unset WAYLAND_DISPLAY XAUTHORITY
    DISPLAY=:$(<"$scratch/number") QT_QPA_PLATFORM=xcb LIBGL_ALWAYS_SOFTWARE=1 "$@"
)

# with_weston COMMAND...: runs it on a Wayland compositor of its own that shows nothing.
with_weston() (
    scratch=$(mktemp -d)
    export XDG_RUNTIME_DIR=$scratch
    unset DISPLAY WAYLAND_DISPLAY
    weston --backend=headless-backend.so --socket=paintprof --no-config --idle-time=0 \
        --width=1600 --height=1200 >"$scratch/log" 2>&1 </dev/null &
    server=$!
    trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$scratch"' EXIT
    wait_until "$server" test -S "$scratch/paintprof" || {
        cat "$scratch/log" >&2
        fail "weston did not start"
    }
    WAYLAND_DISPLAY=paintprof QT_QPA_PLATFORM=wayland "$@"
)

# wait_until PID CONDITION...: at most 20 s, and no longer than the process lives.
wait_until() {
    local pid=$1 try
    shift
    for ((try = 0; try < 200; try++)); do
        "$@" && return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}
