/* shim/measuring_canvas.cpp: a pp_canvas that draws nothing, to lay out outside of paints. */
#include "measuring_canvas.hpp"

#include "guard.hpp"

namespace ppq
{

namespace
{

int textWidth(pp_canvas *canvas, pp_font font, const char *utf8, size_t size_bytes)
{
    int width_px = 0;
    guardedVoid([&] {
        CanvasCache &cache = static_cast<MeasuringCanvas *>(canvas)->cache();
        if (size_bytes > 0)
            width_px = cache.text(font, utf8, size_bytes).width_px;
    });
    return width_px;
}

const pp_canvas_ops measuring_ops = {
    sizeof(pp_canvas_ops),
    [](pp_canvas *, pp_rect) {},
    [](pp_canvas *) {},
    [](pp_canvas *, const pp_rect *, size_t, pp_color) {},
    [](pp_canvas *, const pp_rect *, size_t, pp_color) {},
    [](pp_canvas *, const pp_line *, size_t, pp_color, int) {},
    [](pp_canvas *, const pp_point *, size_t, pp_color, int) {},
    [](pp_canvas *, const pp_triangle *, size_t, pp_color) {},
    [](pp_canvas *, pp_font, const pp_text *, size_t) {},
    textWidth,
    [](pp_canvas *, const pp_image *, const pp_fragment *, size_t) {},
    [](pp_canvas *, const pp_segment *, size_t, pp_color, float) {},
    nullptr, /* nothing is drawn, so nothing is kept */
};

} // namespace

MeasuringCanvas::MeasuringCanvas(CanvasCache &cache)
    : pp_canvas{&measuring_ops, 0, 0, 1, {}}, cache_(cache)
{
}

void MeasuringCanvas::place(QSize size_px, double device_ratio)
{
    width_px = size_px.width();
    height_px = size_px.height();
    ratio = device_ratio;
}

} // namespace ppq
