/* tests/shim/view_fixture.hpp: a window with a view, and items that note how they are painted. */
#ifndef VIEW_FIXTURE_HPP
#define VIEW_FIXTURE_HPP

#include <paintprof/qt.h>

#include <QtCore/QTemporaryDir>
#include <QtGui/QImage>
#include <QtTest/QtTest>
#include <QtWidgets/QAbstractScrollArea>
#include <QtWidgets/QApplication>

#include <memory>
#include <stdexcept>
#include <vector>

/* What the view told its program. */
struct Told {
    std::vector<ppq_mouse> mouse;
    std::vector<ppq_wheel> wheel;
    std::vector<ppq_key> keys;
    int resizes = 0, destroyed = 0;
    int width_px = 0, height_px = 0;
    double ratio = 0;
};

/* A window of 400x300 logical pixels with a view. */
class ViewFixture
{
public:
    explicit ViewFixture(bool with_callbacks = true)
    {
        if (ppq_window_create(&window, "view", 4, 400, 300) != PP_OK)
            throw std::runtime_error(pp_last_error());
        ppq_callbacks table = {};
        table.struct_size = sizeof table;
        table.user = &told;
        table.resize = [](void *user, int width_px, int height_px, double ratio) {
            Told &noted = *static_cast<Told *>(user);
            ++noted.resizes;
            noted.width_px = width_px;
            noted.height_px = height_px;
            noted.ratio = ratio;
        };
        table.mouse = [](void *user, const ppq_mouse *mouse) {
            static_cast<Told *>(user)->mouse.push_back(*mouse);
        };
        table.wheel = [](void *user, const ppq_wheel *wheel) {
            static_cast<Told *>(user)->wheel.push_back(*wheel);
        };
        table.key = [](void *user, const ppq_key *key) {
            static_cast<Told *>(user)->keys.push_back(*key);
            return true;
        };
        table.destroy = [](void *user) { ++static_cast<Told *>(user)->destroyed; };
        if (ppq_view_create(&view, window, with_callbacks ? &table : nullptr) != PP_OK)
            throw std::runtime_error(pp_last_error());
    }
    ViewFixture(const ViewFixture &) = delete;
    ViewFixture &operator=(const ViewFixture &) = delete;
    ~ViewFixture() { ppq_window_destroy(window); }

    /* Shows it and waits until nothing is left to paint. */
    void show()
    {
        ppq_window_show(window);
        QVERIFY(QTest::qWaitForWindowExposed(topLevel()));
        settle();
    }

    /* Delivers what is due, queued repaints included. */
    static void settle()
    {
        for (int round = 0; round < 5; ++round) {
            QCoreApplication::sendPostedEvents();
            QTest::qWait(5);
        }
    }

    static QWidget *topLevel()
    {
        for (QWidget *widget : QApplication::topLevelWidgets()) {
            if (widget->findChild<QAbstractScrollArea *>())
                return widget;
        }
        return nullptr;
    }
    static QAbstractScrollArea *area() { return topLevel()->findChild<QAbstractScrollArea *>(); }
    static QWidget *viewport() { return area()->viewport(); }
    double ratio() const { return ppq_window_ratio(window); }

    /* What the window last showed. */
    QImage picture() const
    {
        const QTemporaryDir directory;
        const QByteArray path = directory.filePath("view.png").toUtf8();
        if (ppq_window_screenshot(window, path.constData()) != PP_OK)
            return {};
        return QImage(QString::fromUtf8(path)).convertToFormat(QImage::Format_RGB32);
    }

    Told told;
    ppq_window *window = nullptr;
    ppq_view *view = nullptr;
};

/* An item's user: fills a rectangle and notes its paints. */
struct Box {
    pp_rect rect;
    pp_color color;
    int paints = 0;
    int width_px = 0, height_px = 0;
    double ratio = 0;

    Box(pp_rect r, pp_color c) : rect(r), color(c) {}

    static void paint(void *surface, void *user)
    {
        auto *canvas = static_cast<pp_canvas *>(surface);
        Box &box = *static_cast<Box *>(user);
        ++box.paints;
        box.width_px = canvas->width_px;
        box.height_px = canvas->height_px;
        box.ratio = canvas->ratio;
        canvas->ops->fill_rects(canvas, &box.rect, 1, box.color);
    }
};

constexpr pp_rect everywhere = {0, 0, 4000, 4000};
constexpr pp_color black = 0xff000000, red = 0xffff0000, blue = 0xff0000ff;

/* An item without a group, its bounds in device pixels. */
inline ppq_item *addItem(ppq_view *view, Box &box, double z = 0)
{
    ppq_item *item = nullptr;
    const ppq_bounds bounds = {double(box.rect.x), double(box.rect.y), double(box.rect.w),
                               double(box.rect.h), 0};
    if (ppq_item_create(&item, view, nullptr, bounds, z, Box::paint, &box) != PP_OK)
        throw std::runtime_error(pp_last_error());
    return item;
}

inline ppq_item *addItem(ppq_view *view, ppq_group *group, ppq_bounds bounds, Box &box)
{
    ppq_item *item = nullptr;
    if (ppq_item_create(&item, view, group, bounds, 0, Box::paint, &box) != PP_OK)
        throw std::runtime_error(pp_last_error());
    return item;
}

inline ppq_group *addGroup(ppq_view *view, double z = 1)
{
    ppq_group *group = nullptr;
    if (ppq_group_create(&group, view, z) != PP_OK)
        throw std::runtime_error(pp_last_error());
    return group;
}

/* The bounding rectangle of one colour, and whether it is filled with it. */
inline QRect areaOf(const QImage &image, QRgb color, bool *filled = nullptr)
{
    QRect area;
    qsizetype count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixel(x, y) == color) {
                area |= QRect(x, y, 1, 1);
                ++count;
            }
        }
    }
    if (filled)
        *filled = count == qsizetype(area.width()) * area.height();
    return area;
}

#endif
