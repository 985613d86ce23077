/* cli/main.c: the program paintprof: a table of commands. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static const cli_command *const commands[] = {
    &cli_run, &cli_ctl, &cli_report, &cli_info, &cli_csv, &cli_cut, &cli_link, &cli_export,
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_usage(FILE *out)
{
    fputs("Usage: " CLI_PROGRAM " COMMAND [OPTION]... [ARGUMENT]...\n"
          "Profiles what Qt programs paint, and reads recordings of it.\n"
          "\n"
          "Commands\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("  help       the options of a command: " CLI_PROGRAM " help report\n"
          "\n"
          "Options\n"
          "  -h, --help     this text\n"
          "  --version      the version\n"
          "\n"
          "A program that uses the library leaves a recording when it is started with\n"
          "PAINTPROF_RECORD=FILE; any other Qt 6 program is started by paintprof run.\n"
          "Exit status: 0 success, 1 the input or an output failed, 2 wrong usage.\n",
          out);
}

static int print_version(void)
{
    printf(CLI_PROGRAM " %s\n", pp_version());
    return cli_finish_output();
}

static const cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int fail_unknown(const char *name)
{
    bool is_option = name[0] == '-';
    fprintf(stderr, CLI_PROGRAM ": there is no %s '%s'; the commands are ",
            is_option ? "option" : "command", name);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stderr, "%s, ", commands[i]->name);
    fputs("help\nTry '" CLI_PROGRAM " --help'.\n", stderr);
    return CLI_USAGE;
}

static int help(int argc, char **argv)
{
    if (argc > 2) {
        fprintf(stderr, CLI_PROGRAM " help: unexpected argument '%s'\n", argv[2]);
        return CLI_USAGE;
    }
    bool is_general = argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0;
    if (is_general) {
        print_usage(stdout);
        return cli_finish_output();
    }
    const cli_command *command = find_command(argv[1]);
    if (command == NULL)
        return fail_unknown(argv[1]);
    fputs(command->help, stdout);
    return cli_finish_output();
}

int main(int argc, char **argv)
{
    cli_ignore_pipe(); /* a closed pipe is an error of write() like any other */
    if (argc < 2) {
        print_usage(stderr);
        return CLI_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help(1, argv);
    if (strcmp(word, "--version") == 0)
        return print_version();
    if (strcmp(word, "help") == 0)
        return help(argc - 1, argv + 1);
    const cli_command *command = find_command(word);
    return command != NULL ? command->run(argc - 1, argv + 1) : fail_unknown(word);
}
