/* reader/names.h: what a recording says in its meta blocks: sites, labels, phases, threads,
 * windows, clock lines and notes. Later entries of one number or key replace earlier ones. */
#ifndef PP_READER_NAMES_H
#define PP_READER_NAMES_H

#include "reader/table.h"
#include "reader/times.h"
#include "recording/format.h"

#include <paintprof/frame.h>

/* A thread, named or only seen in records. */
typedef struct pp_named_thread {
    uint32_t number; /* first: threads are found by it */
    uint32_t tid;
    char *name;             /* NULL: none is known */
    uint64_t last_sequence; /* of its chunks in the pass that is under way; 0: none yet */
    bool has_records;
} pp_named_thread;

typedef struct pp_named_window {
    uint32_t number; /* first, as above */
    char *title, *renderer;
} pp_named_window;

typedef struct pp_named_note {
    const char *key; /* first: notes are found by it */
    char *value;
    char key_text[];
} pp_named_note;

typedef struct pp_named_site {
    pp_site_info info; /* its phase is one of this process */
    uint32_t recorded_phase;
    char texts[];
} pp_named_site;

/* Items by id; NULL for an id without a name. */
typedef struct pp_names_list {
    void **items;
    size_t count;
} pp_names_list;

typedef struct pp_names {
    pp_names_list sites;  /* pp_named_site */
    pp_names_list labels; /* char */
    char *phases[PP_PHASE_MAX];
    uint32_t phase_map[PP_PHASE_MAX]; /* a recorded phase as a phase of this process */
    bool renumbers_phases;
    pp_table threads, windows, notes;
    pp_times times;
} pp_names;

/* Reads the entries of a meta block; what is malformed in it is left out. 0 or PP_ENOMEM. */
int pp_names_read(pp_names *names, const uint64_t *words, size_t count);

/* After the last block: registers the phases with this process and puts all in order. */
void pp_names_finish(pp_names *names);
void pp_names_free(pp_names *names);

const pp_site_info *pp_names_site(const pp_names *names, uint32_t id);
const char *pp_names_label(const pp_names *names, uint32_t id);

/* The thread of that number, added when new; NULL without memory. */
pp_named_thread *pp_names_thread(pp_names *names, uint32_t number);

/* The index-th by number; NULL past the last. */
pp_named_thread *pp_names_thread_at(const pp_names *names, size_t index);
const pp_named_window *pp_names_window(const pp_names *names, uint32_t number);
const char *pp_names_note(const pp_names *names, const char *key);

/* Sorts what was added to the threads since. */
void pp_names_sort_threads(pp_names *names);

#endif
