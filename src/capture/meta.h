/* capture/meta.h: the names and facts of a recording: sites, labels, phases, threads, windows, the
 * clock's lines and notes, as entries of words (recording/format.h).
 *
 * Entries go to a target, or with NULL to the log of the running recording, if there is one: it is
 * written when a name is new, before any record can use it. */
#ifndef PP_CAPTURE_META_H
#define PP_CAPTURE_META_H

#include <paintprof/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Receives entries one by one: a header word and its payload. */
typedef struct pp_meta_target {
    void *user;
    void (*entry)(void *user, const uint64_t *words, size_t count);
} pp_meta_target;

void pp_meta_site(const pp_meta_target *target, uint32_t id, const pp_site_info *info);
void pp_meta_label(const pp_meta_target *target, uint32_t id, const char *text);
void pp_meta_phase(const pp_meta_target *target, uint32_t number, const char *name);
void pp_meta_window(const pp_meta_target *target, uint32_t number, const char *title,
                    const char *renderer);

/* Logs a thread under the name that it has now. */
void pp_meta_thread(uint32_t number, pid_t tid);

/* Everything that is known now, from all rooms of the capture. */
void pp_meta_all(const pp_meta_target *target);

/* Opens and closes the log, whose chunks come from the capture's store. The close leaves the last
 * one in the list of those to save. */
void pp_meta_open_log(void);
void pp_meta_close_log(void);

/* Logs all threads again, under the names they have now. */
void pp_meta_name_threads(void);

/* Compares the clocks again when it is time, and logs the line that this gives. */
void pp_meta_sync_clock(void);

/* How many words of a chunk hold whole entries. */
uint64_t pp_meta_published(const uint64_t *words, uint64_t capacity);

void pp_meta_before_fork(void);
void pp_meta_after_fork(bool in_child);

/* Tell everything that the room's other files know; for pp_meta_all(). */
void pp_sites_tell(const pp_meta_target *target);
void pp_windows_tell(const pp_meta_target *target);

#endif
