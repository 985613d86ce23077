/* shim/item.cpp: groups (a clip and a data transform) and the items that C callbacks paint. */
#include "item.hpp"

#include "guard.hpp"

#include <QtGui/QPainterPath>

#include <algorithm>
#include <cmath>
#include <memory>

namespace
{

/* Qt culls in int pixels, which an item far outside a deep zoom overflows. Bounds end here
 * instead, far beyond any screen. */
constexpr double far_px = 1 << 24;

double near(double px)
{
    return std::clamp(px, -far_px, far_px);
}

QRectF near(const QRectF &px)
{
    return {QPointF(near(px.left()), near(px.top())), QPointF(near(px.right()), near(px.bottom()))};
}

/* The whole pixels that area touches. */
pp_rect wholePixels(const QRectF &area_px)
{
    const QRect rect = near(area_px).toAlignedRect();
    return {rect.x(), rect.y(), rect.width(), rect.height()};
}

bool isFinite(const ppq_bounds &bounds)
{
    return std::isfinite(bounds.x) && std::isfinite(bounds.y) && std::isfinite(bounds.w) &&
           std::isfinite(bounds.h);
}

} // namespace

/* ---- Groups ------------------------------------------------------------------------------ */

ppq_group::ppq_group(ppq_view &view, double z)
    : QGraphicsItem(view.root()), view_(view), clip_px_(-far_px, -far_px, 2 * far_px, 2 * far_px),
      plane_(this)
{
    setFlag(ItemClipsChildrenToShape);
    setZValue(z);
}

QPainterPath ppq_group::shape() const
{
    QPainterPath path;
    path.addRect(clip_px_);
    return path;
}

void ppq_group::setClip(const QRectF &clip_px)
{
    if (clip_px == clip_px_)
        return;
    ask(clip_px_);
    prepareGeometryChange();
    clip_px_ = clip_px;
    ask(clip_px_);
}

void ppq_group::setDataTransform(double scale_x, double scale_y, double move_x, double move_y)
{
    const bool scaled = scale_x != scale_x_ || scale_y != scale_y_;
    if (!scaled && move_x == move_x_ && move_y == move_y_)
        return;
    if (scaled) {
        const QList<QGraphicsItem *> items = plane_.childItems();
        for (QGraphicsItem *item : items)
            static_cast<ppq_item *>(item)->scaleChanged();
    }
    scale_x_ = scale_x;
    scale_y_ = scale_y;
    move_x_ = move_x;
    move_y_ = move_y;
    plane_.setTransform(QTransform(scale_x, 0, 0, scale_y, move_x, move_y));
    ask(clip_px_);
}

void ppq_group::ask(const QRectF &area_px)
{
    view_.ask(wholePixels(area_px & clip_px_));
}

QRectF ppq_group::toPixels(const QRectF &data) const
{
    return QRectF(data.x() * scale_x_ + move_x_, data.y() * scale_y_ + move_y_,
                  data.width() * scale_x_, data.height() * scale_y_)
        .normalized();
}

QRectF ppq_group::toData(const QRectF &px) const
{
    return QRectF((px.x() - move_x_) / scale_x_, (px.y() - move_y_) / scale_y_,
                  px.width() / scale_x_, px.height() / scale_y_)
        .normalized();
}

/* ---- Items ------------------------------------------------------------------------------- */

ppq_item::ppq_item(ppq_view &view, ppq_group *group, const ppq_bounds &bounds, double z,
                   pp_paint_fn callback, void *user)
    : QGraphicsItem(group ? group->plane() : view.root()), view_(view), group_(group),
      bounds_(bounds), callback_(callback), user_(user)
{
    if (z != 0)
        setZValue(z);
}

QRectF ppq_item::pixelRect() const
{
    const QRectF bounds(bounds_.x, bounds_.y, bounds_.w, bounds_.h);
    const QRectF px = group_ ? group_->toPixels(bounds) : bounds.normalized();
    const double margin = bounds_.margin_px;
    return near(px.adjusted(-margin, -margin, margin, margin));
}

QRectF ppq_item::boundingRect() const
{
    return group_ ? group_->toData(pixelRect()) : pixelRect();
}

ppq_item::~ppq_item()
{
    if (floating_)
        view_.floating().remove(this);
}

/* What floats is painted by the view, after the scene. */
void ppq_item::paint(QPainter *, const QStyleOptionGraphicsItem *, QWidget *)
{
    if (!floating_)
        view_.paintItem(callback_, user_);
}

void ppq_item::setBounds(const ppq_bounds &bounds)
{
    ask();
    prepareGeometryChange();
    bounds_ = bounds;
    area_ = QRegion();
    ask();
}

/* Both asks are ordinary ones: what is under it has to be painted without it, or it within that. */
void ppq_item::setFloating(bool floating)
{
    if (floating == floating_)
        return;
    if (floating)
        view_.floating().add(this);
    else
        view_.floating().remove(this);
    floating_ = false;
    ask();
    floating_ = floating;
}

void ppq_item::setArea(const pp_rect *rects_px, size_t count)
{
    QRegion area;
    for (size_t i = 0; i < count; i++) {
        const pp_rect &px = rects_px[i];
        area += near(QRectF(px.x, px.y, px.w, px.h)).toAlignedRect();
    }
    const QRect bounds = area.boundingRect();
    ask();
    prepareGeometryChange();
    bounds_ = {double(bounds.x()), double(bounds.y()), double(bounds.width()),
               double(bounds.height()), 0};
    area_ = area;
    ask();
}

QRegion ppq_item::area() const
{
    return area_.isEmpty() ? QRegion(pixelRect().toAlignedRect()) : area_;
}

void ppq_item::ask()
{
    if (!isVisible())
        return;
    if (group_) {
        group_->ask(pixelRect());
    } else if (floating_) {
        view_.askFloating(area());
    } else {
        for (const QRect &part : area())
            view_.ask({part.x(), part.y(), part.width(), part.height()});
    }
}

/* ---- C ABI ------------------------------------------------------------------------------- */

int ppq_group_create(ppq_group **out, ppq_view *view, double z)
{
    return ppq::guarded([&] {
        if (!out || !view || !std::isfinite(z))
            return ppq::fail(PP_EINVAL, "ppq_group_create: out, view or z is invalid");
        *out = new ppq_group(*view, z);
        return int{PP_OK};
    });
}

void ppq_group_destroy(ppq_group *group)
{
    if (!group)
        return;
    ppq::guardedVoid([&] { group->ask(group->boundingRect()); });
    delete group;
}

void ppq_group_set_clip(ppq_group *group, pp_rect clip_px)
{
    ppq::guardedVoid([&] { group->setClip(QRectF(clip_px.x, clip_px.y, clip_px.w, clip_px.h)); });
}

void ppq_group_set_transform(ppq_group *group, double scale_x, double scale_y, double move_x,
                             double move_y)
{
    const bool usable = std::isfinite(scale_x) && std::isfinite(scale_y) && scale_x != 0 &&
                        scale_y != 0 && std::isfinite(move_x) && std::isfinite(move_y);
    if (usable)
        ppq::guardedVoid([&] { group->setDataTransform(scale_x, scale_y, move_x, move_y); });
}

int ppq_item_create(ppq_item **out, ppq_view *view, ppq_group *group, ppq_bounds bounds, double z,
                    pp_paint_fn paint, void *user)
{
    return ppq::guarded([&] {
        if (!out || !view || !paint || !isFinite(bounds) || !std::isfinite(z))
            return ppq::fail(PP_EINVAL,
                             "ppq_item_create: out, view, bounds, z or paint is invalid");
        auto item = std::make_unique<ppq_item>(*view, group, bounds, z, paint, user);
        item->ask();
        *out = item.release();
        pp_count_items_created(1);
        return int{PP_OK};
    });
}

void ppq_item_destroy(ppq_item *item)
{
    if (!item)
        return;
    ppq::guardedVoid([&] { item->ask(); });
    delete item;
}

void ppq_item_set_bounds(ppq_item *item, ppq_bounds bounds)
{
    if (isFinite(bounds))
        ppq::guardedVoid([&] { item->setBounds(bounds); });
}

void ppq_item_set_visible(ppq_item *item, bool visible)
{
    ppq::guardedVoid([&] {
        item->ask();
        item->setVisible(visible);
        item->ask();
    });
}

void ppq_item_update(ppq_item *item)
{
    ppq::guardedVoid([&] { item->ask(); });
}

int ppq_item_set_floating(ppq_item *item, bool floating)
{
    return ppq::guarded([&] {
        if (item->isGrouped())
            return ppq::fail(PP_EINVAL, "ppq_item_set_floating: items of a group cannot float");
        item->setFloating(floating);
        return int{PP_OK};
    });
}

void ppq_item_set_area(ppq_item *item, const pp_rect *rects_px, size_t count)
{
    if (!item->isGrouped())
        ppq::guardedVoid([&] { item->setArea(rects_px, count); });
}
