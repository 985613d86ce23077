/* bench/gap_frames.cpp: panned gaps in a window. A batch against the same picture drawn by hand:
 * merged by pixel column, rectangles of whole pixels by drawRects, arrows by drawPixmapFragments.
 * An item each against the same graphics items without paintprof. */
#include "floor_pyramid.hpp"
#include "frame_pair.hpp"

#include <QtGui/QPainter>
#include <QtWidgets/QGraphicsItem>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsView>

#include <array>
#include <cmath>
#include <exception>
#include <stdexcept>

namespace
{

using bench::CanvasWindow;
using bench::FloorWidget;

/* Device pixels at ratio 1, as the scene has them. */
constexpr int box_width_min = 3, box_height_min = 6, distance = 2;
constexpr int head_half_width = 4, head_height = 5, stem_width = 2, stem_height = 5;
constexpr int arrow_height = head_height + stem_height;
constexpr int reach = head_half_width + box_width_min;

constexpr double length_s = 1e9; /* of all gaps */
constexpr double gap_part = 0.4; /* of the time from one gap to the next */

/* ---- Data -------------------------------------------------------------------------------------
 */

/* Evenly over a wavy walk of prices, as between the rows of a daily series. */
std::vector<pp_gap> makeGaps(size_t count)
{
    std::vector<pp_gap> gaps(count);
    const double pitch_s = length_s / double(count);
    uint64_t seed = 1;
    for (size_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const double step = (double(seed >> 40) / (1 << 24) - 0.5) * 8;
        const double price = 100 + 40 * std::sin(double(i) * 25 / double(count));
        gaps[i] = {double(i) * pitch_s, (double(i) + gap_part) * pitch_s, price, price + step};
    }
    return gaps;
}

pp_view startView()
{
    return {0, length_s, 30, 170, pp_chart_plot_rect(bench::width_px, bench::height_px, 1)};
}

/* ---- Shapes -----------------------------------------------------------------------------------
 */

struct Shape {
    QRect box;
    bool up;

    int middle() const { return box.x() + box.width() / 2; }
    int tip() const { return up ? box.y() + box.height() + distance : box.y() - 1 - distance; }
    int arrowTop() const { return up ? tip() : tip() - arrow_height; }
    QRect bounds() const
    {
        return box | QRect(middle() - head_half_width, arrowTop(), 2 * head_half_width + 1,
                           arrow_height + 1);
    }
};

int pixelAt(double px)
{
    return static_cast<int>(std::floor(px));
}

/* The pixels first..last, widened around their middle. */
std::pair<int, int> widened(int first, int last, int least)
{
    const int size = std::max(last - first + 1, least);
    return {first + (last - first + 1 - size) / 2, size};
}

Shape shapeOf(const pp_view &view, double start_s, double end_min_s, double end_max_s, double low,
              double high, bool up)
{
    const int start = pixelAt(pp_view_x_px(&view, start_s));
    const auto [x, narrow] = widened(start, pixelAt(pp_view_x_px(&view, end_min_s)), box_width_min);
    const auto [right, wide] =
        widened(start, pixelAt(pp_view_x_px(&view, end_max_s)), box_width_min);
    const auto [y, height] = widened(pixelAt(pp_view_y_px(&view, high)),
                                     pixelAt(pp_view_y_px(&view, low)), box_height_min);
    return {QRect(x, y, right + wide - x, height), up};
}

Shape shapeOf(const pp_view &view, const pp_gap &gap)
{
    return shapeOf(view, gap.time0_s, gap.time1_s, gap.time1_s, std::min(gap.price0, gap.price1),
                   std::max(gap.price0, gap.price1), gap.price1 >= gap.price0);
}

QColor colorOf(bool up, int alpha = 255)
{
    QColor color = QColor::fromRgba(up ? pp_theme_dark.gap_up : pp_theme_dark.gap_down);
    color.setAlpha(alpha);
    return color;
}

void drawHead(QPainter &painter, QPoint tip, bool up)
{
    const int base = up ? head_height : -head_height;
    const QPointF corners[] = {tip, tip + QPoint(-head_half_width, base),
                               tip + QPoint(head_half_width, base)};
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.drawConvexPolygon(corners, 3);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

/* One image of an arrow, its stem and its head. */
QPixmap arrow(bool up)
{
    QPixmap pixmap(2 * head_half_width, arrow_height);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colorOf(up));
    const int x = head_half_width - stem_width / 2;
    painter.drawRect(x, up ? head_height : 0, stem_width, stem_height);
    drawHead(painter, {head_half_width, up ? 0 : arrow_height}, up);
    return pixmap;
}

/* ---- The floor of a batch ---------------------------------------------------------------------
 */

struct Prices {
    std::vector<pp_gap> gaps;

    size_t size() const { return gaps.size(); }
    bench::Range<double> at(size_t i) const
    {
        return {std::min(gaps[i].price0, gaps[i].price1), std::max(gaps[i].price0, gaps[i].price1)};
    }
};

/* Draws evenly spaced gaps, whose columns need no search. */
class FloorBatch
{
public:
    explicit FloorBatch(std::vector<pp_gap> gaps)
        : pyramid_(Prices{std::move(gaps)}), arrows_{arrow(false), arrow(true)}
    {
    }

    void draw(QPainter &painter, const pp_view &view)
    {
        const pp_rect &plot = view.plot;
        painter.fillRect(0, 0, bench::width_px, bench::height_px,
                         QColor::fromRgba(pp_theme_dark.background));
        painter.setClipRect(plot.x, plot.y, plot.w, plot.h);
        findShapes(view);
        drawDirection(painter, true);
        drawDirection(painter, false);
    }

private:
    static constexpr size_t steps = 5; /* in strength, by how many gaps are one */
    static constexpr std::array<size_t, steps> step_least = {1, 2, 4, 16, 128};
    static constexpr std::array<int, steps> step_alpha = {0x60, 0x70, 0x98, 0xC8, 0xFF};

    struct Direction {
        std::array<std::vector<QRect>, steps> boxes;
        std::vector<QPainter::PixmapFragment> arrows;
    };

    void findShapes(const pp_view &view)
    {
        const std::vector<pp_gap> &gaps = pyramid_.base().gaps;
        const double pitch_s = length_s / double(gaps.size());
        const double s_a_px = (view.x1 - view.x0) / view.plot.w;
        const auto gapAt = [&](int x) {
            const double gap = std::ceil((view.x0 + (x - view.plot.x) * s_a_px) / pitch_s);
            return static_cast<size_t>(std::clamp(gap, 0.0, double(gaps.size())));
        };
        for (Direction &direction : directions_) {
            for (std::vector<QRect> &boxes : direction.boxes)
                boxes.clear();
            direction.arrows.clear();
        }
        size_t first = gapAt(view.plot.x - reach);
        for (int x = view.plot.x - reach; x < view.plot.x + view.plot.w + reach; x++) {
            const size_t last = gapAt(x + 1);
            if (last > first)
                addColumn(view, first, last);
            first = last;
        }
    }

    void addColumn(const pp_view &view, size_t first, size_t last)
    {
        const pp_gap &from = pyramid_.base().gaps[first], &to = pyramid_.base().gaps[last - 1];
        const bench::Range<double> prices = pyramid_.range(first, last);
        const Shape shape = shapeOf(view, from.time0_s, from.time1_s, to.time1_s, prices.low,
                                    prices.high, to.price1 >= from.price0);
        size_t step = steps - 1;
        while (last - first < step_least[step])
            step--;
        Direction &direction = directions_[shape.up];
        direction.boxes[step].push_back(shape.box);
        direction.arrows.push_back(QPainter::PixmapFragment::create(
            QPointF(shape.middle(), shape.arrowTop() + arrow_height / 2.0),
            QRectF(0, 0, 2 * head_half_width, arrow_height)));
    }

    void drawDirection(QPainter &painter, bool up)
    {
        Direction &direction = directions_[up];
        for (size_t step = steps; step-- > 0;) {
            const std::vector<QRect> &boxes = direction.boxes[step];
            painter.setPen(Qt::NoPen);
            painter.setBrush(colorOf(up, step_alpha[step]));
            painter.drawRects(boxes.data(), static_cast<int>(boxes.size()));
        }
        /* QPainter draws an outline of a rectangle one pixel beyond its width and height. */
        std::vector<QRect> &singles = direction.boxes[0];
        for (QRect &box : singles)
            box.adjust(0, 0, -1, -1);
        painter.setPen(QPen(colorOf(up), 0));
        painter.setBrush(Qt::NoBrush);
        painter.drawRects(singles.data(), static_cast<int>(singles.size()));
        painter.drawPixmapFragments(direction.arrows.data(),
                                    static_cast<int>(direction.arrows.size()), arrows_[up]);
    }

    bench::Pyramid<Prices, double> pyramid_;
    std::array<QPixmap, 2> arrows_; /* down, up */
    std::array<Direction, 2> directions_;
};

/* ---- Items without paintprof ------------------------------------------------------------------
 */

class PlainItem final : public QGraphicsItem
{
public:
    PlainItem(QGraphicsItem *parent, const pp_view &view, const pp_gap &gap, const QRectF &bounds,
              const std::array<QPixmap, 2> &arrows)
        : QGraphicsItem(parent), view_(view), gap_(gap), bounds_(bounds), arrows_(arrows)
    {
    }

    QRectF boundingRect() const override { return bounds_; }

    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        const Shape shape = shapeOf(view_, gap_);
        painter->resetTransform();
        painter->fillRect(shape.box, colorOf(shape.up, 0x60));
        painter->setPen(QPen(colorOf(shape.up), 0));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(shape.box.adjusted(0, 0, -1, -1));
        painter->drawPixmap(shape.middle() - head_half_width, shape.arrowTop(), arrows_[shape.up]);
    }

private:
    const pp_view &view_;
    pp_gap gap_;
    QRectF bounds_;
    const std::array<QPixmap, 2> &arrows_;
};

/* How a group of items in data units stands in the view. */
struct GroupPlace {
    explicit GroupPlace(const pp_view &view)
        : scale_x(view.plot.w / (view.x1 - view.x0)), scale_y(-view.plot.h / (view.y1 - view.y0)),
          move_x(view.plot.x - view.x0 * scale_x),
          move_y(view.plot.y + view.plot.h - view.y0 * scale_y)
    {
    }

    double scale_x, scale_y, move_x, move_y;
};

constexpr int item_margin_px = 32;

/* A graphics view set up as ours is: it paints once a frame and looks for no index. */
class PlainItems final : public bench::FrameWindow
{
public:
    PlainItems(const pp_view &start, const std::vector<pp_gap> &gaps)
        : start_(start), current_(start), view_(&scene_)
    {
        view_.resize(bench::width_px, bench::height_px);
        view_.setFrameShape(QFrame::NoFrame);
        view_.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        view_.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        view_.setAlignment(Qt::AlignLeft | Qt::AlignTop);
        view_.setInteractive(false);
        view_.setViewportUpdateMode(QGraphicsView::NoViewportUpdate);
        view_.setOptimizationFlags(QGraphicsView::DontSavePainterState |
                                   QGraphicsView::DontAdjustForAntialiasing);
        scene_.setItemIndexMethod(QGraphicsScene::NoIndex);
        scene_.setSceneRect(0, 0, bench::width_px, bench::height_px);
        scene_.setBackgroundBrush(QColor::fromRgba(pp_theme_dark.background));
        group_ = new Group; /* the scene's, as its items */
        group_->clip = QRectF(start.plot.x, start.plot.y, start.plot.w, start.plot.h);
        scene_.addItem(group_);
        inner_ = new QGraphicsItemGroup(group_);
        const GroupPlace place(start);
        for (const pp_gap &gap : gaps) {
            QRectF bounds(gap.time0_s, std::min(gap.price0, gap.price1), gap.time1_s - gap.time0_s,
                          std::abs(gap.price1 - gap.price0));
            const double x = item_margin_px / place.scale_x, y = -item_margin_px / place.scale_y;
            new PlainItem(inner_, current_, gap, bounds.adjusted(-x, -y, x, y), arrows_);
        }
    }

    void ask(uint64_t frame) override
    {
        current_ = bench::pannedView(start_, frame);
        const GroupPlace place(current_);
        inner_->setTransform(
            QTransform(place.scale_x, 0, 0, place.scale_y, place.move_x, place.move_y));
        view_.viewport()->update();
    }

    QWidget &widget() override { return view_; }

private:
    /* Clips its children to the plot. */
    class Group final : public QGraphicsItem
    {
    public:
        Group() { setFlags(ItemClipsChildrenToShape | ItemHasNoContents); }

        QRectF boundingRect() const override { return clip; }
        void paint(QPainter *, const QStyleOptionGraphicsItem *, QWidget *) override {}

        QRectF clip;
    };

    pp_view start_, current_;
    std::array<QPixmap, 2> arrows_ = {arrow(false), arrow(true)}; /* down, up */
    QGraphicsScene scene_;
    QGraphicsView view_;
    Group *group_;
    QGraphicsItem *inner_;
};

/* ---- Items of ours ----------------------------------------------------------------------------
 */

void check(int status)
{
    if (status != PP_OK)
        throw std::runtime_error(pp_last_error());
}

class OurItems final : public bench::FrameWindow
{
public:
    OurItems(const pp_view &start, const std::vector<pp_gap> &gaps)
        : start_(start), view_(start), gaps_(gaps.size())
    {
        ppq_callbacks callbacks = {};
        callbacks.struct_size = sizeof callbacks;
        check(ppq_window_create(&window_, title, sizeof title - 1, bench::width_px,
                                bench::height_px));
        check(ppq_view_create(&canvas_, window_, &callbacks));
        ppq_item *item;
        const ppq_bounds all = {0, 0, bench::width_px, bench::height_px, 0};
        check(ppq_item_create(&item, canvas_, nullptr, all, 0, paintBackground, nullptr));
        check(ppq_group_create(&group_, canvas_, 1));
        place();
        for (size_t i = 0; i < gaps.size(); i++) {
            gaps_[i] = {this, gaps[i]};
            const ppq_bounds bounds = {gaps[i].time0_s, std::min(gaps[i].price0, gaps[i].price1),
                                       gaps[i].time1_s - gaps[i].time0_s,
                                       std::abs(gaps[i].price1 - gaps[i].price0), item_margin_px};
            check(ppq_item_create(&item, canvas_, group_, bounds, 0, paintGap, &gaps_[i]));
        }
    }

    ~OurItems() override { ppq_window_destroy(window_); }

    void ask(uint64_t frame) override
    {
        view_ = bench::pannedView(start_, frame);
        place();
        ppq_view_update(canvas_);
    }

    QWidget &widget() override { return bench::topLevelTitled(title); }

private:
    static constexpr char title[] = "bench items";

    struct Gap {
        const OurItems *owner;
        pp_gap gap;
    };

    static void paintBackground(void *surface, void *)
    {
        auto *canvas = static_cast<pp_canvas *>(surface);
        const pp_rect all = {0, 0, canvas->width_px, canvas->height_px};
        canvas->ops->fill_rects(canvas, &all, 1, pp_theme_dark.background);
    }

    static void paintGap(void *surface, void *user)
    {
        const auto *gap = static_cast<const Gap *>(user);
        pp_gap_draw(static_cast<pp_canvas *>(surface), &gap->owner->view_, &gap->gap);
    }

    void place()
    {
        const GroupPlace place(view_);
        ppq_group_set_clip(group_, view_.plot);
        ppq_group_set_transform(group_, place.scale_x, place.scale_y, place.move_x, place.move_y);
    }

    pp_view start_, view_;
    std::vector<Gap> gaps_;
    ppq_window *window_ = nullptr;
    ppq_view *canvas_ = nullptr;
    ppq_group *group_ = nullptr;
};

/* ---- Cases ------------------------------------------------------------------------------------
 */

class Batch
{
public:
    Batch() = default;
    Batch(const Batch &) = delete;
    Batch &operator=(const Batch &) = delete;
    ~Batch() { pp_gaps_clear(&gaps_); }

    int fill(const std::vector<pp_gap> &gaps)
    {
        return pp_gaps_add(&gaps_, gaps.data(), gaps.size());
    }

    void draw(pp_canvas *canvas, const pp_view &view) const
    {
        const pp_rect all = {0, 0, canvas->width_px, canvas->height_px};
        canvas->ops->fill_rects(canvas, &all, 1, pp_theme_dark.background);
        pp_gaps_draw(canvas, &view, &gaps_);
    }

private:
    pp_gaps gaps_ = {};
};

int measureBatch(size_t count, bench_result &result)
{
    bench::Application app;
    Batch batch;
    std::vector<pp_gap> gaps = makeGaps(count);
    int status = app.open();
    if (status == PP_OK)
        status = batch.fill(gaps);
    if (status != PP_OK)
        return status;
    FloorBatch by_hand(std::move(gaps));
    CanvasWindow ours(startView(), [&batch](pp_canvas *canvas, const pp_view &view) {
        batch.draw(canvas, view);
    });
    FloorWidget floor(startView(), [&by_hand](QPainter &painter, const pp_view &view) {
        by_hand.draw(painter, view);
    });
    bench::measureFrames(ours, floor, result);
    return PP_OK;
}

int measureItems(size_t count, bench_result &result)
{
    bench::Application app;
    const int status = app.open();
    if (status != PP_OK)
        return status;
    const std::vector<pp_gap> gaps = makeGaps(count);
    OurItems ours(startView(), gaps);
    PlainItems plain(startView(), gaps);
    bench::measureFrames(ours, plain, result);
    return PP_OK;
}

int guarded(int (*measure)(size_t, bench_result &), size_t count, bench_result &result)
{
    try {
        return measure(count, result);
    } catch (const std::bad_alloc &) {
        return PP_ENOMEM;
    } catch (const std::exception &) {
        return PP_ENOTSUP;
    }
}

int measureBatchOf(const bench_case *self, size_t count, bench_result *result)
{
    result->name = self->name;
    result->reference = "drawRects of merged ones and drawPixmapFragments";
    return guarded(measureBatch, count, *result);
}

int measure1285(const bench_case *self, bench_result *result)
{
    return measureBatchOf(self, 1285, result);
}

int measure1e5(const bench_case *self, bench_result *result)
{
    return measureBatchOf(self, 100000, result);
}

int measure1e6(const bench_case *self, bench_result *result)
{
    return measureBatchOf(self, 1000000, result);
}

int measureItems1285(const bench_case *self, bench_result *result)
{
    result->name = self->name;
    result->reference = "the same graphics items without paintprof";
    return guarded(measureItems, 1285, *result);
}

} // namespace

const bench_case bench_gap_frame_cases[] = {
    {"batch_pan_1285", "1,285 gaps panned in a window, against the same by hand", measure1285, "1"},
    {"batch_pan_1e5", "the same of 100,000 gaps", measure1e5, "1"},
    {"batch_pan_1e6", "the same of 1,000,000 gaps", measure1e6, "1"},
    {"items_pan_1285", "1,285 gaps as items panned, against the same items of plain Qt",
     measureItems1285, "1"},
};
const size_t bench_gap_frame_case_count =
    sizeof bench_gap_frame_cases / sizeof bench_gap_frame_cases[0];
