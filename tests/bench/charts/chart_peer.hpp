/* charts/chart_peer.hpp: one way of drawing a chart with Qt, in a process that draws frames on
 * demand, so that it takes turns with the others.
 *
 *   PROGRAM VARIANT curve|gaps COUNT
 *
 * It shows a window of 1280x720 and answers each line of its standard input by a line of JSON:
 *   (at the start)  {"version":"6.4.2","last":1.5}   last: the last value of the data
 *   frames N        {"frame_ns":[...],"cpu_ns":N,"paints":N}
 *                                                    of N frames, each with the view moved; cpu_ns
 *                                                    is the process's CPU time in all of frame_ns
 *   create          {"create_ns":N}                  to make all gaps again; removal is not timed
 * What fails is {"error":"why"}. */
#ifndef CHART_PEER_HPP
#define CHART_PEER_HPP

#include "chart_data.h"

#include <QtWidgets/QWidget>

#include <memory>
#include <string>
#include <vector>

struct ChartTask {
    std::string variant;
    bool gaps;
    size_t count; /* points of the curve, or gaps */
};

/* The data of a curve. */
struct ChartCurve {
    explicit ChartCurve(size_t count);

    std::vector<double> y;
    double low, high; /* of y, with a margin */
};

class ChartPeer
{
public:
    virtual ~ChartPeer() = default;

    virtual QWidget &window() = 0;

    /* Moves the view by a part of the range in sight and asks for a frame. */
    virtual void pan(double part) = 0;

    virtual void createGaps() {}
    virtual void removeGaps() {}

    /* The last value of the data that it was given. */
    virtual double last() const = 0;
};

/* Makes the peer of a task; null: there is no such variant. */
using ChartPeerMaker = std::unique_ptr<ChartPeer> (*)(const ChartTask &task);

/* The main function of a peer's program. */
int runChartPeer(int argc, char **argv, const char *version, ChartPeerMaker make);

#endif
