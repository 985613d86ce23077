/* unit/capture_plugin.c: a plugin with a site of its own, for test_capture. */
#include <paintprof/zone.h>

PP_API void plugin_record(void);

void plugin_record(void)
{
    PP_ZONE(zone, "Plugin.paint()", PP_PHASE_REDRAW);
    pp_mark(&zone, "in a plugin");
    PP_END(zone);
}
