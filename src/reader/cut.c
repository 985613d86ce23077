/* reader/cut.c: writes part of a recording as a recording. */
#include "reader/cut.h"

#include "base/base.h"

#include <stdlib.h>
#include <string.h>

/* ---- What the passes share ------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

int pp_cut_out_of_memory(pp_cut *cut)
{
    if (cut->status == PP_OK)
        cut->status = pp_fail(PP_ENOMEM, "%s: out of memory for a cut", cut->reader->path);
    return cut->status;
}

pp_cut_thread *pp_cut_find_thread(pp_cut *cut, uint32_t number)
{
    pp_cut_thread *thread = pp_table_find(&cut->threads, &number, by_number);
    if (thread)
        return thread;
    thread = calloc(1, sizeof *thread);
    if (thread)
        thread->number = number;
    if (!thread || !pp_table_add(&cut->threads, thread, by_number)) {
        free(thread);
        pp_cut_out_of_memory(cut);
        return NULL;
    }
    return thread;
}

void pp_cut_feed(pp_cut *cut, const pp_reader_chunk *chunk, size_t at, size_t size)
{
    pp_block block = chunk->block;
    block.words += at;
    block.count = size;
    block.fresh = at == 0;
    block.lost = size == 0 ? block.lost : 0;
    pp_builder_feed(cut->builder, &block);
}

static void free_thread(pp_cut_thread *thread)
{
    for (size_t i = 0; i < thread->windows.count; i++)
        free(thread->windows.items[i]);
    pp_table_free(&thread->windows);
    free(thread->ranges);
    free(thread->units);
    free(thread->ends);
    free(thread->gpus);
    free(thread->zones);
    free(thread);
}

static void free_cut(pp_cut *cut)
{
    for (size_t i = 0; i < cut->threads.count; i++)
        free_thread(cut->threads.items[i]);
    pp_table_free(&cut->threads);
    free(cut->spans);
    pp_builder_destroy(cut->builder);
    pp_rec_file_abandon(cut->file);
    free(cut);
}

bool pp_cut_begin_pass(pp_cut *cut)
{
    const pp_build_source source = pp_reader_build_source(cut->reader);
    pp_builder_destroy(cut->builder);
    cut->builder = pp_builder_create(&source);
    return cut->builder || pp_cut_out_of_memory(cut) == PP_OK;
}

/* ---- The whole of it ------------------------------------------------------------------------- */

static uint64_t sum_up_to_max(uint64_t a, uint64_t b)
{
    return a <= UINT64_MAX - b ? a + b : UINT64_MAX;
}

static int create_file(pp_cut *cut, const char *path)
{
    const pp_rec_header *header = &cut->reader->source.header;
    char boot_id[sizeof header->boot_id + 1];
    pp_format(boot_id, sizeof boot_id, "%.*s", (int)sizeof header->boot_id, header->boot_id);
    return pp_rec_file_create(&cut->file, path,
                              &(pp_rec_file_opts){.start_ns = header->start_ns,
                                                  .start_utc_ns = header->start_utc_ns,
                                                  .pid = header->pid,
                                                  .boot_id = boot_id,
                                                  .by_rename = true});
}

static int write_file(pp_cut *cut, const char *path, pp_progress_fn progress, void *user)
{
    int status = create_file(cut, path);
    if (status == PP_OK)
        status = pp_cut_write_names(cut);
    if (status == PP_OK)
        status = pp_cut_write(cut, progress, user);
    if (status == PP_OK) {
        status = pp_rec_file_finish(cut->file, cut->dropped);
        cut->file = NULL;
    } else if (cut->file && pp_rec_file_error(cut->file)) {
        status = pp_fail(PP_EIO, "%s: cannot be written: %s", path,
                         strerrordesc_np(pp_rec_file_error(cut->file)));
    }
    return status;
}

static int cut_reader(pp_cut *cut, const char *path, pp_progress_fn progress, void *user)
{
    pp_reader *reader = cut->reader;
    int status = reader->has_run ? PP_OK : pp_reader_run(reader, NULL, progress, user);
    if (status != PP_OK)
        return status;
    cut->from_ns = sum_up_to_max(reader->info.first_ns, cut->opts.from_ns);
    cut->to_ns = sum_up_to_max(reader->info.first_ns, cut->opts.to_ns);
    status = pp_cut_find(cut, progress, user);
    return status == PP_OK ? write_file(cut, path, progress, user) : status;
}

int pp_reader_cut(pp_reader *reader, const char *path, const pp_cut_opts *opts,
                  pp_progress_fn progress, void *user, uint64_t *frames)
{
    if (!path || !*path || !opts || opts->struct_size < sizeof *opts)
        return pp_fail(PP_EINVAL, "pp_reader_cut: no path, or no valid options");
    if (opts->from_ns > opts->to_ns)
        return pp_fail(PP_EINVAL, "pp_reader_cut: the end lies before the beginning");
    if (pp_source_is_at(&reader->source, path))
        return pp_fail(PP_EINVAL, "%s: is the recording that is read", path);
    pp_cut *cut = calloc(1, sizeof *cut);
    if (!cut)
        return pp_fail(PP_ENOMEM, "%s: out of memory for a cut", reader->path);
    cut->reader = reader;
    cut->opts = *opts;
    int status = cut_reader(cut, path, progress, user);
    if (status == PP_OK && frames)
        *frames = cut->frames;
    free_cut(cut);
    return status;
}
