/* bench/main.c: paintprof-bench: lists, runs and reports the cases. */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <paintprof/paintprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXTRAS_MAX = sizeof(((bench_result *)0)->extras) / sizeof(struct bench_extra) };

typedef struct options {
    bool json, list, in_child, refused;
    const char **names;
    size_t name_count;
} options;

static const char USAGE[] =
    "Usage: paintprof-bench NAME... [--json]\n"
    "       paintprof-bench --list\n"
    "\n"
    "Measures the named cases, or all of them for the name \"all\". Each case is timed in blocks,\n"
    "in turn with its reference and an empty loop, which is subtracted; ratio is ours divided by\n"
    "the reference in the same run. --json prints one object per line and case. A case that needs\n"
    "what is not on this machine is skipped, which is no failure.\n";

static const struct {
    const bench_case *cases;
    const size_t *count;
} tables[] = {
    {bench_core_cases, &bench_core_case_count},
    {bench_gap_cases, &bench_gap_case_count},
    {bench_scene_cases, &bench_scene_case_count},
    {bench_recording_cases, &bench_recording_case_count},
    {bench_qt_cases, &bench_qt_case_count},
    {bench_curve_frame_cases, &bench_curve_frame_case_count},
    {bench_gap_frame_cases, &bench_gap_frame_case_count},
    {bench_annotate_cases, &bench_annotate_case_count},
    {bench_peer_cases, &bench_peer_case_count},
    {bench_probe_cases, &bench_probe_case_count},
};
enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

static size_t case_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        count += *tables[i].count;
    return count;
}

static const bench_case *case_at(size_t i)
{
    size_t table = 0;
    for (; table + 1 < TABLE_COUNT && i >= *tables[table].count; table++)
        i -= *tables[table].count;
    return &tables[table].cases[i];
}

static const bench_case *find_case(const char *name)
{
    for (size_t i = 0; i < case_count(); i++)
        if (strcmp(case_at(i)->name, name) == 0)
            return case_at(i);
    return NULL;
}

static double ratio_of(const bench_result *r)
{
    return r->pair_ratio > 0 ? r->pair_ratio : r->median_ns / r->reference_ns;
}

static void print_json(const bench_result *r)
{
    printf("{\"name\":\"%s\",\"median_ns\":%.3f,\"p99_ns\":%.3f,\"iterations\":%llu", r->name,
           r->median_ns, r->p99_ns, (unsigned long long)r->iterations);
    if (r->loop_ns >= 0)
        printf(",\"loop_ns\":%.3f", r->loop_ns);
    if (r->reference)
        printf(",\"reference\":\"%s\",\"reference_ns\":%.3f,\"ratio\":%.4f", r->reference,
               r->reference_ns, ratio_of(r));
    if (!isnan(r->extra_ns))
        printf(",\"extra_ns\":%.1f", r->extra_ns);
    for (size_t i = 0; i < EXTRAS_MAX && r->extras[i].name; i++)
        printf(",\"%s\":%.4g", r->extras[i].name, r->extras[i].value);
    printf("}\n");
}

static void print_row(const bench_result *r)
{
    printf("%-24s %12.2f ns %12.2f ns", r->name, r->median_ns, r->p99_ns);
    if (r->reference)
        printf("  %8.3f x %.2f ns (%s)", ratio_of(r), r->reference_ns, r->reference);
    if (!isnan(r->extra_ns))
        printf("  difference %.1f us", r->extra_ns / 1e3);
    for (size_t i = 0; i < EXTRAS_MAX && r->extras[i].name; i++)
        printf("  %s %.4g", r->extras[i].name, r->extras[i].value);
    printf("\n");
}

static void print_skipped(const bench_case *c, bool json)
{
    if (json)
        printf("{\"name\":\"%s\",\"skipped\":\"%s\"}\n", c->name, bench_failure());
    else
        printf("%-24s skipped: %s\n", c->name, bench_failure());
}

static int run_here(const bench_case *c, const options *opts)
{
    bench_result result = {.extra_ns = NAN, .loop_ns = -1};
    bench_fail(PP_OK, "%s", ""); /* forgets that of the case before */
    int status = c->measure(c, &result);
    if (status == BENCH_SKIPPED) {
        print_skipped(c, opts->json);
        return 0;
    }
    if (status != PP_OK) {
        fprintf(stderr, "paintprof-bench: %s: %s\n", c->name,
                *bench_failure() ? bench_failure() : pp_last_error());
        return 1;
    }
    if (opts->json)
        print_json(&result);
    else
        print_row(&result);
    fflush(stdout);
    return 0;
}

/* A case that needs Qt runs off-screen in a process of its own, since a device-pixel-ratio is
 * chosen before the application exists. */
static int run_in_child(const bench_case *c, const options *opts)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("QT_QPA_PLATFORM", "offscreen", 1);
        setenv("QT_SCALE_FACTOR", c->scale_factor, 1);
        execl("/proc/self/exe", "paintprof-bench", "--in-child", c->name,
              opts->json ? "--json" : NULL, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    fprintf(stderr, "paintprof-bench: %s: its process failed\n", c->name);
    return 1;
}

static int run_case(const bench_case *c, const options *opts)
{
    return c->scale_factor && !opts->in_child ? run_in_child(c, opts) : run_here(c, opts);
}

static bool parse(int argc, char **argv, options *opts)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            opts->json = true;
        } else if (strcmp(argv[i], "--list") == 0) {
            opts->list = true;
        } else if (strcmp(argv[i], "--in-child") == 0) {
            opts->in_child = true;
        } else if (strcmp(argv[i], "all") == 0 || find_case(argv[i])) {
            opts->names[opts->name_count++] = argv[i];
        } else {
            fprintf(stderr, "paintprof-bench: %s \"%s\"; try --list\n",
                    argv[i][0] == '-' ? "unknown option" : "unknown case", argv[i]);
            opts->refused = true;
            return false;
        }
    }
    return opts->list || opts->name_count > 0;
}

static void list_cases(void)
{
    for (size_t i = 0; i < case_count(); i++)
        printf("%-24s %s\n", case_at(i)->name, case_at(i)->what);
}

static int run_all(const options *opts)
{
    int status = 0;
    if (!opts->json && !opts->in_child)
        printf("%-24s %15s %15s  %s\n", "case", "median", "p99", "ratio to reference");
    for (size_t n = 0; n < opts->name_count; n++)
        for (size_t i = 0; i < case_count(); i++)
            if (strcmp(opts->names[n], "all") == 0 || strcmp(opts->names[n], case_at(i)->name) == 0)
                status |= run_case(case_at(i), opts);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(USAGE, stdout);
        return 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    options opts = {.names = calloc((size_t)argc, sizeof(char *))};
    if (!opts.names || !parse(argc, argv, &opts)) {
        if (opts.name_count == 0 && !opts.refused)
            fputs(USAGE, stderr);
        free(opts.names);
        return 2;
    }
    int status = 0;
    if (opts.list)
        list_cases();
    else
        status = run_all(&opts);
    free(opts.names);
    return status;
}
