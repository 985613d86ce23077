/* shim/save_under.hpp: the pixels under what floats above a raster view, kept, so that it moves
 * without a repaint of anything else. */
#ifndef PPQ_SAVE_UNDER_HPP
#define PPQ_SAVE_UNDER_HPP

#include <QtCore/QPoint>
#include <QtCore/QSize>
#include <QtGui/QImage>
#include <QtGui/QRegion>

#include <vector>

class QPainter;
class QWidget;

namespace ppq
{

/* Where a paint of a widget goes. */
struct WindowSurface {
    const QImage *image = nullptr; /* of the whole window; nullptr: none that can be read */
    QPoint origin;                 /* of the widget's first pixel on it */
    QRegion painted;               /* what Qt lets this paint draw on, in the widget's pixels */
};

/* What a painter that Qt opened on widget draws on. Without an image when that is not the window
 * (a picture that is grabbed, a printer) or it has none (OpenGL). The image keeps its pixels from
 * frame to frame, as partial repaints rely on. */
WindowSurface windowSurface(const QWidget &widget, const QPainter &painter);

/* The pixels of a widget on the surface, as an image that can be painted on meanwhile. */
QImage surfaceOf(const WindowSurface &surface, QSize size_px);

/* Areas are device pixels of the view. */
class SaveUnder
{
public:
    /* What is kept is of no use any more. */
    void forget();

    /* Whether it holds what is under all that floats on such a surface. */
    bool isValidFor(const WindowSurface &surface) const;

    /* Puts back what is kept, in the part that is repainted now. */
    void restore(const WindowSurface &surface) const;

    /* Keeps what surface shows in area. Only what is painted now shows what is under the floating:
     * elsewhere, pixels that were kept already are taken over. */
    void keep(const WindowSurface &surface, const QRegion &area);

private:
    struct Patch {
        QRect area;
        size_t first; /* of its pixels, row by row */
    };
    struct Copy {
        std::vector<Patch> patches;
        std::vector<uint32_t> pixels; /* only grows: clearing what is copied over costs as much */
        size_t used = 0;              /* of them */
    };

    static const uint32_t *pixelAt(const Copy &copy, const Patch &patch, int x, int y);
    static void add(Copy &copy, const WindowSurface &surface, const QRect &area);
    static void takeOver(Copy &to, const Copy &from, const QRegion &painted);

    Copy kept_, next_; /* next_ is room for the next one */
    bool valid_ = false;
    QSize surface_size_;
    QImage::Format format_ = QImage::Format_Invalid;
    QPoint origin_;
};

} // namespace ppq

#endif
