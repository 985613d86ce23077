/* shim/window.hpp: the top-level widget behind ppq_window, as canvas, view and timer see it. */
#ifndef PPQ_WINDOW_HPP
#define PPQ_WINDOW_HPP

#include "frame_watch.hpp"
#include "overlay_host.hpp"
#include "painter.hpp"

#include <paintprof/qt.h>

#include <QtCore/QPointer>
#include <QtWidgets/QWidget>

#include <memory>

/* Holds one central widget, which fills it, and the overlay above that. */
struct ppq_window final : public QWidget, private ppq::FrameListener {
public:
    explicit ppq_window(const QString &title);
    ~ppq_window() override;

    /* central is a child already; callbacks live as long as central. */
    void setCentral(QWidget *central, const ppq_callbacks *callbacks);
    bool hasCentral() const { return central_; }

    /* central is going: call it first in its destructor, while its callbacks still live. */
    void releaseCentral(const QWidget *central);

    pp_window *measured() const { return watch_->measured(); }
    ppq::FrameWatch *watch() const { return watch_.get(); }
    ppq::CanvasCache &cache() { return cache_; }

    void setOverlay(pp_overlay *overlay);
    ppq::OverlayPanel *overlayPanel() const { return panel_; }

    /* Why the GPU's time is not measured, for overlay and recording; nullptr: it is, or nothing is
     * drawn by a GPU. */
    void setGpuObstacle(const char *obstacle);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void frameBegins() override;
    void frameEnded(uint64_t flush_start_ns, uint64_t end_ns) override;

    ppq::CanvasCache cache_;
    std::unique_ptr<ppq::FrameWatch> watch_;
    QPointer<QWidget> central_;
    const ppq_callbacks *callbacks_ = nullptr;
    QPointer<ppq::OverlayPanel> panel_;
    QByteArray gpu_note_;
};

#endif
