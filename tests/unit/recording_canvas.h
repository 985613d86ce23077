/* tests/unit/recording_canvas.h: a canvas that remembers what is drawn on it instead of drawing.
 *
 * Its text metrics are fixed, 0.6 em for each character, so that a draw list is the same on every
 * machine. Tests look at single shapes, or compare the whole list with a golden file. */
#ifndef PP_TESTS_RECORDING_CANVAS_H
#define PP_TESTS_RECORDING_CANVAS_H

#include <paintprof/canvas.h>

typedef enum recorded_kind {
    RECORDED_PUSH_CLIP,
    RECORDED_POP_CLIP,
    RECORDED_FILL_RECT,
    RECORDED_STROKE_RECT,
    RECORDED_LINE,
    RECORDED_POLYLINE_POINT,
    RECORDED_TRIANGLE,
    RECORDED_TEXT,
    RECORDED_FRAGMENT,
    RECORDED_SEGMENT,
    RECORDED_KIND_COUNT
} recorded_kind;

/* One shape of one call. values holds, by kind: x y w h; x1 y1 x2 y2; x y; three points; for a
 * text x y and its alignment; for a fragment its source and where it goes. A segment is not in
 * them. */
typedef struct recorded_shape {
    recorded_kind kind;
    size_t call; /* shapes of one call have the same number */
    pp_color color;
    int width_px;
    int values[6];
    pp_segment segment;
    pp_font font;
    char *text;     /* NUL-terminated copy, NULL for other kinds */
    pp_rect bounds; /* pixels it covers, by the fixed metrics */
    pp_rect clip;   /* in force when it was drawn */
} recorded_shape;

enum { RECORDED_CLIPS_MAX = 16 };

typedef struct recording_canvas {
    pp_canvas canvas;
    recorded_shape *shapes;
    size_t size, capacity;
    size_t calls; /* all of them, measuring of text left out */
    pp_rect clips[RECORDED_CLIPS_MAX];
    size_t clip_depth;
} recording_canvas;

/* A canvas of that size whose dirty rectangle is all of it. Release it with
 * recording_canvas_release(). */
void recording_canvas_init(recording_canvas *recording, int width_px, int height_px, double ratio);
void recording_canvas_release(recording_canvas *recording);

/* Forgets all shapes and calls. */
void recording_canvas_clear(recording_canvas *recording);

size_t recording_canvas_count(const recording_canvas *recording, recorded_kind kind);

/* The first text that contains part, or NULL. */
const recorded_shape *recording_canvas_find_text(const recording_canvas *recording,
                                                 const char *part);

/* The draw list as lines of text: one per call, then one, indented, per shape. Free it. */
char *recording_canvas_text(const recording_canvas *recording);

/* Fails the running cmocka test unless actual is byte for byte the file tests/golden/NAME. With
 * PAINTPROF_UPDATE_GOLDEN=1 in the environment it writes that file instead. */
void expect_golden(const char *name, const char *actual);

/* expect_golden() of the draw list. */
void recording_canvas_expect_golden(const recording_canvas *recording, const char *name);

#endif
