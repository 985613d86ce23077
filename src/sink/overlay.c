/* sink/overlay.c: the overlay as an object: its sink, its controls and what it wants repainted.
 *
 * The sink, on whatever thread drains the session, only copies frames into the history under the
 * mutex. Everything else belongs to the GUI thread: at its refresh it brings the graph up to the
 * history and, at most four times a second, makes new numbers. Frozen, the sink takes no frames:
 * pages can be looked through, all showing the same moment. */
#include "base/base.h"
#include "sink/overlay_paint.h"
#include "sink/overlay_text.h"
#include <paintprof/overlay.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t text_period_ns = 250000000;

struct pp_overlay {
    uint32_t window;
    pthread_mutex_t mutex;      /* guards history and takes_frames */
    pp_overlay_history history; /* written by the sink */
    bool takes_frames;

    /* Of the GUI thread. */
    pp_overlay_page page;
    pp_corner corner;
    pp_overlay_panel panel;
    bool stale;                       /* a control changed: all of the panel has to be made anew */
    uint64_t graph_total, text_total; /* frames that graph and numbers have seen */
    uint64_t text_ns;                 /* when the numbers were made */
};

static const char *const page_names[PP_OVERLAY_PAGE_COUNT] = {"off", "mini", "full", "items"};
static const char *const corner_names[PP_CORNER_COUNT] = {"top-right", "bottom-right",
                                                          "bottom-left", "top-left"};

int pp_overlay_page_from_name(const char *name)
{
    for (int page = 0; name != NULL && page < PP_OVERLAY_PAGE_COUNT; page++)
        if (strcmp(name, page_names[page]) == 0)
            return page;
    return pp_fail(PP_EINVAL, "overlay: no page is called '%s' (off, mini, full, items)",
                   name != NULL ? name : "(null)");
}

const char *pp_overlay_page_name(pp_overlay_page page)
{
    return (unsigned)page < PP_OVERLAY_PAGE_COUNT ? page_names[page] : "";
}

/* The index of the name that the first size bytes of text are, or count. */
static int index_of_name(const char *const *names, int count, const char *text, size_t size)
{
    int i = 0;
    while (i < count && (strlen(names[i]) != size || memcmp(names[i], text, size) != 0))
        i++;
    return i;
}

int pp_overlay_from_environment(pp_overlay_page *page, pp_corner *corner)
{
    const char *value = secure_getenv("PAINTPROF_OVERLAY");
    if (value == NULL)
        return PP_EINVAL;
    size_t page_size = strcspn(value, ",");
    int named_page = index_of_name(page_names, PP_OVERLAY_PAGE_COUNT, value, page_size);
    if (named_page == PP_OVERLAY_PAGE_COUNT)
        return PP_EINVAL;
    *page = (pp_overlay_page)named_page;
    if (value[page_size] == '\0')
        return PP_OK;
    const char *name = value + page_size + 1;
    int named_corner = index_of_name(corner_names, PP_CORNER_COUNT, name, strlen(name));
    if (named_corner < PP_CORNER_COUNT)
        *corner = (pp_corner)named_corner;
    return PP_OK;
}

int pp_overlay_create(pp_overlay **out, uint32_t window)
{
    *out = NULL;
    pp_overlay *overlay = calloc(1, sizeof *overlay);
    if (overlay == NULL)
        return pp_fail(PP_ENOMEM, "overlay: out of memory");
    int error = pp_overlay_history_init(&overlay->history);
    if (error == 0 && pthread_mutex_init(&overlay->mutex, NULL) != 0) {
        pp_overlay_history_release(&overlay->history);
        error = pp_fail(PP_ENOMEM, "overlay: no memory for a mutex");
    }
    if (error != 0) {
        free(overlay);
        return error;
    }
    overlay->window = window;
    overlay->takes_frames = true;
    overlay->stale = true;
    (void)pp_overlay_from_environment(&overlay->page, &overlay->corner);
    *out = overlay;
    return 0;
}

void pp_overlay_destroy(pp_overlay *overlay)
{
    if (overlay == NULL)
        return;
    pp_overlay_graph_release(&overlay->panel.graph);
    pp_overlay_history_release(&overlay->history);
    pthread_mutex_destroy(&overlay->mutex);
    free(overlay);
}

static void take_frame(void *user, const pp_frame *frame)
{
    pp_overlay *overlay = user;
    if (overlay->window != 0 && overlay->window != frame->window)
        return;
    pthread_mutex_lock(&overlay->mutex);
    if (overlay->takes_frames)
        pp_overlay_history_add(&overlay->history, frame);
    pthread_mutex_unlock(&overlay->mutex);
}

pp_sink pp_overlay_sink(pp_overlay *overlay)
{
    return (pp_sink){.struct_size = sizeof(pp_sink), .user = overlay, .frame = take_frame};
}

void pp_overlay_set_page(pp_overlay *overlay, pp_overlay_page page)
{
    if ((unsigned)page >= PP_OVERLAY_PAGE_COUNT)
        return;
    overlay->page = page;
    overlay->stale = true;
}

pp_overlay_page pp_overlay_current_page(const pp_overlay *overlay)
{
    return overlay->page;
}

void pp_overlay_next_page(pp_overlay *overlay)
{
    pp_overlay_set_page(overlay, (pp_overlay_page)((overlay->page + 1) % PP_OVERLAY_PAGE_COUNT));
}

void pp_overlay_set_frozen(pp_overlay *overlay, bool frozen)
{
    if (frozen == overlay->panel.frozen)
        return;
    overlay->panel.frozen = frozen;
    overlay->stale = true;
    pthread_mutex_lock(&overlay->mutex);
    overlay->takes_frames = !frozen;
    overlay->history.cut = true; /* frames are missing before the next one */
    pthread_mutex_unlock(&overlay->mutex);
}

bool pp_overlay_frozen(const pp_overlay *overlay)
{
    return overlay->panel.frozen;
}

void pp_overlay_reset(pp_overlay *overlay)
{
    pthread_mutex_lock(&overlay->mutex);
    pp_overlay_history_clear(&overlay->history);
    pthread_mutex_unlock(&overlay->mutex);
    overlay->stale = true;
}

void pp_overlay_set_corner(pp_overlay *overlay, pp_corner corner)
{
    if ((unsigned)corner < PP_CORNER_COUNT)
        overlay->corner = corner;
}

pp_corner pp_overlay_current_corner(const pp_overlay *overlay)
{
    return overlay->corner;
}

static void set_state_text(pp_overlay *overlay, char *state, const char *text)
{
    pp_overlay_elide(state, PP_OVERLAY_STATE_BYTES, text != NULL ? text : "",
                     PP_OVERLAY_STATE_BYTES / 2);
    overlay->stale = true;
}

void pp_overlay_set_recording(pp_overlay *overlay, const char *text)
{
    set_state_text(overlay, overlay->panel.recording, text);
}

void pp_overlay_set_note(pp_overlay *overlay, const char *text)
{
    set_state_text(overlay, overlay->panel.note, text);
}

static double usable_ratio(double ratio)
{
    return ratio >= 0.5 && ratio <= 16 ? ratio : 1;
}

static pp_overlay_shape present_shape(const pp_overlay *overlay, double ratio)
{
    const pp_overlay_panel *panel = &overlay->panel;
    pp_overlay_row rows[PP_OVERLAY_ROWS_MAX];
    pp_overlay_shape shape = {.page = overlay->page};
    shape.ratio = usable_ratio(ratio);
    shape.table_rows = (unsigned)pp_overlay_rows(&panel->stats, rows);
    shape.dropped = panel->stats.dropped > 0;
    shape.note = panel->note[0] != '\0';
    shape.badge = panel->frozen || panel->recording[0] != '\0';
    return shape;
}

void pp_overlay_size(const pp_overlay *overlay, double ratio, int *width_px, int *height_px)
{
    pp_overlay_layout layout;
    pp_overlay_shape shape = present_shape(overlay, ratio);
    pp_overlay_layout_make(&layout, &shape);
    *width_px = layout.width;
    *height_px = layout.height;
}

/* With the mutex held. */
static void make_stats(pp_overlay *overlay)
{
    pp_overlay_stats_make(&overlay->panel.stats, &overlay->history,
                          overlay->page == PP_OVERLAY_ITEMS);
    overlay->text_total = overlay->history.total;
}

static void make_graph(pp_overlay *overlay)
{
    pp_rect graph = overlay->panel.layout.graph;
    pp_overlay_graph_resize(&overlay->panel.graph, graph.w, graph.h,
                            overlay->panel.layout.shape.ratio,
                            overlay->panel.stats.user_more_phases);
    overlay->graph_total = 0;
}

/* Adds the columns of the frames that the graph has not seen. With the mutex held. */
static void extend_graph(pp_overlay *overlay)
{
    const pp_overlay_history *history = &overlay->history;
    uint64_t oldest = history->total - pp_overlay_history_count(history);
    uint64_t next = overlay->graph_total > oldest ? overlay->graph_total : oldest;
    for (; next < history->total; next++)
        pp_overlay_graph_add(&overlay->panel.graph, pp_overlay_history_at(history, next));
    overlay->graph_total = history->total;
}

/* Lays the panel out for what it shows now. Returns whether that changed anything. */
static bool make_layout(pp_overlay *overlay, double ratio)
{
    pp_overlay_layout *layout = &overlay->panel.layout;
    pp_overlay_shape shape = present_shape(overlay, ratio);
    if (pp_overlay_shape_equal(&shape, &layout->shape))
        return false;
    pp_overlay_layout_make(layout, &shape);
    return true;
}

static uint64_t dropped_records(void)
{
    pp_session *session = pp_session_current();
    return session != NULL ? pp_session_dropped(session) : 0;
}

/* What a refresh found to do. */
typedef struct refresh {
    bool all, text, graph;
} refresh;

static bool text_is_due(pp_overlay *overlay, uint64_t now_ns)
{
    pthread_mutex_lock(&overlay->mutex);
    uint64_t total = overlay->history.total;
    pthread_mutex_unlock(&overlay->mutex);
    if (total == overlay->text_total)
        return false;
    return overlay->text_total == 0 || now_ns >= overlay->text_ns + text_period_ns;
}

static refresh bring_up_to_date(pp_overlay *overlay, uint64_t now_ns, double ratio)
{
    refresh r = {.all = overlay->stale};
    pp_overlay_stats *stats = &overlay->panel.stats;
    uint64_t old_budget_ns = stats->budget_ns;
    r.text = r.all || text_is_due(overlay, now_ns);
    /* Asks the session, whose lock is held where the sink takes ours: never the other way. */
    uint64_t dropped = r.text ? dropped_records() : stats->dropped;
    pthread_mutex_lock(&overlay->mutex);
    r.graph = overlay->history.total != overlay->graph_total;
    if (r.text) {
        make_stats(overlay);
        stats->dropped = dropped;
        overlay->text_ns = now_ns;
    }
    r.all |= make_layout(overlay, ratio);
    r.all |= stats->budget_ns != old_budget_ns; /* labels beside the graph */
    r.all |= stats->user_more_phases != overlay->panel.graph.grouped_phases;
    if (r.all)
        make_graph(overlay);
    extend_graph(overlay);
    pthread_mutex_unlock(&overlay->mutex);
    return r;
}

static bool is_empty(pp_rect rect)
{
    return rect.w <= 0 || rect.h <= 0;
}

size_t pp_overlay_dirty(pp_overlay *overlay, uint64_t now_ns, double ratio, pp_rect *rects)
{
    const pp_overlay_layout *layout = &overlay->panel.layout;
    size_t count = 0;
    if (overlay->page == PP_OVERLAY_OFF)
        return 0;
    refresh r = bring_up_to_date(overlay, now_ns, ratio);
    overlay->stale = false;
    if (r.all) {
        rects[0] = (pp_rect){0, 0, layout->width, layout->height};
        return 1;
    }
    if (r.graph && !is_empty(layout->graph))
        rects[count++] = layout->graph;
    if (r.text && !is_empty(layout->head))
        rects[count++] = layout->head;
    if (r.text && !is_empty(layout->table))
        rects[count++] = (pp_rect){layout->table.x, layout->table.y, layout->table.w,
                                   layout->foot.y + layout->foot.h - layout->table.y};
    return count;
}

uint64_t pp_overlay_refresh_due_ns(const pp_overlay *overlay)
{
    if (overlay->page == PP_OVERLAY_OFF)
        return 0;
    pthread_mutex_t *mutex = (pthread_mutex_t *)&overlay->mutex; /* locking changes no state */
    pthread_mutex_lock(mutex);
    bool waiting = overlay->history.total != overlay->text_total;
    pthread_mutex_unlock(mutex);
    return waiting ? overlay->text_ns + text_period_ns : 0;
}

void pp_overlay_paint(void *surface, void *user)
{
    pp_canvas *canvas = surface;
    pp_overlay *overlay = user;
    const pp_overlay_shape *shape = &overlay->panel.layout.shape;
    /* A host that paints before it asked what is dirty still gets a panel that fits. */
    if (shape->page != overlay->page || shape->ratio != usable_ratio(canvas->ratio)) {
        overlay->stale = true;
        bring_up_to_date(overlay, overlay->text_ns, canvas->ratio);
    }
    pp_overlay_panel_paint(&overlay->panel, canvas);
}

size_t pp_overlay_text(pp_overlay *overlay, char *buffer, size_t capacity)
{
    pp_overlay_stats stats;
    uint64_t dropped = dropped_records();
    pthread_mutex_lock(&overlay->mutex);
    pp_overlay_stats_make(&stats, &overlay->history, true);
    pthread_mutex_unlock(&overlay->mutex);
    stats.dropped = dropped;
    return pp_overlay_report(buffer, capacity, &stats, overlay->window);
}
