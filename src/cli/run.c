/* cli/run.c: paintprof run: profiles any Qt 6 program, unmodified. */
#include "run.h"

#include "base/whole_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run(int argc, char **argv);

const cli_command cli_run = {
    .name = "run",
    .summary = "profile any Qt 6 program: paintprof run --report -- PROGRAM",
    .help = "Usage: paintprof run [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
            "Starts a Qt 6 program with a probe in it, which measures what it paints, why it\n"
            "was repainted, and which event handlers ran long. The program is not changed.\n"
            "\n"
            "  --report           print a report when it has ended\n"
            "  --report-file FILE write the report there\n"
            "  --json             the report as one line of JSON\n"
            "  --overlay PAGE     show live numbers: full, mini or items\n"
            "  --flash            outline what is repainted, coloured by cost\n"
            "  --record FILE      keep the recording; %p in it is the process id\n"
            "  --record-size MIB  how many MiB of it, the newest (default 64; 0: all)\n"
            "  --csv FILE         a row for each frame\n"
            "  --duration S       end the program after S seconds of its event loop\n"
            "  --slow-event MS    tell event handlers that ran longer (default 4; 0: all)\n"
            "  --no-items         do not measure graphics items one by one\n"
            "  --no-causes        do not look up who asked for a repaint\n"
            "  --profile[=MS]     print blocks of zones that took longer than MS\n"
            "  --attach-children  profile the Qt programs that it starts, too\n"
            "  -h, --help         this text\n"
            "\n"
            "Standard input, output and error are the program's, signals are passed on, and\n"
            "the exit status is the program's: 0 when --duration ended it, 126 when it cannot\n"
            "be started, 127 when there is none. A program in which the probe finds no Qt 6.4\n"
            "or later with windows runs as ever, and a line on standard error says why.\n",
    .run = run,
};

void run_say(const char *format, ...)
{
    va_list args;
    fputs(CLI_PROGRAM " run: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

/* ---- Options --------------------------------------------------------------------------------- */

static int take_overlay(void *settings, const char *value)
{
    if (pp_overlay_page_from_name(value) < 0)
        return cli_usage_error(&cli_run, "--overlay is full, mini, items or off, not '%s'", value);
    ((run_settings *)settings)->overlay = value;
    return CLI_GO_ON;
}

static int take_file(const char **out, const char *name, const char *value)
{
    if (*value == '\0' || strcmp(value, "-") == 0)
        return cli_usage_error(&cli_run, "%s needs a file: standard output is the program's", name);
    *out = value;
    return CLI_GO_ON;
}

static int take_record(void *settings, const char *value)
{
    return take_file(&((run_settings *)settings)->record, "--record", value);
}

static int take_csv(void *settings, const char *value)
{
    return take_file(&((run_settings *)settings)->csv, "--csv", value);
}

static int take_report_file(void *settings, const char *value)
{
    run_settings *run = settings;
    run->wants_report = true;
    return take_file(&run->report_file, "--report-file", value);
}

static int take_record_size(void *settings, const char *value)
{
    run_settings *run = settings;
    run->has_record_size = true;
    return cli_parse_count(value, 0, UINT64_C(1) << 24, &run->record_mib)
               ? CLI_GO_ON
               : cli_usage_error(&cli_run, "--record-size is a whole number of MiB, not '%s'",
                                 value);
}

static int take_report(void *settings, const char *value)
{
    (void)value;
    ((run_settings *)settings)->wants_report = true;
    return CLI_GO_ON;
}

static int take_json(void *settings, const char *value)
{
    ((run_settings *)settings)->json = true;
    return take_report(settings, value);
}

static int take_duration(void *settings, const char *value)
{
    run_settings *run = settings;
    return cli_parse_time(value, 1000000000, &run->duration_ns) && run->duration_ns > 0
               ? CLI_GO_ON
               : cli_usage_error(&cli_run, "--duration is a time such as 5 or 500ms, not '%s'",
                                 value);
}

static int take_flash(void *settings, const char *value)
{
    (void)value;
    ((run_settings *)settings)->flash = true;
    return CLI_GO_ON;
}

static int take_no_items(void *settings, const char *value)
{
    (void)value;
    ((run_settings *)settings)->no_items = true;
    return CLI_GO_ON;
}

static int take_no_causes(void *settings, const char *value)
{
    (void)value;
    ((run_settings *)settings)->no_causes = true;
    return CLI_GO_ON;
}

static int take_profile(void *settings, const char *value)
{
    run_settings *run = settings;
    run->has_profile = true;
    if (value && (!cli_parse_time(value, 1000000, &run->profile_ns) || run->profile_ns < 0))
        return cli_usage_error(&cli_run, "--profile is a time in ms, not '%s'", value);
    return CLI_GO_ON;
}

static int take_slow_event(void *settings, const char *value)
{
    run_settings *run = settings;
    run->has_slow_event = true;
    return cli_parse_time(value, 1000000, &run->slow_event_ns) && run->slow_event_ns >= 0
               ? CLI_GO_ON
               : cli_usage_error(&cli_run, "--slow-event is a time in ms, not '%s'", value);
}

static int take_attach_children(void *settings, const char *value)
{
    (void)value;
    ((run_settings *)settings)->attach_children = true;
    return CLI_GO_ON;
}

static const cli_option options[] = {
    {"report", 0, CLI_NO_VALUE, take_report},
    {"report-file", 0, CLI_VALUE, take_report_file},
    {"json", 0, CLI_NO_VALUE, take_json},
    {"overlay", 0, CLI_VALUE, take_overlay},
    {"flash", 0, CLI_NO_VALUE, take_flash},
    {"record", 0, CLI_VALUE, take_record},
    {"record-size", 0, CLI_VALUE, take_record_size},
    {"csv", 0, CLI_VALUE, take_csv},
    {"duration", 0, CLI_VALUE, take_duration},
    {"slow-event", 0, CLI_VALUE, take_slow_event},
    {"no-items", 0, CLI_NO_VALUE, take_no_items},
    {"no-causes", 0, CLI_NO_VALUE, take_no_causes},
    {"profile", 0, CLI_MAYBE_VALUE, take_profile},
    {"attach-children", 0, CLI_NO_VALUE, take_attach_children},
    {0},
};

static int check_together(const run_settings *settings)
{
    if (settings->has_record_size && !settings->record && !settings->wants_report)
        return cli_usage_error(&cli_run, "--record-size needs --record or --report");
    if (settings->csv && settings->attach_children)
        return cli_usage_error(&cli_run, "--csv is of one process: not with --attach-children");
    return CLI_GO_ON;
}

/* ---- The report -------------------------------------------------------------------------------
 */

/* A program may leave its last line open. */
static void begin_line(FILE *out)
{
    fputc('\n', out);
}

static int print_recordings(const run_settings *settings, const run_place *place,
                            const run_status *probes, FILE *out)
{
    const pp_report_opts opts = {.struct_size = sizeof opts};
    char path[PATH_MAX];
    int status = CLI_OK;
    for (size_t i = 0; i < probes->loaded_count; i++) {
        if (!run_record_path(place, probes->loaded[i], path, sizeof path) ||
            access(path, F_OK) != 0) {
            run_say("process %d left no recording", (int)probes->loaded[i]);
            status = CLI_FAILED;
            continue;
        }
        if (probes->loaded_count > 1 && !settings->json)
            fprintf(out, "%sprocess %d\n", i > 0 ? "\n" : "", (int)probes->loaded[i]);
        int printed = cli_sum_up(path, &opts,
                                 settings->json ? pp_report_write_json : pp_report_write_text, out);
        status = printed != CLI_OK ? printed : status;
        if (!settings->attach_children)
            break;
    }
    return status;
}

static int fail_file(const char *path)
{
    run_say("%s: %s", path, strerror(errno));
    return CLI_FAILED;
}

/* Under a temporary name first, so that a report is whole or not there. */
static int write_report_file(const run_settings *settings, const run_place *place,
                             const run_status *probes)
{
    pp_whole_file file;
    errno = pp_whole_file_open(&file, settings->report_file);
    if (errno != 0)
        return fail_file(settings->report_file);
    FILE *out = pp_whole_file_stream(&file);
    int error = out == NULL ? errno : 0;
    int status = out != NULL ? print_recordings(settings, place, probes, out) : CLI_FAILED;
    if (out != NULL && fclose(out) != 0)
        error = errno;
    int close_error = pp_whole_file_close(&file, error == 0);
    errno = error != 0 ? error : close_error;
    return errno != 0 ? fail_file(settings->report_file) : status;
}

static int report(const run_settings *settings, const run_place *place, const run_status *probes)
{
    if (!settings->wants_report || probes->loaded_count == 0)
        return CLI_OK;
    if (settings->report_file)
        return write_report_file(settings, place, probes);
    begin_line(stdout);
    return print_recordings(settings, place, probes, stdout);
}

/* ---- All --------------------------------------------------------------------------------------
 */

static int run_with(const run_settings *settings, const run_file *file, const run_place *place,
                    run_end *end)
{
    char **environment = run_environment(settings, place);
    if (!environment) {
        run_say("out of memory");
        return CLI_FAILED;
    }
    int status = run_program(settings, file, place, environment, end);
    run_free_environment(environment);
    return status;
}

static int run(int argc, char **argv)
{
    run_settings settings = {0};
    run_file file;
    static run_place place; /* paths */
    int status = cli_parse_program(&cli_run, argc, argv, options, &settings, &settings.program);
    if (status == CLI_GO_ON)
        status = check_together(&settings);
    if (status == CLI_GO_ON)
        status = run_find(settings.program[0], &file);
    if (status == CLI_GO_ON)
        status = run_prepare(&settings, &place);
    if (status != CLI_GO_ON)
        return status;
    static run_end end;
    status = run_with(&settings, &file, &place, &end);
    if (status != CLI_GO_ON) {
        run_clean_up(&place);
        return status;
    }
    if (end.probes.loaded_count == 0 && !end.has_said_why)
        run_say_why(&file, &end.seen);
    int reported = report(&settings, &place, &end.probes);
    run_clean_up(&place);
    status = run_end_like(&end);
    return status != 0 ? status : reported;
}
