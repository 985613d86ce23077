/* shim/probe/flash.hpp: outlines what is repainted, in a layer above each window. */
#ifndef PPQ_FLASH_HPP
#define PPQ_FLASH_HPP

#include "flash_window.hpp"
#include "ticks.hpp"

#include <QtCore/QHash>
#include <QtCore/QPointer>
#include <QtWidgets/QWidget>

#include <memory>

class QEvent;
class QPainter;
class QStyleOptionGraphicsItem;

namespace ppq
{

/* The layers of all windows, while it is on. One at a time, on the GUI thread. What it costs is in
 * zones of phase overlay. */
class Flash
{
public:
    explicit Flash(const TickScale &scale);
    ~Flash();
    Flash(const Flash &) = delete;
    Flash &operator=(const Flash &) = delete;

    /* nullptr while repaints are not outlined. */
    static Flash *current() { return current_; }

    /* A frame of root's window ends, in which FlashedWidget and FlashedItem told what was painted.
     * One that the window system asked for is not outlined: without a compositor, an outline that
     * goes uncovers what is under it, which is then painted again. */
    void frameEnded(const QWidget *root, bool is_exposed);

    /* The same of a window without widgets, all of which was painted within so many ticks. */
    void frameEnded(QWindow *window, bool is_exposed, uint64_t ticks);

    /* Before the event is delivered to a window: its layer goes with it. */
    void beforeEvent(QObject *receiver, const QEvent *event);

private:
    friend class FlashedWidget;
    friend class FlashedItem;
    struct Painted {
        const QWidget *root;
        QRect rect; /* of root, in logical pixels */
        uint64_t ticks;
    };

    void widgetPainted(const QWidget &widget, const QRegion &region, uint64_t ticks);
    void itemPainted(const QPainter &painter, const QRectF &exposed, uint64_t ticks);
    FlashWindow *layerOf(QWindow *host);

    static Flash *current_;
    const TickScale &scale_;
    QHash<const QWindow *, std::shared_ptr<FlashWindow>> layers_;
    std::vector<Painted> painted_;      /* in the present frame */
    const QWidget *painting_ = nullptr; /* the widget that is painted at present */
};

/* Around the paint of region of a widget in a frame, which it tells. */
class FlashedWidget
{
public:
    FlashedWidget(const QWidget *widget, const QRegion &region);
    ~FlashedWidget();
    FlashedWidget(const FlashedWidget &) = delete;
    FlashedWidget &operator=(const FlashedWidget &) = delete;

private:
    const QPointer<const QWidget> widget_;
    const QRegion region_;
    const QWidget *outer_ = nullptr;
    uint64_t begin_ticks_ = 0;
};

/* Around one paint of an item, which it tells. */
class FlashedItem
{
public:
    FlashedItem(const QPainter *painter, const QStyleOptionGraphicsItem *option,
                const QWidget *widget)
        : painter_(painter), option_(option), widget_(widget),
          begin_ticks_(Flash::current() ? ticksNow() : 0)
    {
    }
    ~FlashedItem()
    {
        if (begin_ticks_ != 0)
            tell();
    }
    FlashedItem(const FlashedItem &) = delete;
    FlashedItem &operator=(const FlashedItem &) = delete;

private:
    void tell() const;

    const QPainter *painter_;
    const QStyleOptionGraphicsItem *option_;
    const QWidget *widget_;
    uint64_t begin_ticks_;
};

} // namespace ppq

#endif
