/* base/whole_file.c: files that appear when they are whole. */
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SUFFIX[] = ".XXXXXX";

bool pp_whole_file_is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static void forget(pp_whole_file *file)
{
    free(file->path);
    free(file->temporary);
    *file = (pp_whole_file){.fd = -1};
}

static int fail_open(pp_whole_file *file)
{
    int error = errno ? errno : EIO;
    forget(file);
    return error;
}

static bool open_temporary(pp_whole_file *file)
{
    size_t path_bytes = strlen(file->path);
    file->temporary = malloc(path_bytes + sizeof SUFFIX);
    if (!file->temporary)
        return false;
    memcpy(file->temporary, file->path, path_bytes);
    memcpy(file->temporary + path_bytes, SUFFIX, sizeof SUFFIX);
    file->fd = mkostemp(file->temporary, O_CLOEXEC);
    return file->fd >= 0;
}

/* A wish: whoever may not give permissions away has those of a new file. */
static void keep_permissions(const pp_whole_file *file)
{
    struct stat status;
    if (stat(file->path, &status) == 0)
        (void)fchmod(file->fd, status.st_mode & 0777);
}

int pp_whole_file_open(pp_whole_file *file, const char *path)
{
    *file = (pp_whole_file){.fd = -1};
    bool is_special = pp_whole_file_is_special(path);
    errno = 0;
    file->path = is_special ? NULL : realpath(path, NULL);
    if (!file->path)
        file->path = strdup(path);
    if (!file->path)
        return fail_open(file);
    if (is_special) {
        file->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return file->fd < 0 ? fail_open(file) : 0;
    }
    if (!open_temporary(file))
        return fail_open(file);
    keep_permissions(file);
    return 0;
}

FILE *pp_whole_file_stream(const pp_whole_file *file)
{
    int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!stream && fd >= 0) {
        int error = errno;
        close(fd);
        errno = error;
    }
    return stream;
}

int pp_whole_file_close(pp_whole_file *file, bool keep)
{
    int error = 0;
    /* After EINTR the descriptor is closed all the same on Linux. */
    if (close(file->fd) != 0 && errno != EINTR)
        error = errno;
    if (file->temporary && keep && !error && rename(file->temporary, file->path) != 0)
        error = errno;
    if (file->temporary && (!keep || error))
        unlink(file->temporary);
    forget(file);
    return error;
}
