/* frame/history.h: the last frames of a session, for snapshots.
 *
 * Memory: sizeof(pp_history_entry), 400 bytes, per frame kept: 1.6 MB of address space for
 * the default of 4096 frames, of which a page is touched only when a frame reaches it. */
#ifndef PP_HISTORY_H
#define PP_HISTORY_H

#include <paintprof/frame.h>
#include <stdbool.h>

typedef struct pp_history_entry {
    pp_frame frame; /* painters NULL */
    const pp_site_info *slowest_site;
    uint64_t slowest_self_ns;
} pp_history_entry;

/* A ring. */
typedef struct pp_history {
    pp_history_entry *entries;
    size_t capacity;
    size_t count; /* kept now */
    size_t next;  /* where the next frame goes */
} pp_history;

/* False without memory. Free it with pp_history_free(). */
bool pp_history_init(pp_history *history, size_t capacity);
void pp_history_free(pp_history *history);
void pp_history_add(pp_history *history, const pp_frame *frame);
void pp_history_clear(pp_history *history);

/* As pp_session_frames(). */
size_t pp_history_frames(const pp_history *history, uint32_t window, pp_frame *out,
                         size_t capacity);

/* As pp_session_snapshot(), but for frames_total and dropped; false without memory. */
bool pp_history_snapshot(const pp_history *history, uint32_t window, size_t last_n,
                         pp_snapshot *out);

#endif
