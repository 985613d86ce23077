/* recording/live.c: the live part of a recording: a mapped file in shared memory. */
#include "recording/live.h"

#include "base/base.h"
#include "base/signal_guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct pp_rec_live {
    int fd;
    uint64_t end; /* of the last slot */
    pp_rec_header *header;
    char path[PATH_MAX];
};

static const char NAME[] = "paintprof-live-";

/* ---- Where ---------------------------------------------------------------------------------- */

static bool is_tmpfs(const char *folder)
{
    struct statfs status;
    return statfs(folder, &status) == 0 && status.f_type == TMPFS_MAGIC;
}

static bool open_in(pp_rec_live *live, const char *folder)
{
    int length = pp_format(live->path, sizeof live->path, "%s/%s%u-XXXXXX", folder, NAME,
                           (unsigned)getuid());
    if (length < 0 || (size_t)length >= sizeof live->path)
        return false;
    live->fd = mkostemp(live->path, O_CLOEXEC);
    return live->fd >= 0;
}

static bool open_beside(pp_rec_live *live, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) : 1;
    pp_format(folder, sizeof folder, "%.*s", length, slash ? path : ".");
    char absolute[PATH_MAX];
    return realpath(*folder ? folder : "/", absolute) && open_in(live, absolute);
}

static bool open_somewhere(pp_rec_live *live, const char *path)
{
    const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
    return (is_tmpfs("/dev/shm") && open_in(live, "/dev/shm")) ||
           (runtime && *runtime == '/' && is_tmpfs(runtime) && open_in(live, runtime)) ||
           open_beside(live, path);
}

/* ---- What dead processes left ---------------------------------------------------------------- */

/* Whether the recording that a live part names is still there and still of that part. */
static bool is_wanted(const pp_rec_header *live_header)
{
    pp_rec_header file_header;
    int fd = open(live_header->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return false;
    bool is_read = pread(fd, &file_header, sizeof file_header, 0) == sizeof file_header;
    close(fd);
    return is_read && memcmp(file_header.id, live_header->id, sizeof file_header.id) == 0 &&
           !(file_header.flags & PP_REC_COMPLETE);
}

static void remove_if_orphaned(const char *path)
{
    pp_rec_header header;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        pread(fd, &header, sizeof header, 0) == sizeof header &&
        memcmp(header.magic, PP_REC_MAGIC, sizeof header.magic) == 0 &&
        memchr(header.path, '\0', sizeof header.path) && !is_wanted(&header))
        unlink(path);
    close(fd);
}

void pp_rec_live_sweep(const pp_rec_live *live)
{
    char folder[PATH_MAX], path[PATH_MAX], prefix[64];
    const char *slash = strrchr(live->path, '/');
    pp_format(folder, sizeof folder, "%.*s", (int)(slash - live->path), live->path);
    int prefix_length = pp_format(prefix, sizeof prefix, "%s%u-", NAME, (unsigned)getuid());
    DIR *listing = opendir(folder);
    const struct dirent *entry;
    while (listing && (entry = readdir(listing))) {
        int length = pp_format(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strncmp(entry->d_name, prefix, (size_t)prefix_length) == 0 && length > 0 &&
            (size_t)length < sizeof path && strcmp(path, live->path) != 0)
            remove_if_orphaned(path);
    }
    if (listing)
        closedir(listing);
}

/* ---- Growing -------------------------------------------------------------------------------- */

/* Reserves before it maps: a store into a page for which there is no space would be SIGBUS. */
static void *map_more(pp_rec_live *live, size_t size)
{
    uint64_t offset = __atomic_fetch_add(&live->end, size, __ATOMIC_RELAXED);
    pp_signal_guard guard = pp_signal_guard_begin(SIGXFSZ);
    int error = fallocate(live->fd, 0, (off_t)offset, (off_t)size) == 0 ? 0 : errno;
    pp_signal_guard_end(&guard, error == EFBIG);
    if (error) {
        errno = error;
        return NULL;
    }
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, live->fd, (off_t)offset);
    if (memory == MAP_FAILED)
        return NULL;
#if defined(MADV_POPULATE_WRITE)
    if (madvise(memory, size, MADV_POPULATE_WRITE) != 0)
#endif
        for (size_t at = 0; at < size; at += 4096)
            __atomic_store_n((char *)memory + at, 0, __ATOMIC_RELAXED);
    return memory;
}

void *pp_rec_live_grow(pp_rec_live *live, uint32_t count)
{
    return map_more(live, (size_t)count * PP_REC_SLOT_BYTES);
}

/* ---- Life ----------------------------------------------------------------------------------- */

int pp_rec_live_create(pp_rec_live **out, const char *path)
{
    pp_rec_live *live = calloc(1, sizeof *live);
    if (!live)
        return pp_fail(PP_ENOMEM, "%s: out of memory for a recording", path);
    if (!open_somewhere(live, path)) {
        int error = errno;
        free(live);
        return pp_fail(PP_EIO, "%s: no place for the live part of the recording: %s", path,
                       strerrordesc_np(error));
    }
    flock(live->fd, LOCK_EX | LOCK_NB);
    live->header = map_more(live, sizeof *live->header);
    if (!live->header) {
        int error = errno;
        pp_rec_live_destroy(live, false);
        return pp_fail(PP_EIO, "%s: no space for the live part of the recording: %s", path,
                       strerrordesc_np(error));
    }
    *out = live;
    return PP_OK;
}

const char *pp_rec_live_path(const pp_rec_live *live)
{
    return live->path;
}

void pp_rec_live_bind(pp_rec_live *live, const pp_rec_header *file_header, const char *path)
{
    *live->header = *file_header;
    live->header->segment_bytes = PP_REC_SLOT_BYTES;
    live->header->flags |= PP_REC_LIVE;
    live->header->checksum = 0;
    char absolute[PATH_MAX];
    pp_format(live->header->path, sizeof live->header->path, "%s",
              realpath(path, absolute) ? absolute : path);
}

pp_rec_header *pp_rec_live_header(pp_rec_live *live)
{
    return live->header;
}

void pp_rec_live_destroy(pp_rec_live *live, bool keep_file)
{
    if (!live)
        return;
    if (!keep_file)
        unlink(live->path);
    pp_rec_live_forget(live);
}

void pp_rec_live_forget(pp_rec_live *live)
{
    if (live->header)
        munmap(live->header, sizeof *live->header);
    close(live->fd);
    free(live);
}
