/* reader/names.c: what a recording says in its meta blocks. */
#include "reader/names.h"

#include <paintprof/phase.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 65536, IDS_MAX = 65536 };

/* ---- The parts of an entry ------------------------------------------------------------------ */

/* What is left of an entry that is being read. */
typedef struct cursor {
    const uint64_t *words;
    size_t left;
    bool failed;
} cursor;

/* A text in the block, without a NUL. */
typedef struct text {
    const char *bytes;
    size_t size;
} text;

static uint64_t take_number(cursor *at)
{
    if (at->left == 0) {
        at->failed = true;
        return 0;
    }
    at->left--;
    return *at->words++;
}

/* Cuts it at TEXT_MAX, and at a NUL. */
static text take_text(cursor *at)
{
    uint64_t size = take_number(at);
    if (at->failed || size > at->left * sizeof *at->words) {
        at->failed = true;
        return (text){"", 0};
    }
    const char *bytes = (const char *)at->words;
    size_t words = (size_t)(size + 7) / 8;
    at->words += words;
    at->left -= words;
    return (text){bytes, strnlen(bytes, size < TEXT_MAX ? (size_t)size : TEXT_MAX)};
}

static char *put_text(char *at, text t)
{
    memcpy(at, t.bytes, t.size);
    at[t.size] = '\0';
    return at + t.size + 1;
}

static char *copy_text(text t)
{
    char *copy = malloc(t.size + 1);
    if (copy)
        put_text(copy, t);
    return copy;
}

/* Puts a copy in place of an older text; false without memory. */
static bool set_text(char **place, text t)
{
    char *copy = copy_text(t);
    if (!copy)
        return false;
    free(*place);
    *place = copy;
    return true;
}

/* ---- Sites and labels ----------------------------------------------------------------------- */

/* Puts an allocated item (NULL: there was no memory) into the list in place of an older one. */
static bool put_item(pp_names_list *list, size_t id, void *item)
{
    if (item && id >= list->count) {
        size_t count = list->count ? list->count : 64;
        while (count <= id)
            count *= 2;
        void **items = realloc(list->items, count * sizeof *items);
        if (items) {
            memset(items + list->count, 0, (count - list->count) * sizeof *items);
            *list = (pp_names_list){items, count};
        }
    }
    if (!item || id >= list->count) {
        free(item);
        return false;
    }
    free(list->items[id]);
    list->items[id] = item;
    return true;
}

static void *item_of(const pp_names_list *list, size_t id)
{
    return id < list->count ? list->items[id] : NULL;
}

static bool read_site(pp_names *names, cursor *at)
{
    uint64_t id = take_number(at), phase = take_number(at), line = take_number(at);
    text name = take_text(at), file = take_text(at);
    if (at->failed || id >= IDS_MAX)
        return true;
    pp_named_site *site = malloc(sizeof *site + name.size + file.size + 2);
    if (site) {
        char *file_text = put_text(site->texts, name);
        put_text(file_text, file);
        site->info = (pp_site_info){site->texts, file_text, (uint32_t)line, PP_PHASE_OTHER};
        site->recorded_phase = phase < PP_PHASE_MAX ? (uint32_t)phase : PP_PHASE_OTHER;
    }
    return put_item(&names->sites, id, site);
}

static bool read_label(pp_names *names, cursor *at)
{
    uint64_t id = take_number(at);
    text label = take_text(at);
    if (at->failed || id >= IDS_MAX)
        return true;
    return put_item(&names->labels, id, copy_text(label));
}

const pp_site_info *pp_names_site(const pp_names *names, uint32_t id)
{
    const pp_named_site *site = item_of(&names->sites, id);
    return site ? &site->info : NULL;
}

const char *pp_names_label(const pp_names *names, uint32_t id)
{
    return item_of(&names->labels, id);
}

/* ---- Phases --------------------------------------------------------------------------------- */

static bool read_phase(pp_names *names, cursor *at)
{
    uint64_t number = take_number(at);
    text name = take_text(at);
    if (at->failed || number >= PP_PHASE_MAX)
        return true;
    return set_text(&names->phases[number], name);
}

/* In the order of their numbers: a process without phases of its own gives them the same. */
static void map_phases(pp_names *names)
{
    for (uint32_t i = 0; i < PP_PHASE_MAX; i++) {
        int phase = i < PP_PHASE_USER ? (int)i : PP_PHASE_OTHER;
        if (names->phases[i])
            phase = pp_phase_register(names->phases[i]);
        names->phase_map[i] = phase >= 0 ? (uint32_t)phase : PP_PHASE_OTHER;
        if (names->phases[i] && names->phase_map[i] != i)
            names->renumbers_phases = true;
    }
    for (size_t i = 0; i < names->sites.count; i++) {
        pp_named_site *site = names->sites.items[i];
        if (site)
            site->info.phase = names->phase_map[site->recorded_phase];
    }
}

/* ---- Threads, windows and notes ------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

pp_named_thread *pp_names_thread(pp_names *names, uint32_t number)
{
    pp_named_thread *thread = pp_table_find(&names->threads, &number, by_number);
    if (thread)
        return thread;
    thread = calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    thread->number = number;
    if (!pp_table_add(&names->threads, thread, by_number)) {
        free(thread);
        return NULL;
    }
    return thread;
}

static bool read_thread(pp_names *names, cursor *at)
{
    uint64_t number = take_number(at), tid = take_number(at);
    text name = take_text(at);
    if (at->failed || number == 0 || number > UINT32_MAX)
        return true;
    pp_named_thread *thread = pp_names_thread(names, (uint32_t)number);
    if (!thread)
        return false;
    thread->tid = (uint32_t)tid;
    /* A thread that is gone by the time its name is asked for has none any more. */
    return (name.size == 0 && thread->name) || set_text(&thread->name, name);
}

static bool read_window(pp_names *names, cursor *at)
{
    uint64_t number = take_number(at);
    text title = take_text(at), renderer = take_text(at);
    if (at->failed || number > UINT32_MAX)
        return true;
    uint32_t key = (uint32_t)number;
    pp_named_window *window = pp_table_find(&names->windows, &key, by_number);
    if (!window) {
        window = calloc(1, sizeof *window);
        if (!window)
            return false;
        window->number = key;
        if (!pp_table_add(&names->windows, window, by_number)) {
            free(window);
            return false;
        }
    }
    return set_text(&window->title, title) && set_text(&window->renderer, renderer);
}

const pp_named_window *pp_names_window(const pp_names *names, uint32_t number)
{
    return pp_table_find(&names->windows, &number, by_number);
}

static bool read_note(pp_names *names, cursor *at)
{
    text key = take_text(at), value = take_text(at);
    if (at->failed)
        return true;
    pp_named_note *note = malloc(sizeof *note + key.size + 1);
    if (!note)
        return false;
    *note = (pp_named_note){.key = note->key_text, .value = NULL};
    put_text(note->key_text, key);
    pp_named_note *known = pp_table_find(&names->notes, note, by_key);
    if (known) {
        free(note);
        note = known;
    } else if (!pp_table_add(&names->notes, note, by_key)) {
        free(note);
        return false;
    }
    return set_text(&note->value, value);
}

const char *pp_names_note(const pp_names *names, const char *key)
{
    const pp_named_note *note = pp_table_find(&names->notes, &key, by_key);
    return note ? note->value : NULL;
}

static int by_number_of_item(const void *a, const void *b)
{
    return by_number(*(void *const *)a, *(void *const *)b);
}

void pp_names_sort_threads(pp_names *names)
{
    if (names->threads.count > 0)
        qsort(names->threads.items, names->threads.count, sizeof(void *), by_number_of_item);
}

pp_named_thread *pp_names_thread_at(const pp_names *names, size_t index)
{
    return index < names->threads.count ? names->threads.items[index] : NULL;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static bool read_clock(pp_names *names, cursor *at)
{
    uint64_t ticks0 = take_number(at), ns0 = take_number(at), rate = take_number(at);
    const pp_clock_line line = {ticks0, ns0, rate};
    return at->failed || pp_times_add(&names->times, &line);
}

static bool read_entry(pp_names *names, unsigned type, cursor *at)
{
    switch (type) {
    case PP_META_SITE:
        return read_site(names, at);
    case PP_META_LABEL:
        return read_label(names, at);
    case PP_META_PHASE:
        return read_phase(names, at);
    case PP_META_THREAD:
        return read_thread(names, at);
    case PP_META_WINDOW:
        return read_window(names, at);
    case PP_META_CLOCK:
        return read_clock(names, at);
    case PP_META_NOTE:
        return read_note(names, at);
    default:
        return true; /* of a later version */
    }
}

int pp_names_read(pp_names *names, const uint64_t *words, size_t count)
{
    for (size_t at = 0; at < count && words[at];) {
        uint64_t size = pp_meta_payload(words[at]);
        if (size > count - at - 1)
            break;
        cursor payload = {.words = words + at + 1, .left = (size_t)size};
        if (!read_entry(names, pp_meta_type(words[at]), &payload))
            return pp_fail(PP_ENOMEM, "out of memory for the names in a recording");
        at += 1 + (size_t)size;
    }
    return PP_OK;
}

void pp_names_finish(pp_names *names)
{
    map_phases(names);
    pp_names_sort_threads(names);
    pp_times_finish(&names->times);
}

static void free_list(const pp_names_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
}

void pp_names_free(pp_names *names)
{
    free_list(&names->sites);
    free_list(&names->labels);
    for (size_t i = 0; i < PP_PHASE_MAX; i++)
        free(names->phases[i]);
    for (size_t i = 0; i < names->threads.count; i++) {
        pp_named_thread *thread = names->threads.items[i];
        free(thread->name);
        free(thread);
    }
    for (size_t i = 0; i < names->windows.count; i++) {
        pp_named_window *window = names->windows.items[i];
        free(window->title);
        free(window->renderer);
        free(window);
    }
    for (size_t i = 0; i < names->notes.count; i++) {
        pp_named_note *note = names->notes.items[i];
        free(note->value);
        free(note);
    }
    pp_table_free(&names->threads);
    pp_table_free(&names->windows);
    pp_table_free(&names->notes);
    pp_times_free(&names->times);
}
