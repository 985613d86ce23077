/* cli/options.c: the command line of a command. The process stays in the C locale, where strtod()
 * takes '.' decimals. */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 16, NAME_BYTES = 64, OPTION_BASE = 1000 };

/* Times beyond 292 years do not fit. */
static const double most_ns = 9.2e18;

static int try_help(const cli_command *command)
{
    fprintf(stderr, "Try '" CLI_PROGRAM " %s --help'.\n", command->name);
    return CLI_USAGE;
}

int cli_usage_error(const cli_command *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, CLI_PROGRAM " %s: ", command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return try_help(command);
}

/* ---- Values --------------------------------------------------------------------------------- */

bool cli_parse_count(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < least || value > most)
        return false;
    *out = value;
    return true;
}

/* The unit that text is, 0 if it is none. */
static int64_t unit_of(const char *text)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, text) == 0)
            return units[i].ns;
    return 0;
}

bool cli_parse_time(const char *text, int64_t unit_ns, int64_t *out_ns)
{
    char *end;
    const char *digits = *text == '-' ? text + 1 : text;
    size_t size = strspn(digits, "0123456789.");
    if (size == 0)
        return false;
    double value = strtod(text, &end);
    if (end != digits + size)
        return false;
    int64_t unit = *end == '\0' ? unit_ns : unit_of(end);
    double ns = value * (double)unit;
    if (unit == 0 || ns > most_ns || ns < -most_ns)
        return false;
    *out_ns = (int64_t)llround(ns);
    return true;
}

/* ---- Options -------------------------------------------------------------------------------- */

/* What getopt_long() needs of options, with --help behind them. */
typedef struct getopt_tables {
    struct option longs[OPTIONS_MAX + 2];
    char letters[2 * OPTIONS_MAX + 5];
    int help;
} getopt_tables;

static void fill_tables(getopt_tables *tables, const cli_option *options, bool stops_early)
{
    static const int argument[] = {[CLI_NO_VALUE] = no_argument,
                                   [CLI_VALUE] = required_argument,
                                   [CLI_MAYBE_VALUE] = optional_argument};
    char *letter = tables->letters;
    int count = 0;
    if (stops_early)
        *letter++ = '+';
    *letter++ = 'h';
    for (; options[count].name != NULL && count < OPTIONS_MAX; count++) {
        const cli_option *option = &options[count];
        tables->longs[count] =
            (struct option){option->name, argument[option->value], NULL, OPTION_BASE + count};
        if (option->letter != 0) {
            *letter++ = option->letter;
            if (option->value == CLI_VALUE)
                *letter++ = ':';
        }
    }
    *letter = '\0';
    tables->help = OPTION_BASE + count;
    tables->longs[count] = (struct option){"help", no_argument, NULL, tables->help};
    tables->longs[count + 1] = (struct option){NULL, 0, NULL, 0};
}

static const cli_option *find_option(const cli_option *options, int id)
{
    if (id >= OPTION_BASE)
        return &options[id - OPTION_BASE];
    while (options->letter != id)
        options++;
    return options;
}

static int print_help(const cli_command *command)
{
    fputs(command->help, stdout);
    return cli_finish_output();
}

static int take_options(const cli_command *command, int argc, char **argv,
                        const cli_option *options, void *settings, bool stops_early)
{
    getopt_tables tables;
    fill_tables(&tables, options, stops_early);
    for (;;) {
        int id = getopt_long(argc, argv, tables.letters, tables.longs, NULL);
        if (id == -1)
            return CLI_GO_ON;
        if (id == '?') /* getopt has said what is wrong */
            return try_help(command);
        if (id == 'h' || id == tables.help)
            return print_help(command);
        int status = find_option(options, id)->take(settings, optarg);
        if (status != CLI_GO_ON)
            return status;
    }
}

/* As take_options(), with messages of getopt that begin with the name of the command. */
static int take_named(const cli_command *command, int argc, char **argv, const cli_option *options,
                      void *settings, bool stops_early)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, CLI_PROGRAM " %s", command->name);
    argv[0] = name;
    int status = take_options(command, argc, argv, options, settings, stops_early);
    argv[0] = NULL;
    return status;
}

int cli_parse_words(const cli_command *command, int argc, char **argv, const cli_option *options,
                    void *settings, char ***words)
{
    int status = take_named(command, argc, argv, options, settings, true);
    *words = argv + optind;
    return status;
}

int cli_parse_program(const cli_command *command, int argc, char **argv, const cli_option *options,
                      void *settings, char ***program)
{
    int status = cli_parse_words(command, argc, argv, options, settings, program);
    if (status == CLI_GO_ON && (!**program || ***program == '\0'))
        return cli_usage_error(command, "no program was named");
    return status;
}

int cli_parse_files(const cli_command *command, int argc, char **argv, const cli_option *options,
                    void *settings, char ***files, size_t *count)
{
    int status = take_named(command, argc, argv, options, settings, false);
    if (status != CLI_GO_ON)
        return status;
    *files = argv + optind;
    *count = (size_t)(argc - optind);
    for (size_t i = 0; i < *count; i++)
        if (*(*files)[i] == '\0')
            return cli_usage_error(command, "a recording needs a name");
    return CLI_GO_ON;
}

int cli_parse(const cli_command *command, int argc, char **argv, const cli_option *options,
              void *settings, const char **file)
{
    char **files;
    size_t count;
    int status = cli_parse_files(command, argc, argv, options, settings, &files, &count);
    if (status != CLI_GO_ON)
        return status;
    if (count == 0)
        return cli_usage_error(command, "no recording was named");
    if (count > 1)
        return cli_usage_error(command, "unexpected argument '%s'", files[1]);
    *file = files[0];
    return CLI_GO_ON;
}
