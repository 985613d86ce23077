/* scene/curve_bars.c: the rows as OHLC bars or candles, in whole pixels. */
#include "scene/curve_internal.h"

/* Logical pixels: from where on strokes are one wide, those of OHLC bars two; a half of the widest
 * body. */
enum { NARROW_BAR = 4, WIDE_BAR = 14, BODY_SIDE_MAX = 40 };

/* Of the distance of two rows: to the left and right of a bar. */
static const double TICK_PART = 0.4, BODY_PART = 0.35;

/* Up and down in a call each. */
typedef struct bar_batches {
    draw_rects up, down;
} bar_batches;

static void begin_batches(bar_batches *bars, pp_canvas *canvas)
{
    draw_rects_begin(&bars->up, canvas, pp_theme_dark.bar_up);
    draw_rects_begin(&bars->down, canvas, pp_theme_dark.bar_down);
}

static void end_batches(bar_batches *bars)
{
    draw_rects_flush(&bars->up);
    draw_rects_flush(&bars->down);
}

/* A row in pixels. */
typedef struct bar_shape {
    int left; /* of its upright stroke */
    int high, low, open, close;
    int stroke, aside; /* widths of strokes, and of what stands out from the upright one */
    bool up;
} bar_shape;

static bar_shape shape_of(const pp_view *view, const pp_columns *columns, size_t row, int stroke,
                          int aside)
{
    double open = columns->open[row], close = columns->close[row];
    return (bar_shape){.left = draw_x(view, columns->time_s[row]) - stroke / 2,
                       .high = draw_y(view, columns->high[row]),
                       .low = draw_y(view, columns->low[row]),
                       .open = draw_y(view, open),
                       .close = draw_y(view, close),
                       .stroke = stroke,
                       .aside = aside,
                       .up = close >= open};
}

static void add_ohlc(draw_rects *batch, const bar_shape *bar)
{
    int stroke = bar->stroke, tick = bar->aside;
    int height = draw_max(bar->low - bar->high + 1, stroke);
    draw_rects_add(batch, (pp_rect){bar->left, bar->high, stroke, height});
    draw_rects_add(batch, (pp_rect){bar->left - tick, bar->open - stroke / 2, tick, stroke});
    draw_rects_add(batch, (pp_rect){bar->left + stroke, bar->close - stroke / 2, tick, stroke});
}

/* The outline of a body as far as it has an inside. */
static void add_hollow(draw_rects *batch, pp_rect body, int stroke)
{
    int inside = body.h - 2 * stroke;
    if (inside <= 0 || body.w <= 2 * stroke) {
        draw_rects_add(batch, body);
        return;
    }
    int right = draw_right(body) - stroke, bottom = draw_bottom(body) - stroke;
    draw_rects_add(batch, (pp_rect){body.x, body.y, body.w, stroke});
    draw_rects_add(batch, (pp_rect){body.x, bottom, body.w, stroke});
    draw_rects_add(batch, (pp_rect){body.x, body.y + stroke, stroke, inside});
    draw_rects_add(batch, (pp_rect){right, body.y + stroke, stroke, inside});
}

static void add_candle(draw_rects *batch, const bar_shape *bar)
{
    int top = draw_min(bar->open, bar->close), bottom = draw_max(bar->open, bar->close) + 1;
    pp_rect body = {bar->left - bar->aside, top, bar->stroke + 2 * bar->aside,
                    draw_max(bottom - top, bar->stroke)};
    if (bar->high < top)
        draw_rects_add(batch, (pp_rect){bar->left, bar->high, bar->stroke, top - bar->high});
    if (bar->low >= draw_bottom(body))
        draw_rects_add(batch, (pp_rect){bar->left, draw_bottom(body), bar->stroke,
                                        bar->low + 1 - draw_bottom(body)});
    if (bar->up)
        add_hollow(batch, body, bar->stroke);
    else
        draw_rects_add(batch, body);
}

/* The thinnest there is where anything more would touch the next. */
static int stroke_of(const pp_canvas *canvas, bool candles, double row_px)
{
    if (row_px < pp_canvas_px(canvas, NARROW_BAR))
        return 1;
    bool is_bold = !candles && row_px >= pp_canvas_px(canvas, WIDE_BAR);
    return pp_canvas_px(canvas, is_bold ? 2 : 1);
}

curve_bar_sizes curve_bar_sizes_at(const pp_canvas *canvas, pp_curve_style style, double row_px)
{
    bool candles = style == PP_CURVE_CANDLES;
    double part = candles ? BODY_PART : TICK_PART;
    int most = pp_canvas_px(canvas, candles ? BODY_SIDE_MAX : CURVE_TICK_MAX);
    return (curve_bar_sizes){.aside_px = draw_pixel(row_px * part, 1, most),
                             .stroke_px = stroke_of(canvas, candles, row_px)};
}

void curve_draw_bars(pp_canvas *canvas, const pp_view *view, const curve_walk *walk,
                     pp_curve_style style, curve_bar_sizes sizes)
{
    bool candles = style == PP_CURVE_CANDLES;
    bar_batches bars;
    begin_batches(&bars, canvas);
    for (size_t i = walk->row; i < walk->end; i++) {
        if (isnan(walk->columns.close[i]))
            continue;
        bar_shape bar = shape_of(view, &walk->columns, i, sizes.stroke_px, sizes.aside_px);
        draw_rects *batch = bar.up ? &bars.up : &bars.down;
        if (candles)
            add_candle(batch, &bar);
        else
            add_ohlc(batch, &bar);
    }
    end_batches(&bars);
}

void curve_draw_bar_columns(pp_canvas *canvas, const pp_view *view, curve_walk *walk)
{
    int least = pp_canvas_px(canvas, 1);
    bar_batches bars;
    begin_batches(&bars, canvas);
    curve_column column;
    while (curve_walk_next(walk, &column)) {
        int top = draw_y(view, column.range.high), low = draw_y(view, column.range.low);
        bool is_up = walk->columns.close[column.last] >= walk->columns.open[column.first];
        draw_rects_add(is_up ? &bars.up : &bars.down,
                       (pp_rect){column.x, top, 1, draw_max(low - top + 1, least)});
    }
    end_batches(&bars);
}
