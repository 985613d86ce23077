/* reader/reader.c: opens a recording, says what it is, and reads it into a sink. */
#include "reader/reader.h"

#include "capture/record.h"
#include "frame/track.h"

#include <paintprof/phase.h>
#include <stdlib.h>
#include <string.h>

/* ---- Open and close ------------------------------------------------------------------------- */

static int read_meta_block(void *user, const pp_rec_block *block, const uint64_t *words)
{
    pp_reader *reader = user;
    return pp_names_read(&reader->names, words, block->words);
}

static void fill_damage(pp_reader *reader)
{
    const pp_source_damage *meta = &reader->meta_damage, *data = &reader->source.damage;
    pp_recording_info *info = &reader->info;
    info->damaged = meta->count + data->count;
    info->damaged_offset = data->first_offset;
    if (meta->count > 0 && (data->count == 0 || meta->first_offset < data->first_offset))
        info->damaged_offset = meta->first_offset;
    const pp_source *source = &reader->source;
    if (info->damaged == 0 && source->header.size_bytes > source->size_bytes) {
        info->damaged = 1; /* cut off between two blocks: at least one is missing */
        info->damaged_offset = source->size_bytes;
    }
}

static bool has_live_part(const pp_source *source)
{
    return source->has_live && !(source->header.flags & PP_REC_COMPLETE);
}

static uint64_t recorded_losses(const pp_reader *reader)
{
    const pp_source *source = &reader->source;
    return has_live_part(source) ? source->dropped : source->header.dropped;
}

static void fill_info(pp_reader *reader)
{
    const pp_source *source = &reader->source;
    const pp_rec_header *header = &source->header;
    bool has_live = has_live_part(source);
    memcpy(reader->boot_id, header->boot_id, sizeof header->boot_id);
    reader->info = (pp_recording_info){
        .version = header->version,
        .complete = header->flags & PP_REC_COMPLETE,
        .has_live_part = has_live,
        .bounded = header->flags & PP_REC_BOUNDED,
        .error = header->error,
        .pid = header->pid,
        .size_bytes = source->size_bytes,
        .capacity_bytes = header->capacity_bytes,
        .started_ns = header->start_ns,
        .started_utc_ns = header->start_utc_ns,
        .dropped = recorded_losses(reader),
        .overwritten = has_live ? source->overwritten : header->overwritten,
        .live_path = header->path,
        .boot_id = reader->boot_id,
    };
    fill_damage(reader);
}

static int read_all_meta(pp_reader *reader)
{
    int status = pp_source_visit(&reader->source, PP_REC_META, read_meta_block, reader, NULL, NULL);
    if (status != PP_OK)
        return status;
    pp_names_finish(&reader->names);
    reader->meta_damage = reader->source.damage;
    reader->source.damage = (pp_source_damage){0, 0};
    fill_info(reader);
    return PP_OK;
}

int pp_reader_open(pp_reader **out, const char *path)
{
    if (!out || !path || !*path)
        return pp_fail(PP_EINVAL, "pp_reader_open: no place for the reader, or no path");
    pp_reader *reader = calloc(1, sizeof *reader);
    char *copy = strdup(path);
    if (!reader || !copy) {
        free(reader);
        free(copy);
        return pp_fail(PP_ENOMEM, "%s: out of memory for reading it", path);
    }
    reader->path = copy;
    int status = pp_source_open(&reader->source, copy);
    if (status != PP_OK) {
        free(copy);
        free(reader);
        return status;
    }
    status = read_all_meta(reader);
    if (status != PP_OK) {
        pp_reader_close(reader);
        return status;
    }
    *out = reader;
    return PP_OK;
}

void pp_reader_close(pp_reader *reader)
{
    if (!reader)
        return;
    pp_source_close(&reader->source);
    pp_names_free(&reader->names);
    free(reader->sites);
    free(reader->path);
    free(reader);
}

/* ---- What it says of itself ------------------------------------------------------------------ */

const pp_recording_info *pp_reader_info(const pp_reader *reader)
{
    return &reader->info;
}

const char *pp_reader_note(const pp_reader *reader, const char *key)
{
    return pp_names_note(&reader->names, key);
}

bool pp_reader_note_at(const pp_reader *reader, size_t index, const char **key, const char **value)
{
    if (index >= reader->names.notes.count)
        return false;
    const pp_named_note *note = reader->names.notes.items[index];
    *key = note->key;
    *value = note->value ? note->value : "";
    return true;
}

bool pp_reader_thread_at(const pp_reader *reader, size_t index, uint32_t *number, uint32_t *tid,
                         const char **name)
{
    const pp_named_thread *thread = pp_names_thread_at(&reader->names, index);
    if (!thread)
        return false;
    *number = thread->number;
    *tid = thread->tid;
    *name = thread->name ? thread->name : "";
    return true;
}

bool pp_reader_window(const pp_reader *reader, uint32_t number, const char **title,
                      const char **renderer)
{
    const pp_named_window *window = pp_names_window(&reader->names, number);
    if (!window)
        return false;
    *title = window->title ? window->title : "";
    *renderer = window->renderer ? window->renderer : "";
    return true;
}

/* ---- One pass over the records --------------------------------------------------------------- */

typedef struct pass {
    pp_reader *reader;
    pp_reader_chunk_fn visit;
    void *user;
    pp_named_thread *thread; /* of the last chunk */
} pass;

static pp_named_thread *find_thread(pass *p, uint32_t number)
{
    if (!p->thread || p->thread->number != number)
        p->thread = pp_names_thread(&p->reader->names, number);
    return p->thread;
}

/* A chunk that is not newer than the last one of its thread is one of the live part that came to
 * the file meanwhile. In the file alone it cannot be; then it is left out as well. */
static int visit_block(void *user, const pp_rec_block *block, const uint64_t *words)
{
    pass *p = user;
    pp_named_thread *thread = find_thread(p, block->thread);
    if (!thread)
        return pp_fail(PP_ENOMEM, "%s: out of memory for its threads", p->reader->path);
    if (block->sequence <= thread->last_sequence)
        return PP_OK;
    bool has_gap = thread->last_sequence != 0 && block->sequence - thread->last_sequence > 1;
    thread->last_sequence = block->sequence;
    thread->has_records |= block->words > 0;
    const pp_reader_chunk chunk = {
        .block = {.thread = block->thread,
                  .fresh = true,
                  .lost = has_gap && block->lost_before == 0 ? 1 : block->lost_before,
                  .base_ticks = block->base_ticks,
                  .words = words,
                  .count = block->words},
        .sequence = block->sequence,
    };
    return p->visit(p->user, &chunk);
}

int pp_reader_visit(pp_reader *reader, pp_reader_chunk_fn visit, void *user,
                    pp_progress_fn progress, void *progress_user)
{
    pass p = {.reader = reader, .visit = visit, .user = user};
    for (size_t i = 0; i < reader->names.threads.count; i++) {
        pp_named_thread *thread = pp_names_thread_at(&reader->names, i);
        thread->last_sequence = 0;
        thread->has_records = false;
    }
    reader->source.damage = (pp_source_damage){0, 0};
    int status =
        pp_source_visit(&reader->source, PP_REC_DATA, visit_block, &p, progress, progress_user);
    pp_names_sort_threads(&reader->names);
    fill_damage(reader);
    return status;
}

/* ---- A builder's questions ------------------------------------------------------------------- */

static const pp_site_info *source_site(void *user, uint32_t id)
{
    const pp_reader *reader = user;
    return pp_names_site(&reader->names, id);
}

static const char *source_label(void *user, uint32_t id)
{
    const pp_reader *reader = user;
    return pp_names_label(&reader->names, id);
}

static uint64_t source_to_ns(void *user, uint64_t ticks)
{
    pp_reader *reader = user;
    return pp_times_ns(&reader->names.times, ticks);
}

static uint32_t source_phase_count(void *user)
{
    (void)user;
    return pp_phase_count();
}

pp_build_source pp_reader_build_source(pp_reader *reader)
{
    return (pp_build_source){
        .user = reader,
        .site = source_site,
        .label = source_label,
        .to_ns = source_to_ns,
        .phase_count = source_phase_count,
        .renumbers_phases = reader->names.renumbers_phases,
    };
}

/* ---- A run ----------------------------------------------------------------------------------- */

typedef struct run {
    pp_builder *builder;
    uint64_t first_ticks, last_ticks; /* of all records; first > last: none */
} run;

/* When the first record was made: a frame begins at its own ticks, a moment before its word. */
static uint64_t first_ticks_of(const pp_block *block)
{
    uint64_t ticks = pp_word_ticks(block->base_ticks, block->words[0]);
    bool is_frame = pp_word_kind(block->words[0]) == PP_RECORD_EXTENDED &&
                    pp_word_type(block->words[0]) == PP_EXT_FRAME_BEGIN && block->count > 2;
    return is_frame && block->words[2] < ticks && block->words[2] > block->base_ticks
               ? block->words[2]
               : ticks;
}

static int feed_chunk(void *user, const pp_reader_chunk *chunk)
{
    run *r = user;
    pp_builder_feed(r->builder, &chunk->block);
    if (chunk->block.count == 0)
        return PP_OK;
    uint64_t first_ticks = first_ticks_of(&chunk->block);
    const pp_track *track = pp_builder_track(r->builder, chunk->block.thread);
    uint64_t last_ticks = track ? track->now_ticks : 0;
    if (first_ticks < r->first_ticks)
        r->first_ticks = first_ticks;
    if (last_ticks > r->last_ticks)
        r->last_ticks = last_ticks;
    return PP_OK;
}

static void fill_numbers(pp_reader *reader, const run *r, const pp_build_totals *totals)
{
    pp_recording_info *info = &reader->info;
    info->zones = totals->zones;
    info->marks = totals->marks;
    info->frames = totals->frames;
    info->records = info->zones + info->marks;
    info->dropped = recorded_losses(reader) + pp_builder_lost(r->builder);
    info->threads = 0;
    for (size_t i = 0; i < reader->names.threads.count; i++)
        info->threads += pp_names_thread_at(&reader->names, i)->has_records;
    info->first_ns = info->last_ns = info->duration_ns = 0;
    reader->first_ticks = reader->last_ticks = 0;
    if (r->first_ticks <= r->last_ticks) {
        reader->first_ticks = r->first_ticks;
        reader->last_ticks = r->last_ticks;
        info->first_ns = pp_times_ns(&reader->names.times, r->first_ticks);
        info->last_ns = pp_times_ns(&reader->names.times, r->last_ticks);
        info->duration_ns = info->last_ns - info->first_ns;
    }
}

static int by_self_time(const void *left, const void *right)
{
    const pp_site_total *a = left, *b = right;
    if (a->self_ns != b->self_ns)
        return a->self_ns > b->self_ns ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(a->site->name, b->site->name);
}

static int fill_sites(pp_reader *reader, const pp_tally *tally)
{
    const pp_times *times = &reader->names.times;
    free(reader->sites);
    reader->site_count = 0;
    reader->sites = calloc(tally->site_count + 1, sizeof *reader->sites);
    if (!reader->sites)
        return pp_fail(PP_ENOMEM, "%s: out of memory for its sites", reader->path);
    for (uint32_t i = 1; i < tally->site_count; i++) {
        const pp_tally_site *site = &tally->sites[i];
        reader->sites[reader->site_count++] = (pp_site_total){
            .site = site->info,
            .count = site->count,
            .self_ns = pp_times_length_ns(times, site->self_ticks),
            .total_ns = pp_times_length_ns(times, site->total_ticks),
            .max_ns = pp_times_length_ns(times, site->max_ticks),
            .pixels = site->pixels,
        };
    }
    qsort(reader->sites, reader->site_count, sizeof *reader->sites, by_self_time);
    return PP_OK;
}

/* Only what the sink wants is told: zones and marks one by one cost most of the time. */
static void set_target(pp_builder *builder, const pp_sink *sink)
{
    pp_builder_set_target(builder, &(pp_build_target){.user = sink->user,
                                                      .frame = sink->frame,
                                                      .zone = sink->zone,
                                                      .mark = sink->mark,
                                                      .painted = sink->painted,
                                                      .unpainted = sink->unpainted,
                                                      .event = sink->event,
                                                      .overhead = sink->overhead,
                                                      .trace = sink->trace});
}

int pp_reader_run(pp_reader *reader, const pp_sink *sink, pp_progress_fn progress, void *user)
{
    pp_sink taken = {0};
    if (sink && !pp_sink_take(&taken, sink))
        return pp_fail(PP_EINVAL, "pp_reader_run: no valid sink");
    const pp_build_source source = pp_reader_build_source(reader);
    run r = {.builder = pp_builder_create(&source), .first_ticks = UINT64_MAX};
    if (!r.builder || !pp_builder_keep_totals(r.builder)) {
        pp_builder_destroy(r.builder);
        return pp_fail(PP_ENOMEM, "%s: out of memory for reading it", reader->path);
    }
    set_target(r.builder, &taken);
    int status = pp_reader_visit(reader, feed_chunk, &r, progress, user);
    const pp_build_totals totals = pp_builder_finish(r.builder);
    fill_numbers(reader, &r, &totals);
    reader->has_run = status == PP_OK;
    if (status == PP_OK)
        status = fill_sites(reader, totals.sites);
    pp_builder_destroy(r.builder);
    if (status == PP_OK && taken.stop)
        taken.stop(taken.user);
    return status;
}

bool pp_reader_site_at(const pp_reader *reader, size_t index, pp_site_total *out)
{
    if (index >= reader->site_count)
        return false;
    *out = reader->sites[index];
    return true;
}
