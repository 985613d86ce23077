/* tests/unit/recording_canvas.c: a canvas that remembers what is drawn on it instead of drawing. */
#include "recording_canvas.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static pp_rect rect_between(int x1, int y1, int x2, int y2)
{
    pp_rect rect = {min_int(x1, x2), min_int(y1, y2), 0, 0};
    rect.w = max_int(x1, x2) - rect.x + 1;
    rect.h = max_int(y1, y2) - rect.y + 1;
    return rect;
}

static pp_rect rect_intersection(pp_rect a, pp_rect b)
{
    int x = max_int(a.x, b.x), y = max_int(a.y, b.y);
    int right = min_int(a.x + a.w, b.x + b.w), bottom = min_int(a.y + a.h, b.y + b.h);
    return (pp_rect){x, y, max_int(right - x, 0), max_int(bottom - y, 0)};
}

static int fixed_text_width(pp_font font, const char *utf8, size_t size_bytes)
{
    int characters = 0;
    for (size_t i = 0; i < size_bytes; i++)
        characters += ((unsigned char)utf8[i] & 0xC0) != 0x80;
    return (characters * font.size_px * 6 + 9) / 10;
}

static pp_rect text_bounds(pp_font font, const pp_text *text)
{
    pp_rect box = {text->at.x, text->at.y, fixed_text_width(font, text->utf8, text->size_bytes),
                   font.size_px};
    if ((text->align & 3) == PP_ALIGN_CENTER)
        box.x -= box.w / 2;
    else if ((text->align & 3) == PP_ALIGN_RIGHT)
        box.x -= box.w;
    if ((text->align & 12) == PP_ALIGN_MIDDLE)
        box.y -= box.h / 2;
    else if ((text->align & 12) == PP_ALIGN_BOTTOM)
        box.y -= box.h;
    else if ((text->align & 12) == PP_ALIGN_BASELINE)
        box.y -= box.h * 8 / 10;
    return box;
}

static recorded_shape *add_shape(recording_canvas *recording, recorded_kind kind)
{
    if (recording->size == recording->capacity) {
        recording->capacity = recording->capacity ? recording->capacity * 2 : 256;
        recording->shapes =
            realloc(recording->shapes, recording->capacity * sizeof(*recording->shapes));
        assert_non_null(recording->shapes);
    }
    recorded_shape *shape = &recording->shapes[recording->size++];
    *shape = (recorded_shape){
        .kind = kind, .call = recording->calls, .clip = recording->clips[recording->clip_depth]};
    return shape;
}

static recorded_shape *add_rect(recording_canvas *recording, recorded_kind kind, pp_rect rect)
{
    recorded_shape *shape = add_shape(recording, kind);
    memcpy(shape->values, (int[4]){rect.x, rect.y, rect.w, rect.h}, sizeof(int[4]));
    shape->bounds = rect;
    return shape;
}

static void record_push_clip(pp_canvas *canvas, pp_rect clip)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    assert_true(recording->clip_depth + 1 < RECORDED_CLIPS_MAX);
    pp_rect present = recording->clips[recording->clip_depth];
    add_rect(recording, RECORDED_PUSH_CLIP, clip);
    recording->clips[++recording->clip_depth] = rect_intersection(present, clip);
    recording->calls++;
}

static void record_pop_clip(pp_canvas *canvas)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    assert_true(recording->clip_depth > 0);
    recording->clip_depth--;
    add_shape(recording, RECORDED_POP_CLIP);
    recording->calls++;
}

static void record_fill_rects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    for (size_t i = 0; i < count; i++)
        add_rect(recording, RECORDED_FILL_RECT, rects[i])->color = color;
    recording->calls++;
}

static void record_stroke_rects(pp_canvas *canvas, const pp_rect *rects, size_t count,
                                pp_color color)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    for (size_t i = 0; i < count; i++)
        add_rect(recording, RECORDED_STROKE_RECT, rects[i])->color = color;
    recording->calls++;
}

static void record_lines(pp_canvas *canvas, const pp_line *lines, size_t count, pp_color color,
                         int width_px)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    for (size_t i = 0; i < count; i++) {
        recorded_shape *shape = add_shape(recording, RECORDED_LINE);
        pp_line line = lines[i];
        memcpy(shape->values, (int[4]){line.x1, line.y1, line.x2, line.y2}, sizeof(int[4]));
        shape->bounds = rect_between(line.x1, line.y1, line.x2, line.y2);
        shape->color = color;
        shape->width_px = width_px;
    }
    recording->calls++;
}

static void record_polyline(pp_canvas *canvas, const pp_point *points, size_t count, pp_color color,
                            int width_px)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    for (size_t i = 0; i < count; i++) {
        recorded_shape *shape = add_shape(recording, RECORDED_POLYLINE_POINT);
        memcpy(shape->values, (int[2]){points[i].x, points[i].y}, sizeof(int[2]));
        shape->bounds = (pp_rect){points[i].x, points[i].y, 1, 1};
        shape->color = color;
        shape->width_px = width_px;
    }
    recording->calls++;
}

static void record_triangles(pp_canvas *canvas, const pp_triangle *triangles, size_t count,
                             pp_color color)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    for (size_t i = 0; i < count; i++) {
        recorded_shape *shape = add_shape(recording, RECORDED_TRIANGLE);
        pp_point a = triangles[i].a, b = triangles[i].b, c = triangles[i].c;
        memcpy(shape->values, (int[6]){a.x, a.y, b.x, b.y, c.x, c.y}, sizeof(int[6]));
        shape->bounds =
            rect_between(min_int(a.x, min_int(b.x, c.x)), min_int(a.y, min_int(b.y, c.y)),
                         max_int(a.x, max_int(b.x, c.x)), max_int(a.y, max_int(b.y, c.y)));
        shape->color = color;
    }
    recording->calls++;
}

static void record_texts(pp_canvas *canvas, pp_font font, const pp_text *texts, size_t count)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    for (size_t i = 0; i < count; i++) {
        recorded_shape *shape = add_shape(recording, RECORDED_TEXT);
        const pp_text *text = &texts[i];
        memcpy(shape->values, (int[3]){text->at.x, text->at.y, (int)text->align}, sizeof(int[3]));
        shape->font = font;
        shape->color = text->color;
        shape->bounds = text_bounds(font, text);
        shape->text = strndup(text->utf8, text->size_bytes);
        assert_non_null(shape->text);
    }
    recording->calls++;
}

static int measure_text(pp_canvas *canvas, pp_font font, const char *utf8, size_t size_bytes)
{
    (void)canvas;
    return fixed_text_width(font, utf8, size_bytes);
}

static void record_fragments(pp_canvas *canvas, const pp_image *image, const pp_fragment *fragments,
                             size_t count)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    for (size_t i = 0; i < count; i++) {
        recorded_shape *shape = add_shape(recording, RECORDED_FRAGMENT);
        pp_rect src = fragments[i].src;
        pp_point to = fragments[i].to;
        assert_true(src.x >= 0 && src.y >= 0);
        assert_true(src.x + src.w <= image->width && src.y + src.h <= image->height);
        memcpy(shape->values, (int[6]){src.x, src.y, src.w, src.h, to.x, to.y}, sizeof(int[6]));
        shape->bounds = (pp_rect){to.x, to.y, src.w, src.h};
    }
    recording->calls++;
}

/* Their bounds are those of the pixels they touch. */
static void record_segments(pp_canvas *canvas, const pp_segment *segments, size_t count,
                            pp_color color, float width_px)
{
    recording_canvas *recording = (recording_canvas *)canvas;
    assert_true(width_px >= 1);
    for (size_t i = 0; i < count; i++) {
        recorded_shape *shape = add_shape(recording, RECORDED_SEGMENT);
        pp_segment s = segments[i];
        float reach = width_px / 2;
        assert_true(s.x1 != s.x2 || s.y1 != s.y2);
        shape->segment = s;
        shape->bounds = rect_between(
            (int)floorf(fminf(s.x1, s.x2) - reach), (int)floorf(fminf(s.y1, s.y2) - reach),
            (int)floorf(fmaxf(s.x1, s.x2) + reach), (int)floorf(fmaxf(s.y1, s.y2) + reach));
        shape->color = color;
        shape->width_px = (int)width_px;
    }
    recording->calls++;
}

static const pp_canvas_ops recording_ops = {
    .struct_size = sizeof(pp_canvas_ops),
    .push_clip = record_push_clip,
    .pop_clip = record_pop_clip,
    .fill_rects = record_fill_rects,
    .stroke_rects = record_stroke_rects,
    .lines = record_lines,
    .polyline = record_polyline,
    .triangles = record_triangles,
    .texts = record_texts,
    .text_width = measure_text,
    .fragments = record_fragments,
    .segments = record_segments,
};

void recording_canvas_init(recording_canvas *recording, int width_px, int height_px, double ratio)
{
    pp_rect all = {0, 0, width_px, height_px};
    *recording = (recording_canvas){.canvas = {.ops = &recording_ops,
                                               .width_px = width_px,
                                               .height_px = height_px,
                                               .ratio = ratio,
                                               .dirty = all},
                                    .clips = {all}};
}

void recording_canvas_clear(recording_canvas *recording)
{
    for (size_t i = 0; i < recording->size; i++)
        free(recording->shapes[i].text);
    recording->size = recording->calls = recording->clip_depth = 0;
}

void recording_canvas_release(recording_canvas *recording)
{
    recording_canvas_clear(recording);
    free(recording->shapes);
    recording->shapes = NULL;
    recording->capacity = 0;
}

size_t recording_canvas_count(const recording_canvas *recording, recorded_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < recording->size; i++)
        count += recording->shapes[i].kind == kind;
    return count;
}

const recorded_shape *recording_canvas_find_text(const recording_canvas *recording,
                                                 const char *part)
{
    for (size_t i = 0; i < recording->size; i++) {
        const recorded_shape *shape = &recording->shapes[i];
        if (shape->kind == RECORDED_TEXT && strstr(shape->text, part))
            return shape;
    }
    return NULL;
}

static void write_call(FILE *out, const recorded_shape *shape)
{
    static const char *const names[RECORDED_KIND_COUNT] = {
        "push_clip", "pop_clip",  "fill_rects", "stroke_rects", "lines",
        "polyline",  "triangles", "texts",      "fragments",    "segments"};
    fputs(names[shape->kind], out);
    if (shape->kind == RECORDED_TEXT)
        fprintf(out, " %s %d%s", shape->font.family == PP_FONT_MONO ? "mono" : "sans",
                shape->font.size_px, shape->font.bold ? " bold" : "");
    else if (shape->kind >= RECORDED_FILL_RECT && shape->kind != RECORDED_FRAGMENT)
        fprintf(out, " #%08x", (unsigned)shape->color);
    if (shape->width_px)
        fprintf(out, " width %d", shape->width_px);
    fputc('\n', out);
}

static void write_shape(FILE *out, const recorded_shape *shape)
{
    static const int value_counts[RECORDED_KIND_COUNT] = {4, 0, 4, 4, 4, 2, 6, 2, 6, 0};
    static const char *const horizontal[] = {"left", "center", "right", "?"};
    static const char *const vertical[] = {"top", "middle", "bottom", "baseline"};
    if (shape->kind == RECORDED_POP_CLIP)
        return;
    fputc(' ', out);
    if (shape->kind == RECORDED_SEGMENT)
        fprintf(out, " %.2f %.2f %.2f %.2f", (double)shape->segment.x1, (double)shape->segment.y1,
                (double)shape->segment.x2, (double)shape->segment.y2);
    for (int i = 0; i < value_counts[shape->kind]; i++)
        fprintf(out, " %d", shape->values[i]);
    if (shape->kind == RECORDED_TEXT) {
        unsigned align = (unsigned)shape->values[2];
        fprintf(out, " %s %s #%08x \"%s\"", horizontal[align & 3], vertical[align >> 2 & 3],
                (unsigned)shape->color, shape->text);
    }
    fputc('\n', out);
}

char *recording_canvas_text(const recording_canvas *recording)
{
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *out = open_memstream(&text, &size_bytes);
    assert_non_null(out);
    for (size_t i = 0; i < recording->size; i++) {
        const recorded_shape *shape = &recording->shapes[i];
        if (i == 0 || shape->call != shape[-1].call)
            write_call(out, shape);
        write_shape(out, shape);
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static char *read_whole_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s: missing; PAINTPROF_UPDATE_GOLDEN=1 writes it", path);
    char *text = NULL;
    size_t size_bytes = 0;
    FILE *out = open_memstream(&text, &size_bytes);
    assert_non_null(out);
    for (int c = getc(file); c != EOF; c = getc(file))
        putc(c, out);
    fclose(file);
    fclose(out);
    return text;
}

static void write_whole_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void fail_at_first_difference(const char *path, const char *golden, const char *actual)
{
    int line = 1;
    const char *golden_line = golden, *actual_line = actual;
    for (size_t i = 0; golden[i] == actual[i]; i++) {
        if (golden[i] == '\n') {
            line++;
            golden_line = golden + i + 1;
            actual_line = actual + i + 1;
        }
    }
    fail_msg("%s:%d: expected\n%.*s\nbut it is\n%.*s", path, line, (int)strcspn(golden_line, "\n"),
             golden_line, (int)strcspn(actual_line, "\n"), actual_line);
}

void expect_golden(const char *name, const char *actual)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/tests/golden/%s", PP_SOURCE_DIR, name);
    const char *update = secure_getenv("PAINTPROF_UPDATE_GOLDEN");
    if (update && strcmp(update, "1") == 0) {
        write_whole_file(path, actual);
        return;
    }
    char *golden = read_whole_file(path);
    if (strcmp(golden, actual) != 0)
        fail_at_first_difference(path, golden, actual);
    free(golden);
}

void recording_canvas_expect_golden(const recording_canvas *recording, const char *name)
{
    char *text = recording_canvas_text(recording);
    expect_golden(name, text);
    free(text);
}
