/* demo/chart_options.c: the command line of paintprof-chart.
 *
 * Runs before the QApplication exists, thus in the C locale, where strtod takes '.' decimals. */
#include "chart_options.h"

#include "chart_keys.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GO_ON = -1, USAGE = 2 };
enum { MOST_RECORD_MIB = 1 << 24, DEFAULT_RECORD_MIB = 64 };
enum { MOST_LIVE_RATE = 1000000, MOST_LINE_WIDTH = 32 };
enum { MOST_ROWS = 100000000, MOST_PIXELS = 16384, LEAST_PIXELS = 64 };

static const char usage[] =
    "Usage: " CHART_PROGRAM " [OPTION]...\n"
    "A chart of market data that shows what each of its frames costs.\n"
    "\n"
    "What is drawn\n"
    "  --data FILE            CSV with the columns date, open, high, low, close\n"
    "                         (default: S&P 500, daily, 2000 to 2020)\n"
    "  --points N             N generated rows instead of a file, without gaps\n"
    "  --gaps N               N gaps spread evenly over the rows\n"
    "  --seed N               of generated rows and live ticks (default 1)\n"
    "  --style line|ohlc|step|candles\n"
    "                         how the prices are drawn (default line)\n"
    "  --line-width PX        of the curve, in logical pixels (default 1)\n"
    "  --smooth               antialiases the curve\n"
    "  --mode items|batch     a graphics item per gap, or one for all (default batch)\n"
    "  --renderer raster|opengl\n"
    "                         (default raster)\n"
    "  --size WxH             of the window, in logical pixels (default 1280x720)\n"
    "\n"
    "What is measured\n"
    "  --overlay off|mini|full|items\n"
    "                         the panel of frame times\n"
    "                         (default off, or what PAINTPROF_OVERLAY says)\n"
    "  --csv FILE|-           one row per frame, written while running\n"
    "  --record FILE          a recording of everything, for 'paintprof report' and\n"
    "                         others; %p in FILE is the process id\n"
    "  --record-size MIB      what it keeps, the newest (default 64; 0: all)\n"
    "  --record-slow MS       each slower frame leaves a snapshot FILE-slow-N.pprec\n"
    "  --record-seconds S     what a snapshot reaches back (default 5)\n"
    "  --report FILE|-        a table of all phases, written at the end\n"
    "  --screenshot FILE      a PNG of the window, written at the end\n"
    "  --profile[=MS]         text blocks on standard error of what took MS or more\n"
    "\n"
    "How it runs\n"
    "  --listen [PATH]        takes annotations of other processes at a socket\n"
    "                         (default $XDG_RUNTIME_DIR/paintprof-chart.sock)\n"
    "  --script pan|zoom|append|mixed\n"
    "                         pan: a window of 300 rows moves over all rows and gaps;\n"
    "                         zoom: in and out about the middle;\n"
    "                         append: ticks, new bars and their gaps;\n"
    "                         mixed: all of these in turn, as --seed has it\n"
    "  --live-rate N          N new rows a second, as live mode and mixed bring them;\n"
    "                         each takes 42 bytes\n"
    "  --duration S           ends after S seconds\n"
    "  --frames N             ends after N frames; without a script, each frame asks\n"
    "                         for the next\n"
    "  --pace HZ              frames a second of a script, --frames or --duration\n"
    "                         (default: as fast as they finish)\n"
    "  -h, --help             this text\n"
    "  --version              the version\n"
    "\n";

static const char after_keys[] =
    "\n"
    "Without a display, set QT_QPA_PLATFORM=offscreen.\n"
    "Exit status: 0 success, 1 the data or an output failed, 2 wrong usage.\n";

static int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int usage_error(const char *format, ...)
{
    va_list args;
    fputs(CHART_PROGRAM ": ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\nTry '" CHART_PROGRAM " --help'.\n", stderr);
    return USAGE;
}

static bool parse_count(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < least || value > most)
        return false;
    *out = value;
    return true;
}

static bool parse_number(const char *text, double *out)
{
    char *end;
    if (*text == '\0' || strspn(text, "0123456789.eE+-") != strlen(text))
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

static bool parse_size(const char *text, int *width, int *height)
{
    const char *x = strchr(text, 'x');
    char first[8];
    uint64_t w, h;
    if (x == NULL || (size_t)(x - text) >= sizeof first)
        return false;
    memcpy(first, text, (size_t)(x - text));
    first[x - text] = '\0';
    if (!parse_count(first, LEAST_PIXELS, MOST_PIXELS, &w) ||
        !parse_count(x + 1, LEAST_PIXELS, MOST_PIXELS, &h))
        return false;
    *width = (int)w;
    *height = (int)h;
    return true;
}

/* The place of text in a NULL-ended list of words, -1 if it is none of them. */
static int parse_word(const char *text, const char *const *words)
{
    for (int i = 0; words[i] != NULL; ++i)
        if (strcmp(text, words[i]) == 0)
            return i;
    return -1;
}

static const char *const mode_words[] = {"items", "batch", NULL};
static const char *const renderer_words[] = {"raster", "opengl", NULL};
static const char *const script_words[] = {"pan", "zoom", "append", "mixed", NULL};
static const char *const style_words[] = {"line", "ohlc", "step", "candles", NULL};

const char *chart_mode_name(chart_mode mode)
{
    return mode_words[mode];
}

const char *chart_style_name(pp_curve_style style)
{
    return style_words[style];
}

enum option_id {
    OPT_DATA = 1000,
    OPT_MODE,
    OPT_RENDERER,
    OPT_GAPS,
    OPT_POINTS,
    OPT_OVERLAY,
    OPT_PROFILE,
    OPT_FRAMES,
    OPT_SCRIPT,
    OPT_PACE,
    OPT_CSV,
    OPT_SCREENSHOT,
    OPT_REPORT,
    OPT_RECORD,
    OPT_RECORD_SIZE,
    OPT_RECORD_SLOW,
    OPT_RECORD_SECONDS,
    OPT_STYLE,
    OPT_LINE_WIDTH,
    OPT_SMOOTH,
    OPT_LIVE_RATE,
    OPT_LISTEN,
    OPT_DURATION,
    OPT_SIZE,
    OPT_SEED,
    OPT_VERSION
};

static const struct option long_options[] = {
    {"data", required_argument, NULL, OPT_DATA},
    {"mode", required_argument, NULL, OPT_MODE},
    {"renderer", required_argument, NULL, OPT_RENDERER},
    {"gaps", required_argument, NULL, OPT_GAPS},
    {"points", required_argument, NULL, OPT_POINTS},
    {"overlay", required_argument, NULL, OPT_OVERLAY},
    {"profile", optional_argument, NULL, OPT_PROFILE},
    {"frames", required_argument, NULL, OPT_FRAMES},
    {"script", required_argument, NULL, OPT_SCRIPT},
    {"pace", required_argument, NULL, OPT_PACE},
    {"csv", required_argument, NULL, OPT_CSV},
    {"screenshot", required_argument, NULL, OPT_SCREENSHOT},
    {"report", required_argument, NULL, OPT_REPORT},
    {"record", required_argument, NULL, OPT_RECORD},
    {"record-size", required_argument, NULL, OPT_RECORD_SIZE},
    {"record-slow", required_argument, NULL, OPT_RECORD_SLOW},
    {"record-seconds", required_argument, NULL, OPT_RECORD_SECONDS},
    {"style", required_argument, NULL, OPT_STYLE},
    {"line-width", required_argument, NULL, OPT_LINE_WIDTH},
    {"smooth", no_argument, NULL, OPT_SMOOTH},
    {"live-rate", required_argument, NULL, OPT_LIVE_RATE},
    {"listen", optional_argument, NULL, OPT_LISTEN},
    {"duration", required_argument, NULL, OPT_DURATION},
    {"size", required_argument, NULL, OPT_SIZE},
    {"seed", required_argument, NULL, OPT_SEED},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

/* Sets one enumeration from a word; a usage error names the words that are allowed. */
static int take_word(int *out, const char *option, const char *text, const char *const *words)
{
    *out = parse_word(text, words);
    if (*out >= 0)
        return GO_ON;
    char allowed[64] = "";
    for (int i = 0; words[i] != NULL; ++i) {
        size_t used = strlen(allowed);
        snprintf(allowed + used, sizeof allowed - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    return usage_error("%s is one of %s, not '%s'", option, allowed, text);
}

static int take_count(uint64_t *out, const char *option, const char *text, uint64_t least,
                      uint64_t most)
{
    if (parse_count(text, least, most, out))
        return GO_ON;
    return usage_error("%s is a whole number from %llu to %llu, not '%s'", option,
                       (unsigned long long)least, (unsigned long long)most, text);
}

static int take_path(const char **out, const char *option, const char *text)
{
    if (*text == '\0')
        return usage_error("%s needs the name of a file", option);
    *out = text;
    return GO_ON;
}

static int take_profile(chart_options *options, const char *text)
{
    options->profile = true;
    if (text == NULL)
        return GO_ON;
    if (!parse_number(text, &options->profile_ms) || options->profile_ms < 0)
        return usage_error("--profile takes milliseconds, 0 or more, not '%s'", text);
    return GO_ON;
}

static int take_positive(double *out, const char *option, const char *unit, const char *text)
{
    if (!parse_number(text, out) || *out <= 0 || *out > 1e9)
        return usage_error("%s is a number of %s above 0, not '%s'", option, unit, text);
    return GO_ON;
}

/* A number from least to most of a unit. */
static int take_within(double *out, const char *option, const char *unit, const char *text,
                       double least, double most)
{
    if (!parse_number(text, out) || *out < least || *out > most)
        return usage_error("%s is a number of %s from %g to %g, not '%s'", option, unit, least,
                           most, text);
    return GO_ON;
}

static int take_option(chart_options *options, int id, const char *text)
{
    uint64_t count = 0;
    int word = 0, status = GO_ON;
    switch (id) {
    case OPT_DATA:
        return take_path(&options->data, "--data", text);
    case OPT_CSV:
        return take_path(&options->csv, "--csv", text);
    case OPT_SCREENSHOT:
        return take_path(&options->screenshot, "--screenshot", text);
    case OPT_REPORT:
        return take_path(&options->report, "--report", text);
    case OPT_RECORD:
        return take_path(&options->record, "--record", text);
    case OPT_RECORD_SIZE:
        return take_count(&options->record_mib, "--record-size", text, 0, MOST_RECORD_MIB);
    case OPT_RECORD_SLOW:
        return take_positive(&options->record_slow_ms, "--record-slow", "milliseconds", text);
    case OPT_RECORD_SECONDS:
        return take_positive(&options->record_seconds, "--record-seconds", "seconds", text);
    case OPT_MODE:
        status = take_word(&word, "--mode", text, mode_words);
        options->mode = word == 0 ? CHART_ITEMS : CHART_BATCH;
        return status;
    case OPT_RENDERER:
        status = take_word(&word, "--renderer", text, renderer_words);
        options->renderer = word == 0 ? PPQ_RASTER : PPQ_OPENGL;
        return status;
    case OPT_SCRIPT:
        status = take_word(&word, "--script", text, script_words);
        options->script = (chart_script)(CHART_SCRIPT_PAN + word);
        return status;
    case OPT_OVERLAY:
        options->overlay = pp_overlay_page_from_name(text);
        if (options->overlay < 0)
            return usage_error("--overlay is one of off, mini, full, items, not '%s'", text);
        return GO_ON;
    case OPT_GAPS:
        status = take_count(&count, "--gaps", text, 0, MOST_ROWS);
        options->gaps_given = true;
        options->gaps = (size_t)count;
        return status;
    case OPT_POINTS:
        status = take_count(&count, "--points", text, 1, MOST_ROWS);
        options->points = (size_t)count;
        return status;
    case OPT_FRAMES:
        return take_count(&options->frames, "--frames", text, 1, UINT64_MAX);
    case OPT_SEED:
        return take_count(&options->seed, "--seed", text, 0, UINT64_MAX);
    case OPT_PROFILE:
        return take_profile(options, text);
    case OPT_PACE:
        return take_within(&options->pace_hz, "--pace", "Hz", text, 0.01, 1000);
    case OPT_DURATION:
        return take_positive(&options->duration_s, "--duration", "seconds", text);
    case OPT_LIVE_RATE:
        return take_within(&options->live_rate, "--live-rate", "rows a second", text, 1,
                           MOST_LIVE_RATE);
    case OPT_LISTEN:
        options->listens = true;
        return text != NULL ? take_path(&options->listen, "--listen", text) : GO_ON;
    case OPT_STYLE:
        status = take_word(&word, "--style", text, style_words);
        options->look.style = (pp_curve_style)(word < 0 ? 0 : word);
        return status;
    case OPT_LINE_WIDTH:
        return take_within(&options->look.width, "--line-width", "pixels", text, 0.1,
                           MOST_LINE_WIDTH);
    case OPT_SMOOTH:
        options->look.smooth = true;
        return GO_ON;
    case OPT_SIZE:
        if (parse_size(text, &options->width, &options->height))
            return GO_ON;
        return usage_error("--size is WIDTHxHEIGHT, each from %d to %d, not '%s'", LEAST_PIXELS,
                           MOST_PIXELS, text);
    default:
        return USAGE;
    }
}

static bool same_output(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static int check_together(const chart_options *options)
{
    if (options->data != NULL && options->points != 0)
        return usage_error("--data and --points exclude each other");
    if (options->pace_hz > 0 && options->script == CHART_SCRIPT_NONE && options->frames == 0 &&
        options->duration_s == 0)
        return usage_error("--pace needs --script, --frames or --duration");
    if (options->record == NULL && (options->record_slow_ms > 0 || options->record_seconds > 0 ||
                                    options->record_mib != DEFAULT_RECORD_MIB))
        return usage_error("--record-size, --record-slow and --record-seconds need --record");
    if (same_output(options->record, options->csv) ||
        same_output(options->record, options->report) ||
        same_output(options->record, options->screenshot))
        return usage_error("two outputs have the same name");
    if (same_output(options->csv, options->report) ||
        same_output(options->csv, options->screenshot) ||
        same_output(options->report, options->screenshot))
        return usage_error("two outputs have the same name");
    return GO_ON;
}

static int print_help(void)
{
    fputs(usage, stdout);
    chart_keys_print(stdout);
    fputs(after_keys, stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}

static int print_version(void)
{
    printf(CHART_PROGRAM " %s (Qt %s)\n", pp_version(), ppq_qt_version());
    return fflush(stdout) == 0 ? 0 : 1;
}

int chart_options_parse(chart_options *options, int argc, char **argv)
{
    *options = (chart_options){
        .mode = CHART_BATCH,
        .renderer = PPQ_RASTER,
        .overlay = -1,
        .seed = 1,
        .record_mib = DEFAULT_RECORD_MIB,
        .profile_ms = -1,
        .look = {PP_CURVE_LINE, 1, false},
        .width = 1280,
        .height = 720,
    };
    for (;;) {
        int id = getopt_long(argc, argv, "h", long_options, NULL);
        if (id == -1)
            break;
        if (id == 'h')
            return print_help();
        if (id == OPT_VERSION)
            return print_version();
        if (id == '?') { /* getopt has said what is wrong */
            fputs("Try '" CHART_PROGRAM " --help'.\n", stderr);
            return USAGE;
        }
        /* The chart has no operands: what follows --listen is its path, without a '=' as well. */
        if (id == OPT_LISTEN && optarg == NULL && optind < argc && argv[optind][0] != '-')
            optarg = argv[optind++];
        int status = take_option(options, id, optarg);
        if (status != GO_ON)
            return status;
    }
    if (optind < argc)
        return usage_error("unexpected argument '%s'", argv[optind]);
    return check_together(options);
}
