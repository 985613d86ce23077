/* sink/overlay_graph.c: the bars of the last frames, in a ring image of device pixels. */
#include "sink/overlay_graph.h"
#include "sink/overlay_text.h"
#include <stdlib.h>

enum { IDLE_COLUMNS = 2, STRIP_PX = 4, COLUMN_PX = 2 /* logical */ };

static const uint32_t ground_color = 0xFF0C0E12;
static const uint32_t idle_color = 0xFF232932;
static const uint32_t beyond_color = 0xFFFFFFFF; /* a bar that goes on above the graph */
static const uint32_t late_color = 0xFFFF6464;

static int scaled(double ratio, int logical_px)
{
    int px = (int)(logical_px * ratio + 0.5);
    return px < 1 ? 1 : px;
}

int pp_overlay_graph_column_w(double ratio)
{
    return scaled(ratio, COLUMN_PX);
}

static void fill(pp_overlay_graph *graph, int x, int y, int h, uint32_t color)
{
    for (int row = y; row < y + h; row++) {
        uint32_t *pixel = graph->pixels + (ptrdiff_t)row * graph->width + x;
        for (int i = 0; i < graph->column_w; i++)
            pixel[i] = color;
    }
}

/* The line lies over the bars without hiding whose they are: two thirds white. */
static void draw_budget_line(pp_overlay_graph *graph, int x)
{
    int top = graph->bars_h / 2;
    for (int row = top; row < top + graph->line_h && row < graph->bars_h; row++) {
        uint32_t *pixel = graph->pixels + (ptrdiff_t)row * graph->width + x;
        for (int i = 0; i < graph->column_w; i++)
            pixel[i] = 0xFFAAAAAA + (pixel[i] >> 8 & 0xFF) / 3 * 0x100 +
                       (pixel[i] >> 16 & 0xFF) / 3 * 0x10000 + (pixel[i] & 0xFF) / 3;
    }
}

void pp_overlay_graph_resize(pp_overlay_graph *graph, int width, int height, double ratio,
                             uint32_t grouped_phases)
{
    free(graph->pixels);
    graph->pixels = NULL;
    graph->width = width;
    graph->height = height;
    graph->head = 0;
    graph->version++;
    graph->grouped_phases = grouped_phases;
    graph->column_w = pp_overlay_graph_column_w(ratio);
    graph->line_h = scaled(ratio, 1);
    int strip_h = scaled(ratio, STRIP_PX);
    if (width < graph->column_w || height <= 2 * strip_h)
        return;
    graph->bars_h = height - strip_h;
    graph->pixels = malloc((size_t)width * (size_t)height * sizeof *graph->pixels);
    if (graph->pixels == NULL)
        return;
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
        graph->pixels[i] = ground_color;
}

void pp_overlay_graph_release(pp_overlay_graph *graph)
{
    free(graph->pixels);
    graph->pixels = NULL;
}

/* The stack of one column while it grows from the bottom up. */
typedef struct stack {
    pp_overlay_graph *graph;
    int x;
    uint64_t sum_ns, full_ns;
    int top; /* first row that is taken */
} stack;

/* Rounds the running sum, not each part, so that a column's height is that of its total. */
static void stack_push(stack *s, uint64_t part_ns, uint32_t color)
{
    s->sum_ns += part_ns;
    double share = (double)s->sum_ns / (double)s->full_ns;
    int height = share >= 1 ? s->graph->bars_h : (int)(share * s->graph->bars_h + 0.5);
    int top = s->graph->bars_h - height;
    if (top >= s->top)
        return;
    fill(s->graph, s->x, top, s->top - top, color);
    s->top = top;
}

static void push_phases(stack *s, const pp_frame *frame)
{
    if (frame->flush_ns > 0)
        stack_push(s, (uint64_t)frame->flush_ns, pp_overlay_flush_color);
    stack_push(s, frame->phase_ns[PP_PHASE_OVERLAY], pp_overlay_phase_color(PP_PHASE_OVERLAY));
    stack_push(s, frame->phase_ns[PP_PHASE_OTHER], pp_overlay_phase_color(PP_PHASE_OTHER));
    for (unsigned p = frame->phase_count; p-- > PP_PHASE_USER;)
        stack_push(s, frame->phase_ns[p],
                   s->graph->grouped_phases >> p & 1 ? pp_overlay_more_color
                                                     : pp_overlay_phase_color(p));
    stack_push(s, frame->phase_ns[PP_PHASE_REDRAW], pp_overlay_phase_color(PP_PHASE_REDRAW));
    stack_push(s, frame->phase_ns[PP_PHASE_BATCH], pp_overlay_phase_color(PP_PHASE_BATCH));
    stack_push(s, frame->phase_ns[PP_PHASE_CREATE], pp_overlay_phase_color(PP_PHASE_CREATE));
}

static void draw_frame(pp_overlay_graph *graph, int x, const pp_frame *frame)
{
    stack s = {graph, x, 0, 2 * frame->budget_ns, graph->bars_h};
    fill(graph, x, 0, graph->height, ground_color);
    push_phases(&s, frame);
    if (s.top == graph->bars_h) /* too short for a pixel, but it happened */
        fill(graph, x, graph->bars_h - graph->line_h, graph->line_h,
             pp_overlay_phase_color(PP_PHASE_OTHER));
    draw_budget_line(graph, x);
    if (s.sum_ns > s.full_ns)
        fill(graph, x, 0, 2 * graph->line_h, beyond_color);
    if (frame->jank != PP_JANK_NONE)
        fill(graph, x, graph->bars_h + graph->line_h, graph->height - graph->bars_h - graph->line_h,
             late_color);
}

static int advance(pp_overlay_graph *graph)
{
    int x = graph->head;
    graph->head += graph->column_w;
    if (graph->head + graph->column_w > graph->width)
        graph->head = 0;
    return x;
}

void pp_overlay_graph_add(pp_overlay_graph *graph, const pp_overlay_entry *entry)
{
    if (graph->pixels == NULL)
        return;
    for (int i = 0; entry->after_idle && i < IDLE_COLUMNS; i++)
        fill(graph, advance(graph), 0, graph->height, idle_color);
    draw_frame(graph, advance(graph), &entry->frame);
    graph->version++;
}

void pp_overlay_graph_paint(const pp_overlay_graph *graph, pp_canvas *canvas, pp_point at)
{
    if (graph->pixels == NULL)
        return;
    const pp_image image = {.pixels = graph->pixels,
                            .width = graph->width,
                            .height = graph->height,
                            .stride_px = graph->width,
                            .opaque = true,
                            .version = graph->version};
    int newer_w = graph->head, older_w = graph->width - graph->head;
    const pp_fragment pieces[] = {
        {{graph->head, 0, older_w, graph->height}, at},
        {{0, 0, newer_w, graph->height}, {at.x + older_w, at.y}},
    };
    canvas->ops->fragments(canvas, &image, pieces, newer_w > 0 ? 2 : 1);
}
