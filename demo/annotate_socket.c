/* demo/annotate_socket.c: where the annotation socket is, and who may be behind it. */
#include "annotate_socket.h"

#include "annotate_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool is_ours_alone(const char *folder)
{
    struct stat info;
    return lstat(folder, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == getuid() &&
           (info.st_mode & 0077) == 0;
}

bool annotate_socket_path(char *path, size_t capacity, bool make)
{
    const char *folder = secure_getenv("XDG_RUNTIME_DIR");
    int length;
    if (folder && folder[0] == '/') {
        length = snprintf(path, capacity, "%s/paintprof-chart.sock", folder);
        return length > 0 && (size_t)length < capacity;
    }
    char own[64];
    snprintf(own, sizeof own, "/tmp/paintprof-%u", (unsigned)getuid());
    if (make && mkdir(own, 0700) != 0 && errno != EEXIST)
        return false;
    length = snprintf(path, capacity, "%s/chart.sock", own);
    return length > 0 && (size_t)length < capacity && is_ours_alone(own);
}

static bool fill_address(struct sockaddr_un *address, const char *path, char *error)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) < sizeof address->sun_path) {
        memcpy(address->sun_path, path, strlen(path) + 1);
        return true;
    }
    snprintf(error, WIRE_ERROR_BYTES, "%.120s…: longer than the %zu bytes of a socket's path", path,
             sizeof address->sun_path - 1);
    return false;
}

static int fail_errno(char *error, const char *path, const char *what)
{
    snprintf(error, WIRE_ERROR_BYTES, "%.150s: %s: %s", path, what, strerrordesc_np(errno));
    return -1;
}

int annotate_socket_connect(const char *path, char *error)
{
    struct sockaddr_un address;
    if (!fill_address(&address, path, error))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail_errno(error, path, "no socket");
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int status = fail_errno(error, path, "cannot connect (is paintprof-chart --listen running?)");
    close(fd);
    return status;
}

/* Nobody listens at a path that refuses. Anything but such a socket stays. */
static bool is_left_over(const char *path)
{
    struct stat info;
    char ignored[WIRE_ERROR_BYTES];
    if (lstat(path, &info) != 0 || !S_ISSOCK(info.st_mode))
        return false;
    int fd = annotate_socket_connect(path, ignored);
    bool refused = fd < 0 && errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return refused;
}

/* A socket file has the mode of its descriptor. The process's umask is left alone: other threads
 * may be making files. */
static int bind_privately(int fd, const struct sockaddr_un *address)
{
    return fchmod(fd, 0600) != 0 ? -1 : bind(fd, (const struct sockaddr *)address, sizeof *address);
}

int annotate_socket_listen(const char *path, char *error)
{
    struct sockaddr_un address;
    if (!fill_address(&address, path, error))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail_errno(error, path, "no socket");
    int status = bind_privately(fd, &address);
    if (status != 0 && errno == EADDRINUSE && is_left_over(path) && unlink(path) == 0)
        status = bind_privately(fd, &address);
    if (status == 0 && listen(fd, 16) == 0)
        return fd;
    status = fail_errno(error, path,
                        errno == EADDRINUSE ? "another chart listens there" : "cannot listen");
    close(fd);
    return status;
}

bool annotate_socket_is_own(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == getuid();
}
