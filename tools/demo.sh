# shellcheck shell=bash
# tools/demo.sh: `./do demo`. Sourced by ./do.

do_demo() {
    [ -z "${WAYLAND_DISPLAY:-}" ] || ensure_packages wayland
    build_release
    private_runtime_dir
    if display_answers; then
        exec build/release/bin/paintprof-chart --overlay full "$@"
    fi
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        say "the display ${DISPLAY:-$WAYLAND_DISPLAY} does not answer: running off-screen"
    else
        say "no display here: running off-screen"
    fi
    demo_off_screen "$@"
}

demo_off_screen() {
    local chart=build/release/bin/paintprof-chart
    mkdir -p out
    say "panning over the whole series, raster"
    QT_QPA_PLATFORM=offscreen "$chart" --overlay full --script pan --frames 600 \
        --screenshot out/demo.png --csv out/frames.csv --report out/report.txt "$@"
    say "zooming in and out, raster"
    QT_QPA_PLATFORM=offscreen "$chart" --overlay full --script zoom --frames 240 \
        --csv out/frames-zoom.csv --report out/report-zoom.txt "$@"
    say "panning with OpenGL, under a private X server"
    with_xvfb "$chart" --overlay full --renderer opengl --script pan --frames 200 \
        --screenshot out/demo-opengl.png "$@"
    printf '\n'
    cat out/report.txt
    cat <<'LEFT'

What the chart left:
  out/demo.png          the chart and its overlay after the pan, raster
  out/demo-opengl.png   the same drawn through OpenGL
  out/frames.csv        one row per frame of the pan (docs/csv.md); frames-zoom.csv: of the zoom
  out/report.txt        the table above; report-zoom.txt: of the zoom
LEFT
}
