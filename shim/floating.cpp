/* shim/floating.cpp: the items of a view that float above the others. */
#include "floating.hpp"

#include "item.hpp"
#include "painter.hpp"

#include <QtWidgets/QWidget>

#include <algorithm>

namespace ppq
{

namespace
{

/* Beyond so many rectangles, telling them apart costs more than it saves. */
constexpr int max_asked_rects = 64;

/* What visible widgets above the view cover of it, in its logical pixels. */
QRegion coveredOf(const QWidget &view)
{
    QRegion covered;
    bool above = false;
    for (const QObject *sibling : view.parentWidget()->children()) {
        if (above && sibling->isWidgetType()) {
            auto *widget = static_cast<const QWidget *>(sibling);
            if (widget->isVisible() && !widget->isWindow())
                covered += widget->geometry() & view.geometry();
        }
        above = above || sibling == &view;
    }
    return covered;
}

} // namespace

void FloatingLayer::add(ppq_item *item)
{
    const auto above = std::upper_bound(
        items_.begin(), items_.end(), item,
        [](const ppq_item *a, const ppq_item *b) { return a->zValue() < b->zValue(); });
    items_.insert(above, item);
}

void FloatingLayer::remove(ppq_item *item)
{
    items_.erase(std::remove(items_.begin(), items_.end(), item), items_.end());
}

void FloatingLayer::asked(const QRegion &logical)
{
    asked_ += logical;
    if (asked_.rectCount() > max_asked_rects)
        asked_ = asked_.boundingRect();
}

bool FloatingLayer::isAllOf(const QRegion &repainted, const QWidget &view) const
{
    return !asked_below_ && !asked_.isEmpty() && (repainted - asked_).isEmpty() &&
           coveredOf(view) == covered_;
}

void FloatingLayer::paintBegins()
{
    asked_ = QRegion();
    asked_below_ = false;
}

/* Device pixels, on the view. */
QRegion FloatingLayer::area(const QWidget &view) const
{
    QRegion area;
    for (const ppq_item *item : items_) {
        if (item->isVisible())
            area += item->area();
    }
    return area & QRect(QPoint(0, 0), deviceSize(view));
}

bool FloatingLayer::canStandAlone(const WindowSurface &surface, const QWidget &view) const
{
    return surface.image && under_.isValidFor(surface) && (area(view) - surface.painted).isEmpty();
}

void FloatingLayer::takeUnder(const WindowSurface &surface, const QWidget &view, bool alone)
{
    if (!surface.image) {
        under_.forget();
        return;
    }
    if (alone)
        under_.restore(surface);
    covered_ = coveredOf(view);
    under_.keep(surface, area(view));
}

void FloatingLayer::paint() const
{
    for (ppq_item *item : items_) {
        if (item->isVisible() && !item->area().isEmpty())
            item->paintFloating();
    }
}

} // namespace ppq
