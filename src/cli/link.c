/* cli/link.c: paintprof link: what several processes recorded, joined: who waited for whom. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static int run(int argc, char **argv);

const cli_command cli_link = {
    .name = "link",
    .summary = "recordings of several processes joined: who waited for whom",
    .help = "Usage: paintprof link [OPTION]... FILE FILE...\n"
            "Joins what a client and a server recorded and says where the time of each call\n"
            "went: the client's own work, transport, waiting, the server's work, and the way\n"
            "to the frame that showed it; and which of them is the bottleneck.\n"
            "\n"
            "Recordings are joined by their traces (paintprof/trace.h). Text logs with\n"
            "'> Entering ... < Exiting' blocks are joined by their totals, in twos.\n"
            "\n"
            "  --call LABEL   the step of the client's log that is the call\n"
            "  --json         one line of JSON\n"
            "  -h, --help     this text\n",
    .run = run,
};

typedef struct link_settings {
    bool json;
    pp_link_opts opts;
} link_settings;

static int take_json(void *settings, const char *value)
{
    (void)value;
    ((link_settings *)settings)->json = true;
    return CLI_GO_ON;
}

static int take_call(void *settings, const char *value)
{
    if (*value == '\0')
        return cli_usage_error(&cli_link, "--call needs the label of a step");
    ((link_settings *)settings)->opts.call_label = value;
    return CLI_GO_ON;
}

static const cli_option options[] = {
    {"call", 0, true, take_call},
    {"json", 0, false, take_json},
    {0},
};

static int add_files(pp_link *link, char *const *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cli_progress progress = cli_progress_begin(files[i], false);
        int code = pp_link_add_file(link, files[i], cli_progress_step, &progress);
        cli_progress_end(&progress);
        if (code != PP_OK)
            return cli_fail();
    }
    return CLI_GO_ON;
}

static void write_out(void *user, const char *text, size_t size_bytes)
{
    (void)user;
    fwrite(text, 1, size_bytes, stdout); /* cli_finish_output() tells of failures */
}

static int join(pp_link *link, const link_settings *settings, char *const *files, size_t count)
{
    int status = add_files(link, files, count);
    if (status != CLI_GO_ON)
        return status;
    int code = pp_link_join(link);
    if (code == PP_OK)
        code = settings->json ? pp_link_write_json(link, write_out, NULL)
                              : pp_link_write_text(link, write_out, NULL);
    return code == PP_OK ? cli_finish_output() : cli_fail();
}

static int check_names(char *const *files, size_t count)
{
    if (count < 2)
        return cli_usage_error(&cli_link, "%s",
                               count == 0 ? "no files were named"
                                          : "one file alone has nothing to be joined with");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (cli_is_same_file(files[i], files[k]))
                return cli_usage_error(&cli_link, "'%s' was named twice", files[i]);
    return CLI_GO_ON;
}

static int run(int argc, char **argv)
{
    link_settings settings = {.opts = {.struct_size = sizeof settings.opts}};
    char **files;
    size_t count;
    pp_link *link;
    int status = cli_parse_files(&cli_link, argc, argv, options, &settings, &files, &count);
    if (status == CLI_GO_ON)
        status = check_names(files, count);
    if (status != CLI_GO_ON)
        return status;
    if (pp_link_create(&link, &settings.opts) != PP_OK)
        return cli_fail();
    status = join(link, &settings, files, count);
    pp_link_destroy(link);
    return status;
}
