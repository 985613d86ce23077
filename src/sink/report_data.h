/* sink/report_data.h: what a report keeps of the frames it saw, as its files share it. */
#ifndef PP_REPORT_DATA_H
#define PP_REPORT_DATA_H

#include "base/text.h"
#include "flags/watch.h"
#include "frame/causes.h"
#include "frame/distribution.h"

#include <paintprof/report.h>

enum {
    PP_REPORT_WINDOWS_MAX = 1024, /* counted one by one; frames of others only in sum */
    PP_REPORT_PAINTERS_MAX = 64,  /* kept of each of the slowest frames */
    PP_REPORT_WORK_PHASES = PP_PHASE_MAX - 1,
};

typedef struct pp_report_window {
    uint32_t number;
    uint64_t frames, budget_ns; /* the budget of its last frame */
    uint64_t jank[PP_JANK_COUNT];
} pp_report_window;

/* One of the slowest frames. frame.painters is NULL: its largest ones are in painters. */
typedef struct pp_report_slow {
    pp_frame frame;
    uint64_t taken_ns; /* work, overlay and flush */
    uint32_t painter_count;
    pp_painter *painters;
} pp_report_slow;

enum { PP_DISTURBED_MAX = 64 }; /* stretches; the last takes what comes beyond */

/* Frames that followed each other and were disturbed. */
typedef struct pp_report_stretch {
    uint64_t first, last, count; /* numbers of frames, and how many of these were disturbed */
    uint64_t start_ns, end_ns;
} pp_report_stretch;

struct pp_report {
    uint32_t slowest_wanted, top_sites;
    uint64_t frames;
    uint64_t first_start_ns; /* of the first frame */
    uint64_t jank[PP_JANK_COUNT];
    uint32_t phases_seen; /* a bit for each that took time in any frame */
    pp_distribution work, flush, gpu, interval, phase[PP_PHASE_MAX];
    pp_report_window *windows;
    size_t window_count, window_capacity;
    uint64_t frames_of_other_windows;
    pp_report_slow *slowest; /* longest first; room for one more than wanted */
    size_t slowest_count;
    pp_report_stretch disturbed[PP_DISTURBED_MAX];
    size_t disturbed_count;
    bool was_disturbed; /* the frame before */
    pp_flag_watch watch;
    pp_causes causes;
    bool failed; /* memory ran out */
};

/* Frames that were late, for whatever reason. */
uint64_t pp_report_late(const uint64_t *jank);

/* The quantities of the table, in its order: false past the last. is_phase: a part of work. */
typedef struct pp_report_quantity {
    const char *name;
    bool is_phase;
    const pp_distribution *distribution;
} pp_report_quantity;
bool pp_report_quantity_at(const pp_report *report, size_t index, pp_report_quantity *out);

/* The phases of work as the overlay stacks them, the user's before other; for places below
 * PP_REPORT_WORK_PHASES. */
uint32_t pp_report_phase_at(size_t place);

/* The name of a phase, "?" for one that is unknown. */
const char *pp_report_phase(uint32_t phase);

/* ---- Who was painted, and why (report_painters.c) ----------------------------------------------
 */

/* A painter: of all of a recording or, without one, of the frames. */
typedef struct pp_report_painter {
    const pp_site_info *site;
    const pp_painter_total *noted; /* NULL: nothing but its time */
    uint64_t count, self_ns, total_ns, pixels;
    const pp_cause_total **rows; /* by self time; a part of the list's rows */
    size_t row_count;
} pp_report_painter;

typedef struct pp_report_painters {
    pp_report_painter *items; /* by self time */
    size_t count;
    const pp_cause_total **rows;
    bool failed; /* memory ran out */
} pp_report_painters;

pp_report_painters pp_report_list_painters(const pp_report *report, const pp_reader *reader);
void pp_report_free_painters(pp_report_painters *painters);

/* Whether a probe has recorded this: only then is anything of it told. */
bool pp_report_knows_causes(const pp_report *report, const pp_reader *reader);

/* "widget", "item" …; "zone" for a site in the source. */
const char *pp_report_kind(const pp_site_info *site, char *room, size_t room_bytes);

/* The profiler's own time. */
uint64_t pp_report_overhead(const pp_report *report, const pp_reader *reader);

/* The share that was not needed, and of how many sampled pixels; false without a sample. */
bool pp_report_waste(const pp_waste_total *waste, double *share);

/* Slow events and instances, most time first: pointers into the report, which the caller frees.
 * NULL, and count 0, without any or without memory. */
const pp_event_total **pp_report_sort_events(const pp_report *report, size_t *count);
const pp_instance_total **pp_report_sort_instances(const pp_report *report, size_t *count);

/* ---- What is worth a look (report_findings.c) --------------------------------------------------
 */

/* X(name, key): the key is what JSON calls it. */
#define PP_FINDING_LIST(X)                                                                         \
    X(PP_FINDING_COVERED, "covered")                                                               \
    X(PP_FINDING_UNCHANGED, "unchanged")                                                           \
    X(PP_FINDING_SMALL_CHANGE, "small_change")                                                     \
    X(PP_FINDING_UNPAINTED, "unpainted")                                                           \
    X(PP_FINDING_MANY_ITEMS, "many_items")                                                         \
    X(PP_FINDING_SLOW_HANDLER, "slow_handler")
#define PP_FINDING_ENUM(name, key) name,
typedef enum pp_finding_kind { PP_FINDING_LIST(PP_FINDING_ENUM) PP_FINDING_COUNT } pp_finding_kind;
#undef PP_FINDING_ENUM

typedef struct pp_finding {
    pp_finding_kind kind;
    uint64_t cost_ns;                 /* that could be saved at most */
    const pp_report_painter *painter; /* NULL for a handler */
    const pp_cause_total *cause;      /* NULL: not known */
    const pp_event_total *event;      /* of a handler */
} pp_finding;

const char *pp_finding_key(pp_finding_kind kind);

/* What is wasteful, most costly first; freed by the caller. NULL without any or without memory. */
pp_finding *pp_report_find(const pp_report *report, const pp_report_painters *painters,
                           size_t *count);

/* ---- Parts of the outputs -------------------------------------------------------------------- */

/* Nanoseconds since the beginning of what was recorded. */
uint64_t pp_report_since_begin(const pp_report *report, const pp_reader *reader, uint64_t at_ns);

/* The lines that say what was recorded and what is missing. */
void pp_report_add_info_lines(pp_buffer *text, const pp_reader *reader);

/* All of the above as text, and as members of a JSON object. */
void pp_report_add_causes(pp_buffer *text, const pp_report *report, const pp_reader *reader);
void pp_report_json_causes(pp_buffer *json, const pp_report *report, const pp_reader *reader);

/* How many frames were disturbed. */
uint64_t pp_report_disturbed(const pp_report *report);

/* The table of windows, indented. */
void pp_report_add_windows(pp_buffer *text, const pp_report *report, const pp_reader *reader);

/* The section of red flags, and the same as a JSON array (report_flags.c). */
void pp_report_add_flags(pp_buffer *text, const pp_report *report);
void pp_report_add_flags_json(pp_buffer *json, const pp_report *report);

/* Self time of all sites of a recording, in nanoseconds. */
uint64_t pp_report_all_self(const pp_reader *reader);

/* 0 of nothing. */
double pp_report_ratio(uint64_t part, uint64_t whole);

/* Hands a finished text to write: 0, or PP_ENOMEM when it is not whole. Frees it. */
int pp_report_deliver(pp_buffer *text, pp_text_fn write, void *user);

#endif
