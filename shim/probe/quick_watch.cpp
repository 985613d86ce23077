/* shim/probe/quick_watch.cpp: what a Quick window's render loop does, without a link to QtQuick. */
#include "quick_watch.hpp"

#include <paintprof/cause.h>

#include <dlfcn.h>

namespace ppq
{

namespace
{

pp_site *siteOf(const char *class_name, const char *part)
{
    return pp_object_site(PP_OBJECT_QUICK, (QByteArray(class_name) + part).constData(), nullptr);
}

pp_zone begin(pp_site *site)
{
    return site ? pp_zone_begin(site) : pp_zone{0};
}

/* The window behind a QQuickWidget, whose library may have been loaded for one module of Python. */
QWindow *sceneWindowOf(QWidget *widget)
{
    using WindowOf = QWindow *(*)(const QWidget *);
    void *library = dlopen("libQt6QuickWidgets.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (!library)
        return nullptr;
    const auto window_of =
        reinterpret_cast<WindowOf>(dlsym(library, "_ZNK12QQuickWidget11quickWindowEv"));
    dlclose(library); /* the program keeps it */
    return window_of ? window_of(widget) : nullptr;
}

} // namespace

QuickWatch::QuickWatch(QObject *window, const char *class_name)
    : sync_(siteOf(class_name, " sync")), render_(siteOf(class_name, " render")),
      swap_(siteOf(class_name, " swap"))
{
    constexpr const char *signals_and_slots[][2] = {
        {SIGNAL(beforeSynchronizing()), SLOT(beforeSynchronizing())},
        {SIGNAL(afterSynchronizing()), SLOT(afterSynchronizing())},
        {SIGNAL(beforeRendering()), SLOT(beforeRendering())},
        {SIGNAL(afterRendering()), SLOT(afterRendering())},
        {SIGNAL(frameSwapped()), SLOT(frameSwapped())}};
    for (const auto &pair : signals_and_slots)
        connect(window, pair[0], this, pair[1], Qt::DirectConnection);
}

void QuickWatch::beforeSynchronizing()
{
    synchronized_ = true;
    pp_zone_end(&zone_);
    zone_ = begin(sync_);
}

void QuickWatch::afterSynchronizing()
{
    pp_zone_end(&zone_);
}

void QuickWatch::beforeRendering()
{
    pp_zone_end(&zone_);
    zone_ = begin(render_);
}

void QuickWatch::afterRendering()
{
    pp_zone_end(&zone_);
    zone_ = begin(swap_);
}

void QuickWatch::frameSwapped()
{
    pp_zone_end(&zone_);
}

/* ---- Widgets ------------------------------------------------------------------------------- */

QuickWidgetWatch::QuickWidgetWatch(QWidget *widget, const char *class_name, pp_window *measured)
    : widget_(widget), root_(widget->window()), scene_window_(sceneWindowOf(widget)),
      measured_(measured), sync_(siteOf(class_name, " sync")),
      render_(siteOf(class_name, " render"))
{
    constexpr const char *signals_and_slots[][2] = {
        {SIGNAL(beforeSynchronizing()), SLOT(beforeSynchronizing())},
        {SIGNAL(afterSynchronizing()), SLOT(afterSynchronizing())},
        {SIGNAL(beforeRendering()), SLOT(beforeRendering())},
        {SIGNAL(afterRendering()), SLOT(afterRendering())}};
    if (!scene_window_)
        return;
    for (const auto &pair : signals_and_slots)
        connect(scene_window_, pair[0], this, pair[1], Qt::DirectConnection);
}

void QuickWidgetWatch::begin(pp_site *site)
{
    end();
    if (!isMeasured())
        return;
    if (measured_)
        pp_window_focus(measured_);
    zone_ = ppq::begin(site);
}

void QuickWidgetWatch::end()
{
    if (zone_.word == 0)
        return;
    pp_zone_end(&zone_);
    zone_ = {0};
    pp_window_focus(nullptr);
}

void QuickWidgetWatch::beforeSynchronizing()
{
    begin(sync_);
}

void QuickWidgetWatch::afterSynchronizing()
{
    end();
}

void QuickWidgetWatch::beforeRendering()
{
    begin(render_);
}

void QuickWidgetWatch::afterRendering()
{
    end();
}

} // namespace ppq
