/* shim/gl_renderer.hpp: draws recorded frames in one context of OpenGL, whose objects it owns. */
#ifndef PPQ_GL_RENDERER_HPP
#define PPQ_GL_RENDERER_HPP

#include "gl_frame.hpp"
#include "gl_meshes.hpp"
#include "gl_program.hpp"
#include "gl_textures.hpp"

#include <QtCore/QByteArray>
#include <QtOpenGL/QOpenGLBuffer>
#include <QtOpenGL/QOpenGLVertexArrayObject>

#include <memory>

class QOpenGLContext;

namespace ppq
{

/* Its context is current in all functions and in the destructor. */
class GlRenderer
{
public:
    /* In the current context. Null with a message where it does not have what is needed. */
    static std::unique_ptr<GlRenderer> create(QByteArray &message);
    ~GlRenderer();
    GlRenderer(const GlRenderer &) = delete;
    GlRenderer &operator=(const GlRenderer &) = delete;

    GlFrame &frame() { return frame_; }
    GlTextures &textures() { return textures_; }
    GlMeshes &meshes() { return meshes_; }

    /* Draws what was recorded on a surface of that size and forgets it. Call it between
     * QPainter::beginNativePainting() and endNativePainting(). */
    void draw(QSize surface_px);

private:
    explicit GlRenderer(QOpenGLContext &context);

    bool build(QByteArray &message);
    void enableAttributes(QOpenGLVertexArrayObject &array);
    void setState(QSize surface_px);
    void sendShapes();
    void drawBatch(const GlBatch &batch);
    void drawShapes(const GlBatch &batch);
    void drawMesh(const GlBatch &batch);
    void drawInstances(size_t count);
    void readShapesFrom(size_t first);
    void readMeshFrom(size_t first);
    GlProgram &use(GlSource source, GlFragments fragments);
    void setBlending(bool wanted);

    QOpenGLExtraFunctions &gl_;
    GlFrame frame_;
    GlTextures textures_;
    GlMeshes meshes_;
    GlProgram programs_[2][2]; /* by source and fragments */
    QOpenGLVertexArrayObject shapes_array_, mesh_array_;
    QOpenGLBuffer shapes_buffer_;

    /* What is set, while drawing. */
    QSize surface_px_;
    GlProgram *used_ = nullptr;
    QRect clip_;
    GlTexture bound_ = GlTexture::None;
    bool blends_ = false;
};

} // namespace ppq

#endif
