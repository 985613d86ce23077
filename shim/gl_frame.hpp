/* shim/gl_frame.hpp: a frame as it is recorded for OpenGL: shapes in painting order, cut into
 * batches of one draw call each. Knows no OpenGL. */
#ifndef PPQ_GL_FRAME_HPP
#define PPQ_GL_FRAME_HPP

#include <paintprof/canvas.h>

#include <QtCore/QRect>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ppq
{

/* What the fragment shader makes of a shape; gl_program.cpp has the other half. */
enum class GlKind : uint32_t {
    Rect,    /* first: left, top, right, bottom */
    Glyphs,  /* the same; second: from a pixel to its texel, whose alpha tints the colour */
    Image,   /* the same, the texel as it is */
    Line,    /* first: both end pixels; second: width */
    Segment, /* first: both ends, real; second: width */
    Triangle /* first, second: three corners */
};

/* One instance, as the vertex shader reads it. */
struct GlShape {
    float first[4];
    float second[4];
    pp_color color;
    GlKind kind;
};

enum class GlTexture : uint32_t { None = 0 }; /* else a name of OpenGL's */

/* What is drawn by one call. */
struct GlBatch {
    QRect clip;
    size_t first = 0, size = 0; /* shapes of the frame; or of a mesh */
    GlTexture texture = GlTexture::None;
    bool plain = true;  /* rectangles only: no fragment asks what it is */
    bool opaque = true; /* nothing has to be blended */
    int64_t area_px = 0;
    ptrdiff_t mesh = -1; /* index of the frame's meshes, or none */
};

/* A mesh drawn, its shapes in a buffer of OpenGL's already. */
struct GlMeshUse {
    uint32_t buffer;
    pp_mesh mesh; /* its array is not valid any more */
    pp_plane plane;
};

class GlFrame
{
public:
    void begin(const QRect &surface);

    /* What is left of the surface for what follows. */
    void setClip(const QRect &clip) { clip_ = clip & surface_; }
    const QRect &clip() const { return clip_; }

    /* Rectangles; fit into any batch. */
    void addRect(const QRect &rect, pp_color color);
    void add(const GlShape &shape, const QRect &bounds, GlTexture texture = GlTexture::None);
    void addMesh(const GlMeshUse &use);

    /* Forgets what was recorded, keeps the clip. */
    void clear();

    bool isEmpty() const { return batches_.empty(); }
    const std::vector<GlShape> &shapes() const { return shapes_; }
    const std::vector<GlBatch> &batches() const { return batches_; }
    const std::vector<GlMeshUse> &meshes() const { return meshes_; }

private:
    GlBatch &batchFor(bool plain, GlTexture texture, int64_t area_px);

    QRect surface_, clip_;
    std::vector<GlShape> shapes_;
    std::vector<GlBatch> batches_;
    std::vector<GlMeshUse> meshes_;
};

} // namespace ppq

#endif
