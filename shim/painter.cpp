/* shim/painter.cpp: pp_canvas over a QPainter, in whole device pixels at every ratio. */
#include "painter.hpp"

#include <QtGui/QPaintEngine>
#include <QtGui/QPainter>
#include <QtWidgets/QWidget>

#include <algorithm>
#include <cmath>

namespace ppq
{

namespace
{

QPoint pointOf(pp_point point)
{
    return {point.x, point.y};
}

Canvas &self(pp_canvas *canvas)
{
    return *static_cast<Canvas *>(canvas);
}

bool usesOpenGl(const QPainter &painter)
{
    const QPaintEngine *engine = painter.paintEngine();
    return engine && engine->type() == QPaintEngine::OpenGL2;
}

/* Fills without an outline; drawRects clips and blends integer rectangles fastest. */
void fill(QPainter &painter, const std::vector<QRect> &rects, pp_color color)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor::fromRgba(color));
    painter.drawRects(rects.data(), static_cast<int>(rects.size()));
}

/* Qt blends 96 rows or more in several threads, whose waking takes longer than the blending of a
 * small area: it is filled in parts of fewer. */
void fillOne(QPainter &painter, const pp_rect &rect, pp_color color)
{
    constexpr int part_rows = 64;
    constexpr int64_t small_px = 128 * 1024;
    const QColor wanted = QColor::fromRgba(color);
    if (color >> 24 == 0xFF || rect.h <= part_rows || int64_t{rect.w} * rect.h > small_px ||
        usesOpenGl(painter)) {
        painter.fillRect(rectOf(rect), wanted);
        return;
    }
    for (int row = 0; row < rect.h; row += part_rows)
        painter.fillRect(rect.x, rect.y + row, rect.w, std::min(part_rows, rect.h - row), wanted);
}

void pushClip(pp_canvas *canvas, pp_rect clip)
{
    self(canvas).pushClip(rectOf(clip));
}

void popClip(pp_canvas *canvas)
{
    self(canvas).popClip();
}

void fillRects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    QPainter &painter = self(canvas).painter();
    if (count == 1) {
        fillOne(painter, rects[0], color);
        return;
    }
    std::vector<QRect> &scratch = self(canvas).rects();
    scratch.clear();
    std::transform(rects, rects + count, std::back_inserter(scratch), rectOf);
    fill(painter, scratch, color);
}

/* A wide oblique line is as many thin ones side by side, along the axis it follows less: Qt's
 * stroker would take 10 to 60 times longer. */
void addOblique(std::vector<QLine> &thin, const QLine &line, int width)
{
    const bool flat = std::abs(line.dx()) >= std::abs(line.dy());
    const QPoint aside = flat ? QPoint(0, 1) : QPoint(1, 0);
    for (int i = 0; i < width; i++)
        thin.push_back(line.translated(aside * (i - (width - 1) / 2)));
}

void drawThin(QPainter &painter, const std::vector<QLine> &lines, pp_color color)
{
    painter.setPen(QPen(QColor::fromRgba(color), 0));
    painter.drawLines(lines.data(), static_cast<int>(lines.size()));
}

/* Sorts lines into rectangles and thin lines, whichever is exact and fast: OpenGL places only
 * rectangles to the pixel. The raster engine fills a row at once but blends a thin column as one
 * span a pixel, 28 times slower than its cosmetic line. */
class Strokes
{
public:
    Strokes(Canvas &canvas, int width)
        : rects_(canvas.rects()), lines_(canvas.lines()), painter_(canvas.painter()),
          width_(std::max(width, 1)), columns_as_lines_(width_ == 1 && !usesOpenGl(painter_))
    {
        rects_.clear();
        lines_.clear();
    }

    void add(QPoint from, QPoint to)
    {
        const int before = (width_ - 1) / 2;
        if (from.y() == to.y()) {
            const int left = std::min(from.x(), to.x());
            rects_.emplace_back(left, from.y() - before, std::abs(to.x() - from.x()) + 1, width_);
        } else if (from.x() == to.x() && !columns_as_lines_) {
            const int top = std::min(from.y(), to.y());
            rects_.emplace_back(from.x() - before, top, width_, std::abs(to.y() - from.y()) + 1);
        } else {
            addOblique(lines_, {from, to}, width_);
        }
    }

    /* Four edges that share no pixel, so that a translucent outline has no darker corners. */
    void addOutline(const QRect &r)
    {
        if (r.width() <= 2 || r.height() <= 2) {
            rects_.push_back(r);
            return;
        }
        add(r.topLeft(), r.topRight());
        add(r.bottomLeft(), r.bottomRight());
        add(r.topLeft() + QPoint(0, 1), r.bottomLeft() - QPoint(0, 1));
        add(r.topRight() + QPoint(0, 1), r.bottomRight() - QPoint(0, 1));
    }

    void draw(pp_color color)
    {
        if (!rects_.empty())
            fill(painter_, rects_, color);
        if (!lines_.empty())
            drawThin(painter_, lines_, color);
    }

private:
    std::vector<QRect> &rects_;
    std::vector<QLine> &lines_;
    QPainter &painter_;
    int width_;
    bool columns_as_lines_;
};

bool isOpaque(pp_color color)
{
    return color >> 24 == 0xFF;
}

/* All in one call, if corners that are drawn twice do not show. Qt puts the far edges a pixel
 * further than the size of a rectangle says. */
void outlineAtOnce(Canvas &canvas, const pp_rect *rects, size_t count, pp_color color)
{
    std::vector<QRect> &scratch = canvas.rects();
    scratch.clear();
    for (size_t i = 0; i < count; i++) {
        const pp_rect &r = rects[i];
        if (r.w > 1 && r.h > 1)
            scratch.emplace_back(r.x, r.y, r.w - 1, r.h - 1);
        else
            canvas.painter().fillRect(rectOf(r), QColor::fromRgba(color));
    }
    canvas.painter().setPen(QPen(QColor::fromRgba(color), 0));
    canvas.painter().setBrush(Qt::NoBrush);
    canvas.painter().drawRects(scratch.data(), static_cast<int>(scratch.size()));
}

void strokeRects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    if (isOpaque(color) && !usesOpenGl(self(canvas).painter())) {
        outlineAtOnce(self(canvas), rects, count, color);
        return;
    }
    Strokes strokes(self(canvas), 1);
    for (size_t i = 0; i < count; i++)
        strokes.addOutline(rectOf(rects[i]));
    strokes.draw(color);
}

/* Upright ones, as those of a curve are: they need no sorting. */
bool areUpright(const pp_line *lines, size_t count)
{
    return std::all_of(lines, lines + count,
                       [](const pp_line &line) { return line.x1 == line.x2; });
}

void drawLines(pp_canvas *canvas, const pp_line *lines, size_t count, pp_color color, int width_px)
{
    QPainter &painter = self(canvas).painter();
    if (width_px <= 1 && !usesOpenGl(painter) && areUpright(lines, count)) {
        std::vector<QLine> &scratch = self(canvas).lines();
        scratch.clear();
        std::transform(lines, lines + count, std::back_inserter(scratch), [](const pp_line &line) {
            return QLine(line.x1, line.y1, line.x2, line.y2);
        });
        drawThin(painter, scratch, color);
        return;
    }
    Strokes strokes(self(canvas), width_px);
    for (size_t i = 0; i < count; i++)
        strokes.add(QPoint(lines[i].x1, lines[i].y1), QPoint(lines[i].x2, lines[i].y2));
    strokes.draw(color);
}

/* Wide ones as single lines: Qt's stroker takes 10 to 60 times longer for a wide path. Where a
 * translucent one meets the next, their overlap is darker. */
void drawPolyline(pp_canvas *canvas, const pp_point *points, size_t count, pp_color color,
                  int width_px)
{
    if (count < 2)
        return;
    QPainter &painter = self(canvas).painter();
    std::vector<QLine> &segments = self(canvas).lines();
    segments.clear();
    if (width_px > 1) {
        for (size_t i = 1; i < count; i++)
            addOblique(segments, {pointOf(points[i - 1]), pointOf(points[i])}, width_px);
        drawThin(painter, segments, color);
        return;
    }
    std::vector<QPoint> &scratch = self(canvas).points();
    scratch.clear();
    std::transform(points, points + count, std::back_inserter(scratch), pointOf);
    painter.setPen(QPen(QColor::fromRgba(color), 0));
    painter.drawPolyline(scratch.data(), static_cast<int>(scratch.size()));
}

void fillTriangles(pp_canvas *canvas, const pp_triangle *triangles, size_t count, pp_color color)
{
    QPainter &painter = self(canvas).painter();
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor::fromRgba(color));
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (size_t i = 0; i < count; i++) {
        const pp_triangle &t = triangles[i];
        const QPointF corners[] = {pointOf(t.a), pointOf(t.b), pointOf(t.c)};
        painter.drawConvexPolygon(corners, 3);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void drawTexts(pp_canvas *canvas, pp_font font, const pp_text *texts, size_t count)
{
    QPainter &painter = self(canvas).painter();
    CanvasCache &cache = self(canvas).cache();
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size_bytes == 0)
            continue;
        const CachedText &text = cache.text(font, texts[i].utf8, texts[i].size_bytes);
        const QPoint origin = originOf(texts[i], cache.font(font), text.width_px);
        painter.setPen(QColor::fromRgba(texts[i].color));
        for (const QGlyphRun &run : text.runs)
            painter.drawGlyphRun(origin, run);
    }
}

int textWidth(pp_canvas *canvas, pp_font font, const char *utf8, size_t size_bytes)
{
    return size_bytes ? self(canvas).cache().text(font, utf8, size_bytes).width_px : 0;
}

/* An image in so few pieces is one that changes: drawn from a view of its pixels. */
constexpr size_t pieces_max = 4;

/* Qt's OpenGL engine draws fragments of a pixmap at once, but flushes after each image. The raster
 * engine takes as long for either, 0.11 µs a small one, and needs no pixmap. */
void drawAsOneBatch(Canvas &canvas, const pp_image &image, const pp_fragment *fragments,
                    size_t count)
{
    std::vector<QPainter::PixmapFragment> &scratch = canvas.fragments();
    scratch.clear();
    for (size_t i = 0; i < count; i++) {
        const QRectF source = rectOf(fragments[i].src);
        const QPointF middle(source.width() / 2, source.height() / 2);
        scratch.push_back(
            QPainter::PixmapFragment::create(pointOf(fragments[i].to) + middle, source));
    }
    canvas.painter().drawPixmapFragments(scratch.data(), static_cast<int>(count),
                                         canvas.cache().pixmap(image));
}

void drawFragments(pp_canvas *canvas, const pp_image *image, const pp_fragment *fragments,
                   size_t count)
{
    QPainter &painter = self(canvas).painter();
    if (usesOpenGl(painter) && count > pieces_max) {
        drawAsOneBatch(self(canvas), *image, fragments, count);
        return;
    }
    const QImage pixels = self(canvas).cache().image(*image, usesOpenGl(painter));
    for (size_t i = 0; i < count; i++)
        painter.drawImage(pointOf(fragments[i].to), pixels, rectOf(fragments[i].src));
}

QLineF lineOf(const pp_segment &s)
{
    return {s.x1, s.y1, s.x2, s.y2};
}

/* The four corners of a line as wide as that. */
void addWide(QPainter &painter, const QLineF &line, double width)
{
    const double length = line.length();
    if (length == 0)
        return;
    const QPointF aside(line.dy() / length * width / 2, -line.dx() / length * width / 2);
    const QPointF corners[] = {line.p1() + aside, line.p2() + aside, line.p2() - aside,
                               line.p1() - aside};
    painter.drawConvexPolygon(corners, 4);
}

/* A cosmetic pen of width 1 is drawn by Qt's fast lines, 2,560 short ones in 0.15 ms; as wide ones
 * these took 0.9 ms, as corners of our own 0.7, with round caps 3.7, as a polyline 5.5. */
void drawSegments(pp_canvas *canvas, const pp_segment *segments, size_t count, pp_color color,
                  float width_px)
{
    QPainter &painter = self(canvas).painter();
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (width_px > 1) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor::fromRgba(color));
        for (size_t i = 0; i < count; i++)
            addWide(painter, lineOf(segments[i]), width_px);
    } else {
        std::vector<QLineF> &scratch = self(canvas).segments();
        scratch.clear();
        std::transform(segments, segments + count, std::back_inserter(scratch), lineOf);
        QPen pen(QColor::fromRgba(color), 0, Qt::SolidLine, Qt::FlatCap);
        painter.setPen(pen);
        painter.drawLines(scratch.data(), static_cast<int>(scratch.size()));
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

const pp_canvas_ops canvas_ops = {
    sizeof(pp_canvas_ops),
    pushClip,
    popClip,
    fillRects,
    strokeRects,
    drawLines,
    drawPolyline,
    fillTriangles,
    drawTexts,
    textWidth,
    drawFragments,
    drawSegments,
    nullptr, /* what a painter draws is not kept */
};

} // namespace

QPoint originOf(const pp_text &text, const CachedFont &font, int width_px)
{
    QPoint at = pointOf(text.at);
    const unsigned across = text.align & 3u;
    const unsigned down = text.align & 12u;
    if (across == PP_ALIGN_CENTER)
        at.rx() -= width_px / 2;
    else if (across == PP_ALIGN_RIGHT)
        at.rx() -= width_px;
    if (down == PP_ALIGN_TOP)
        at.ry() += font.ascent_px;
    else if (down == PP_ALIGN_MIDDLE) /* of the capitals and digits, as the eye sees it */
        at.ry() += (font.cap_height_px + 1) / 2;
    else if (down == PP_ALIGN_BOTTOM)
        at.ry() -= font.descent_px;
    return at;
}

/* A widget may begin within a device pixel (at logical x 1 and ratio 1.5); its canvas begins at
 * the pixel where Qt clips it, the nearest one. */
Canvas::Canvas(QPainter &painter, CanvasCache &cache, QSize size_px, double device_ratio,
               const QRect &dirty_px)
    : pp_canvas{&canvas_ops, size_px.width(), size_px.height(), device_ratio, {}},
      painter_(painter), cache_(cache)
{
    const QRect drawn = dirty_px & QRect(QPoint(0, 0), size_px);
    dirty = {drawn.x(), drawn.y(), drawn.width(), drawn.height()};
    painter_.save();
    painter_.resetTransform();
    const QTransform logical_units = painter_.deviceTransform();
    /* Qt multiplies the world transform by the logical units: this leaves a whole translation. */
    device_units_ =
        QTransform::fromTranslate(qRound(logical_units.dx()), qRound(logical_units.dy())) *
        logical_units.inverted();
    painter_.setWorldTransform(device_units_);
    painter_.setRenderHint(QPainter::Antialiasing, false);
    /* Even a clip that cuts nothing halves the cost of thin lines on the raster engine. */
    painter_.setClipRect(drawn, Qt::IntersectClip);
}

Canvas::~Canvas()
{
    dropClips();
    painter_.restore();
}

void Canvas::resume()
{
    painter_.setWorldTransform(device_units_);
}

void Canvas::pushClip(const QRect &clip)
{
    painter_.save();
    painter_.setClipRect(clip, Qt::IntersectClip);
    ++clips_;
}

void Canvas::popClip()
{
    if (clips_ == 0)
        return;
    painter_.restore();
    --clips_;
}

void Canvas::dropClips()
{
    while (clips_ > 0)
        popClip();
}

QSize deviceSize(const QWidget &widget)
{
    const double ratio = widget.devicePixelRatioF();
    return {qRound(widget.width() * ratio), qRound(widget.height() * ratio)};
}

QRect deviceRect(const QRect &logical, double ratio)
{
    const QRectF exact(logical.x() * ratio, logical.y() * ratio, logical.width() * ratio,
                       logical.height() * ratio);
    return exact.toAlignedRect();
}

QRect logicalRect(pp_rect rect_px, double ratio)
{
    const QRectF exact(rect_px.x / ratio, rect_px.y / ratio, rect_px.w / ratio, rect_px.h / ratio);
    return exact.toAlignedRect();
}

uint64_t devicePixels(const QRegion &logical, double ratio)
{
    double area = 0;
    for (const QRect &rect : logical)
        area += double(rect.width()) * rect.height();
    return static_cast<uint64_t>(area * ratio * ratio + 0.5);
}

} // namespace ppq
