/* sink/output.c: files that sinks write: streams of whole pieces, and files replaced as a whole. */
#include "sink/output.h"

#include "base/base.h"
#include "base/signal_guard.h"
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Waits, as a blocking descriptor would have done. */
static void wait_for_room(int fd)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    poll(&room, 1, -1);
}

/* Writes everything: 0, or errno with the part that was written in *done. */
static int write_all(int fd, const char *bytes, size_t size_bytes, size_t *done)
{
    for (*done = 0; *done < size_bytes;) {
        ssize_t written = write(fd, bytes + *done, size_bytes - *done);
        if (written > 0)
            *done += (size_t)written;
        else if (written == 0)
            return ENOSPC;
        else if (errno == EAGAIN)
            wait_for_room(fd);
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

/* Writes everything; a signal that a failure would raise is held back. */
static int write_quietly(const pp_output *output, const char *bytes, size_t size_bytes,
                         size_t *done)
{
    if (!output->may_break && !output->is_regular)
        return write_all(output->fd, bytes, size_bytes, done);
    pp_signal_guard guard = pp_signal_guard_begin(output->may_break ? SIGPIPE : SIGXFSZ);
    int error = write_all(output->fd, bytes, size_bytes, done);
    pp_signal_guard_end(&guard, error == (output->may_break ? EPIPE : EFBIG));
    return error;
}

/* Cuts off the last size bytes, unless somebody else wrote behind them. */
static void cut_off(const pp_output *output, size_t size_bytes)
{
    struct stat status;
    off_t end = lseek(output->fd, 0, SEEK_CUR);
    if (end < 0 || fstat(output->fd, &status) != 0 || status.st_size != end)
        return;
    off_t start = end - (off_t)size_bytes;
    if (ftruncate(output->fd, start) == 0)
        lseek(output->fd, start, SEEK_SET);
}

void pp_output_write(pp_output *output, const char *bytes, size_t size_bytes)
{
    if (output->error)
        return;
    size_t done;
    output->error = write_quietly(output, bytes, size_bytes, &done);
    if (output->error && done > 0 && output->is_regular)
        cut_off(output, done);
}

/* An existing file is opened as it is, so that it can still be left alone. */
static int open_or_create(const char *path, bool *is_created)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    *is_created = fd >= 0;
    if (fd < 0 && errno == EEXIST)
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    return fd;
}

int pp_output_open(pp_output *output, const char *path)
{
    *output = (pp_output){.fd = STDOUT_FILENO};
    if (strcmp(path, "-") != 0) {
        output->fd = open_or_create(path, &output->is_created);
        if (output->fd < 0)
            return pp_fail(PP_EIO, "%s: cannot be written: %s", path, strerrordesc_np(errno));
        output->is_owned = true;
    }
    struct stat status;
    if (fstat(output->fd, &status) == 0) {
        output->is_regular = S_ISREG(status.st_mode);
        output->may_break = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
    }
    return PP_OK;
}

void pp_output_begin(pp_output *output)
{
    if (output->is_owned && output->is_regular && ftruncate(output->fd, 0) != 0)
        output->error = errno;
}

void pp_output_abandon(pp_output *output, const char *path)
{
    pp_output_close(output);
    if (output->is_created)
        unlink(path);
}

void pp_output_close(pp_output *output)
{
    /* After EINTR the descriptor is closed all the same on Linux. */
    if (output->is_owned && close(output->fd) != 0 && errno != EINTR && !output->error)
        output->error = errno;
}

static int fail_replace(const char *path, int error)
{
    return pp_fail(PP_EIO, "%s: cannot be written: %s", path, strerrordesc_np(error));
}

int pp_output_replace(const char *path, const char *bytes, size_t size_bytes)
{
    pp_whole_file file;
    int error = pp_whole_file_open(&file, path);
    if (error)
        return fail_replace(path, error);
    size_t done;
    error = write_all(file.fd, bytes, size_bytes, &done);
    int close_error = pp_whole_file_close(&file, !error);
    error = error ? error : close_error;
    return error ? fail_replace(path, error) : PP_OK;
}
