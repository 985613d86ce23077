/* sink/csv_file.h: a CSV that is being written, as csv.c and csv_sidecar.c share it. */
#ifndef PP_CSV_FILE_H
#define PP_CSV_FILE_H

#include "base/host.h"
#include "base/text.h"
#include "sink/output.h"

#include <paintprof/csv.h>
#include <paintprof/phase.h>
#include <sys/types.h>

/* A window that has frames in the file. */
typedef struct pp_csv_window {
    uint32_t number;
    char *title, *renderer;
} pp_csv_window;

/* Whose frames they are: what the sidecar says of them. */
typedef struct pp_csv_source {
    void *user;
    /* Title and renderer of a window into the buffers; false if unknown. */
    bool (*window)(void *user, uint32_t number, char *title, size_t title_capacity, char *renderer,
                   size_t renderer_capacity);
    uint64_t (*dropped)(void *user); /* records, so far */
    void (*host)(void *user, pp_host *host);
    const char *version; /* of the paintprof that captured them; must outlive the CSV */
} pp_csv_source;

enum { PP_CSV_DISTURBED_MAX = 256 }; /* stretches; the last takes what comes beyond */

/* Frames that followed each other and were disturbed (pp_window_set_disturbed()). */
typedef struct pp_csv_stretch {
    uint64_t first, last;
} pp_csv_stretch;

struct pp_csv {
    pp_output output;
    pp_csv_source source;
    char *sidecar_path; /* NULL: what is written is no file */
    pid_t owner;        /* in the child of a fork the file is not ours */
    uint64_t rows;
    uint64_t dropped;     /* records of the session */
    uint32_t phase_count; /* with a column of their own; 0 before the header is written */
    uint32_t late_phases; /* a bit for each that came too late and was charged to other */
    pp_csv_window *windows;
    size_t window_count, window_capacity;
    uint64_t windows_left_out; /* for want of memory */
    uint32_t last_window;      /* of the last row */
    bool was_disturbed;        /* the last row */
    size_t disturbed_count;
    pp_csv_stretch disturbed[PP_CSV_DISTURBED_MAX];
};

enum { PP_CSV_NAME_BYTES = 48 };

/* As pp_csv_open(), for frames of another process. */
int pp_csv_open_for(pp_csv **out, const char *path, const pp_csv_source *source);

/* Phases that have a column: those of the header, or of one written now. */
uint32_t pp_csv_phase_count(const pp_csv *csv);

/* The column of a user phase, without a NUL: NAME_ms, or user.NAME_ms where that is a column of
 * every file. Returns where it ends; at most PP_CSV_NAME_BYTES. */
char *pp_csv_put_phase_column(char *at, uint32_t phase);

/* X(name, unit): the columns of every file. */
#define PP_CSV_COLUMNS(X)                                                                          \
    X("frame", "")                                                                                 \
    X("window", "")                                                                                \
    X("start_ns", "ns")                                                                            \
    X("interval_ms", "ms")                                                                         \
    X("work_ms", "ms")                                                                             \
    X("create_ms", "ms")                                                                           \
    X("batch_ms", "ms")                                                                            \
    X("redraw_ms", "ms")                                                                           \
    X("other_ms", "ms")                                                                            \
    X("overlay_ms", "ms")                                                                          \
    X("flush_ms", "ms")                                                                            \
    X("gpu_ms", "ms")                                                                              \
    X("items_created", "items")                                                                    \
    X("items_painted", "items")                                                                    \
    X("dirty_px", "px")                                                                            \
    X("budget_ms", "ms")                                                                           \
    X("jank", "")

/* What this process says of its own frames. */
extern const pp_csv_source pp_csv_live_source __attribute__((visibility("hidden")));

/* Notes title and renderer of a window that has a row now. */
void pp_csv_note_window(pp_csv *csv, uint32_t number);

/* Writes the sidecar, if there is one; is_complete: no row will follow. 0, PP_ENOMEM, PP_EIO. */
int pp_csv_write_sidecar(pp_csv *csv, bool is_complete);

#endif
