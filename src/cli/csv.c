/* cli/csv.c: paintprof csv: the frames of a recording as a CSV. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv);

const cli_command cli_csv = {
    .name = "csv",
    .summary = "a row per frame, as the program itself would have written it",
    .help = "Usage: paintprof csv [OPTION]... FILE\n"
            "Writes a row per frame of a recording, the same rows that the program would have\n"
            "written with PAINTPROF_CSV. Beside a file OUT stands OUT.meta.json with units,\n"
            "windows and host.\n"
            "\n"
            "  -o, --output OUT   the file to write; - is standard output, the default\n"
            "  -h, --help         this text\n",
    .run = run,
};

typedef struct csv_settings {
    const char *output;
} csv_settings;

static int take_output(void *settings, const char *value)
{
    if (*value == '\0')
        return cli_usage_error(&cli_csv, "--output needs the name of a file, or -");
    ((csv_settings *)settings)->output = value;
    return CLI_GO_ON;
}

static const cli_option options[] = {
    {"output", 'o', true, take_output},
    {0},
};

/* The sidecar must not hit the recording either. */
static int check_output(const char *file, const char *output)
{
    char sidecar[4096];
    if (strcmp(output, "-") == 0)
        return CLI_GO_ON;
    int length = snprintf(sidecar, sizeof sidecar, "%s.meta.json", output);
    bool has_sidecar = length > 0 && (size_t)length < sizeof sidecar;
    if (cli_is_same_file(file, output) || (has_sidecar && cli_is_same_file(file, sidecar)))
        return cli_usage_error(&cli_csv, "'%s' is the recording itself: name another output",
                               output);
    return CLI_GO_ON;
}

static int write_csv(const char *file, const char *output, pp_reader *reader)
{
    bool streams = strcmp(output, "-") == 0;
    cli_progress progress = cli_progress_begin(file, streams);
    int code = pp_reader_write_csv(reader, output, cli_progress_step, &progress);
    cli_progress_end(&progress);
    if (code != PP_OK)
        return streams && cli_output_is_closed() ? CLI_OK : cli_fail();
    cli_note_gaps(file, reader, true);
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    csv_settings settings = {.output = "-"};
    const char *file;
    pp_reader *reader;
    int status = cli_parse(&cli_csv, argc, argv, options, &settings, &file);
    if (status == CLI_GO_ON)
        status = check_output(file, settings.output);
    if (status == CLI_GO_ON)
        status = cli_open(&reader, file);
    if (status != CLI_GO_ON)
        return status;
    status = write_csv(file, settings.output, reader);
    pp_reader_close(reader);
    return status;
}
