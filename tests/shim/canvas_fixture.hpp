/* tests/shim/canvas_fixture.hpp: a window with a canvas, made through the C ABI. */
#ifndef CANVAS_FIXTURE_HPP
#define CANVAS_FIXTURE_HPP

#include "frames_fixture.hpp"

#include <paintprof/qt.h>

#include <QtCore/QTemporaryDir>
#include <QtGui/QImage>
#include <QtWidgets/QApplication>

#include <functional>

constexpr int fixture_width = 400;
constexpr int fixture_height = 300;

/* The widget behind a ppq_window, found as a stranger would: by its title. */
inline QWidget *topLevelTitled(const QString &title)
{
    const QWidgetList widgets = QApplication::topLevelWidgets();
    for (QWidget *widget : widgets) {
        if (widget->windowTitle() == title)
            return widget;
    }
    return nullptr;
}

/* A window of 400x300 logical pixels with a canvas, whose callbacks may be set at any time. */
class CanvasFixture
{
public:
    std::function<void(pp_canvas *)> paint;
    std::function<void(const ppq_mouse &)> mouse;
    std::function<void(const ppq_wheel &)> wheel;
    std::function<bool(const ppq_key &)> key;
    std::function<bool()> close;
    std::function<void()> frame_begin;
    std::function<void(uint64_t, uint64_t)> frame_end;
    int paints = 0, resizes = 0, destroyed = 0;
    int width_px = 0, height_px = 0;
    double ratio = 0;
    ppq_window *window = nullptr;
    ppq_canvas *canvas = nullptr;

    CanvasFixture()
    {
        static const char title[] = "canvas fixture";
        if (ppq_window_create(&window, title, sizeof title - 1, fixture_width, fixture_height))
            throw std::runtime_error(pp_last_error());
        const ppq_callbacks table = callbacks();
        if (ppq_canvas_create(&canvas, window, &table))
            throw std::runtime_error(pp_last_error());
    }
    CanvasFixture(const CanvasFixture &) = delete;
    CanvasFixture &operator=(const CanvasFixture &) = delete;
    ~CanvasFixture() { ppq_window_destroy(window); }

    static QWidget *topLevel() { return topLevelTitled("canvas fixture"); }
    static QWidget *widget() { return topLevel()->findChild<QWidget *>(); }

    void show()
    {
        ppq_window_show(window);
        QVERIFY(QTest::qWaitForWindowExposed(topLevel()));
        settle();
    }

    /* Asks for a whole frame and waits for it. */
    void frame()
    {
        ppq_canvas_update(canvas);
        QCoreApplication::sendPostedEvents();
    }

    /* What the window last showed; null if there is no screenshot. */
    QImage picture() const
    {
        const QTemporaryDir directory;
        const QByteArray path = directory.filePath("window.png").toLocal8Bit();
        if (ppq_window_screenshot(window, path.constData()) != PP_OK)
            return {};
        return QImage(QString::fromLocal8Bit(path)).convertToFormat(QImage::Format_RGB32);
    }

private:
    ppq_callbacks callbacks()
    {
        ppq_callbacks table = {};
        table.struct_size = sizeof table;
        table.user = this;
        table.paint = [](void *surface, void *user) {
            ++self(user).paints;
            if (self(user).paint)
                self(user).paint(static_cast<pp_canvas *>(surface));
        };
        table.resize = [](void *user, int w_px, int h_px, double device_ratio) {
            ++self(user).resizes;
            self(user).width_px = w_px;
            self(user).height_px = h_px;
            self(user).ratio = device_ratio;
        };
        table.key = [](void *user, const ppq_key *pressed) {
            return self(user).key && self(user).key(*pressed);
        };
        table.mouse = [](void *user, const ppq_mouse *moved) {
            if (self(user).mouse)
                self(user).mouse(*moved);
        };
        table.wheel = [](void *user, const ppq_wheel *turned) {
            if (self(user).wheel)
                self(user).wheel(*turned);
        };
        table.frame_begin = [](void *user) {
            if (self(user).frame_begin)
                self(user).frame_begin();
        };
        table.frame_end = [](void *user, uint64_t flush_start_ns, uint64_t end_ns) {
            if (self(user).frame_end)
                self(user).frame_end(flush_start_ns, end_ns);
        };
        table.close = [](void *user) { return !self(user).close || self(user).close(); };
        table.destroy = [](void *user) { ++self(user).destroyed; };
        return table;
    }

    static CanvasFixture &self(void *user) { return *static_cast<CanvasFixture *>(user); }
};

constexpr pp_color black = 0xff000000, red = 0xffff0000, green = 0xff00ff00, blue = 0xff0000ff;

inline void fillAll(pp_canvas *canvas, pp_color color)
{
    const pp_rect all = {0, 0, canvas->width_px, canvas->height_px};
    canvas->ops->fill_rects(canvas, &all, 1, color);
}

#endif
