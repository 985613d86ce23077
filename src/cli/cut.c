/* cli/cut.c: paintprof cut: part of a recording as a recording. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv);

const cli_command cli_cut = {
    .name = "cut",
    .summary = "part of a recording, by time or only its slow frames, as a recording",
    .help = "Usage: paintprof cut [OPTION]... -o OUT FILE\n"
            "Writes part of a recording as a recording of its own: whole frames, also those\n"
            "that only reach into the range, and what lies between them. Without a range it\n"
            "is all of it, which makes a whole file of one that a killed program left.\n"
            "\n"
            "  --from T           from T on\n"
            "  --to T             up to T\n"
            "  --slow MS          only frames that took longer than MS milliseconds: work,\n"
            "                     overlay and flush together\n"
            "  -o, --output OUT   the file to write\n"
            "  -h, --help         this text\n"
            "\n"
            "T is in seconds since the first record, or has a unit behind it: ns, us, ms, s\n"
            "or m. A negative T counts back from the end: --from=-5s keeps the last 5 s.\n",
    .run = run,
};

typedef struct cut_time {
    bool is_given;
    int64_t ns; /* negative: before the end */
} cut_time;

typedef struct cut_settings {
    const char *output;
    cut_time from, to;
    int64_t slow_ns;
} cut_settings;

static int take_output(void *settings, const char *value)
{
    if (*value == '\0' || strcmp(value, "-") == 0)
        return cli_usage_error(&cli_cut, "--output needs the name of a file; a recording is not "
                                         "written to standard output");
    ((cut_settings *)settings)->output = value;
    return CLI_GO_ON;
}

static int take_time(cut_time *time, const char *name, const char *value)
{
    time->is_given = true;
    if (cli_parse_time(value, 1000000000, &time->ns))
        return CLI_GO_ON;
    return cli_usage_error(&cli_cut, "%s is a time such as 1.5, 250ms or -5s, not '%s'", name,
                           value);
}

static int take_from(void *settings, const char *value)
{
    return take_time(&((cut_settings *)settings)->from, "--from", value);
}

static int take_to(void *settings, const char *value)
{
    return take_time(&((cut_settings *)settings)->to, "--to", value);
}

static int take_slow(void *settings, const char *value)
{
    cut_settings *cut = settings;
    if (cli_parse_time(value, 1000000, &cut->slow_ns) && cut->slow_ns > 0)
        return CLI_GO_ON;
    return cli_usage_error(&cli_cut, "--slow is a number of milliseconds above 0, not '%s'", value);
}

static const cli_option options[] = {
    {"from", 0, true, take_from},
    {"to", 0, true, take_to},
    {"slow", 0, true, take_slow},
    {"output", 'o', true, take_output},
    {0},
};

static int check_together(const cut_settings *cut, const char *file)
{
    bool same_side =
        cut->from.is_given && cut->to.is_given && (cut->from.ns < 0) == (cut->to.ns < 0);
    if (cut->output == NULL)
        return cli_usage_error(&cli_cut, "where to? Name the output with -o");
    if (same_side && cut->from.ns >= cut->to.ns)
        return cli_usage_error(&cli_cut, "--from has to lie before --to");
    if (cli_is_same_file(file, cut->output))
        return cli_usage_error(&cli_cut, "'%s' is the recording itself: name another output",
                               cut->output);
    return CLI_GO_ON;
}

/* Nanoseconds since the first record; what lies before it is the beginning. */
static uint64_t resolve(const cut_time *time, uint64_t otherwise, uint64_t duration_ns)
{
    if (!time->is_given)
        return otherwise;
    if (time->ns >= 0)
        return (uint64_t)time->ns;
    uint64_t back_ns = (uint64_t)-time->ns;
    return back_ns < duration_ns ? duration_ns - back_ns : 0;
}

/* Where the end is has to be read first, if a time counts from there. */
static int find_range(pp_reader *reader, const cut_settings *cut, cli_progress *progress,
                      pp_cut_opts *opts)
{
    uint64_t duration_ns = 0;
    if (cut->from.ns < 0 || cut->to.ns < 0) {
        int code = pp_reader_run(reader, NULL, cli_progress_step, progress);
        if (code != PP_OK)
            return code;
        duration_ns = pp_reader_info(reader)->duration_ns;
    }
    *opts = (pp_cut_opts){.struct_size = sizeof *opts,
                          .from_ns = resolve(&cut->from, 0, duration_ns),
                          .to_ns = resolve(&cut->to, UINT64_MAX, duration_ns),
                          .slow_frame_ns = (uint64_t)cut->slow_ns};
    return PP_OK;
}

static int write_cut(const char *file, const cut_settings *cut, pp_reader *reader)
{
    pp_cut_opts opts;
    uint64_t frames = 0;
    cli_catch_signals();
    cli_progress progress = cli_progress_begin(file, false);
    int code = find_range(reader, cut, &progress, &opts);
    if (code == PP_OK && opts.from_ns >= opts.to_ns) {
        cli_progress_end(&progress);
        fprintf(stderr, CLI_PROGRAM ": %s: nothing lies between --from and --to\n", file);
        return CLI_FAILED;
    }
    if (code == PP_OK)
        code = pp_reader_cut(reader, cut->output, &opts, cli_progress_step, &progress, &frames);
    cli_progress_end(&progress);
    cli_obey_signal();
    if (code != PP_OK)
        return cli_fail();
    cli_note_gaps(file, reader, true);
    if (frames == 0)
        fprintf(stderr, CLI_PROGRAM ": note: %s: no frame lies in that part\n", cut->output);
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    cut_settings settings = {0};
    const char *file;
    pp_reader *reader;
    int status = cli_parse(&cli_cut, argc, argv, options, &settings, &file);
    if (status == CLI_GO_ON)
        status = check_together(&settings, file);
    if (status == CLI_GO_ON)
        status = cli_open(&reader, file);
    if (status != CLI_GO_ON)
        return status;
    status = write_cut(file, &settings, reader);
    pp_reader_close(reader);
    return status;
}
