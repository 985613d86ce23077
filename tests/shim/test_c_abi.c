/* tests/shim/test_c_abi.c: the header from C11: a window is made, painted, pictured and ended. */
#include <paintprof/qt.h>

#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, pp_last_error());  \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

typedef struct program {
    ppq_app *app;
    ppq_canvas *canvas;
    int paints, frames, ended;
} program;

static void paint(void *surface, void *user)
{
    pp_canvas *canvas = surface;
    program *self = user;
    pp_rect all = {0, 0, canvas->width_px, canvas->height_px};
    canvas->ops->fill_rects(canvas, &all, 1, 0xff203040);
    self->paints++;
}

static void frame_end(void *user, uint64_t flush_start_ns, uint64_t end_ns)
{
    program *self = user;
    CHECK(flush_start_ns <= end_ns);
    if (++self->frames < 5)
        ppq_canvas_update(self->canvas);
    else
        ppq_app_quit(self->app, 7);
}

static void ended(void *user)
{
    ((program *)user)->ended++;
}

static void give_up(void *user)
{
    ppq_app_quit(((program *)user)->app, 1);
}

int main(int argc, char **argv)
{
    program self = {0};
    CHECK(ppq_app_create(&self.app, &argc, argv) == PP_OK);
    ppq_app *second = NULL;
    CHECK(ppq_app_create(&second, &argc, argv) == PP_EBUSY && !second);

    ppq_window *window = NULL;
    CHECK(ppq_window_create(&window, "C", 1, 0, 10) == PP_EINVAL);
    CHECK(ppq_window_create(&window, "C", 1, 320, 200) == PP_OK);
    ppq_callbacks callbacks = {.struct_size = sizeof callbacks,
                               .user = &self,
                               .paint = paint,
                               .frame_end = frame_end,
                               .destroy = ended};
    CHECK(ppq_canvas_create(&self.canvas, window, &callbacks) == PP_OK);
    ppq_canvas *other = NULL;
    CHECK(ppq_canvas_create(&other, window, &callbacks) == PP_EBUSY && self.ended == 0);

    ppq_timer *timer = NULL;
    CHECK(ppq_timer_create(&timer, window, 20000, false, give_up, &self) == PP_OK);
    ppq_window_show(window);
    CHECK(ppq_app_exec(self.app) == 7);
    CHECK(self.frames == 5 && self.paints == 5);

    ppq_window_destroy(window);
    CHECK(self.ended == 1);
    ppq_app_destroy(self.app);
    return failures != 0;
}
