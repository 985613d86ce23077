/* charts/chart_peer.cpp: the process around one way of drawing a chart. */
#include "chart_peer.hpp"

#include <QtCore/QEvent>
#include <QtWidgets/QApplication>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <sstream>

namespace
{

using Clock = std::chrono::steady_clock;

/* Of this process. */
qint64 cpuNs()
{
    timespec now = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return qint64{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/* Counts what is painted, and notes when a window has been painted and flushed: both end with its
 * UpdateRequest, or with the Expose of a window that is new. */
class FrameApplication : public QApplication
{
public:
    using QApplication::QApplication;

    bool notify(QObject *receiver, QEvent *event) override
    {
        const QEvent::Type type = event->type();
        const bool handled = QApplication::notify(receiver, event);
        if (type == QEvent::Paint)
            ++paints_;
        if ((type == QEvent::UpdateRequest || type == QEvent::Expose) && paints_ > 0 && !flushed_) {
            flushed_ = true;
            flush_end_ = Clock::now();
            flush_end_cpu_ns_ = cpuNs();
        }
        return handled;
    }

    void begin()
    {
        paints_ = 0;
        flushed_ = false;
    }
    bool flushed() const { return flushed_; }
    Clock::time_point flushEnd() const { return flush_end_; }
    qint64 flushEndCpuNs() const { return flush_end_cpu_ns_; }
    int paints() const { return paints_; }

private:
    int paints_ = 0;
    bool flushed_ = false;
    Clock::time_point flush_end_;
    qint64 flush_end_cpu_ns_ = 0;
};

qint64 nsBetween(Clock::time_point start, Clock::time_point end)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count();
}

struct Frame {
    qint64 ns, cpu_ns;
    int paints;
};

class Process
{
public:
    Process(FrameApplication &app, ChartPeer &peer) : app_(app), peer_(peer) {}

    bool show()
    {
        peer_.window().show();
        qint64 frame_ns = 0;
        for (int i = 0; i < warm_up_frames && frame_ns >= 0 && frame_ns < slow_ns; i++)
            frame_ns = drawFrame().ns;
        return frame_ns >= 0;
    }

    void obey(const std::string &line)
    {
        std::istringstream words(line);
        std::string what;
        size_t count = 0;
        words >> what >> count;
        if (what == "frames")
            drawFrames(count);
        else if (what == "create")
            create();
        else
            std::printf("{\"error\":\"no such request\"}\n");
        std::fflush(stdout);
    }

private:
    static constexpr int warm_up_frames = 2;
    static constexpr qint64 slow_ns = 1'000'000'000;
    static constexpr qint64 patience_ns = 40'000'000'000;

    /* From the move of the view to the end of the first flush after it; negative: nothing was
     * painted. Some paint again without need: that is counted, not timed. */
    Frame drawFrame()
    {
        app_.begin();
        const qint64 start_cpu_ns = cpuNs();
        const auto start = Clock::now();
        peer_.pan(chart_pan_at(frame_++));
        while (!app_.flushed()) {
            QCoreApplication::processEvents();
            if (nsBetween(start, Clock::now()) > patience_ns)
                return {-1, 0, 0};
        }
        const qint64 ns = nsBetween(start, app_.flushEnd());
        QCoreApplication::processEvents();
        return {ns, app_.flushEndCpuNs() - start_cpu_ns, app_.paints()};
    }

    void drawFrames(size_t count)
    {
        std::string list;
        qint64 cpu_ns = 0;
        int paints = 0;
        for (size_t i = 0; i < count; i++) {
            const Frame frame = drawFrame();
            if (frame.ns < 0) {
                std::printf("{\"error\":\"a frame was not painted\"}\n");
                return;
            }
            list += (i ? "," : "") + std::to_string(frame.ns);
            cpu_ns += frame.cpu_ns;
            paints += frame.paints;
        }
        std::printf("{\"frame_ns\":[%s],\"cpu_ns\":%lld,\"paints\":%d}\n", list.c_str(),
                    static_cast<long long>(cpu_ns), paints);
    }

    void create()
    {
        peer_.removeGaps();
        QCoreApplication::processEvents();
        const auto start = Clock::now();
        peer_.createGaps();
        std::printf("{\"create_ns\":%lld}\n",
                    static_cast<long long>(nsBetween(start, Clock::now())));
    }

    FrameApplication &app_;
    ChartPeer &peer_;
    uint64_t frame_ = 0;
};

} // namespace

ChartCurve::ChartCurve(size_t count) : y(count)
{
    chart_walk walk = chart_walk_start();
    for (double &value : y)
        value = chart_walk_next(&walk);
    const auto [least, most] = std::minmax_element(y.begin(), y.end());
    const double margin = (*most - *least) * 0.05;
    low = *least - margin;
    high = *most + margin;
}

int runChartPeer(int argc, char **argv, const char *version, ChartPeerMaker make)
{
    FrameApplication app(argc, argv);
    if (argc != 4) {
        std::fprintf(stderr, "Usage: %s VARIANT curve|gaps COUNT\nRun by ./do bench charts.\n",
                     argv[0]);
        return 2;
    }
    const std::unique_ptr<ChartPeer> peer =
        make({argv[1], std::string(argv[2]) == "gaps", std::stoul(argv[3])});
    if (!peer) {
        std::printf("{\"error\":\"no such variant\"}\n");
        return 1;
    }
    peer->window().setWindowTitle(QString::fromLatin1(argv[1]));
    peer->window().resize(CHART_WIDTH, CHART_HEIGHT);
    peer->createGaps();
    Process process(app, *peer);
    if (!process.show()) {
        std::printf("{\"error\":\"the first frame was not painted\"}\n");
        return 1;
    }
    std::printf("{\"version\":\"%s\",\"last\":%.17g}\n", version, peer->last());
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);)
        process.obey(line);
    return 0;
}
