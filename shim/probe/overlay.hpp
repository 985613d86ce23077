/* shim/probe/overlay.hpp: the overlay of one window of a program that knows nothing of it. */
#ifndef PPQ_PROBE_OVERLAY_HPP
#define PPQ_PROBE_OVERLAY_HPP

#include "../overlay_host.hpp"

#include <paintprof/overlay.h>

#include <QtCore/QPointer>

#include <memory>

namespace ppq
{

struct WidgetWindow;

/* A panel above the content of a top-level widget, made when the overlay is first switched on. */
class WidgetOverlay
{
public:
    /* Throws std::bad_alloc. */
    explicit WidgetOverlay(WidgetWindow &window);
    ~WidgetOverlay();
    WidgetOverlay(const WidgetOverlay &) = delete;
    WidgetOverlay &operator=(const WidgetOverlay &) = delete;

    void setPage(pp_overlay_page page);

    /* Around a frame that the program tells itself. */
    void frameBegins();
    void frameEnded();
    void setRecording(const char *path);
    void setNote(const char *text); /* nullptr: none */
    void reset();

    /* Whether a window is one that people look at for long: no menu, no tool tip. */
    static bool fits(const QWidget *root);

private:
    struct Destroy {
        void operator()(pp_overlay *overlay) const { pp_overlay_destroy(overlay); }
    };
    WidgetWindow &window_;
    std::unique_ptr<pp_overlay, Destroy> overlay_;
    QPointer<OverlayPanel> panel_;
};

} // namespace ppq

#endif
