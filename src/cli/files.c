/* cli/files.c: recordings that are read, standard output, and what is said on standard error. */
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_fail(void)
{
    fprintf(stderr, CLI_PROGRAM ": %s\n", pp_last_error());
    return CLI_FAILED;
}

int cli_open(pp_reader **reader, const char *file)
{
    return pp_reader_open(reader, file) == PP_OK ? CLI_GO_ON : cli_fail();
}

bool cli_is_same_file(const char *a, const char *b)
{
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

/* ---- Notes ---------------------------------------------------------------------------------- */

static const char *incompleteness(const pp_recording_info *info)
{
    if (info->complete)
        return NULL;
    return info->has_live_part
               ? "its writer did not close it (it is still running or was killed); what it had "
                 "in shared memory is included"
               : "its writer did not close it (it is still running or was killed); its live part "
                 "is gone, and with it the last records of each thread";
}

void cli_note_gaps(const char *file, const pp_reader *reader, bool with_lost)
{
    const pp_recording_info *info = pp_reader_info(reader);
    const char *unclosed = incompleteness(info);
    bool is_lost = with_lost && info->dropped > 0;
    if (unclosed == NULL && info->damaged == 0 && !is_lost)
        return;
    fprintf(stderr, CLI_PROGRAM ": note: %s: ", file);
    const char *separator = "";
    if (unclosed != NULL) {
        fputs(unclosed, stderr);
        separator = "; ";
    }
    if (info->damaged > 0) {
        fprintf(stderr, "%s%" PRIu64 " damaged %s passed over, the first at byte %" PRIu64,
                separator, info->damaged, info->damaged == 1 ? "chunk was" : "chunks were",
                info->damaged_offset);
        separator = "; ";
    }
    if (is_lost)
        fprintf(stderr, "%s%" PRIu64 " %s lost when it was recorded", separator, info->dropped,
                info->dropped == 1 ? "record was" : "records were");
    fputc('\n', stderr);
}

/* ---- Standard output ------------------------------------------------------------------------ */

/* errno of the first write that failed. */
static int output_error;

static void write_out(void *user, const char *text, size_t size_bytes)
{
    if (fwrite(text, 1, size_bytes, user) != size_bytes && output_error == 0)
        output_error = errno;
}

bool cli_output_is_closed(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

int cli_finish_output(void)
{
    if (fflush(stdout) != 0 && output_error == 0)
        output_error = errno;
    if (output_error == 0 && ferror(stdout) != 0)
        output_error = EIO;
    if (output_error == 0 || output_error == EPIPE)
        return CLI_OK;
    fprintf(stderr, CLI_PROGRAM ": standard output cannot be written: %s\n",
            strerror(output_error));
    return CLI_FAILED;
}

/* ---- Reports -------------------------------------------------------------------------------- */

static int print_report(const char *file, pp_reader *reader, pp_report *report, cli_report_fn print,
                        FILE *out)
{
    pp_sink sink = pp_report_sink(report);
    cli_progress progress = cli_progress_begin(file, false);
    int code = pp_reader_run(reader, &sink, cli_progress_step, &progress);
    cli_progress_end(&progress);
    if (code == PP_OK)
        code = print(report, reader, write_out, out);
    if (code != PP_OK)
        return cli_fail();
    cli_note_gaps(file, reader, false);
    return cli_finish_output();
}

int cli_sum_up(const char *file, const pp_report_opts *opts, cli_report_fn print, FILE *out)
{
    pp_reader *reader;
    pp_report *report = NULL;
    int status = cli_open(&reader, file);
    if (status != CLI_GO_ON)
        return status;
    if (pp_report_create(&report, opts) == PP_OK)
        status = print_report(file, reader, report, print, out);
    else
        status = cli_fail();
    pp_report_destroy(report);
    pp_reader_close(reader);
    return status;
}
