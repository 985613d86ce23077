/* demo/annotate.c: paintprof-annotate, the client of a chart: finds gaps and sends them in a batch.
 *
 * What a trading program does to its chart, measured on both sides: one trace leads from here over
 * the socket to the frame that shows the gaps. */
#include "annotate_client.h"
#include "sample.h"

#include <paintprof/gap.h>
#include <paintprof/paintprof.h>
#include <paintprof/series.h>

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "paintprof-annotate"
enum { FAILED = 1, USAGE = 2, MOST_REPEATS = 1000000 };
static const double DAY_S = 86400;

static const char usage[] =
    "Usage: " PROGRAM " [OPTION]... --gaps FILE|auto\n"
    "Finds the gaps in market data and sends them to a chart as one batch.\n"
    "\n"
    "  --gaps FILE|auto   CSV with the columns date, open, high, low, close;\n"
    "                     auto: the bundled one (S&P 500, daily, 2000 to 2020)\n"
    "  --min-gap SECONDS  neighbouring rows further apart than this leave a gap\n"
    "                     (default 86400)\n"
    "  --socket PATH      of the chart (default: where paintprof-chart --listen is:\n"
    "                     $XDG_RUNTIME_DIR/paintprof-chart.sock)\n"
    "  --repeat N         builds, sends and redraws N times (default 1)\n"
    "  --profile          more text blocks: those of everything that has one\n"
    "  --record FILE      a recording, for 'paintprof report' and 'paintprof link'\n"
    "  -h, --help         this text\n"
    "  --version          the version\n"
    "\n"
    "The profiler's block of each round goes to standard error, what the chart took to\n"
    "standard output.\n"
    "Exit status: 0 success, 1 the data, the chart or an output failed, 2 wrong usage.\n";

typedef struct annotate_options {
    const char *gaps, *socket, *record;
    double min_gap_s;
    unsigned long repeat;
    bool profile;
} annotate_options;

/* ---- The command line ------------------------------------------------------------------------ */

static int usage_error(const char *what, const char *value)
{
    fprintf(stderr, PROGRAM ": %s%s%s%s\nTry '" PROGRAM " --help'.\n", what, value ? " '" : "",
            value ? value : "", value ? "'" : "");
    return USAGE;
}

static bool parse_number(const char *text, double *out)
{
    char *end;
    if (*text == '\0' || strspn(text, "0123456789.eE+-") != strlen(text))
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

static bool parse_count(const char *text, unsigned long *out)
{
    char *end;
    errno = 0;
    *out = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *out > 0 &&
           *out <= MOST_REPEATS;
}

enum { OPT_GAPS = 1000, OPT_MIN_GAP, OPT_SOCKET, OPT_REPEAT, OPT_PROFILE, OPT_RECORD, OPT_VERSION };

static const struct option long_options[] = {{"gaps", required_argument, NULL, OPT_GAPS},
                                             {"min-gap", required_argument, NULL, OPT_MIN_GAP},
                                             {"socket", required_argument, NULL, OPT_SOCKET},
                                             {"repeat", required_argument, NULL, OPT_REPEAT},
                                             {"profile", no_argument, NULL, OPT_PROFILE},
                                             {"record", required_argument, NULL, OPT_RECORD},
                                             {"help", no_argument, NULL, 'h'},
                                             {"version", no_argument, NULL, OPT_VERSION},
                                             {NULL, 0, NULL, 0}};

static int take_option(annotate_options *out, int option)
{
    switch (option) {
    case OPT_GAPS:
        out->gaps = optarg;
        return 0;
    case OPT_MIN_GAP:
        return parse_number(optarg, &out->min_gap_s) && out->min_gap_s >= 0
                   ? 0
                   : usage_error("--min-gap takes seconds from 0 on, not", optarg);
    case OPT_SOCKET:
        out->socket = optarg;
        return 0;
    case OPT_REPEAT:
        return parse_count(optarg, &out->repeat)
                   ? 0
                   : usage_error("--repeat takes a number from 1 to 1000000, not", optarg);
    case OPT_PROFILE:
        out->profile = true;
        return 0;
    case OPT_RECORD:
        out->record = optarg;
        return 0;
    default:
        fputs("Try '" PROGRAM " --help'.\n", stderr);
        return USAGE;
    }
}

/* -1: go on; else the exit status. */
static int parse_options(annotate_options *out, int argc, char **argv)
{
    *out = (annotate_options){.min_gap_s = DAY_S, .repeat = 1};
    int option;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option == 'h' || option == OPT_VERSION) {
            fputs(option == 'h' ? usage : PROGRAM " " PP_VERSION "\n", stdout);
            return fflush(stdout) == 0 ? 0 : FAILED;
        }
        int status = take_option(out, option);
        if (status != 0)
            return status;
    }
    if (optind < argc)
        return usage_error("takes no operand, but was given", argv[optind]);
    return out->gaps ? -1 : usage_error("--gaps FILE|auto is missing", NULL);
}

/* ---- The batch ------------------------------------------------------------------------------- */

/* Errors in data begin with FILE:LINE, as editors and people expect. */
static int fail_code(int code)
{
    const char *message = pp_last_error();
    fprintf(stderr, "%s%s\n", code == PP_EDATA ? "" : PROGRAM ": ",
            *message ? message : pp_error_name(code));
    return FAILED;
}

static int fail_text(const char *why)
{
    fprintf(stderr, PROGRAM ": %s\n", why);
    return FAILED;
}

static int load(pp_series **out, const char *gaps)
{
    char sample[PATH_MAX];
    bool is_auto = strcmp(gaps, "auto") == 0;
    if (is_auto && !sample_find(sample, sizeof sample))
        return fail_text("cannot find its own data: use --gaps FILE");
    int status = pp_series_load_csv(out, is_auto ? sample : gaps);
    return status == PP_OK ? 0 : fail_code(status);
}

static void tell(const wire_reply *reply, size_t count, const char *path)
{
    printf("%zu gaps: %llu taken, %llu rejected\n", count, (unsigned long long)reply->accepted,
           (unsigned long long)reply->rejected);
    for (size_t i = 0; i < reply->row_error_count; i++)
        fprintf(stderr, PROGRAM ": %s: gap %llu: %s\n", path,
                (unsigned long long)reply->row_errors[i].index, reply->row_errors[i].text);
}

/* Sends the gaps and has them shown; the columns are freed by the caller. */
static int send_and_show(annotate_client *client, const pp_gaps *gaps, wire_request *batch,
                         wire_reply *reply, char *error)
{
    static const pp_profiler_opts always = {
        .when = PP_ENABLED, .has_phase = true, .phase = PP_PHASE_BATCH};
    static wire_reply redrawn;
    wire_request redraw = {.op = WIRE_REDRAW};
    /* The number belongs to the name, so that a recording tells what one gap costs. */
    char name[64];
    snprintf(name, sizeof name, "annotate %zu gaps", gaps->size);
    pp_profiler profiler = pp_profiler_begin(name, &always);
    pp_trace trace = pp_trace_new();
    trace = pp_zone_trace(&profiler.zone, &trace, PP_TRACE_INTERNAL);
    int status = annotate_client_columns(batch, gaps) ? 0 : -1;
    pp_profiler_mark(&profiler, "built annotation specs");
    if (status == 0)
        status = annotate_client_call(client, batch, &trace, reply, error);
    pp_profiler_mark(&profiler, "batch IPC call complete");
    if (status == 0)
        status = annotate_client_call(client, &redraw, &trace, &redrawn, error);
    pp_profiler_mark(&profiler, "redraw IPC call complete");
    pp_profiler_end(&profiler);
    return status;
}

static int run_round(annotate_client *client, const annotate_options *options,
                     const pp_series *series)
{
    static wire_reply reply;
    char error[WIRE_ERROR_BYTES] = "out of memory for the gaps";
    wire_request batch = {.op = WIRE_REPLACE, .batch = PROGRAM};
    pp_gaps gaps = {0};
    int status = pp_gaps_find(&gaps, series, 0, options->min_gap_s) == PP_OK ? 0 : -1;
    if (status == 0)
        status = send_and_show(client, &gaps, &batch, &reply, error);
    if (status == 0)
        tell(&reply, batch.count, options->gaps);
    wire_request_free(&batch);
    pp_gaps_clear(&gaps);
    return status == 0 ? 0 : fail_text(error);
}

static int run(const annotate_options *options, const pp_series *series)
{
    char error[WIRE_ERROR_BYTES];
    annotate_client client;
    if (annotate_client_open(&client, options->socket, error) != 0)
        return fail_text(error);
    int status = 0;
    for (unsigned long i = 0; i < options->repeat && status == 0; i++)
        status = run_round(&client, options, series);
    annotate_client_close(&client);
    if (fflush(stdout) != 0 && status == 0)
        status = fail_text("standard output takes no more");
    return status;
}

int main(int argc, char **argv)
{
    annotate_options options;
    int status = parse_options(&options, argc, argv);
    if (status >= 0)
        return status;
    if (options.profile) {
        pg_set_profile_enabled(true);
        pp_set_text_enabled(true);
    }
    pp_series *series = NULL;
    status = load(&series, options.gaps);
    if (status == 0 && options.record) {
        pg_set_profile_enabled(true);
        int failure = pp_recording_start(options.record, NULL);
        status = failure == PP_OK ? 0 : fail_code(failure);
    }
    bool records = status == 0 && options.record;
    if (status == 0)
        status = run(&options, series);
    if (records && pp_recording_stop() != PP_OK && status == 0)
        status = fail_code(PP_EIO);
    pp_series_destroy(series);
    return status;
}
