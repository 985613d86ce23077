/* cli/report.c: paintprof report: where the time of the frames went. */
#include "cli.h"

enum { MOST_SITES = 1000000 };

static int run(int argc, char **argv);

const cli_command cli_report = {
    .name = "report",
    .summary = "where the time went: frames, phases, zones, the slowest frames",
    .help = "Usage: paintprof report [OPTION]... FILE\n"
            "Sums up a recording: its frames and which were late, how long each phase took\n"
            "(mean, percentiles, worst), the zones that took most, the slowest frames with\n"
            "their zones.\n"
            "\n"
            "  --slowest N    list the N slowest frames, 1 to 1000 (default 5)\n"
            "  --top N        list the N zones with most self time (default 15)\n"
            "  --json         one line of JSON\n"
            "  -h, --help     this text\n"
            "\n"
            "Times are in milliseconds. A frame's work is the sum of its phases but for\n"
            "overlay, which is what paintprof itself cost. A frame is late when work,\n"
            "overlay and flush exceed the budget of the screen's refresh rate, when the GPU\n"
            "did, or when a handler delayed it (event).\n",
    .run = run,
};

typedef struct report_settings {
    pp_report_opts opts;
    bool json;
} report_settings;

static int take_json(void *settings, const char *value)
{
    (void)value;
    ((report_settings *)settings)->json = true;
    return CLI_GO_ON;
}

static int take_count(uint32_t *out, const char *name, const char *value, uint64_t most)
{
    uint64_t count;
    if (!cli_parse_count(value, 1, most, &count))
        return cli_usage_error(&cli_report, "%s is a whole number from 1 to %llu, not '%s'", name,
                               (unsigned long long)most, value);
    *out = (uint32_t)count;
    return CLI_GO_ON;
}

static int take_slowest(void *settings, const char *value)
{
    report_settings *report = settings;
    return take_count(&report->opts.slowest, "--slowest", value, PP_REPORT_SLOWEST_MAX);
}

static int take_top(void *settings, const char *value)
{
    report_settings *report = settings;
    return take_count(&report->opts.top_sites, "--top", value, MOST_SITES);
}

static const cli_option options[] = {
    {"slowest", 0, true, take_slowest},
    {"top", 0, true, take_top},
    {"json", 0, false, take_json},
    {0},
};

static int run(int argc, char **argv)
{
    report_settings settings = {.opts = {.struct_size = sizeof settings.opts}};
    const char *file;
    int status = cli_parse(&cli_report, argc, argv, options, &settings, &file);
    if (status != CLI_GO_ON)
        return status;
    return cli_sum_up(file, &settings.opts,
                      settings.json ? pp_report_write_json : pp_report_write_text, stdout);
}
