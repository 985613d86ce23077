/* tests/shim/gl_pair.hpp: the same items in two windows side by side, one on raster and one on
 * OpenGL, and what tells their pictures apart. */
#ifndef GL_PAIR_HPP
#define GL_PAIR_HPP

#include "view_fixture.hpp"

#include <QtGui/QScreen>
#include <QtOpenGLWidgets/QOpenGLWidget>

#include <array>
#include <functional>

/* A window with a view that paints by one function; named, as tests find it by its title. */
class PaintedView
{
public:
    PaintedView(const char *title, std::function<void(pp_canvas *)> paint_it)
        : paint(std::move(paint_it))
    {
        if (ppq_window_create(&window, title, std::strlen(title), 380, 280) != PP_OK ||
            ppq_view_create(&view, window, nullptr) != PP_OK)
            throw std::runtime_error(pp_last_error());
        ppq_item *item = nullptr;
        const pp_paint_fn call = [](void *surface, void *user) {
            PaintedView &self = *static_cast<PaintedView *>(user);
            self.paint(static_cast<pp_canvas *>(surface));
            ++self.paints;
        };
        if (ppq_item_create(&item, view, nullptr, {0, 0, 4000, 4000, 0}, 0, call, this) != PP_OK)
            throw std::runtime_error(pp_last_error());
        for (QWidget *widget : QApplication::topLevelWidgets()) {
            if (widget->windowTitle() == QLatin1String(title))
                top_level = widget;
        }
    }
    PaintedView(const PaintedView &) = delete;
    PaintedView &operator=(const PaintedView &) = delete;
    ~PaintedView() { ppq_window_destroy(window); }

    void show(int x)
    {
        top_level->move(x, 0);
        ppq_window_show(window);
        QVERIFY(QTest::qWaitForWindowExposed(top_level));
    }

    QImage picture() const
    {
        const QTemporaryDir directory;
        const QByteArray path = directory.filePath("view.png").toUtf8();
        if (ppq_window_screenshot(window, path.constData()) != PP_OK)
            return {};
        return QImage(QString::fromUtf8(path)).convertToFormat(QImage::Format_RGB32);
    }

    QWidget *viewport() const { return top_level->findChild<QAbstractScrollArea *>()->viewport(); }
    QOpenGLWidget *openGl() const { return qobject_cast<QOpenGLWidget *>(viewport()); }

    std::function<void(pp_canvas *)> paint;
    int paints = 0;
    QWidget *top_level = nullptr;
    ppq_window *window = nullptr;
    ppq_view *view = nullptr;
};

inline bool alike(QRgb a, QRgb b, int most)
{
    return qAbs(qRed(a) - qRed(b)) <= most && qAbs(qGreen(a) - qGreen(b)) <= most &&
           qAbs(qBlue(a) - qBlue(b)) <= most;
}

/* Thousandths of all pixels that differ at their place by more than most. */
inline double differing(const QImage &one, const QImage &other, int most)
{
    if (one.size() != other.size() || one.isNull())
        return 1000;
    int count = 0;
    for (int y = 0; y < one.height(); ++y) {
        for (int x = 0; x < one.width(); ++x)
            count += !alike(one.pixel(x, y), other.pixel(x, y), most);
    }
    return 1000.0 * count / (one.width() * one.height());
}

/* Thousandths of all pixels of one that have no like in the other within one pixel. */
inline double strangers(const QImage &one, const QImage &other, int most)
{
    if (one.size() != other.size() || one.isNull())
        return 1000;
    int count = 0;
    for (int y = 0; y < one.height(); ++y) {
        for (int x = 0; x < one.width(); ++x) {
            bool found = false;
            for (int i = 0; i < 9 && !found; ++i) {
                const QPoint at(x + i % 3 - 1, y + i / 3 - 1);
                found = one.rect().contains(at) && alike(one.pixel(x, y), other.pixel(at), most);
            }
            count += !found;
        }
    }
    return 1000.0 * count / (one.width() * one.height());
}

/* The picture with everything in black that is darker than the curve and its gaps. */
inline QImage bright(const QImage &picture)
{
    QImage mask = picture;
    for (int y = 0; y < mask.height(); ++y) {
        for (int x = 0; x < mask.width(); ++x) {
            const QRgb pixel = mask.pixel(x, y);
            const bool shows = qMax(qRed(pixel), qMax(qGreen(pixel), qBlue(pixel))) > 0x70;
            mask.setPixel(x, y, shows ? 0xffffffff : 0xff000000);
        }
    }
    return mask;
}

/* Both windows with the same paint. */
class GlPair
{
public:
    explicit GlPair(const std::function<void(pp_canvas *)> &paint)
        : raster("raster of the pair", paint), opengl("opengl of the pair", paint)
    {
        if (ppq_view_set_renderer(opengl.view, PPQ_OPENGL) != PP_OK)
            throw std::runtime_error(pp_last_error());
        raster.show(0);
        opengl.show(raster.top_level->width() + 10);
    }

    /* Paints both anew until what measure says is at most limit, for some seconds, as a display
     * shows a frame some time after it was painted. The last measure. */
    double update(const std::function<double(const QImage &, const QImage &)> &measure,
                  double limit)
    {
        ppq_view_update(raster.view);
        ppq_view_update(opengl.view);
        return settled(measure, limit);
    }

    /* The same of what was asked for already. */
    double settled(const std::function<double(const QImage &, const QImage &)> &measure,
                   double limit)
    {
        double measured = 1000;
        for (int round = 0; round < 60 && measured > limit; ++round) {
            QCoreApplication::sendPostedEvents();
            QTest::qWait(round < 4 ? 5 : 50);
            measured = measure(raster.picture(), opengl.picture());
        }
        if (measured > limit && qEnvironmentVariableIsSet("PAINTPROF_TEST_PICTURES")) {
            raster.picture().save("raster.png");
            opengl.picture().save("opengl.png");
        }
        return measured;
    }

    PaintedView raster, opengl;
};

/* The same pixels, but for rounding. */
inline double places(const QImage &one, const QImage &other)
{
    return differing(one, other, 3);
}

/* The same shapes, at most a pixel aside, but for what antialiasing makes of edges. */
inline double shapes(const QImage &one, const QImage &other)
{
    return qMax(strangers(one, other, 40), strangers(other, one, 40));
}

/* The same as shapes, whatever their colour: rows that fall into one pixel column, and with them
 * its colour, are others after a pan by part of a pixel. */
inline double covered(const QImage &one, const QImage &other)
{
    return shapes(bright(one), bright(other));
}

#endif
