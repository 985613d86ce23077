/* link/link.c: a link: its files, and what is asked of it from outside. */
#include "base/base.h"
#include "link/log.h"
#include "link/model.h"
#include "recording/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 64, READ_BYTES = 1 << 16 };

int pp_link_create(pp_link **out, const pp_link_opts *opts)
{
    if (!out)
        return pp_fail(PP_EINVAL, "pp_link_create: no place for the link");
    *out = NULL;
    if (opts && opts->struct_size < sizeof *opts)
        return pp_fail(PP_EINVAL, "pp_link_create: struct_size is %u, not %zu", opts->struct_size,
                       sizeof *opts);
    pp_link *link = calloc(1, sizeof *link);
    if (!link)
        return pp_fail(PP_ENOMEM, "out of memory for a link");
    if (opts && opts->call_label && !(link->call_label = strdup(opts->call_label))) {
        free(link);
        return pp_fail(PP_ENOMEM, "out of memory for a link");
    }
    *out = link;
    return PP_OK;
}

static void free_file(pp_link_file *file)
{
    for (size_t i = 0; i < file->block_count; i++)
        pp_work_free(&file->blocks[i].work);
    free(file->blocks);
    free(file->path);
}

void pp_link_destroy(pp_link *link)
{
    if (!link)
        return;
    for (size_t i = 0; i < link->file_count; i++)
        free_file(&link->files[i]);
    for (size_t i = 0; i < link->span_count; i++)
        pp_work_free(&link->spans[i].work);
    for (size_t i = 0; i < link->result_count; i++) {
        if (link->results[i].served)
            pp_work_free(link->results[i].served);
        free(link->results[i].served);
    }
    pp_work_free(&link->before_handling);
    pp_work_free(&link->before_reply);
    free(link->files);
    free(link->spans);
    free(link->points);
    free(link->shown);
    free(link->pairings);
    free(link->results);
    free(link->sentence);
    free(link->call_label);
    pp_pool_free(&link->pool);
    free(link);
}

/* ---- Files ---------------------------------------------------------------------------------- */

/* A place for one more file; NULL with the reason in *status. */
static pp_link_file *add_file(pp_link *link, const char *path, int *status)
{
    pp_link_file *files = NULL;
    char *copy = strdup(path);
    *status = PP_OK;
    if (link->is_joined)
        *status = pp_fail(PP_EINVAL, "%s: comes after the files were joined", path);
    else if (link->file_count == FILES_MAX)
        *status =
            pp_fail(PP_ELIMIT, "%s: is one file too many; %d are joined at once", path, FILES_MAX);
    else if (copy)
        files = reallocarray(link->files, link->file_count + 1, sizeof *files);
    if (!files) {
        free(copy);
        if (*status == PP_OK)
            *status = pp_fail(PP_ENOMEM, "%s: out of memory", path);
        return NULL;
    }
    link->files = files;
    files[link->file_count] = (pp_link_file){.path = copy, .program = "", .host = ""};
    return &files[link->file_count++];
}

/* The last file goes again. */
static int drop_file(pp_link *link, int status)
{
    free_file(&link->files[--link->file_count]);
    return status;
}

static int check_log(pp_link *link, bool has_memory)
{
    const pp_link_file *file = &link->files[link->file_count - 1];
    if (!has_memory)
        return drop_file(link, pp_fail(PP_ENOMEM, "%s: out of memory for its blocks", file->path));
    if (file->block_count == 0)
        return drop_file(link, pp_fail(PP_EDATA,
                                       "%s: is neither a recording nor a log: no line of it begins "
                                       "a block with '> Entering '",
                                       file->path));
    return PP_OK;
}

int pp_link_add_log(pp_link *link, const char *name, const char *bytes, size_t size_bytes)
{
    int status;
    pp_link_file *file = add_file(link, name, &status);
    if (!file)
        return status;
    file->is_log = true;
    pp_log_parser *parser = pp_log_begin(&link->pool, file);
    bool ok = parser && pp_log_take(parser, bytes, size_bytes);
    ok = parser && pp_log_end(parser) && ok;
    return check_log(link, ok);
}

/* Reads all of fd into the parser; the number of the error, 0 if there is none. */
static int read_log(int fd, pp_log_parser *parser, pp_progress_fn progress, void *user, bool *ok)
{
    struct stat status;
    uint64_t done = 0,
             size = fstat(fd, &status) == 0 && status.st_size > 0 ? (uint64_t)status.st_size : 0;
    char *buffer = malloc(READ_BYTES);
    int error = buffer ? 0 : ENOMEM;
    while (!error && *ok) {
        ssize_t got = read(fd, buffer, READ_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            error = got < 0 ? errno : 0;
            break;
        }
        *ok = pp_log_take(parser, buffer, (size_t)got);
        done += (uint64_t)got;
        if (progress && !progress(user, done, size > done ? size : done))
            error = ECANCELED;
    }
    free(buffer);
    return error;
}

static int add_log_file(pp_link *link, int fd, pp_progress_fn progress, void *user)
{
    pp_link_file *file = &link->files[link->file_count - 1];
    file->is_log = true;
    pp_log_parser *parser = pp_log_begin(&link->pool, file);
    bool ok = parser != NULL;
    int error = ok ? read_log(fd, parser, progress, user, &ok) : 0;
    ok = parser && pp_log_end(parser) && ok;
    if (error == ECANCELED)
        return drop_file(link, pp_fail(PP_EBUSY, "%s: the reading was stopped", file->path));
    if (error)
        return drop_file(link,
                         pp_fail(PP_EIO, "%s: cannot be read: %s", file->path, strerror(error)));
    return check_log(link, ok);
}

static bool begins_like_recording(int fd)
{
    char begin[sizeof PP_REC_MAGIC - 1];
    return pread(fd, begin, sizeof begin, 0) == (ssize_t)sizeof begin &&
           memcmp(begin, PP_REC_MAGIC, sizeof begin) == 0;
}

/* What a recording left behind that could not be read to its end goes with it. */
static int add_recording(pp_link *link, pp_progress_fn progress, void *user)
{
    size_t spans = link->span_count, points = link->point_count, shown = link->shown_count;
    int status = pp_link_collect(link, (uint32_t)(link->file_count - 1), progress, user);
    if (status == PP_OK)
        return PP_OK;
    while (link->span_count > spans)
        pp_work_free(&link->spans[--link->span_count].work);
    link->point_count = points;
    link->shown_count = shown;
    return drop_file(link, status);
}

int pp_link_add_file(pp_link *link, const char *path, pp_progress_fn progress, void *user)
{
    int status;
    if (!add_file(link, path, &status))
        return status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return drop_file(link, pp_fail(PP_EIO, "%s: cannot be opened: %s", path, strerror(errno)));
    status = begins_like_recording(fd) ? add_recording(link, progress, user)
                                       : add_log_file(link, fd, progress, user);
    close(fd);
    return status;
}

/* ---- Joining -------------------------------------------------------------------------------- */

static const char how_to_trace[] =
    "A program takes part in a trace by pp_zone_trace() (paintprof/trace.h)";

static int check_files(const pp_link *link, bool *has_log)
{
    *has_log = false;
    for (size_t i = 0; i < link->file_count; i++)
        *has_log |= link->files[i].is_log;
    if (link->file_count == 0)
        return pp_fail(PP_EINVAL, "there is nothing to join");
    for (size_t i = 0; i < link->file_count; i++)
        if (!link->files[i].is_log && link->files[i].spans == 0)
            return pp_fail(PP_EDATA, "%s: no zone in it belongs to a trace. %s",
                           link->files[i].path, how_to_trace);
    return PP_OK;
}

/* Two files that have no trace in common are no two sides of anything. */
static int check_joined(const pp_link *link, bool has_log)
{
    bool has_server = false, has_root = false;
    for (size_t i = 0; i < link->result_count; i++) {
        has_root |= link->results[i].is_root;
        has_server |= link->results[i].server_work != NULL;
    }
    if (has_log || (has_server && has_root))
        return PP_OK;
    if (has_server)
        return pp_fail(PP_EDATA, "the recording in which the traces begin is not among the files");
    return pp_fail(PP_EDATA,
                   "the recordings have no trace in common: no zone of one was asked for by a zone "
                   "of another. The client passes on what pp_zone_trace() returned, and the server "
                   "hands that to its own pp_zone_trace()");
}

int pp_link_join(pp_link *link)
{
    bool has_log;
    if (link->is_joined)
        return pp_fail(PP_EINVAL, "pp_link_join: they are joined already");
    int status = check_files(link, &has_log);
    if (status != PP_OK)
        return status;
    link->is_joined = true;
    status = has_log ? pp_link_join_logs(link) : pp_link_join_traces(link);
    if (status == PP_OK)
        status = check_joined(link, has_log);
    return status == PP_OK ? pp_link_conclude(link) : status;
}

const pp_link_times *pp_link_total(const pp_link *link)
{
    return &link->total;
}

bool pp_link_call_at(const pp_link *link, size_t index, pp_link_call *out)
{
    if (index >= link->result_count)
        return false;
    *out = link->results[index].call;
    return true;
}
