/* shim/gl_canvas.hpp: pp_canvas that records a frame for OpenGL. */
#ifndef PPQ_GL_CANVAS_HPP
#define PPQ_GL_CANVAS_HPP

#include "gl_renderer.hpp"
#include "painter.hpp"

#include <QtGui/QTransform>

#include <vector>

class QPainter;

namespace ppq
{

/* A canvas for one paint of a painter that is open on an OpenGL surface of that size, all of which
 * is painted. Nothing is drawn before finish(), unless there is too much to be kept. */
class GlCanvas : public pp_canvas
{
public:
    GlCanvas(QPainter &painter, CanvasCache &cache, GlRenderer &renderer, QSize size_px,
             double ratio);
    GlCanvas(const GlCanvas &) = delete;
    GlCanvas &operator=(const GlCanvas &) = delete;

    /* Takes over the painter's clip, as a graphics scene sets it before each item, and forgets
     * pushed ones. */
    void resume();

    void finish();

    void pushClip(const QRect &clip);
    void popClip();

    void addText(const pp_text &text, const CachedFont &font, const CachedText &shaped);
    void addFragment(const pp_image &image, const pp_fragment &fragment);
    void addMesh(const pp_mesh &mesh, const pp_plane &plane);

    GlFrame &frame() { return renderer_.frame(); }
    CanvasCache &cache() { return cache_; }

private:
    void flush();
    const std::vector<GlTile> *tilesOf(const CachedText &shaped);
    GlTexture textureOf(const pp_image &image);

    QPainter &painter_;
    CanvasCache &cache_;
    GlRenderer &renderer_;
    QTransform device_units_;
    std::vector<QRect> clips_; /* those that pop_clip gives back */
};

} // namespace ppq

#endif
