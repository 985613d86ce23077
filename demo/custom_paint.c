/* demo/custom_paint.c: a paint routine of one's own, in C: a spectrum of 2,000 lines.
 *
 *   custom-paint [--frames N] [--csv FILE]
 *
 * The lines marked "profile" are all that measuring it takes. */
#include <paintprof/qt.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 2000 };

typedef struct spectrum {
    ppq_app *app;
    ppq_canvas *canvas;
    int width_px, height_px;
    long frames_left; /* negative: no end */
    double phase;
    double levels[LINES];
    pp_line lines[LINES];
} spectrum;

static void compute_levels(spectrum *s)
{
    PP_SCOPE_IN("Spectrum.levels()", "compute"); /* profile: a phase of one's own */
    for (int i = 0; i < LINES; ++i) {
        double x = (double)i / LINES;
        s->levels[i] = fabs(sin(31 * x + s->phase) * cos(7 * x - s->phase / 2)) * (1 - 0.7 * x);
    }
    s->phase += 0.03;
}

static void paint(void *surface, void *user)
{
    PP_SCOPE("Spectrum.paint()", PP_PHASE_REDRAW); /* profile */
    pp_canvas *canvas = surface;
    spectrum *s = user;
    compute_levels(s);
    for (int i = 0; i < LINES; ++i) {
        int x = (int)((double)i * s->width_px / LINES);
        int top = s->height_px - 1 - (int)(s->levels[i] * (s->height_px - 1));
        s->lines[i] = (pp_line){x, s->height_px - 1, x, top};
    }
    pp_rect all = {0, 0, s->width_px, s->height_px};
    canvas->ops->fill_rects(canvas, &all, 1, 0xff0d1117);
    canvas->ops->lines(canvas, s->lines, LINES, 0xff2ec4a0, 1);
}

static void resize(void *user, int width_px, int height_px, double ratio)
{
    spectrum *s = user;
    (void)ratio;
    s->width_px = width_px;
    s->height_px = height_px;
}

static void next_frame(void *user)
{
    spectrum *s = user;
    if (s->frames_left > 0 && --s->frames_left == 0)
        ppq_app_quit(s->app, 0);
    else
        ppq_canvas_update(s->canvas);
}

static void frame_end(void *user, uint64_t flush_start_ns, uint64_t end_ns)
{
    (void)flush_start_ns;
    (void)end_ns;
    ppq_post(next_frame, user);
}

static int fail(void)
{
    fprintf(stderr, "custom-paint: %s\n", pp_last_error());
    return 1;
}

int main(int argc, char **argv)
{
    static spectrum s = {.frames_left = -1};
    static const char title[] = "Spectrum";
    const char *csv_path = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--frames") == 0)
            s.frames_left = atol(argv[i + 1]);
        else if (strcmp(argv[i], "--csv") == 0)
            csv_path = argv[i + 1];
    }
    ppq_window *window;
    if (ppq_app_create(&s.app, &argc, argv) != 0 ||
        ppq_window_create(&window, title, sizeof title - 1, 1000, 400) != 0)
        return fail();

    pp_session *session;                       /* profile */
    pp_csv *csv = NULL;                        /* profile */
    pg_set_profile_enabled(true);              /* profile */
    if (pp_session_start(&session, NULL) != 0) /* profile */
        return fail();
    if (csv_path != NULL) {
        if (pp_csv_open(&csv, csv_path) != 0) /* profile */
            return fail();
        pp_sink sink = pp_csv_sink(csv);             /* profile */
        if (pp_session_add_sink(session, &sink) < 0) /* profile */
            return fail();
    }

    ppq_callbacks callbacks = {.struct_size = sizeof callbacks,
                               .user = &s,
                               .paint = paint,
                               .resize = resize,
                               .frame_end = frame_end};
    if (ppq_canvas_create(&s.canvas, window, &callbacks) != 0)
        return fail();
    ppq_window_show(window);
    int status = ppq_app_exec(s.app);

    pp_session_stop(session);   /* profile */
    if (pp_csv_close(csv) != 0) /* profile */
        status = fail();
    ppq_window_destroy(window);
    ppq_app_destroy(s.app);
    return status;
}
