/* paintprof/overlay.h: the live panel: frame times per phase, drawn through a canvas.
 *
 * Pages: off, mini (one line led by work ms), full (stacked bars per frame, newest right, y = 2 x
 * budget, a table last/avg/p99/max per phase, the worst frame and its cause), items (the top
 * painters by self time). The graph is a ring image in device pixels: a frame costs one column.
 * Text changes at most 4 times a second. The toolkit's host asks what is dirty and paints it. */
#ifndef PAINTPROF_OVERLAY_H
#define PAINTPROF_OVERLAY_H

#include <paintprof/canvas.h>
#include <paintprof/export.h>
#include <paintprof/session.h>

PP_BEGIN_DECLS

typedef struct pp_overlay pp_overlay;

typedef enum pp_overlay_page {
    PP_OVERLAY_OFF,
    PP_OVERLAY_MINI,
    PP_OVERLAY_FULL,
    PP_OVERLAY_ITEMS,
    PP_OVERLAY_PAGE_COUNT
} pp_overlay_page;

typedef enum pp_corner {
    PP_CORNER_TOP_RIGHT,
    PP_CORNER_BOTTOM_RIGHT,
    PP_CORNER_BOTTOM_LEFT,
    PP_CORNER_TOP_LEFT,
    PP_CORNER_COUNT
} pp_corner;

/* Creates an overlay for the frames of one window (a pp_window_number(); 0: of every window).
 * Page and corner are those of pp_overlay_from_environment(), else off, at the top right.
 * Returns 0 or PP_ENOMEM.
 * Destroy it with pp_overlay_destroy(). Thread: any. Since: 0.1 */
PP_API int pp_overlay_create(pp_overlay **out, uint32_t window);
PP_API void pp_overlay_destroy(pp_overlay *overlay);

/* What PAINTPROF_OVERLAY=PAGE[,CORNER] says, such as "full,bottom-left": fills *page and, where one
 * is named, *corner (top-right, bottom-right, bottom-left, top-left). PP_EINVAL where it is unset
 * or names no page; both are then untouched. Thread: any. Since: 0.1 */
PP_API int pp_overlay_from_environment(pp_overlay_page *page, pp_corner *corner);

/* A sink that feeds the overlay, for pp_session_add_sink(). The overlay must outlive it. It may
 * run on another thread than the functions below. Thread: any. Since: 0.1 */
PP_API pp_sink pp_overlay_sink(pp_overlay *overlay);

/* The controls; each takes effect at the next refresh. Thread: GUI thread. Since: 0.1 */
PP_API void pp_overlay_set_page(pp_overlay *overlay, pp_overlay_page page);
PP_API pp_overlay_page pp_overlay_current_page(const pp_overlay *overlay);
PP_API void pp_overlay_next_page(pp_overlay *overlay);
/* Frozen, it takes no frames: all pages show the same moment. Other sinks go on. */
PP_API void pp_overlay_set_frozen(pp_overlay *overlay, bool frozen);
PP_API bool pp_overlay_frozen(const pp_overlay *overlay);
PP_API void pp_overlay_reset(pp_overlay *overlay);
PP_API void pp_overlay_set_corner(pp_overlay *overlay, pp_corner corner);
PP_API pp_corner pp_overlay_current_corner(const pp_overlay *overlay);
/* Shown as a red dot while a file is written; text is copied, NULL when none is. */
PP_API void pp_overlay_set_recording(pp_overlay *overlay, const char *text);
/* A line of the host's, such as why there is no GPU time; copied, NULL for none. */
PP_API void pp_overlay_set_note(pp_overlay *overlay, const char *text);

/* The page of a name (off, mini, full, items), or PP_EINVAL. Thread: any. Since: 0.1 */
PP_API int pp_overlay_page_from_name(const char *name);
PP_API const char *pp_overlay_page_name(pp_overlay_page page);

/* The panel's size in device pixels at a ratio; 0x0 while off. It may change with what is shown
 * (a new user phase, a note): ask again after pp_overlay_dirty(). Thread: GUI thread. Since: 0.1 */
PP_API void pp_overlay_size(const pp_overlay *overlay, double ratio, int *width_px, int *height_px);

enum { PP_OVERLAY_DIRTY_MAX = 4 };

/* Which parts of the panel (device pixels) have to be repainted now: new columns at once, text
 * at most every 250 ms. Fills rects (room for PP_OVERLAY_DIRTY_MAX), returns how many.
 * Thread: GUI thread. Since: 0.1 */
PP_API size_t pp_overlay_dirty(pp_overlay *overlay, uint64_t now_ns, double ratio, pp_rect *rects);

/* When the one trailing text refresh is due (ns of pp_now_ns()), 0 when none is: an idle program
 * is never woken again. Thread: GUI thread. Since: 0.1 */
PP_API uint64_t pp_overlay_refresh_due_ns(const pp_overlay *overlay);

/* Paints canvas->dirty of the panel; surface is a pp_canvas * of the panel's size, user the
 * overlay: a pp_paint_fn. Every pixel of dirty is painted opaque. Thread: GUI thread. Since: 0.1 */
PP_API void pp_overlay_paint(void *surface, void *overlay);

/* The present numbers as aligned plain text, for the clipboard: writes at most capacity bytes
 * including the NUL and returns the length it needs without it. Thread: GUI thread. Since: 0.1 */
PP_API size_t pp_overlay_text(pp_overlay *overlay, char *buffer, size_t capacity);

PP_END_DECLS

#endif
