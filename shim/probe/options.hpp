/* shim/probe/options.hpp: what `paintprof run` asks of the probe, through the environment. */
#ifndef PPQ_PROBE_OPTIONS_HPP
#define PPQ_PROBE_OPTIONS_HPP

#include <paintprof/overlay.h>

#include <QtCore/QByteArray>

#include <optional>

namespace ppq
{

struct ProbeOptions {
    QByteArray record; /* path of a recording; empty: none */
    quint64 record_bytes = 0;
    bool record_all = false;
    QByteArray csv;
    QByteArray status; /* path of the file that tells `paintprof run` how it goes */
    pp_overlay_page page = PP_OVERLAY_OFF;
    bool flash = false;
    bool items = true;
    bool causes = true;
    std::optional<double> profile_ms; /* text blocks of what is slower */
    double slow_event_ms = 4;         /* handlers that ran longer are told; 0: all */
    double duration_s = 0;            /* of event loop; 0: the program ends itself */
};

/* Reads PAINTPROF_PROBE_* and leaves the environment as the user made it: their variables are
 * gone, and QT_PLUGIN_PATH, QT_QPA_GENERIC_PLUGINS and LD_PRELOAD have their old values, unless
 * the program's children are to be profiled too. Nothing where the probe was not asked for. */
ProbeOptions takeProbeOptions();

/* Adds one line to the status file, if there is one. */
void tellStatus(const QByteArray &status_path, const QByteArray &line);

} // namespace ppq

#endif
