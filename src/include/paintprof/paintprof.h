/* paintprof/paintprof.h: the whole core. The Qt side is paintprof/qt.h and paintprof/qwidget.hpp,
 * the chart scene paintprof/scene.h. */
#ifndef PAINTPROF_PAINTPROF_H
#define PAINTPROF_PAINTPROF_H

#include <paintprof/canvas.h>
#include <paintprof/cause.h>
#include <paintprof/clock.h>
#include <paintprof/csv.h>
#include <paintprof/error.h>
#include <paintprof/export.h>
#include <paintprof/frame.h>
#include <paintprof/gate.h>
#include <paintprof/hook.h>
#include <paintprof/link.h>
#include <paintprof/otlp.h>
#include <paintprof/overlay.h>
#include <paintprof/phase.h>
#include <paintprof/profiler.h>
#include <paintprof/reader.h>
#include <paintprof/recording.h>
#include <paintprof/report.h>
#include <paintprof/session.h>
#include <paintprof/trace.h>
#include <paintprof/version.h>
#include <paintprof/window.h>
#include <paintprof/zone.h>

#endif
