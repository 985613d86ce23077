/* shim/save_under.cpp: the pixels under what floats above a raster view, kept, so that it moves
 * without a repaint of anything else. */
#include "save_under.hpp"

#include <QtGui/QBackingStore>
#include <QtGui/QPaintEngine>
#include <QtGui/QPainter>
#include <QtWidgets/QWidget>

#include <cstring>
#include <utility>

namespace ppq
{

WindowSurface windowSurface(const QWidget &widget, const QPainter &painter)
{
    QBackingStore *store = widget.window()->backingStore();
    const QPaintEngine *engine = painter.paintEngine();
    if (!store || !engine || engine->type() != QPaintEngine::Raster)
        return {};
    const QPaintDevice *device = engine->paintDevice();
    if (device != store->paintDevice() || device->devType() != QInternal::Image)
        return {};
    auto *image = static_cast<const QImage *>(device);
    if (image->depth() != 32)
        return {};
    const QPointF origin = painter.deviceTransform().map(QPointF(0, 0));
    const QPoint pixel(qRound(origin.x()), qRound(origin.y()));
    const QRegion clip = engine->systemClip();
    return {image, pixel, (clip.isEmpty() ? QRegion(image->rect()) : clip).translated(-pixel)};
}

/* The image that Qt paints on must not detach from the pixels that it shows, thus the cast. */
QImage surfaceOf(const WindowSurface &surface, QSize size_px)
{
    const QImage &image = *surface.image;
    const QRect part = QRect(surface.origin, size_px) & image.rect();
    if (part.topLeft() != surface.origin || part.isEmpty())
        return {};
    uchar *first =
        const_cast<uchar *>(image.constScanLine(part.top())) + qsizetype{part.left()} * 4;
    return {first, part.width(), part.height(), image.bytesPerLine(), image.format()};
}

const uint32_t *SaveUnder::pixelAt(const Copy &copy, const Patch &patch, int x, int y)
{
    return copy.pixels.data() + patch.first +
           static_cast<size_t>(y - patch.area.top()) * static_cast<size_t>(patch.area.width()) +
           static_cast<size_t>(x - patch.area.left());
}

void SaveUnder::forget()
{
    valid_ = false;
}

bool SaveUnder::isValidFor(const WindowSurface &surface) const
{
    return valid_ && surface.image->size() == surface_size_ && surface.image->format() == format_ &&
           surface.origin == origin_;
}

/* Through no painter: under the clip of so many strips, Qt would draw images by spans, in several
 * threads. */
void SaveUnder::restore(const WindowSurface &surface) const
{
    const QPoint origin = surface.origin;
    const qsizetype stride = surface.image->bytesPerLine() / qsizetype{sizeof(uint32_t)};
    auto *pixels =
        reinterpret_cast<uint32_t *>(const_cast<uchar *>(surface.image->constScanLine(0)));
    for (const Patch &patch : kept_.patches) {
        for (const QRect &rect : surface.painted &patch.area) {
            uint32_t *row = pixels + (rect.top() + origin.y()) * stride + rect.left() + origin.x();
            const uint32_t *kept = pixelAt(kept_, patch, rect.left(), rect.top());
            for (int y = 0; y < rect.height(); y++, row += stride, kept += patch.area.width())
                std::memcpy(row, kept, static_cast<size_t>(rect.width()) * sizeof *row);
        }
    }
}

void SaveUnder::add(Copy &copy, const WindowSurface &surface, const QRect &area)
{
    const QPoint origin = surface.origin;
    const size_t width = static_cast<size_t>(area.width());
    const size_t first = copy.used;
    copy.patches.push_back({area, first});
    copy.used += width * static_cast<size_t>(area.height());
    if (copy.pixels.size() < copy.used)
        copy.pixels.resize(copy.used);
    const qsizetype stride = surface.image->bytesPerLine() / qsizetype{sizeof(uint32_t)};
    auto *row =
        reinterpret_cast<const uint32_t *>(surface.image->constScanLine(area.top() + origin.y())) +
        area.left() + origin.x();
    uint32_t *to = copy.pixels.data() + first;
    for (int y = 0; y < area.height(); y++, row += stride, to += width)
        std::memcpy(to, row, width * sizeof *to);
}

/* Where nothing was painted, the surface still shows what floats. */
void SaveUnder::takeOver(Copy &to, const Copy &from, const QRegion &painted)
{
    for (const Patch &target : to.patches) {
        for (const Patch &source : from.patches) {
            const QRegion both = QRegion(target.area & source.area) - painted;
            for (const QRect &rect : both) {
                for (int y = rect.top(); y <= rect.bottom(); y++) {
                    auto *kept = const_cast<uint32_t *>(pixelAt(to, target, rect.left(), y));
                    std::memcpy(kept, pixelAt(from, source, rect.left(), y),
                                static_cast<size_t>(rect.width()) * sizeof *kept);
                }
            }
        }
    }
}

void SaveUnder::keep(const WindowSurface &surface, const QRegion &area)
{
    const bool same_surface = isValidFor(surface);
    const QRect on_surface = surface.image->rect().translated(-surface.origin);
    valid_ = false; /* until it is whole again */
    next_.patches.clear();
    next_.used = 0;
    for (const QRect &rect : area) {
        const QRect visible = rect & on_surface;
        if (!visible.isEmpty())
            add(next_, surface, visible);
    }
    if (same_surface && !(area - surface.painted).isEmpty())
        takeOver(next_, kept_, surface.painted);
    std::swap(kept_, next_);
    surface_size_ = surface.image->size();
    format_ = surface.image->format();
    origin_ = surface.origin;
    valid_ = true;
}

} // namespace ppq
