/* scene/view.c: pan and zoom of the transform between data and device pixels. */
#include <paintprof/view.h>

#include <float.h>
#include <math.h>

static const double RANGE_MIN = 1e-6;
static const double RANGE_MAX = 1e15;

/* The new range of an axis: within the limits, and wide enough that its ends stay different
 * doubles. */
static double limited_range(double range, double start, double end)
{
    double magnitude = fmax(fabs(start), fabs(end));
    double least = fmax(RANGE_MIN, magnitude * DBL_EPSILON * 4);
    return fmin(fmax(range, least), RANGE_MAX);
}

/* Scales start..end around the value at fraction of it. */
static void zoom_axis(double *start, double *end, double fraction, double factor)
{
    double range = *end - *start;
    double fixed = *start + range * fraction;
    double new_range = limited_range(range / factor, *start, *end);
    *start = fixed - new_range * fraction;
    *end = *start + new_range;
}

static bool can_change(const pp_view *view)
{
    return view->plot.w > 0 && view->plot.h > 0;
}

static bool is_factor(double factor)
{
    return factor > 0 && isfinite(factor);
}

void pp_view_pan(pp_view *view, double dx_px, double dy_px)
{
    if (!can_change(view) || !isfinite(dx_px) || !isfinite(dy_px))
        return;
    double dx = dx_px * ((view->x1 - view->x0) / view->plot.w);
    double dy = dy_px * ((view->y1 - view->y0) / view->plot.h);
    view->x0 -= dx;
    view->x1 -= dx;
    view->y0 += dy;
    view->y1 += dy;
}

void pp_view_zoom(pp_view *view, double x_px, double y_px, double factor_x, double factor_y)
{
    if (!can_change(view) || !is_factor(factor_x) || !is_factor(factor_y) || !isfinite(x_px) ||
        !isfinite(y_px))
        return;
    double fraction_x = (x_px - view->plot.x) / view->plot.w;
    double fraction_y = (view->plot.y + view->plot.h - y_px) / view->plot.h;
    zoom_axis(&view->x0, &view->x1, fraction_x, factor_x);
    zoom_axis(&view->y0, &view->y1, fraction_y, factor_y);
}
