/* paintprof/view.h: the transform between data (time, price) and device pixels; pan and zoom. */
#ifndef PAINTPROF_VIEW_H
#define PAINTPROF_VIEW_H

#include <paintprof/canvas.h>
#include <paintprof/export.h>

PP_BEGIN_DECLS

/* Data ranges over the plot rectangle. x0 is plot.x's left edge, y0 the bottom edge of the plot.
 * A plain value: copy it freely. */
typedef struct pp_view {
    double x0, x1, y0, y1;
    pp_rect plot; /* device pixels */
} pp_view;

/* Data to device pixels, not rounded; exact near x0 for epoch seconds. Since: 0.1 */
static inline double pp_view_x_px(const pp_view *view, double x)
{
    return view->plot.x + (x - view->x0) * (view->plot.w / (view->x1 - view->x0));
}
static inline double pp_view_y_px(const pp_view *view, double y)
{
    return view->plot.y + view->plot.h - (y - view->y0) * (view->plot.h / (view->y1 - view->y0));
}
static inline double pp_view_x_at(const pp_view *view, double x_px)
{
    return view->x0 + (x_px - view->plot.x) * ((view->x1 - view->x0) / view->plot.w);
}
static inline double pp_view_y_at(const pp_view *view, double y_px)
{
    return view->y0 + (view->plot.y + view->plot.h - y_px) * ((view->y1 - view->y0) / view->plot.h);
}

/* Moves the view so that the data under the cursor follow it by dx, dy pixels. Since: 0.1 */
PP_API void pp_view_pan(pp_view *view, double dx_px, double dy_px);

/* Zooms by factor_x, factor_y (> 1: closer) keeping the data under (x_px, y_px) where they are.
 * Ranges stay within 1e-6 and 1e15 data units. Since: 0.1 */
PP_API void pp_view_zoom(pp_view *view, double x_px, double y_px, double factor_x, double factor_y);

PP_END_DECLS

#endif
