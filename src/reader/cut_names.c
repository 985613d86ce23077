/* reader/cut_names.c: writes the names and facts of a recording into a cut of it. */
#include "reader/cut.h"

#include <string.h>

/* Two of them fit a block beside the numbers of an entry. */
enum { TEXT_MAX = 8192 };

/* An entry that is being put together. */
typedef struct entry {
    size_t count;
    uint64_t words[8 + 2 * (1 + TEXT_MAX / 8)];
} entry;

_Static_assert(sizeof((entry *)0)->words <= PP_REC_CHUNK_WORDS * sizeof(uint64_t), "fits a block");

static void flush(pp_cut *cut)
{
    pp_rec_block *block = &cut->block;
    if (block->words == 0 || cut->status != PP_OK)
        return;
    block->kind = PP_REC_META;
    block->sequence++;
    cut->status = pp_rec_file_append(cut->file, block, cut->words);
    block->words = 0;
}

static void begin(entry *e, uint64_t number)
{
    e->count = 1;
    e->words[e->count++] = number;
}

static void put_text(entry *e, const char *text)
{
    size_t size = strnlen(text ? text : "", TEXT_MAX);
    size_t words = (size + 7) / 8;
    e->words[e->count++] = size;
    memset(e->words + e->count, 0, words * sizeof *e->words);
    if (size > 0)
        memcpy(e->words + e->count, text, size);
    e->count += words;
}

static void put(pp_cut *cut, entry *e, enum pp_rec_meta type)
{
    e->words[0] = pp_meta_word(type, e->count - 1);
    if (cut->block.words + e->count > PP_REC_CHUNK_WORDS)
        flush(cut);
    memcpy(cut->words + cut->block.words, e->words, e->count * sizeof *e->words);
    cut->block.words += (uint32_t)e->count;
}

static void write_notes(pp_cut *cut, entry *e)
{
    const pp_table *notes = &cut->reader->names.notes;
    for (size_t i = 0; i < notes->count; i++) {
        const pp_named_note *note = notes->items[i];
        e->count = 1;
        put_text(e, note->key);
        put_text(e, note->value);
        put(cut, e, PP_META_NOTE);
    }
}

/* Under the numbers that they have in the recording: frames count them by those. */
static void write_phases(pp_cut *cut, entry *e)
{
    for (uint32_t i = 0; i < PP_PHASE_MAX; i++) {
        const char *name = cut->reader->names.phases[i];
        if (!name)
            continue;
        begin(e, i);
        put_text(e, name);
        put(cut, e, PP_META_PHASE);
    }
}

static void write_clock(pp_cut *cut, entry *e)
{
    const pp_times *times = &cut->reader->names.times;
    for (size_t i = 0; i < times->count; i++) {
        begin(e, times->lines[i].ticks0);
        e->words[e->count++] = times->lines[i].ns0;
        e->words[e->count++] = times->lines[i].rate;
        put(cut, e, PP_META_CLOCK);
    }
}

static void write_sites(pp_cut *cut, entry *e)
{
    const pp_names_list *sites = &cut->reader->names.sites;
    for (size_t id = 0; id < sites->count; id++) {
        const pp_named_site *site = sites->items[id];
        if (!site)
            continue;
        begin(e, id);
        e->words[e->count++] = site->recorded_phase;
        e->words[e->count++] = site->info.line;
        put_text(e, site->info.name);
        put_text(e, site->info.file);
        put(cut, e, PP_META_SITE);
    }
}

static void write_labels(pp_cut *cut, entry *e)
{
    const pp_names_list *labels = &cut->reader->names.labels;
    for (size_t id = 0; id < labels->count; id++) {
        if (!labels->items[id])
            continue;
        begin(e, id);
        put_text(e, labels->items[id]);
        put(cut, e, PP_META_LABEL);
    }
}

static void write_threads(pp_cut *cut, entry *e)
{
    for (size_t i = 0; i < cut->reader->names.threads.count; i++) {
        const pp_named_thread *thread = pp_names_thread_at(&cut->reader->names, i);
        begin(e, thread->number);
        e->words[e->count++] = thread->tid;
        put_text(e, thread->name);
        put(cut, e, PP_META_THREAD);
    }
}

static void write_windows(pp_cut *cut, entry *e)
{
    const pp_table *windows = &cut->reader->names.windows;
    for (size_t i = 0; i < windows->count; i++) {
        const pp_named_window *window = windows->items[i];
        begin(e, window->number);
        put_text(e, window->title);
        put_text(e, window->renderer);
        put(cut, e, PP_META_WINDOW);
    }
}

int pp_cut_write_names(pp_cut *cut)
{
    entry e;
    cut->block = (pp_rec_block){0};
    write_notes(cut, &e);
    write_phases(cut, &e);
    write_clock(cut, &e);
    write_sites(cut, &e);
    write_labels(cut, &e);
    write_windows(cut, &e);
    write_threads(cut, &e);
    flush(cut);
    cut->block = (pp_rec_block){0};
    return cut->status;
}
