/* cli/cli.h: what the commands of the program paintprof share. */
#ifndef PP_CLI_H
#define PP_CLI_H

#include <paintprof/paintprof.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CLI_PROGRAM "paintprof"

/* Exit statuses, and GO_ON for a step that has nothing against the next one. */
enum { CLI_GO_ON = -1, CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

/* A subcommand. run gets its own name as argv[0]. */
typedef struct cli_command {
    const char *name;
    const char *summary; /* one line for the list of commands */
    const char *help;    /* all of --help */
    int (*run)(int argc, char **argv);
} cli_command;

extern const cli_command cli_run, cli_ctl, cli_info, cli_report, cli_csv, cli_cut, cli_link,
    cli_export;

/* ---- Options (options.c) -------------------------------------------------------------------- */

/* CLI_MAYBE_VALUE: only as --name=VALUE. */
enum cli_value { CLI_NO_VALUE = false, CLI_VALUE = true, CLI_MAYBE_VALUE };

/* take gets the settings and the value (NULL without one) and returns CLI_GO_ON or a status. */
typedef struct cli_option {
    const char *name;
    char letter; /* 0: none */
    enum cli_value value;
    int (*take)(void *settings, const char *value);
} cli_option;

/* Reads the command line of a command with one operand, a recording, in any order. options end with
 * a NULL name; --help is added. Returns CLI_GO_ON, or the status to end with. */
int cli_parse(const cli_command *command, int argc, char **argv, const cli_option *options,
              void *settings, const char **file);

/* The same for a command with any number of operands: those behind the options, none of them empty.
 */
int cli_parse_files(const cli_command *command, int argc, char **argv, const cli_option *options,
                    void *settings, char ***files, size_t *count);
/* The same of a command whose operands are another program and its arguments: the first of them
 * ends the options. */
int cli_parse_program(const cli_command *command, int argc, char **argv, const cli_option *options,
                      void *settings, char ***program);

/* The same of any operands, also none; they end with NULL. */
int cli_parse_words(const cli_command *command, int argc, char **argv, const cli_option *options,
                    void *settings, char ***words);

/* Says what is wrong with the command line on standard error; CLI_USAGE. */
int cli_usage_error(const cli_command *command, const char *format, ...) PP_PRINTF(2, 3);

/* A whole number within bounds. */
bool cli_parse_count(const char *text, uint64_t least, uint64_t most, uint64_t *out);

/* A time with its unit (ns, us, ms, s, m) or in unit_ns without one; negative ones too. */
bool cli_parse_time(const char *text, int64_t unit_ns, int64_t *out_ns);

/* ---- Input and output (files.c) ------------------------------------------------------------- */

/* Opens a recording; a failure is said on standard error. CLI_GO_ON or CLI_FAILED. */
int cli_open(pp_reader **reader, const char *file);

/* The message of the library's last failure goes to standard error; CLI_FAILED. */
int cli_fail(void);

/* Reads the recording called file into a report and writes that to out. */
typedef int (*cli_report_fn)(const pp_report *report, const pp_reader *reader, pp_text_fn write,
                             void *user);
int cli_sum_up(const char *file, const pp_report_opts *opts, cli_report_fn print, FILE *out);

/* One line on standard error if the recording does not hold all that happened; with_lost also tells
 * of lost records, which not every output does. After a run. */
void cli_note_gaps(const char *file, const pp_reader *reader, bool with_lost);

/* Whether both names mean one existing file. */
bool cli_is_same_file(const char *a, const char *b);

/* Ends the output: CLI_OK, also when its reader went away; CLI_FAILED with a message else. */
int cli_finish_output(void);

/* Whether whoever read standard output has gone. */
bool cli_output_is_closed(void);

/* ---- Progress (progress.c) ------------------------------------------------------------------ */

typedef struct cli_progress {
    const char *file;
    bool is_shown; /* a line stands on the terminal */
    bool is_wanted;
    unsigned percent;
    uint64_t start_ns;
} cli_progress;

/* streams: standard output is written to meanwhile. */
cli_progress cli_progress_begin(const char *file, bool streams);

/* A pp_progress_fn; user is a cli_progress. False after a signal that cli_catch_signals() caught.
 */
bool cli_progress_step(void *user, uint64_t done_bytes, uint64_t total_bytes);

/* Erases the line. */
void cli_progress_end(cli_progress *progress);

/* SIGINT, SIGTERM and SIGHUP stop the reading, so that no temporary file stays; then
 * cli_obey_signal() ends the process as the signal would have done. */
void cli_catch_signals(void);
void cli_obey_signal(void);

/* This program ignores SIGPIPE and may change SIGCHLD; before another is executed both are as they
 * were. */
void cli_ignore_pipe(void);
void cli_restore_signals(void);

#endif
