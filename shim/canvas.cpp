/* shim/canvas.cpp: a plain QWidget painted by one C callback. */
#include "callbacks.hpp"
#include "guard.hpp"
#include "input.hpp"
#include "painter.hpp"
#include "window.hpp"

#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtGui/QPaintEvent>

/* Opaque: the callback paints every pixel that is dirty. Input goes to the callbacks first. */
struct ppq_canvas final : public QWidget {
    Q_OBJECT

public:
    ppq_canvas(ppq_window &window, const ppq_callbacks *callbacks);
    ~ppq_canvas() override { window_.releaseCentral(this); }

    void ask(const QRect &logical);
    double ratio() const { return devicePixelRatioF(); }

protected:
    bool event(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void followGeometry();

    ppq_window &window_;
    ppq::Callbacks callbacks_;
    QSize size_px_;
    double ratio_ = 0;
};

ppq_canvas::ppq_canvas(ppq_window &window, const ppq_callbacks *callbacks)
    : QWidget(&window), window_(window)
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    window.setCentral(this, &*callbacks_);
    callbacks_.adopt(callbacks);
    size_px_ = QSize(); /* a resize until now was told to nobody */
}

void ppq_canvas::ask(const QRect &logical)
{
    pp_frame_asked(window_.measured());
    update(logical);
}

bool ppq_canvas::event(QEvent *event)
{
    if (ppq::deliverInput(*callbacks_, event, this, window_.measured())) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

/* The size or, when the window moves to another screen, the ratio alone may change. */
void ppq_canvas::followGeometry()
{
    const QSize size_px = ppq::deviceSize(*this);
    if (size_px == size_px_ && ratio() == ratio_)
        return;
    size_px_ = size_px;
    ratio_ = ratio();
    if (callbacks_->resize)
        callbacks_->resize(callbacks_->user, size_px.width(), size_px.height(), ratio_);
}

void ppq_canvas::resizeEvent(QResizeEvent *)
{
    pp_window_focus(window_.measured());
    followGeometry();
}

void ppq_canvas::paintEvent(QPaintEvent *event)
{
    followGeometry();
    if (!callbacks_->paint)
        return;
    QPainter painter(this);
    ppq::Canvas canvas(painter, window_.cache(), size_px_, ratio_,
                       ppq::deviceRect(event->rect(), ratio_));
    callbacks_->paint(static_cast<pp_canvas *>(&canvas), callbacks_->user);
}

/* ---- C ABI ------------------------------------------------------------------------------- */

int ppq_canvas_create(ppq_canvas **out, ppq_window *window, const ppq_callbacks *callbacks)
{
    return ppq::guarded([&] {
        if (!out || !window || !ppq::callbacksValid(callbacks))
            return ppq::fail(PP_EINVAL, "ppq_canvas_create: out, window or callbacks is invalid");
        if (window->hasCentral())
            return ppq::fail(PP_EBUSY,
                             "ppq_canvas_create: the window has a canvas or view already");
        *out = new ppq_canvas(*window, callbacks);
        return int{PP_OK};
    });
}

void ppq_canvas_destroy(ppq_canvas *canvas)
{
    delete canvas;
}

void ppq_canvas_update(ppq_canvas *canvas)
{
    ppq::guardedVoid([&] { canvas->ask(canvas->rect()); });
}

void ppq_canvas_update_rect(ppq_canvas *canvas, pp_rect rect_px)
{
    ppq::guardedVoid([&] { canvas->ask(ppq::logicalRect(rect_px, canvas->ratio())); });
}

#include "canvas.moc"
