/* paintprof/window.h: tells the capture where the frames of a window begin and end.
 *
 * The Qt shim does this by itself. A program with its own toolkit calls, on the thread that
 * paints:  pp_frame_begin -> its paint -> pp_frame_painted -> its flush or swap -> pp_frame_end.
 * Zones on that thread outside a frame (items created in a slot) count to the next frame. */
#ifndef PAINTPROF_WINDOW_H
#define PAINTPROF_WINDOW_H

#include <paintprof/export.h>
#include <stdbool.h>
#include <stdint.h>

PP_BEGIN_DECLS

/* A window whose frames are measured. */
typedef struct pp_window pp_window;

typedef struct pp_window_opts {
    uint32_t struct_size; /* sizeof(pp_window_opts) */
    const char *title;    /* copied; NULL is "" */
    const char *renderer; /* copied, for example "raster"; NULL is "" */
    double refresh_hz;    /* of the window's screen; 0 or not finite: 60 */
    bool counts_items;    /* its items are counted: 0 is then measured, not unknown */
} pp_window_opts;

/* Creates a window; its number is 1 for the first of the process. Destroy it with
 * pp_window_destroy(). Returns 0, PP_EINVAL, PP_ENOMEM. Thread: any. Since: 0.1 */
PP_API int pp_window_create(pp_window **out, const pp_window_opts *opts);

/* Ends the window; NULL is allowed. Its number is not given again. Must not be inside a frame
 * of it. Thread: one at a time per object. Since: 0.1 */
PP_API void pp_window_destroy(pp_window *window);

/* The number of the window in frames and CSV. Thread: any. Since: 0.1 */
PP_API uint32_t pp_window_number(const pp_window *window);

/* What the window's screen and renderer are now. Thread: one at a time per object. Since: 0.1 */
PP_API void pp_window_set_refresh_hz(pp_window *window, double refresh_hz);
PP_API void pp_window_set_renderer(pp_window *window, const char *renderer);

/* While on, the frames of the window that end are marked as disturbed: a tool of paintprof's own
 * (the probe's flash, which outlines repaints) shows something beside them, which costs the machine
 * time that no zone has. Thread: as the frames. Since: 0.2 */
PP_API void pp_window_set_disturbed(pp_window *window, bool is_disturbed);

/* Notes that a repaint was asked for; the first of several before a frame counts. Tells a frame
 * that began late because a handler ran ("event" jank). Thread: as the frames. Since: 0.1 */
PP_API void pp_frame_asked(pp_window *window);

/* Begins a frame. Frames nest (a nested one is taken out of the outer one's time).
 * Thread: one at a time per object, the same for all frames of a window. Since: 0.1 */
PP_API void pp_frame_begin(pp_window *window);

/* Notes the end of a paint inside the frame, and the device pixels it was asked to repaint (the
 * frame's dirty_px is their sum); flush runs from the last one to the frame's end.
 * Thread: as pp_frame_begin. Since: 0.1 */
PP_API void pp_frame_painted(pp_window *window, uint64_t dirty_px);

/* Ends the frame, drains the session and feeds its sinks; the time of that is charged to
 * overlay in the next frame. Thread: as pp_frame_begin. Since: 0.1 */
PP_API void pp_frame_end(pp_window *window);

/* Inside a frame: says that its GPU time follows, by pp_frame_gpu_done(). The frame then waits, and
 * those of its thread behind it, until the time is there or four further frames of the window have
 * ended, the window or the thread has, or the session: sinks see it late, with its number and its
 * place. Returns a token for pp_frame_gpu_done(), or 0 when nothing is captured or the frame has
 * one already. Thread: as pp_frame_begin, no allocation. Since: 0.2 */
PP_API uint64_t pp_frame_gpu_pending(pp_window *window);

/* The GPU time of the frame that token is of; negative: PP_NOT_MEASURED. Token 0, one that came too
 * late and one of a cancelled frame are ignored. It takes effect where the session is drained next
 * (the next pp_frame_end(), or pp_session_drain()). Thread: as pp_frame_begin. Since: 0.2 */
PP_API void pp_frame_gpu_done(pp_window *window, uint64_t token, int64_t gpu_ns);

/* Ends what turned out to be no frame of the program (nothing but paintprof's own overlay was
 * painted): no frame is counted, all its time goes to overlay of the next one.
 * Thread: as pp_frame_begin. Since: 0.1 */
PP_API void pp_frame_cancel(pp_window *window);

/* Adds to the counts of the current frame, or of the next one outside a frame.
 * Thread: any, wait-free; only the counts of threads that have frames show. Since: 0.1 */
PP_API void pp_count_items_created(uint32_t count);
PP_API void pp_count_items_painted(uint32_t count);

/* From now on, zones outside a frame on this thread count to the next frame of window (NULL: of
 * any window). Costs two stores. Thread: any, wait-free. Since: 0.1 */
PP_API void pp_window_focus(const pp_window *window);

PP_END_DECLS

#endif
