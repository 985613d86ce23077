/* bench/frame_pair.hpp: frames of ours and of a floor in two shown windows, timed in turn. */
#ifndef PP_BENCH_FRAME_PAIR_HPP
#define PP_BENCH_FRAME_PAIR_HPP

#include "bench.h"

#include <paintprof/qt.h>
#include <paintprof/scene.h>

#include <QtGui/QImage>
#include <QtWidgets/QWidget>

#include <functional>
#include <memory>
#include <vector>

class QApplication;

namespace bench
{

constexpr int width_px = 1280, height_px = 720;

/* The whole range moves to and fro, by no whole number of pixels. */
pp_view pannedView(const pp_view &start, uint64_t frame);

/* One window whose frames are timed. */
class FrameWindow
{
public:
    FrameWindow() = default;
    FrameWindow(const FrameWindow &) = delete;
    FrameWindow &operator=(const FrameWindow &) = delete;
    virtual ~FrameWindow() = default;

    /* Moves to the view of that frame and asks for it. */
    virtual void ask(uint64_t frame) = 0;

    /* The top-level widget, which is flushed. */
    virtual QWidget &widget() = 0;
};

/* A shown widget painted straight by a QPainter: a floor. */
class FloorWidget final : public FrameWindow
{
public:
    using Paint = std::function<void(QPainter &painter, const pp_view &view)>;

    FloorWidget(const pp_view &start, Paint paint);
    ~FloorWidget() override;

    void ask(uint64_t frame) override;
    QWidget &widget() override;

private:
    class Surface;
    std::unique_ptr<Surface> surface_;
};

/* A shown ppq_canvas painted by the scene. */
class CanvasWindow final : public FrameWindow
{
public:
    using Paint = std::function<void(pp_canvas *canvas, const pp_view &view)>;

    CanvasWindow(const pp_view &start, Paint paint);
    ~CanvasWindow() override;

    void ask(uint64_t frame) override;
    QWidget &widget() override;

private:
    static void paintIt(void *surface, void *user);

    pp_view start_, view_;
    Paint paint_;
    ppq_window *window_ = nullptr;
    ppq_canvas *canvas_ = nullptr;
};

/* The top-level widget of that title; a ppq_window is found as a stranger would find it. */
QWidget &topLevelTitled(const char *title);

/* The off-screen application of a case. Fails by a PP_ code. */
class Application
{
public:
    Application() = default;
    Application(const Application &) = delete;
    Application &operator=(const Application &) = delete;
    ~Application() { ppq_app_destroy(app_); }

    int open();

private:
    ppq_app *app_ = nullptr;
};

/* Times ours, the floor and a frame that is only cleared in turn, from update() to the end of the
 * flush, in CPU time of the thread, and fills result but for names. extras takes at its first three
 * places: what the cleared frame costs; the ratio of what comes on top of it; and how many pixels
 * differ between the pictures by more than a rounding. */
void measureFrames(FrameWindow &ours, FrameWindow &floor, bench_result &result);

/* The bytes that this process has in memory. */
double residentBytes();

} // namespace bench

#endif
