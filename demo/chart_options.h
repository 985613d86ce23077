/* demo/chart_options.h: the command line of paintprof-chart. */
#ifndef CHART_OPTIONS_H
#define CHART_OPTIONS_H

#include <paintprof/chart.h>
#include <paintprof/overlay.h>
#include <paintprof/qt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHART_PROGRAM "paintprof-chart"

typedef enum chart_mode { CHART_ITEMS, CHART_BATCH } chart_mode;

typedef enum chart_script {
    CHART_SCRIPT_NONE,
    CHART_SCRIPT_PAN,
    CHART_SCRIPT_ZOOM,
    CHART_SCRIPT_APPEND,
    CHART_SCRIPT_MIXED
} chart_script;

/* What was asked for. Strings are argv's. */
typedef struct chart_options {
    const char *data; /* NULL: the S&P 500 file, found beside the executable */
    const char *csv, *screenshot, *report, *record;
    uint64_t record_mib;                   /* 0: unbounded */
    double record_slow_ms, record_seconds; /* 0: no snapshots; the default */
    chart_mode mode;
    chart_script script;
    pp_curve_look look;
    ppq_renderer renderer;
    int overlay;         /* a pp_overlay_page, or -1: what PAINTPROF_OVERLAY says */
    bool gaps_given;     /* spread `gaps` gaps instead of finding those of the calendar */
    size_t gaps, points; /* points 0: rows come from the file */
    uint64_t frames;     /* 0: no end */
    uint64_t seed;
    double pace_hz;     /* 0: as fast as frames finish */
    double duration_s;  /* 0: no end */
    double live_rate;   /* rows a second; 0: the ticks of live mode */
    bool listens;       /* for annotations of other processes */
    const char *listen; /* the path of the socket; NULL: the default */
    bool profile;
    double profile_ms; /* negative: the threshold stays as it is */
    int width, height;
} chart_options;

/* Fills *options. Returns -1 to go on, else the status to exit with: 0 after --help or --version,
 * 2 after a message about a wrong command line. */
int chart_options_parse(chart_options *options, int argc, char **argv);

const char *chart_mode_name(chart_mode mode);

/* "line", "ohlc", "step" or "candles". */
const char *chart_style_name(pp_curve_style style);

#endif
