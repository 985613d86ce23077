/* capture/window.c: windows and the records that say where their frames begin and end. */
#include <paintprof/window.h>

#include "base/base.h"
#include "capture/meta.h"
#include "capture/state.h"

#include <math.h>
#include <paintprof/phase.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const double DEFAULT_HZ = 60;

struct pp_window {
    uint32_t number;
    bool counts_items;
    bool has_begun; /* a frame whose begin was recorded */
    bool is_disturbed;
    uint64_t budget_ns;
    uint64_t begin_ticks;   /* of the present frame */
    uint64_t asked_ticks;   /* 0: not asked */
    uint64_t painted_ticks; /* end of the last paint of this frame, 0: none yet */
    uint64_t dirty_px;
    uint64_t gpu_token;      /* of this frame's GPU time, 0: it has none */
    uint64_t last_gpu_token; /* 0: there never was one */
    uint64_t early_gpu_ns;   /* came before the frame's end */
    bool has_early_gpu;
};

/* What outlives a window: its title and renderer, for the sidecar. */
typedef struct description {
    struct description *next;
    uint32_t number;
    char *title, *renderer;
} description;

static struct {
    pthread_mutex_t mutex;
    description *first; /* youngest */
    uint32_t last_number;
} windows = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static __thread struct {
    uint32_t created, painted;
    uint32_t focus;            /* recorded last, */
    uint32_t focus_generation; /* in this capture */
} counts __attribute__((tls_model("initial-exec")));

static void set_text(char **text, const char *value)
{
    char *copy = strdup(value ? value : "");
    if (copy) {
        free(*text);
        *text = copy;
    }
}

static void tell(const pp_meta_target *target, const description *d)
{
    pp_meta_window(target, d->number, d->title, d->renderer);
}

void pp_windows_tell(const pp_meta_target *target)
{
    pthread_mutex_lock(&windows.mutex);
    for (const description *d = windows.first; d; d = d->next)
        tell(target, d);
    pthread_mutex_unlock(&windows.mutex);
}

static description *describe(const char *title, const char *renderer)
{
    description *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    set_text(&d->title, title);
    set_text(&d->renderer, renderer);
    if (!d->title || !d->renderer) {
        free(d->title);
        free(d->renderer);
        free(d);
        return NULL;
    }
    pthread_mutex_lock(&windows.mutex);
    d->number = ++windows.last_number;
    d->next = windows.first;
    windows.first = d;
    tell(NULL, d);
    pthread_mutex_unlock(&windows.mutex);
    return d;
}

/* Under the lock. */
static description *find(uint32_t number)
{
    description *d = windows.first;
    while (d && d->number != number)
        d = d->next;
    return d;
}

int pp_window_create(pp_window **out, const pp_window_opts *opts)
{
    if (!out || !opts || opts->struct_size < sizeof *opts)
        return pp_fail(PP_EINVAL, "pp_window_create: no place for the window, or no valid options");
    pp_window *window = calloc(1, sizeof *window);
    description *d = window ? describe(opts->title, opts->renderer) : NULL;
    if (!d) {
        free(window);
        return pp_fail(PP_ENOMEM, "out of memory for a window");
    }
    window->number = d->number;
    window->counts_items = opts->counts_items;
    pp_window_set_refresh_hz(window, opts->refresh_hz);
    *out = window;
    return PP_OK;
}

static void write_gpu(const pp_window *window, uint64_t token, uint64_t gpu_ns)
{
    uint64_t payload[] = {window->number, token, gpu_ns};
    pp_write_extended(PP_EXT_GPU, payload, PP_COUNT_OF(payload));
}

void pp_window_destroy(pp_window *window)
{
    /* Its last frames must not wait for what nobody will tell any more. */
    if (window && window->last_gpu_token && pp_capture_generation())
        write_gpu(window, 0, PP_GPU_NOT_MEASURED);
    free(window);
}

uint32_t pp_window_number(const pp_window *window)
{
    return window->number;
}

void pp_window_set_refresh_hz(pp_window *window, double refresh_hz)
{
    double hz = isfinite(refresh_hz) && refresh_hz > 0 ? refresh_hz : DEFAULT_HZ;
    window->budget_ns = (uint64_t)(1e9 / hz + 0.5);
}

void pp_window_set_disturbed(pp_window *window, bool is_disturbed)
{
    window->is_disturbed = is_disturbed;
}

void pp_window_set_renderer(pp_window *window, const char *renderer)
{
    pthread_mutex_lock(&windows.mutex);
    description *d = find(window->number);
    set_text(&d->renderer, renderer);
    tell(NULL, d);
    pthread_mutex_unlock(&windows.mutex);
}

bool pp_window_describe(uint32_t number, char *title, size_t title_capacity, char *renderer,
                        size_t renderer_capacity)
{
    pthread_mutex_lock(&windows.mutex);
    const description *d = find(number);
    if (d) {
        pp_format(title, title_capacity, "%s", d->title);
        pp_format(renderer, renderer_capacity, "%s", d->renderer);
    }
    pthread_mutex_unlock(&windows.mutex);
    return d != NULL;
}

uint32_t pp_window_last_number(void)
{
    pthread_mutex_lock(&windows.mutex);
    uint32_t number = windows.last_number;
    pthread_mutex_unlock(&windows.mutex);
    return number;
}

/* ---- Frames -------------------------------------------------------------------------------- */

void pp_frame_asked(pp_window *window)
{
    if (pp_capture_generation() && !window->asked_ticks)
        window->asked_ticks = pp_ticks();
}

void pp_frame_begin(pp_window *window)
{
    window->has_begun = pp_capture_awake();
    window->painted_ticks = 0;
    window->dirty_px = 0;
    window->gpu_token = 0;
    if (!window->has_begun)
        return;
    window->begin_ticks = pp_ticks();
    uint64_t payload[] = {window->number, window->begin_ticks, window->asked_ticks,
                          window->budget_ns};
    window->asked_ticks = 0;
    pp_write_extended(PP_EXT_FRAME_BEGIN, payload, PP_COUNT_OF(payload));
}

void pp_frame_painted(pp_window *window, uint64_t dirty_px)
{
    if (!window->has_begun)
        return;
    window->painted_ticks = pp_ticks();
    window->dirty_px += dirty_px;
}

static void write_counts(const pp_window *window)
{
    if (!window->counts_items && !counts.created && !counts.painted)
        return;
    uint64_t payload[] = {counts.created, counts.painted};
    counts.created = counts.painted = 0;
    pp_write_extended(PP_EXT_COUNT, payload, PP_COUNT_OF(payload));
}

/* A time that came before the frame's end is written behind it, where readers look for it. */
static void end_gpu(pp_window *window)
{
    if (window->has_early_gpu)
        write_gpu(window, window->gpu_token, window->early_gpu_ns);
    window->gpu_token = 0;
}

static void end_frame(pp_window *window, uint64_t flags)
{
    if (!window->has_begun)
        return;
    window->has_begun = false;
    write_counts(window);
    if (window->counts_items)
        flags |= PP_FRAME_COUNTS_ITEMS;
    if (window->is_disturbed)
        flags |= PP_FRAME_DISTURBED;
    uint64_t payload[] = {window->number | flags, window->painted_ticks, window->dirty_px,
                          pp_phase_count(), window->gpu_token};
    /* Most frames have no GPU time, and do without the last word. */
    pp_write_extended(PP_EXT_FRAME_END, payload, PP_COUNT_OF(payload) - !window->gpu_token);
    if (window->gpu_token)
        end_gpu(window);
    pp_capture_frame_ended(flags & PP_FRAME_CANCELLED ? 0 : pp_ticks() - window->begin_ticks);
}

void pp_frame_end(pp_window *window)
{
    end_frame(window, 0);
}

uint64_t pp_frame_gpu_pending(pp_window *window)
{
    if (!window->has_begun || window->gpu_token)
        return 0;
    window->has_early_gpu = false;
    window->gpu_token = ++window->last_gpu_token;
    return window->gpu_token;
}

void pp_frame_gpu_done(pp_window *window, uint64_t token, int64_t gpu_ns)
{
    uint64_t value_ns = gpu_ns < 0 ? PP_GPU_NOT_MEASURED : (uint64_t)gpu_ns;
    if (token == 0 || token > window->last_gpu_token || !pp_capture_generation())
        return;
    if (token == window->gpu_token) {
        window->early_gpu_ns = value_ns;
        window->has_early_gpu = true;
        return;
    }
    write_gpu(window, token, value_ns);
}

void pp_frame_cancel(pp_window *window)
{
    window->gpu_token = 0;
    end_frame(window, PP_FRAME_CANCELLED);
}

void pp_count_items_created(uint32_t count)
{
    counts.created += count;
}

void pp_count_items_painted(uint32_t count)
{
    counts.painted += count;
}

void pp_window_focus(const pp_window *window)
{
    uint32_t number = window ? window->number : 0;
    uint32_t generation = pp_capture_generation();
    if (counts.focus_generation != generation)
        counts.focus = 0; /* where every capture starts */
    counts.focus_generation = generation;
    if (number == counts.focus || !generation)
        return;
    counts.focus = number;
    uint64_t payload = number;
    pp_write_extended(PP_EXT_FOCUS, &payload, 1);
}
