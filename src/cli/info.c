/* cli/info.c: paintprof info: what a recording is. */
#include "cli.h"

static int run(int argc, char **argv);

const cli_command cli_info = {
    .name = "info",
    .summary = "what a recording is: its process, how much it holds, what is missing",
    .help = "Usage: paintprof info [OPTION]... FILE\n"
            "Says what a recording is: the program, when and how long, its records, frames,\n"
            "windows and threads, and what of them is missing.\n"
            "\n"
            "  --json         one line of JSON\n"
            "  -h, --help     this text\n"
            "\n"
            "A recording that is still being written, or that a killed program left, is read\n"
            "like any other, and a note on standard error says so.\n",
    .run = run,
};

typedef struct info_settings {
    bool json;
} info_settings;

static int take_json(void *settings, const char *value)
{
    (void)value;
    ((info_settings *)settings)->json = true;
    return CLI_GO_ON;
}

static const cli_option options[] = {
    {"json", 0, false, take_json},
    {0},
};

static int run(int argc, char **argv)
{
    info_settings settings = {0};
    const char *file;
    int status = cli_parse(&cli_info, argc, argv, options, &settings, &file);
    if (status != CLI_GO_ON)
        return status;
    return cli_sum_up(
        file, NULL, settings.json ? pp_report_write_info_json : pp_report_write_info_text, stdout);
}
