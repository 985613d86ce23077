/* shim/measuring_canvas.hpp: a pp_canvas that draws nothing, to lay out outside of paints. */
#ifndef PPQ_MEASURING_CANVAS_HPP
#define PPQ_MEASURING_CANVAS_HPP

#include "painter.hpp"

namespace ppq
{

/* Measures text through the cache that paints use: what it shapes is not shaped again. */
class MeasuringCanvas : public pp_canvas
{
public:
    explicit MeasuringCanvas(CanvasCache &cache);

    /* Its size and ratio are now these. */
    void place(QSize size_px, double ratio);

    CanvasCache &cache() { return cache_; }

private:
    CanvasCache &cache_;
};

} // namespace ppq

#endif
