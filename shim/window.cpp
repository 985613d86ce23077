/* shim/window.cpp: the top-level widget behind ppq_window. */
#include "window.hpp"

#include "guard.hpp"

#include <paintprof/recording.h>

#include <QtGui/QCloseEvent>
#include <QtWidgets/QApplication>

namespace
{

constexpr int size_max = 16384; /* logical pixels */

QString textOf(const char *utf8, size_t size_bytes)
{
    return QString::fromUtf8(utf8, static_cast<qsizetype>(size_bytes));
}

} // namespace

ppq_window::ppq_window(const QString &title)
{
    setWindowTitle(title);
    watch_ = std::make_unique<ppq::FrameWatch>(this, true);
    watch_->setListener(this);
}

/* Children go first, while the window they refer to is still whole. */
ppq_window::~ppq_window()
{
    delete panel_.data();
    delete central_.data();
}

void ppq_window::setCentral(QWidget *central, const ppq_callbacks *callbacks)
{
    central_ = central;
    callbacks_ = callbacks;
    central->setGeometry(rect());
    central->setFocus();
    central->show();
    if (panel_)
        panel_->changed();
}

void ppq_window::releaseCentral(const QWidget *central)
{
    if (central != central_)
        return;
    central_ = nullptr;
    callbacks_ = nullptr;
}

void ppq_window::setOverlay(pp_overlay *overlay)
{
    delete panel_.data();
    if (!overlay)
        return;
    panel_ = new ppq::OverlayPanel(this, overlay);
    watch_->setOverlay(panel_);
    if (!gpu_note_.isEmpty())
        pp_overlay_set_note(overlay, gpu_note_.constData());
}

void ppq_window::setGpuObstacle(const char *obstacle)
{
    const bool had_note = !gpu_note_.isEmpty();
    gpu_note_ = obstacle ? QByteArrayLiteral("GPU ") + obstacle : QByteArray();
    if (obstacle) {
        const QByteArray reason = QByteArrayLiteral("not measured (") + obstacle + ')';
        pp_process_note("gpu.time", reason.constData());
    }
    if (panel_ && (obstacle || had_note))
        pp_overlay_set_note(panel_->overlay(), obstacle ? gpu_note_.constData() : nullptr);
}

void ppq_window::resizeEvent(QResizeEvent *)
{
    if (central_)
        central_->setGeometry(rect());
}

void ppq_window::closeEvent(QCloseEvent *event)
{
    pp_window_focus(measured());
    const bool closes = !callbacks_ || !callbacks_->close || callbacks_->close(callbacks_->user);
    event->setAccepted(closes);
}

void ppq_window::frameBegins()
{
    if (callbacks_ && callbacks_->frame_begin)
        callbacks_->frame_begin(callbacks_->user);
}

void ppq_window::frameEnded(uint64_t flush_start_ns, uint64_t end_ns)
{
    pp_window_focus(measured());
    if (callbacks_ && callbacks_->frame_end)
        callbacks_->frame_end(callbacks_->user, flush_start_ns, end_ns);
}

/* ---- C ABI ------------------------------------------------------------------------------- */

int ppq_window_create(ppq_window **out, const char *title, size_t title_bytes, int width,
                      int height)
{
    return ppq::guarded([&] {
        if (!out || (!title && title_bytes > 0))
            return ppq::fail(PP_EINVAL, "ppq_window_create: out or title is NULL");
        if (width < 1 || height < 1 || width > size_max || height > size_max)
            return ppq::fail(PP_EINVAL, "ppq_window_create: %dx%d is not within 1x1 and %dx%d",
                             width, height, size_max, size_max);
        if (!qobject_cast<QApplication *>(QCoreApplication::instance()))
            return ppq::fail(PP_EINVAL, "ppq_window_create: there is no application");
        auto window = std::make_unique<ppq_window>(textOf(title, title_bytes));
        window->resize(width, height);
        *out = window.release();
        return int{PP_OK};
    });
}

void ppq_window_destroy(ppq_window *window)
{
    delete window;
}

void ppq_window_show(ppq_window *window)
{
    window->show();
}

int ppq_window_set_title(ppq_window *window, const char *title, size_t title_bytes)
{
    return ppq::guarded([&] {
        if (!title && title_bytes > 0)
            return ppq::fail(PP_EINVAL, "ppq_window_set_title: title is NULL");
        window->setWindowTitle(textOf(title, title_bytes));
        return int{PP_OK};
    });
}

pp_window *ppq_window_measured(ppq_window *window)
{
    return window->measured();
}

double ppq_window_ratio(const ppq_window *window)
{
    return window->devicePixelRatioF();
}

int ppq_window_set_overlay(ppq_window *window, pp_overlay *overlay)
{
    return ppq::guarded([&] {
        window->setOverlay(overlay);
        return int{PP_OK};
    });
}

void ppq_window_overlay_changed(ppq_window *window)
{
    ppq::guardedVoid([&] {
        if (window->overlayPanel())
            window->overlayPanel()->changed();
    });
}
