/* cli/export.c: paintprof export: recordings for OpenTelemetry, as text or to a Collector. */
#include "cli.h"

#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int run(int argc, char **argv);

const cli_command cli_export = {
    .name = "export",
    .summary = "frames and zones for OpenTelemetry, as text or to a Collector",
    .help = "Usage: paintprof export [OPTION]... FILE...\n"
            "Writes recordings as OTLP/JSON, a request per line: frames, the zones of slow\n"
            "ones, slow zones and zones of traces as spans; frame times as exponential\n"
            "histograms. Or posts them to an OpenTelemetry Collector.\n"
            "\n"
            "  --format otlp      the only one there is, and the default\n"
            "  --endpoint URL     post to URL/v1/traces and URL/v1/metrics\n"
            "  -o, --output OUT   the file to write; - is standard output, the default\n"
            "  --all              every zone\n"
            "  --slow MS          what takes longer is slow; the frame's budget without it\n"
            "  --service NAME     the service's name; that of the program without it\n"
            "  --no-args          leave the command line out\n"
            "  --patience TIME    how long a request is tried again; 30 (seconds)\n"
            "  -h, --help         this text\n",
    .run = run,
};

typedef struct export_settings {
    const char *output;
    pp_otlp_opts opts;
} export_settings;

static export_settings *of(void *settings)
{
    return settings;
}

static int take_format(void *settings, const char *value)
{
    (void)settings;
    if (strcmp(value, "otlp") == 0)
        return CLI_GO_ON;
    return cli_usage_error(&cli_export, "--format is otlp, not '%s'", value);
}

static int take_endpoint(void *settings, const char *value)
{
    of(settings)->opts.endpoint = value;
    return CLI_GO_ON;
}

static int take_output(void *settings, const char *value)
{
    if (*value == '\0')
        return cli_usage_error(&cli_export, "--output needs the name of a file, or -");
    of(settings)->output = value;
    return CLI_GO_ON;
}

static int take_all(void *settings, const char *value)
{
    (void)value;
    of(settings)->opts.all_zones = true;
    return CLI_GO_ON;
}

static int take_slow(void *settings, const char *value)
{
    int64_t ns;
    if (!cli_parse_time(value, 1000000, &ns) || ns <= 0)
        return cli_usage_error(&cli_export, "--slow is a number of milliseconds above 0, not '%s'",
                               value);
    of(settings)->opts.slow_ns = (uint64_t)ns;
    return CLI_GO_ON;
}

static int take_service(void *settings, const char *value)
{
    if (*value == '\0')
        return cli_usage_error(&cli_export, "--service needs a name");
    of(settings)->opts.service_name = value;
    return CLI_GO_ON;
}

static int take_no_args(void *settings, const char *value)
{
    (void)value;
    of(settings)->opts.no_args = true;
    return CLI_GO_ON;
}

static int take_patience(void *settings, const char *value)
{
    int64_t ns;
    if (!cli_parse_time(value, 1000000000, &ns) || ns <= 0)
        return cli_usage_error(&cli_export,
                               "--patience is a time above 0, such as 30 or 500ms, "
                               "not '%s'",
                               value);
    of(settings)->opts.patience_ns = (uint64_t)ns;
    return CLI_GO_ON;
}

static const cli_option options[] = {
    {"format", 0, true, take_format},
    {"endpoint", 0, true, take_endpoint},
    {"output", 'o', true, take_output},
    {"all", 0, false, take_all},
    {"slow", 0, true, take_slow},
    {"service", 0, true, take_service},
    {"no-args", 0, false, take_no_args},
    {"patience", 0, true, take_patience},
    {0},
};

/* ---- Output --------------------------------------------------------------------------------- */

/* Standard output, or a file that gets its name when all is in it. */
typedef struct output {
    FILE *stream;
    pp_whole_file file; /* not open: standard output, or none */
    const char *path;
} output;

static int fail_output(const char *path, int error)
{
    fprintf(stderr, CLI_PROGRAM ": %s: cannot be written: %s\n", path, strerror(error));
    return CLI_FAILED;
}

static int open_file(output *out)
{
    int error = pp_whole_file_open(&out->file, out->path);
    if (error)
        return fail_output(out->path, error);
    out->stream = pp_whole_file_stream(&out->file);
    if (out->stream != NULL)
        return CLI_GO_ON;
    error = errno;
    pp_whole_file_close(&out->file, false);
    return fail_output(out->path, error);
}

static int open_output(output *out, const export_settings *settings)
{
    *out = (output){.path = settings->output, .file.fd = -1};
    if (settings->opts.endpoint != NULL)
        return CLI_GO_ON;
    if (strcmp(settings->output, "-") != 0)
        return open_file(out);
    out->stream = stdout;
    return CLI_GO_ON;
}

static void write_out(void *user, const char *text, size_t size_bytes)
{
    fwrite(text, 1, size_bytes, ((output *)user)->stream); /* close_output() tells of failures */
}

/* Gives the file its name, or takes it away after a failure. */
static int close_output(output *out, int status)
{
    if (out->file.fd < 0)
        return out->stream == NULL || status != CLI_OK ? status : cli_finish_output();
    bool is_bad = ferror(out->stream) != 0;
    int error = fclose(out->stream) != 0 ? errno : is_bad ? EIO : 0;
    int close_error = pp_whole_file_close(&out->file, status == CLI_OK && error == 0);
    error = error ? error : close_error;
    return status == CLI_OK && error ? fail_output(out->path, error) : status;
}

/* ---- Recordings ----------------------------------------------------------------------------- */

static void note_rejected(const char *file, const pp_otlp_status *status)
{
    if (status->spans_rejected > 0 || status->points_rejected > 0)
        fprintf(stderr,
                CLI_PROGRAM ": note: %s: the Collector rejected %" PRIu64 " spans and %" PRIu64
                            " metric points\n",
                file, status->spans_rejected, status->points_rejected);
    if (status->lost > 0)
        fprintf(stderr,
                CLI_PROGRAM ": note: %s: %" PRIu64 " zones or marks did not fit in memory\n", file,
                status->lost);
}

static int export_file(const char *file, const pp_otlp_opts *opts, output *out)
{
    pp_reader *reader;
    pp_otlp_status status = {0};
    if (cli_open(&reader, file) != CLI_GO_ON)
        return CLI_FAILED;
    cli_progress progress = cli_progress_begin(file, out->stream == stdout);
    int code =
        pp_reader_export_otlp(reader, opts, write_out, out, cli_progress_step, &progress, &status);
    cli_progress_end(&progress);
    if (code == PP_OK)
        cli_note_gaps(file, reader, true);
    note_rejected(file, &status);
    pp_reader_close(reader);
    if (code == PP_OK)
        return CLI_GO_ON;
    if (strncmp(pp_last_error(), file, strlen(file)) == 0)
        return cli_fail();
    fprintf(stderr, CLI_PROGRAM ": %s: %s\n", file, pp_last_error());
    return CLI_FAILED;
}

static int export_files(const export_settings *settings, char *const *files, size_t count)
{
    output out;
    int status = open_output(&out, settings);
    for (size_t i = 0; i < count && status == CLI_GO_ON; i++)
        status = export_file(files[i], &settings->opts, &out);
    return close_output(&out, status == CLI_GO_ON ? CLI_OK : status);
}

static int check(const export_settings *settings, char *const *files, size_t count)
{
    bool is_file = strcmp(settings->output, "-") != 0;
    if (count == 0)
        return cli_usage_error(&cli_export, "no recording was named");
    if (is_file && settings->opts.endpoint != NULL)
        return cli_usage_error(&cli_export, "--endpoint and --output exclude each other");
    for (size_t i = 0; i < count; i++)
        if (is_file && cli_is_same_file(files[i], settings->output))
            return cli_usage_error(&cli_export, "'%s' is the recording itself: name another output",
                                   settings->output);
    return CLI_GO_ON;
}

static int run(int argc, char **argv)
{
    export_settings settings = {.output = "-", .opts = {.struct_size = sizeof settings.opts}};
    char **files;
    size_t count;
    int status = cli_parse_files(&cli_export, argc, argv, options, &settings, &files, &count);
    if (status == CLI_GO_ON)
        status = check(&settings, files, count);
    if (status != CLI_GO_ON)
        return status;
    cli_catch_signals();
    status = export_files(&settings, files, count);
    cli_obey_signal();
    return status;
}
