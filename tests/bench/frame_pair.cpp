/* bench/frame_pair.cpp: frames of ours and of a floor in two shown windows, timed in turn. */
#include "frame_pair.hpp"

#include <QtGui/QPainter>
#include <QtWidgets/QApplication>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

namespace bench
{

namespace
{

constexpr double pan_step = 0.003; /* of what is in sight, a frame */
constexpr double pan_reach = 0.1;
constexpr int warm_up_frames = 10;
constexpr size_t frames_max = 4000;
constexpr uint64_t measure_ns = 2000000000;
constexpr int rounding = 3; /* of a colour, when translucent things are put over each other */

constexpr char canvas_title[] = "bench canvas";

/* What is left to the others: a frame cleared to the background. */
constexpr auto paint_background = [](QPainter &painter, const pp_view &) {
    painter.fillRect(0, 0, width_px, height_px, QColor::fromRgba(pp_theme_dark.background));
};

double timeFrame(FrameWindow &window, uint64_t frame)
{
    const uint64_t start_ns = bench_thread_cpu_ns();
    window.ask(frame);
    QCoreApplication::processEvents();
    return static_cast<double>(bench_thread_cpu_ns() - start_ns);
}

QImage pictureOf(FrameWindow &window, uint64_t frame)
{
    window.ask(frame);
    QCoreApplication::processEvents();
    return window.widget().grab().toImage().convertToFormat(QImage::Format_RGB32);
}

bool isNear(QRgb a, QRgb b)
{
    return std::abs(qRed(a) - qRed(b)) <= rounding && std::abs(qGreen(a) - qGreen(b)) <= rounding &&
           std::abs(qBlue(a) - qBlue(b)) <= rounding;
}

double differingPixels(const QImage &a, const QImage &b)
{
    if (a.size() != b.size())
        return NAN;
    double count = 0;
    for (int y = 0; y < a.height(); y++) {
        const auto *row_a = reinterpret_cast<const QRgb *>(a.constScanLine(y));
        const auto *row_b = reinterpret_cast<const QRgb *>(b.constScanLine(y));
        for (int x = 0; x < a.width(); x++)
            count += !isNear(row_a[x], row_b[x]);
    }
    return count;
}

void check(int status)
{
    if (status != PP_OK)
        throw std::runtime_error(pp_last_error());
}

} // namespace

pp_view pannedView(const pp_view &start, uint64_t frame)
{
    pp_view view = start;
    const double at = std::fmod(static_cast<double>(frame) * pan_step, 2 * pan_reach);
    const double shift = (at < pan_reach ? at : 2 * pan_reach - at) * (start.x1 - start.x0);
    view.x0 += shift;
    view.x1 += shift;
    return view;
}

/* ---- A floor ----------------------------------------------------------------------------------
 */

class FloorWidget::Surface : public QWidget
{
public:
    Surface(const pp_view &start, Paint paint)
        : start_(start), view_(start), paint_(std::move(paint))
    {
        setAttribute(Qt::WA_OpaquePaintEvent);
        resize(width_px, height_px);
    }

    void ask(uint64_t frame)
    {
        view_ = pannedView(start_, frame);
        update();
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setClipRect(rect()); /* halves the cost of thin lines */
        paint_(painter, view_);
    }

private:
    pp_view start_, view_;
    Paint paint_;
};

FloorWidget::FloorWidget(const pp_view &start, Paint paint)
    : surface_(std::make_unique<Surface>(start, std::move(paint)))
{
}

FloorWidget::~FloorWidget() = default;

void FloorWidget::ask(uint64_t frame)
{
    surface_->ask(frame);
}

QWidget &FloorWidget::widget()
{
    return *surface_;
}

/* ---- Ours -------------------------------------------------------------------------------------
 */

CanvasWindow::CanvasWindow(const pp_view &start, Paint paint)
    : start_(start), view_(start), paint_(std::move(paint))
{
    ppq_callbacks callbacks = {};
    callbacks.struct_size = sizeof callbacks;
    callbacks.user = this;
    callbacks.paint = paintIt;
    check(ppq_window_create(&window_, canvas_title, sizeof canvas_title - 1, width_px, height_px));
    check(ppq_canvas_create(&canvas_, window_, &callbacks));
}

CanvasWindow::~CanvasWindow()
{
    ppq_window_destroy(window_);
}

void CanvasWindow::paintIt(void *surface, void *user)
{
    const auto *self = static_cast<const CanvasWindow *>(user);
    self->paint_(static_cast<pp_canvas *>(surface), self->view_);
}

void CanvasWindow::ask(uint64_t frame)
{
    view_ = pannedView(start_, frame);
    ppq_canvas_update(canvas_);
}

QWidget &CanvasWindow::widget()
{
    return topLevelTitled(canvas_title);
}

QWidget &topLevelTitled(const char *title)
{
    const QWidgetList widgets = QApplication::topLevelWidgets();
    for (QWidget *widget : widgets) {
        if (widget->windowTitle() == QLatin1String(title))
            return *widget;
    }
    throw std::runtime_error("a window has no widget");
}

int Application::open()
{
    static char name[] = "paintprof-bench";
    static char *argv[] = {name, nullptr};
    static int argc = 1;
    return ppq_app_create(&app_, &argc, argv);
}

/* ---- Timing -----------------------------------------------------------------------------------
 */

void measureFrames(FrameWindow &ours, FrameWindow &floor, bench_result &result)
{
    FloorWidget cleared(pp_view{}, paint_background);
    ours.widget().show();
    floor.widget().show();
    cleared.widget().show();
    QCoreApplication::processEvents();
    for (uint64_t frame = 0; frame < warm_up_frames; frame++) {
        timeFrame(ours, frame);
        timeFrame(floor, frame);
        timeFrame(cleared, frame);
    }
    const double differing = differingPixels(pictureOf(ours, 5), pictureOf(floor, 5));

    std::vector<double> our_ns, floor_ns, cleared_ns;
    const uint64_t start_ns = bench_now_ns();
    for (uint64_t frame = 0; frame < frames_max && bench_now_ns() - start_ns < measure_ns;
         frame++) {
        our_ns.push_back(timeFrame(ours, frame));
        floor_ns.push_back(timeFrame(floor, frame));
        cleared_ns.push_back(timeFrame(cleared, frame));
    }
    const auto quantile = [](std::vector<double> &values, double q) {
        return bench_quantile(values.data(), values.size(), q);
    };
    const double clear = quantile(cleared_ns, 0.5);
    result.median_ns = quantile(our_ns, 0.5);
    result.p99_ns = quantile(our_ns, 0.99);
    result.iterations = our_ns.size();
    result.reference_ns = quantile(floor_ns, 0.5);
    result.extras[0] = {"clear_ns", clear};
    result.extras[1] = {"ratio_over_clear",
                        (result.median_ns - clear) / (result.reference_ns - clear)};
    result.extras[2] = {"differing_px", differing};
}

double residentBytes()
{
    unsigned long total = 0, resident = 0;
    std::FILE *file = std::fopen("/proc/self/statm", "r");
    const bool known = file && std::fscanf(file, "%lu %lu", &total, &resident) == 2;
    if (file)
        std::fclose(file);
    return known ? static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) : NAN;
}

} // namespace bench
