/* shim/gl_renderer.cpp: one upload and few draw calls a frame; quads, as instances. */
#include "gl_renderer.hpp"

#include <QtGui/QOpenGLContext>
#include <QtGui/QOpenGLExtraFunctions>

#include <cstddef>

namespace ppq
{

namespace
{

/* OpenGL takes an offset into a buffer for a pointer. */
const void *offset(size_t bytes)
{
    return reinterpret_cast<const void *>(bytes); /* NOLINT(performance-no-int-to-ptr) */
}

/* The least that the shaders and instances need. */
bool isEnough(const QOpenGLContext &context)
{
    const QSurfaceFormat format = context.format();
    return format.version() >= (context.isOpenGLES() ? qMakePair(3, 0) : qMakePair(3, 3));
}

/* Qt's paint engine keeps an array of its own bound. */
class BoundArray
{
public:
    explicit BoundArray(QOpenGLExtraFunctions &gl) : gl_(gl)
    {
        gl_.glGetIntegerv(GL_VERTEX_ARRAY_BINDING, &array_);
    }
    ~BoundArray() { gl_.glBindVertexArray(static_cast<GLuint>(array_)); }
    BoundArray(const BoundArray &) = delete;
    BoundArray &operator=(const BoundArray &) = delete;

private:
    QOpenGLExtraFunctions &gl_;
    GLint array_ = 0;
};

} // namespace

/* ---- Making ------------------------------------------------------------------------------ */

std::unique_ptr<GlRenderer> GlRenderer::create(QByteArray &message)
{
    QOpenGLContext *context = QOpenGLContext::currentContext();
    if (!context || !isEnough(*context)) {
        message = "it is older than OpenGL 3.3 and OpenGL ES 3.0";
        return nullptr;
    }
    std::unique_ptr<GlRenderer> renderer(new GlRenderer(*context));
    if (!renderer->build(message))
        return nullptr;
    return renderer;
}

GlRenderer::GlRenderer(QOpenGLContext &context)
    : gl_(*context.extraFunctions()), textures_(gl_), meshes_(gl_)
{
}

GlRenderer::~GlRenderer() = default;

bool GlRenderer::build(QByteArray &message)
{
    const BoundArray before(gl_);
    for (const GlSource source : {GlSource::Shapes, GlSource::Mesh}) {
        for (const GlFragments fragments : {GlFragments::Plain, GlFragments::Any}) {
            if (!programs_[int(source)][int(fragments)].build(source, fragments, message)) {
                message.prepend("its shaders do not build: ");
                return false;
            }
        }
    }
    shapes_buffer_.setUsagePattern(QOpenGLBuffer::StreamDraw);
    if (!shapes_array_.create() || !mesh_array_.create() || !shapes_buffer_.create()) {
        message = "it makes no vertex buffers";
        return false;
    }
    enableAttributes(shapes_array_);
    enableAttributes(mesh_array_);
    return true;
}

/* Both have four, and each advances once an instance. */
void GlRenderer::enableAttributes(QOpenGLVertexArrayObject &array)
{
    array.bind();
    for (GLuint attribute = 0; attribute < 4; attribute++) {
        gl_.glEnableVertexAttribArray(attribute);
        gl_.glVertexAttribDivisor(attribute, 1);
    }
    array.release();
}

/* ---- State ------------------------------------------------------------------------------- */

GlProgram &GlRenderer::use(GlSource source, GlFragments fragments)
{
    GlProgram &program = programs_[int(source)][int(fragments)];
    if (used_ == &program)
        return program;
    used_ = &program;
    program.program().bind();
    program.program().setUniformValue(program.surface, QSizeF(surface_px_));
    if (program.texture >= 0)
        program.program().setUniformValue(program.texture, 0);
    return program;
}

void GlRenderer::setBlending(bool wanted)
{
    if (wanted == blends_)
        return;
    blends_ = wanted;
    if (wanted)
        gl_.glEnable(GL_BLEND);
    else
        gl_.glDisable(GL_BLEND);
}

void GlRenderer::setState(QSize surface_px)
{
    surface_px_ = surface_px;
    used_ = nullptr;
    clip_ = QRect();
    bound_ = GlTexture::None;
    blends_ = true;
    gl_.glViewport(0, 0, surface_px.width(), surface_px.height());
    gl_.glDisable(GL_DEPTH_TEST);
    gl_.glDisable(GL_STENCIL_TEST);
    gl_.glDisable(GL_CULL_FACE);
    gl_.glEnable(GL_SCISSOR_TEST);
    gl_.glEnable(GL_BLEND);
    gl_.glBlendEquation(GL_FUNC_ADD);
    gl_.glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    gl_.glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    gl_.glActiveTexture(GL_TEXTURE0);
}

/* ---- Instances --------------------------------------------------------------------------- */

/* All shapes of the frame at once, in memory of their own: nothing waits for the frame before. */
void GlRenderer::sendShapes()
{
    const std::vector<GlShape> &shapes = frame_.shapes();
    shapes_buffer_.bind();
    shapes_buffer_.allocate(shapes.data(), static_cast<int>(shapes.size() * sizeof(GlShape)));
    shapes_buffer_.release();
}

/* Neither OpenGL 3.3 nor ES 3.0 can begin at a later instance: the attributes do. */
void GlRenderer::readShapesFrom(size_t first)
{
    const size_t at = first * sizeof(GlShape);
    constexpr GLsizei stride = sizeof(GlShape);
    shapes_buffer_.bind();
    gl_.glVertexAttribPointer(GlFirst, 4, GL_FLOAT, GL_FALSE, stride,
                              offset(at + offsetof(GlShape, first)));
    gl_.glVertexAttribPointer(GlSecond, 4, GL_FLOAT, GL_FALSE, stride,
                              offset(at + offsetof(GlShape, second)));
    gl_.glVertexAttribIPointer(GlColor, 1, GL_UNSIGNED_INT, stride,
                               offset(at + offsetof(GlShape, color)));
    gl_.glVertexAttribIPointer(GlKindOf, 1, GL_UNSIGNED_INT, stride,
                               offset(at + offsetof(GlShape, kind)));
}

void GlRenderer::readMeshFrom(size_t first)
{
    const size_t at = first * sizeof(pp_mesh_shape);
    constexpr GLsizei stride = sizeof(pp_mesh_shape);
    gl_.glVertexAttribPointer(GlBox, 4, GL_FLOAT, GL_FALSE, stride,
                              offset(at + offsetof(pp_mesh_shape, x0)));
    gl_.glVertexAttribPointer(GlPixels, 2, GL_SHORT, GL_FALSE, stride,
                              offset(at + offsetof(pp_mesh_shape, top_px)));
    gl_.glVertexAttribIPointer(GlColor, 1, GL_UNSIGNED_INT, stride,
                               offset(at + offsetof(pp_mesh_shape, color)));
    gl_.glVertexAttribIPointer(GlOutline, 1, GL_UNSIGNED_INT, stride,
                               offset(at + offsetof(pp_mesh_shape, outline)));
}

void GlRenderer::drawInstances(size_t count)
{
    gl_.glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(count));
}

/* ---- Drawing ----------------------------------------------------------------------------- */

void GlRenderer::drawShapes(const GlBatch &batch)
{
    shapes_array_.bind();
    readShapesFrom(batch.first);
    use(GlSource::Shapes, batch.plain ? GlFragments::Plain : GlFragments::Any);
    setBlending(!batch.opaque);
    drawInstances(batch.size);
}

void GlRenderer::drawMesh(const GlBatch &batch)
{
    const GlMeshUse &drawn = frame_.meshes()[static_cast<size_t>(batch.mesh)];
    const pp_mesh &mesh = drawn.mesh;
    const pp_plane &plane = drawn.plane;
    mesh_array_.bind();
    gl_.glBindBuffer(GL_ARRAY_BUFFER, drawn.buffer);
    readMeshFrom(batch.first);
    setBlending(true);
    const bool has_arrows = mesh.arrow.direction != 0;
    const bool plain = mesh.kind == PP_MESH_RECTS && !has_arrows && !mesh.has_outlines;
    GlProgram &used = use(GlSource::Mesh, plain ? GlFragments::Plain : GlFragments::Any);
    QOpenGLShaderProgram &program = used.program();
    program.setUniformValue(used.plane, float(plane.move_x_px), float(plane.move_y_px),
                            float(plane.scale_x), float(plane.scale_y));
    program.setUniformValue(used.mesh_kind, int(mesh.kind));
    program.setUniformValue(used.stroke, mesh.width_px, mesh.smooth ? 0.0F : 1.0F,
                            mesh.square ? 1.0F : 0.0F);
    program.setUniformValue(used.both_ways, mesh.grows_both_ways);
    program.setUniformValue(used.part, 0);
    drawInstances(batch.size);
    if (!has_arrows)
        return;
    const pp_mesh_arrow &arrow = mesh.arrow;
    program.setUniformValue(used.arrow, float(arrow.direction), float(arrow.distance_px),
                            float(arrow.head_half_width_px), float(arrow.head_height_px));
    program.setUniformValue(used.stem, float(arrow.stem_width_px), float(arrow.stem_height_px));
    gl_.glUniform1ui(used.arrow_color, arrow.color);
    for (const int part : {1, 2}) {
        program.setUniformValue(used.part, part);
        drawInstances(batch.size);
    }
}

void GlRenderer::drawBatch(const GlBatch &batch)
{
    if (batch.clip != clip_) {
        clip_ = batch.clip;
        gl_.glScissor(clip_.x(), surface_px_.height() - clip_.y() - clip_.height(), clip_.width(),
                      clip_.height());
    }
    if (batch.texture != GlTexture::None && batch.texture != bound_) {
        bound_ = batch.texture;
        gl_.glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(bound_));
    }
    if (batch.mesh < 0)
        drawShapes(batch);
    else
        drawMesh(batch);
}

void GlRenderer::draw(QSize surface_px)
{
    textures_.upload();
    const BoundArray before(gl_);
    if (!frame_.shapes().empty())
        sendShapes();
    setState(surface_px);
    for (const GlBatch &batch : frame_.batches())
        drawBatch(batch);
    if (used_)
        used_->program().release();
    gl_.glBindBuffer(GL_ARRAY_BUFFER, 0);
    gl_.glBindTexture(GL_TEXTURE_2D, 0);
    gl_.glDisable(GL_SCISSOR_TEST);
    frame_.clear();
    meshes_.drawn();
}

} // namespace ppq
