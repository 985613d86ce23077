/* tests/shim/gl_chart.hpp: what the comparisons of OpenGL with raster share: tolerances, a chart
 * and how they begin.
 *
 * Tolerances, in thousandths of all pixels: exact shapes may differ nowhere by more than 3 of 255
 * (a translucent colour is rounded once more); oblique lines and edges of triangles in EDGES of
 * them; a chart that was panned by part of a pixel may lie a pixel aside, and where thousands of
 * gaps share pixels, other ones are merged then, and some of their arrows point the other way. */
#ifndef PP_TEST_GL_CHART_HPP
#define PP_TEST_GL_CHART_HPP

#include "gl_pair.hpp"

#include <paintprof/chart.h>
#include <paintprof/gap.h>

#include <QtGui/QGuiApplication>
#include <QtGui/QSurfaceFormat>

constexpr double EXACT = 0, EDGES = 2.5, PANNED = 2.5, MERGED = 12;

inline bool wantsEs()
{
    return qEnvironmentVariableIsSet("PAINTPROF_TEST_GLES");
}

inline void fillAll(pp_canvas *canvas, pp_color color)
{
    const pp_rect all = {0, 0, canvas->width_px, canvas->height_px};
    canvas->ops->fill_rects(canvas, &all, 1, color);
}

struct Chart {
    explicit Chart(size_t rows, size_t gap_count)
    {
        if (pp_series_generate(&series, rows, 60, 7) != PP_OK ||
            (gap_count > 0 && pp_gaps_spread(&gaps, series, gap_count) != PP_OK))
            throw std::runtime_error(pp_last_error());
    }
    Chart(const Chart &) = delete;
    Chart &operator=(const Chart &) = delete;
    ~Chart()
    {
        pp_gaps_clear(&gaps);
        pp_series_destroy(series);
    }

    /* The plot follows the canvas, so that the view fits on the first paint. */
    void paint(pp_canvas *canvas)
    {
        const pp_rect plot = pp_chart_plot_rect(canvas->width_px, canvas->height_px, canvas->ratio);
        if (plot.w != view.plot.w || plot.h != view.plot.h) {
            view.plot = plot;
            pp_chart_fit(&view, series, first, last);
        }
        pp_chart_draw_axes(canvas, &view);
        pp_chart_draw_curve(canvas, &view, series, &look);
        pp_gaps_draw(canvas, &view, &gaps);
        pp_chart_draw_crosshair(canvas, &view, series, plot.x + plot.w / 3, plot.y + plot.h / 2);
    }

    void show(size_t first_row, size_t last_row)
    {
        first = first_row;
        last = last_row;
        view.plot.w = 0;
    }

    pp_ohlc lastRow() const
    {
        const pp_columns rows = pp_series_columns(series);
        const size_t i = rows.size - 1;
        return {rows.time_s[i], rows.open[i], rows.high[i], rows.low[i], rows.close[i]};
    }

    pp_series *series = nullptr;
    pp_gaps gaps = {};
    pp_view view = {};
    pp_curve_look look = {PP_CURVE_LINE, 0, false};
    size_t first = 0, last = 0;
};

/* An app asks for OpenGL ES before it begins. */
template <typename Test>
int runGlTest(int argc, char **argv)
{
    if (wantsEs()) {
        QSurfaceFormat format;
        format.setRenderableType(QSurfaceFormat::OpenGLES);
        format.setVersion(3, 0);
        QSurfaceFormat::setDefaultFormat(format);
    }
    QApplication app(argc, argv);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

#endif
