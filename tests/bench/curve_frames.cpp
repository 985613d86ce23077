/* bench/curve_frames.cpp: a panned curve in a window, against the same picture drawn by hand: a
 * pyramid of lows and highs that is there already, the lines of all pixel columns in one drawLines
 * with a pen of width 0 and a clip rectangle set. */
#include "floor_pyramid.hpp"
#include "frame_pair.hpp"

#include <QtCore/QLine>
#include <QtGui/QPainter>

#include <algorithm>
#include <cmath>
#include <exception>

namespace
{

using bench::CanvasWindow;
using bench::FloorWidget;

constexpr double first_s = 1.7e9; /* of the rows, which are a second apart */
constexpr size_t rows_a_batch = 4096;
constexpr double in_sight = 0.9;          /* of all rows */
constexpr double needed_bytes_a_row = 64; /* of series and floor, while they grow */

/* ---- Data -------------------------------------------------------------------------------------
 */

double randomStep(uint64_t &state)
{
    state = state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return static_cast<double>(static_cast<int64_t>(state)) * 0x1p-63;
}

/* A walk whose closes are floats, so that series and floor hold the same. */
class Walk
{
public:
    pp_ohlc next()
    {
        const double open = close_, time_s = first_s + static_cast<double>(rows_++);
        close_ = static_cast<float>(close_ + randomStep(state_));
        return {time_s, open, std::max(open, close_), std::min(open, close_), close_};
    }

private:
    uint64_t state_ = 1, rows_ = 0;
    double close_ = 0;
};

class Series
{
public:
    Series() = default;
    Series(const Series &) = delete;
    Series &operator=(const Series &) = delete;
    ~Series() { pp_series_destroy(series_); }

    int fill(size_t count, std::vector<float> &closes)
    {
        std::vector<pp_ohlc> rows(rows_a_batch);
        Walk walk;
        closes.reserve(count);
        int status = pp_series_create(&series_);
        for (size_t first = 0; first < count && status == PP_OK; first += rows_a_batch) {
            rows.resize(std::min(rows_a_batch, count - first));
            for (pp_ohlc &row : rows) {
                row = walk.next();
                closes.push_back(static_cast<float>(row.close));
            }
            status = pp_series_append(series_, rows.data(), rows.size());
        }
        return status;
    }

    void draw(pp_canvas *canvas, const pp_view &view) const
    {
        pp_chart_draw_curve(canvas, &view, series_, NULL);
    }

    const pp_series *get() const { return series_; }

private:
    pp_series *series_ = nullptr;
};

/* ---- The floor --------------------------------------------------------------------------------
 */

struct Floats {
    std::vector<float> values;

    size_t size() const { return values.size(); }
    bench::Range<float> at(size_t i) const { return {values[i], values[i]}; }
};

/* Draws evenly spaced rows, whose columns need no search. */
class FloorCurve
{
public:
    explicit FloorCurve(std::vector<float> values) : pyramid_(Floats{std::move(values)}) {}

    void draw(QPainter &painter, const pp_view &view)
    {
        const pp_rect &plot = view.plot;
        painter.fillRect(0, 0, bench::width_px, bench::height_px,
                         QColor::fromRgba(pp_theme_dark.background));
        painter.setClipRect(plot.x, plot.y, plot.w, plot.h);
        painter.setPen(QPen(QColor::fromRgba(pp_theme_dark.curve), 0));
        findLines(view);
        painter.drawLines(lines_.data(), static_cast<int>(lines_.size()));
    }

private:
    void findLines(const pp_view &view)
    {
        const pp_rect &plot = view.plot;
        const std::vector<float> &values = pyramid_.base().values;
        const double rows_a_px = (view.x1 - view.x0) / plot.w;
        const double y_scale = plot.h / (view.y1 - view.y0);
        const double bottom = double(plot.y) + plot.h + view.y0 * y_scale;
        const double row_at_left = view.x0 - first_s - plot.x * rows_a_px;
        const auto rowAt = [&](int x) {
            const double row = std::ceil(row_at_left + x * rows_a_px);
            return static_cast<size_t>(std::clamp(row, 0.0, double(values.size())));
        };
        lines_.clear();
        float edge = NAN; /* where the line crosses into the column, a value */
        size_t first = rowAt(plot.x - 1);
        for (int x = plot.x - 1; x <= plot.x + plot.w; x++) {
            const size_t last = rowAt(x + 1);
            if (last <= first)
                continue;
            bench::Range<float> range = pyramid_.range(first, last);
            if (!std::isnan(edge))
                range.add({edge, edge});
            if (last < values.size()) {
                const float before = values[last - 1], after = values[last];
                const double part = row_at_left + (x + 1) * rows_a_px - double(last - 1);
                edge = static_cast<float>(before + (after - before) * part);
                range.add({edge, edge});
            }
            lines_.emplace_back(x, static_cast<int>(bottom - range.high * y_scale), x,
                                static_cast<int>(bottom - range.low * y_scale));
            first = last;
        }
    }

    bench::Pyramid<Floats, float> pyramid_;
    std::vector<QLine> lines_;
};

/* ---- Cases ------------------------------------------------------------------------------------
 */

void drawOurs(pp_canvas *canvas, const pp_view &view, const Series &series)
{
    const pp_rect all = {0, 0, canvas->width_px, canvas->height_px};
    canvas->ops->fill_rects(canvas, &all, 1, pp_theme_dark.background);
    series.draw(canvas, view);
}

int measurePan(size_t rows, bench_result &result)
{
    bench::Application app;
    Series series;
    std::vector<float> closes;
    int status = bench_need_memory(double(rows) * needed_bytes_a_row);
    if (status == PP_OK)
        status = app.open();
    const double bytes_before = bench::residentBytes();
    if (status == PP_OK)
        status = series.fill(rows, closes);
    if (status != PP_OK)
        return status;
    const double bytes = bench::residentBytes() - bytes_before - double(closes.size() * 4);

    pp_view start = {};
    start.plot = pp_chart_plot_rect(bench::width_px, bench::height_px, 1);
    pp_chart_fit(&start, series.get(), 0, rows);
    start.x0 = first_s;
    start.x1 = first_s + double(rows) * in_sight;
    FloorCurve curve(std::move(closes));
    CanvasWindow ours(start, [&series](pp_canvas *canvas, const pp_view &view) {
        drawOurs(canvas, view, series);
    });
    FloorWidget floor(
        start, [&curve](QPainter &painter, const pp_view &view) { curve.draw(painter, view); });
    bench::measureFrames(ours, floor, result);
    result.extras[3] = {"bytes_a_row", bytes / double(rows)};
    return PP_OK;
}

int guardedPan(const bench_case *self, size_t rows, bench_result *result)
{
    result->name = self->name;
    result->reference = "a pyramid of floats, columns by one drawLines";
    try {
        return measurePan(rows, *result);
    } catch (const std::bad_alloc &) {
        return PP_ENOMEM;
    } catch (const std::exception &) {
        return PP_ENOTSUP;
    }
}

int measure1e5(const bench_case *self, bench_result *result)
{
    return guardedPan(self, 100000, result);
}

int measure1e7(const bench_case *self, bench_result *result)
{
    return guardedPan(self, 10000000, result);
}

int measure1e8(const bench_case *self, bench_result *result)
{
    return guardedPan(self, 100000000, result);
}

} // namespace

const bench_case bench_curve_frame_cases[] = {
    {"curve_pan_1e5", "a panned line of 10^5 rows in a window, against the same by hand",
     measure1e5, "1"},
    {"curve_pan_1e7", "the same of 10^7 rows, 0.5 GB", measure1e7, "1"},
    {"curve_pan_1e8", "the same of 10^8 rows, 5 GB", measure1e8, "1"},
};
const size_t bench_curve_frame_case_count =
    sizeof bench_curve_frame_cases / sizeof bench_curve_frame_cases[0];
