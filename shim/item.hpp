/* shim/item.hpp: the graphics items behind ppq_group and ppq_item. */
#ifndef PPQ_ITEM_HPP
#define PPQ_ITEM_HPP

#include "view.hpp"

#include <paintprof/qt.h>

#include <QtWidgets/QGraphicsItem>

/* A clip in device pixels, and inside it a plane whose units are the data's. */
struct ppq_group final : public QGraphicsItem {
public:
    ppq_group(ppq_view &view, double z);

    QRectF boundingRect() const override { return clip_px_; }
    QPainterPath shape() const override;
    void paint(QPainter *, const QStyleOptionGraphicsItem *, QWidget *) override {}

    void setClip(const QRectF &clip_px);
    void setDataTransform(double scale_x, double scale_y, double move_x, double move_y);

    /* Asks for the repaint of the part of area_px that the clip shows. */
    void ask(const QRectF &area_px);

    QGraphicsItem *plane() { return &plane_; }
    QRectF toPixels(const QRectF &data) const;
    QRectF toData(const QRectF &px) const;

private:
    ppq_view &view_;
    QRectF clip_px_;
    double scale_x_ = 1, scale_y_ = 1, move_x_ = 0, move_y_ = 0; /* plane_'s transform */
    ppq::Carrier plane_;
};

struct ppq_item final : public QGraphicsItem {
public:
    ppq_item(ppq_view &view, ppq_group *group, const ppq_bounds &bounds, double z,
             pp_paint_fn callback, void *user);
    ~ppq_item() override;

    QRectF boundingRect() const override;
    void paint(QPainter *, const QStyleOptionGraphicsItem *, QWidget *) override;

    void setBounds(const ppq_bounds &bounds);

    /* Throws std::bad_alloc. */
    void setFloating(bool floating);
    void setArea(const pp_rect *rects_px, size_t count);

    /* The device pixels that it paints. */
    QRegion area() const;
    void paintFloating() { view_.paintItem(callback_, user_); }
    bool isGrouped() const { return group_ != nullptr; }

    /* Asks for the repaint of what it covers. */
    void ask();

    /* The group's scale changed, and with it the margin in data units. */
    void scaleChanged() { prepareGeometryChange(); }

private:
    QRectF pixelRect() const;

    ppq_view &view_;
    ppq_group *const group_;
    ppq_bounds bounds_;
    QRegion area_; /* within the bounds; empty: all of them */
    bool floating_ = false;
    const pp_paint_fn callback_;
    void *const user_;
};

#endif
