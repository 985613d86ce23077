/* flags/flags.h: red flags: habits that make programs slow, recognised by what a recording or a log
 * says. docs/red-flags.md has each rule with its threshold, its source and its remedy.
 *
 * A rule looks at facts and adds what it finds to a list: the evidence in figures, and what to do.
 */
#ifndef PP_FLAGS_H
#define PP_FLAGS_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Facts ---------------------------------------------------------------------------------- */

/* A step as it was seen once: in a call, or in a frame. */
typedef struct pp_flag_step {
    const char *label;
    const char *where; /* "client", "server", "frame" or the name of a zone */
    uint64_t ns;       /* of all its runs together */
    uint64_t runs;     /* how often it ran there */
    uint64_t items;    /* how many things it worked on; 0: unknown */
} pp_flag_step;

/* What calls of a client showed, in sum; all 0 where there are none. */
typedef struct pp_flag_calls {
    uint64_t calls, round_trips, items; /* items: that the calls were about, 0: unknown */
    const char *call_label;
    uint64_t client_ns, client_own_ns;
    uint64_t transport_ns; /* of all round trips, without the server's time */
    bool has_transport;
    bool is_local; /* both processes are on one machine, as far as is known */
    const char *own_label;
    uint64_t own_label_ns; /* the client's largest own step */
} pp_flag_calls;

/* A site that builds a path. */
typedef struct pp_flag_path {
    const char *name;
    uint64_t frames; /* in which it ran */
    uint64_t total_ns;
} pp_flag_path;

/* What frames showed; all 0 where there are none. */
typedef struct pp_flag_frames {
    uint64_t frames, painted; /* painted: those that repainted anything */
    uint64_t work_ns;
    const pp_flag_path *paths;
    size_t path_count;
    uint64_t whole;       /* frames that repainted (nearly) all of a window */
    uint64_t whole_small; /* of these: for a small change */
    uint64_t whole_asked; /* of these: as it was asked for */
    uint64_t small_px, whole_px, whole_small_ns; /* of the whole_small frames, in sum */
} pp_flag_frames;

typedef struct pp_flag_facts {
    const pp_flag_step *steps;
    size_t step_count;
    pp_flag_calls calls;
    pp_flag_frames frames;
} pp_flag_facts;

/* ---- Flags ---------------------------------------------------------------------------------- */

enum { PP_FLAGS_MAX = 64, PP_FLAG_EVIDENCE_BYTES = 320, PP_FLAG_LABEL_BYTES = 160 };

typedef struct pp_flag {
    const char *rule;                /* its name, as in docs/red-flags.md */
    const char *remedy;              /* static */
    char label[PP_FLAG_LABEL_BYTES]; /* of the step or site; "" where it is about none */
    char evidence[PP_FLAG_EVIDENCE_BYTES];
} pp_flag;

typedef struct pp_flag_list {
    size_t count;
    pp_flag flags[PP_FLAGS_MAX];
} pp_flag_list;

/* Applies every rule. Of more than PP_FLAGS_MAX findings the first are kept. False without
 * memory. */
bool pp_flags_find(const pp_flag_facts *facts, pp_flag_list *out);

/* The list as a JSON array. */
void pp_flags_json(pp_buffer *out, const pp_flag_list *list);

/* ---- Words (words.c) ------------------------------------------------------------------------ */

/* What a label says that a step does. */
typedef enum pp_step_kind {
    PP_STEP_OTHER,
    PP_STEP_BUILD,  /* builds, converts, computes a structure */
    PP_STEP_SCAN,   /* goes through everything */
    PP_STEP_LOOKUP, /* searches */
    PP_STEP_CREATE, /* makes graphics items */
    PP_STEP_REMOVE, /* takes items away */
    PP_STEP_REDRAW, /* asks for a repaint */
} pp_step_kind;

pp_step_kind pp_step_kind_of(const char *label);

/* Whether a label says that its step asks another process: IPC, call, request, send or rpc. */
bool pp_label_is_call(const char *label);

/* Whether a label says that a drawing path is built. */
bool pp_label_builds_path(const char *label);

/* The count in a heading or label, such as 1285 of "markup_gaps() for 1,285 gaps": the first whole
 * number that is followed by a word which is no unit. 0: there is none. */
uint64_t pp_label_items(const char *label);

#endif
