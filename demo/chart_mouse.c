/* demo/chart_mouse.c: drag pans, the wheel zooms about the cursor, a double click fits. */
#include "chart_app.h"

#include <math.h>

static const double ZOOM_PER_NOTCH = 1.2;
static const double PAN_PER_NOTCH = 0.08; /* of the plot's width */

static void move_to(chart_state *chart, const ppq_mouse *mouse)
{
    chart_pointer *pointer = &chart->pointer;
    double dx_px = mouse->x_px - pointer->x_px, dy_px = mouse->y_px - pointer->y_px;
    pointer->x_px = mouse->x_px;
    pointer->y_px = mouse->y_px;
    pointer->inside = true;
    /* The release may have happened where no event told of it. */
    if ((mouse->buttons & PPQ_LEFT_BUTTON) == 0)
        pointer->dragging = false;
    if (pointer->dragging)
        chart_view_pan(chart, dx_px, (mouse->modifiers & PPQ_SHIFT) != 0 ? dy_px : 0);
    else
        chart_crosshair_place(chart);
}

void chart_on_mouse(void *user, const ppq_mouse *mouse)
{
    chart_state *chart = user;
    chart_pointer *pointer = &chart->pointer;
    switch (mouse->kind) {
    case PPQ_MOUSE_PRESS:
        if (mouse->button == PPQ_LEFT_BUTTON) {
            pointer->x_px = mouse->x_px;
            pointer->y_px = mouse->y_px;
            pointer->dragging = true;
        }
        break;
    case PPQ_MOUSE_MOVE:
        move_to(chart, mouse);
        break;
    case PPQ_MOUSE_RELEASE:
        pointer->dragging = false;
        chart_crosshair_place(chart);
        break;
    case PPQ_MOUSE_DOUBLE_CLICK:
        if (mouse->button == PPQ_LEFT_BUTTON)
            chart_view_fit(chart, 0, pp_series_columns(chart->series).size);
        break;
    case PPQ_MOUSE_LEAVE:
        pointer->inside = false;
        chart_crosshair_place(chart);
        break;
    }
}

void chart_on_wheel(void *user, const ppq_wheel *wheel)
{
    chart_state *chart = user;
    bool prices = (wheel->modifiers & PPQ_SHIFT) != 0;
    /* With Shift or Alt, some platforms turn the wheel sideways. */
    double steps_y = wheel->steps_y;
    if (prices && steps_y == 0)
        steps_y = wheel->steps_x;
    double factor = pow(ZOOM_PER_NOTCH, steps_y);
    if (steps_y != 0)
        chart_view_zoom(chart, wheel->x_px, wheel->y_px, prices ? 1 : factor, prices ? factor : 1);
    if (wheel->steps_x != 0 && !prices)
        chart_view_pan(chart, wheel->steps_x * PAN_PER_NOTCH * chart->view.plot.w, 0);
}
