/* shim/probe/flash.cpp: outlines what is repainted, in a layer above each window. */
#include "flash.hpp"

#include <QtCore/QEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QStyleOptionGraphicsItem>
#include <QtWidgets/QWidget>

#include <algorithm>
#include <utility>

namespace ppq
{

namespace
{

constexpr qsizetype most_rects = 8; /* of a region that are outlined one by one */
constexpr size_t most_painted = 20000;

/* Not above what is there for a moment, and ends with the next click. */
bool fits(const QWindow &window)
{
    switch (window.type()) {
    case Qt::Popup:
    case Qt::ToolTip:
    case Qt::SplashScreen:
        return false;
    default:
        return true;
    }
}

} // namespace

Flash *Flash::current_ = nullptr;

Flash::Flash(const TickScale &scale) : scale_(scale)
{
    current_ = this;
}

Flash::~Flash()
{
    current_ = nullptr;
}

/* ---- What was painted ---------------------------------------------------------------------- */

FlashedWidget::FlashedWidget(const QWidget *widget, const QRegion &region)
    : widget_(widget), region_(region)
{
    Flash *flash = Flash::current();
    if (!flash)
        return;
    outer_ = std::exchange(flash->painting_, widget);
    begin_ticks_ = ticksNow();
}

FlashedWidget::~FlashedWidget()
{
    Flash *flash = Flash::current();
    if (!flash || begin_ticks_ == 0)
        return;
    if (widget_)
        flash->widgetPainted(*widget_, region_, ticksNow() - begin_ticks_);
    flash->painting_ = outer_;
}

void Flash::widgetPainted(const QWidget &widget, const QRegion &region, uint64_t ticks)
{
    const QWidget *root = widget.window();
    const QPoint origin = widget.mapTo(root, QPoint());
    if (region.rectCount() > most_rects) {
        painted_.push_back({root, region.boundingRect().translated(origin), ticks});
        return;
    }
    for (const QRect &rect : region)
        painted_.push_back({root, rect.translated(origin), ticks});
}

void FlashedItem::tell() const
{
    Flash *flash = Flash::current();
    const bool is_shown = widget_ && painter_->device() == widget_; /* else it goes to a cache */
    if (flash && option_ && is_shown && flash->painting_ == widget_)
        flash->itemPainted(*painter_, option_->exposedRect, ticksNow() - begin_ticks_);
}

/* Widgets are painted on a picture of their whole window, OpenGL widgets each on its own. */
void Flash::itemPainted(const QPainter &painter, const QRectF &exposed, uint64_t ticks)
{
    if (painted_.size() >= most_painted)
        return;
    const QWidget &view = *painting_;
    const double ratio = view.devicePixelRatioF();
    const QRectF on_device = painter.deviceTransform().mapRect(exposed);
    const QPoint origin = view.mapTo(view.window(), QPoint());
    QRectF in_window(on_device.topLeft() / ratio, on_device.size() / ratio);
    if (view.inherits("QOpenGLWidget"))
        in_window.translate(origin);
    const QRect rect = in_window.toAlignedRect() & view.rect().translated(origin);
    painted_.push_back({view.window(), rect, ticks});
}

/* ---- The layers ---------------------------------------------------------------------------- */

/* nullptr for a window that has none. */
FlashWindow *Flash::layerOf(QWindow *host)
{
    if (!host || !host->isExposed() || !fits(*host))
        return nullptr;
    std::shared_ptr<FlashWindow> &layer = layers_[host];
    if (!layer || layer->host() != host)
        layer = std::make_shared<FlashWindow>(host);
    return layer.get();
}

void Flash::frameEnded(const QWidget *root, bool is_exposed)
{
    FlashWindow *layer =
        root && !is_exposed && !painted_.empty() ? layerOf(root->windowHandle()) : nullptr;
    for (const Painted &painted : painted_) {
        if (layer && painted.root == root)
            layer->painted(painted.rect, scale_.ns(painted.ticks));
    }
    painted_.erase(std::remove_if(painted_.begin(), painted_.end(),
                                  [root](const Painted &p) { return p.root == root; }),
                   painted_.end());
    if (layer)
        layer->frameEnded();
}

void Flash::frameEnded(QWindow *window, bool is_exposed, uint64_t ticks)
{
    FlashWindow *layer = is_exposed ? nullptr : layerOf(window);
    if (!layer)
        return;
    layer->painted(QRect(QPoint(), window->size()), scale_.ns(ticks));
    layer->frameEnded();
}

void Flash::beforeEvent(QObject *receiver, const QEvent *event)
{
    const auto found = receiver->isWindowType()
                           ? layers_.find(static_cast<const QWindow *>(receiver))
                           : layers_.end();
    if (found == layers_.end())
        return;
    switch (event->type()) {
    case QEvent::Hide:
    case QEvent::PlatformSurface:
        layers_.erase(found);
        break;
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::WindowStateChange:
        (*found)->follow();
        break;
    default:
        break;
    }
}

} // namespace ppq
