/* shim/probe/quick_watch.cpp: what a Quick window's render loop does, without a link to QtQuick. */
#include "quick_watch.hpp"

#include <paintprof/cause.h>

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

} // namespace ppq
