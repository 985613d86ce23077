/* shim/gl_canvas.cpp: pp_canvas that records a frame for OpenGL. Draws the picture of painter.cpp:
 * rectangles, upright and level lines and texts to the pixel. */
#include "gl_canvas.hpp"

#include <QtGui/QPainter>

#include <algorithm>
#include <cmath>

namespace ppq
{

namespace
{

GlCanvas &self(pp_canvas *canvas)
{
    return *static_cast<GlCanvas *>(canvas);
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
    GlFrame &frame = self(canvas).frame();
    for (size_t i = 0; i < count; i++)
        frame.addRect(rectOf(rects[i]), color);
}

/* Four edges that share no pixel, so that a translucent outline has no darker corners. */
void addOutline(GlFrame &frame, const QRect &r, pp_color color)
{
    if (r.width() <= 2 || r.height() <= 2) {
        frame.addRect(r, color);
        return;
    }
    frame.addRect({r.left(), r.top(), r.width(), 1}, color);
    frame.addRect({r.left(), r.bottom(), r.width(), 1}, color);
    frame.addRect({r.left(), r.top() + 1, 1, r.height() - 2}, color);
    frame.addRect({r.right(), r.top() + 1, 1, r.height() - 2}, color);
}

void strokeRects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    for (size_t i = 0; i < count; i++)
        addOutline(self(canvas).frame(), rectOf(rects[i]), color);
}

GlShape shapeOf(GlKind kind, pp_color color, float x1, float y1, float x2, float y2,
                float width_px = 0)
{
    return {{x1, y1, x2, y2}, {width_px, 0, 0, 0}, color, kind};
}

QRect around(int x1, int y1, int x2, int y2, int margin)
{
    return QRect(QPoint(std::min(x1, x2), std::min(y1, y2)),
                 QPoint(std::max(x1, x2), std::max(y1, y2)))
        .adjusted(-margin, -margin, margin, margin);
}

/* Both ends are drawn. */
void addLine(GlFrame &frame, const pp_line &line, pp_color color, int width)
{
    const int before = (width - 1) / 2;
    const QRect box = around(line.x1, line.y1, line.x2, line.y2, 0);
    if (line.y1 == line.y2)
        frame.addRect({box.x(), box.y() - before, box.width(), width}, color);
    else if (line.x1 == line.x2)
        frame.addRect({box.x() - before, box.y(), width, box.height()}, color);
    else
        frame.add(shapeOf(GlKind::Line, color, float(line.x1), float(line.y1), float(line.x2),
                          float(line.y2), float(width)),
                  box.adjusted(-width, -width, width, width));
}

void drawLines(pp_canvas *canvas, const pp_line *lines, size_t count, pp_color color, int width_px)
{
    for (size_t i = 0; i < count; i++)
        addLine(self(canvas).frame(), lines[i], color, std::max(width_px, 1));
}

void drawPolyline(pp_canvas *canvas, const pp_point *points, size_t count, pp_color color,
                  int width_px)
{
    for (size_t i = 1; i < count; i++)
        addLine(self(canvas).frame(), {points[i - 1].x, points[i - 1].y, points[i].x, points[i].y},
                color, std::max(width_px, 1));
}

int whole(float px)
{
    constexpr float far_px = 1 << 24;
    return static_cast<int>(std::floor(std::clamp(px, -far_px, far_px)));
}

void drawSegments(pp_canvas *canvas, const pp_segment *segments, size_t count, pp_color color,
                  float width_px)
{
    for (size_t i = 0; i < count; i++) {
        const pp_segment &s = segments[i];
        self(canvas).frame().add(
            shapeOf(GlKind::Segment, color, s.x1, s.y1, s.x2, s.y2, width_px),
            around(whole(s.x1), whole(s.y1), whole(s.x2), whole(s.y2), whole(width_px) + 2));
    }
}

void fillTriangles(pp_canvas *canvas, const pp_triangle *triangles, size_t count, pp_color color)
{
    for (size_t i = 0; i < count; i++) {
        const pp_triangle &t = triangles[i];
        GlShape shape = shapeOf(GlKind::Triangle, color, float(t.a.x), float(t.a.y), float(t.b.x),
                                float(t.b.y));
        shape.second[0] = float(t.c.x);
        shape.second[1] = float(t.c.y);
        self(canvas).frame().add(shape, around(t.a.x, t.a.y, t.b.x, t.b.y, 1) |
                                            around(t.c.x, t.c.y, t.c.x, t.c.y, 1));
    }
}

void drawTexts(pp_canvas *canvas, pp_font font, const pp_text *texts, size_t count)
{
    CanvasCache &cache = self(canvas).cache();
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size_bytes > 0)
            self(canvas).addText(texts[i], cache.font(font),
                                 cache.text(font, texts[i].utf8, texts[i].size_bytes));
    }
}

int textWidth(pp_canvas *canvas, pp_font font, const char *utf8, size_t size_bytes)
{
    return size_bytes ? self(canvas).cache().text(font, utf8, size_bytes).width_px : 0;
}

void drawFragments(pp_canvas *canvas, const pp_image *image, const pp_fragment *fragments,
                   size_t count)
{
    for (size_t i = 0; i < count; i++)
        self(canvas).addFragment(*image, fragments[i]);
}

void drawMesh(pp_canvas *canvas, const pp_mesh *mesh, const pp_plane *plane)
{
    self(canvas).addMesh(*mesh, *plane);
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
    drawMesh,
};

/* A quad over target that shows the texels that begin at from. */
GlShape texturedShape(GlKind kind, const QRect &target, QPoint from, pp_color color)
{
    GlShape shape =
        shapeOf(kind, color, float(target.x()), float(target.y()),
                float(target.x() + target.width()), float(target.y() + target.height()));
    shape.second[0] = float(from.x() - target.x());
    shape.second[1] = float(from.y() - target.y());
    return shape;
}

} // namespace

GlCanvas::GlCanvas(QPainter &painter, CanvasCache &cache, GlRenderer &renderer, QSize size_px,
                   double device_ratio)
    : pp_canvas{&canvas_ops,
                size_px.width(),
                size_px.height(),
                device_ratio,
                {0, 0, size_px.width(), size_px.height()}},
      painter_(painter), cache_(cache), renderer_(renderer),
      device_units_(QTransform::fromScale(1 / device_ratio, 1 / device_ratio))
{
    frame().begin(QRect(QPoint(), size_px));
}

void GlCanvas::resume()
{
    clips_.clear();
    const QRect all(0, 0, width_px, height_px);
    painter_.setWorldTransform(device_units_);
    frame().setClip(painter_.hasClipping() ? painter_.clipBoundingRect().toRect() : all);
}

void GlCanvas::pushClip(const QRect &clip)
{
    clips_.push_back(frame().clip());
    frame().setClip(clip & frame().clip());
}

void GlCanvas::popClip()
{
    if (clips_.empty())
        return;
    frame().setClip(clips_.back());
    clips_.pop_back();
}

void GlCanvas::flush()
{
    painter_.beginNativePainting();
    renderer_.draw(QSize(width_px, height_px));
    painter_.endNativePainting();
}

void GlCanvas::finish()
{
    flush();
    renderer_.meshes().endFrame();
}

/* ---- What is kept on the graphics card ----------------------------------------------------- */

const std::vector<GlTile> *GlCanvas::tilesOf(const CachedText &shaped)
{
    if (const std::vector<GlTile> *tiles = renderer_.textures().text(shaped))
        return tiles;
    flush();
    renderer_.textures().evict();
    return renderer_.textures().text(shaped);
}

void GlCanvas::addText(const pp_text &text, const CachedFont &font, const CachedText &shaped)
{
    const std::vector<GlTile> *tiles = tilesOf(shaped);
    if (!tiles) /* larger than all of the atlas */
        return;
    const QPoint origin = originOf(text, font, shaped.width_px);
    for (const GlTile &tile : *tiles) {
        const QRect target(origin + tile.at, tile.texels.size());
        frame().add(texturedShape(GlKind::Glyphs, target, tile.texels.topLeft(), text.color),
                    target, renderer_.textures().atlas());
    }
}

GlTexture GlCanvas::textureOf(const pp_image &image)
{
    GlTexture texture = renderer_.textures().image(image);
    if (texture != GlTexture::None)
        return texture;
    flush();
    texture = renderer_.textures().image(image);
    if (texture != GlTexture::None)
        return texture;
    renderer_.textures().evict();
    return renderer_.textures().image(image);
}

void GlCanvas::addFragment(const pp_image &image, const pp_fragment &fragment)
{
    const QRect target(fragment.to.x, fragment.to.y, fragment.src.w, fragment.src.h);
    if ((target & frame().clip()).isEmpty())
        return;
    frame().add(texturedShape(GlKind::Image, target, {fragment.src.x, fragment.src.y}, 0), target,
                textureOf(image));
}

void GlCanvas::addMesh(const pp_mesh &mesh, const pp_plane &plane)
{
    if (frame().clip().isEmpty() || mesh.first_shown >= mesh.end_shown)
        return;
    std::optional<uint32_t> buffer = renderer_.meshes().buffer(mesh);
    if (!buffer) {
        flush();
        buffer = renderer_.meshes().buffer(mesh);
    }
    if (!buffer)
        return;
    GlMeshUse use = {*buffer, mesh, plane};
    use.mesh.shapes = nullptr;
    frame().addMesh(use);
}

} // namespace ppq
