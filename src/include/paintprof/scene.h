/* paintprof/scene.h: the chart scene: series, view, annotations, drawing. */
#ifndef PAINTPROF_SCENE_H
#define PAINTPROF_SCENE_H

#include <paintprof/chart.h>
#include <paintprof/gap.h>
#include <paintprof/series.h>
#include <paintprof/view.h>

#endif
