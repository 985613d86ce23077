/* shim/probe/overlay.cpp: the overlay of one window of a program that knows nothing of it. */
#include "overlay.hpp"

#include "windows.hpp"

#include <new>

namespace ppq
{

namespace
{

pp_overlay *createOverlay(uint32_t window)
{
    pp_overlay *overlay = nullptr;
    if (pp_overlay_create(&overlay, window) != PP_OK)
        throw std::bad_alloc();
    pp_overlay_set_page(overlay, PP_OVERLAY_OFF);
    return overlay;
}

} // namespace

bool WidgetOverlay::fits(const QWidget *root)
{
    const Qt::WindowType type = root->windowType();
    return type == Qt::Window || type == Qt::Dialog || type == Qt::Tool;
}

WidgetOverlay::WidgetOverlay(WidgetWindow &window)
    : window_(window), overlay_(createOverlay(pp_window_number(window.measured())))
{
    panel_ = new OverlayPanel(window.frames.root(), overlay_.get());
    window.frames.setOverlay(panel_);
}

/* The panel draws the overlay and ends first. */
WidgetOverlay::~WidgetOverlay()
{
    window_.frames.setOverlay(nullptr);
    delete panel_.data();
}

void WidgetOverlay::setPage(pp_overlay_page page)
{
    pp_overlay_set_page(overlay_.get(), page);
    if (panel_)
        panel_->changed();
}

void WidgetOverlay::frameBegins()
{
    pp_zone zone =
        window_.frames.overlaySite() ? pp_zone_begin(window_.frames.overlaySite()) : pp_zone{0};
    if (panel_)
        panel_->frameBegins();
    pp_zone_end(&zone);
}

void WidgetOverlay::frameEnded()
{
    if (panel_)
        panel_->frameEnded();
}

void WidgetOverlay::setRecording(const char *path)
{
    pp_overlay_set_recording(overlay_.get(), path);
    if (panel_)
        panel_->changed();
}

void WidgetOverlay::setNote(const char *text)
{
    pp_overlay_set_note(overlay_.get(), text);
    if (panel_)
        panel_->changed();
}

void WidgetOverlay::reset()
{
    pp_overlay_reset(overlay_.get());
    if (panel_)
        panel_->changed();
}

} // namespace ppq
