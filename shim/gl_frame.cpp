/* shim/gl_frame.cpp: records a frame for OpenGL, in as few batches as its order allows. */
#include "gl_frame.hpp"

namespace ppq
{

namespace
{

/* Up to so many pixels a rectangle costs less in a batch of other shapes than a call of its own. */
constexpr int64_t small_px = 64 * 64;

int64_t area(const QRect &rect)
{
    return rect.isEmpty() ? 0 : int64_t{rect.width()} * rect.height();
}

bool isOpaque(pp_color color)
{
    return color >> 24 == 0xff;
}

} // namespace

void GlFrame::begin(const QRect &surface)
{
    surface_ = clip_ = surface;
    clear();
}

void GlFrame::clear()
{
    shapes_.clear();
    batches_.clear();
    meshes_.clear();
}

/* The last batch, if it can take the shape, or a new one. */
GlBatch &GlFrame::batchFor(bool plain, GlTexture texture, int64_t area_px)
{
    if (!batches_.empty()) {
        GlBatch &last = batches_.back();
        const bool same_texture = texture == GlTexture::None || last.texture == GlTexture::None ||
                                  texture == last.texture;
        const bool same_shader =
            plain == last.plain || (plain ? area_px : last.area_px) <= small_px;
        if (last.mesh < 0 && last.clip == clip_ && same_texture && same_shader) {
            if (texture != GlTexture::None)
                last.texture = texture;
            last.plain = last.plain && plain;
            return last;
        }
    }
    GlBatch batch;
    batch.clip = clip_;
    batch.first = shapes_.size();
    batch.texture = texture;
    batch.plain = plain;
    batches_.push_back(batch);
    return batches_.back();
}

void GlFrame::addRect(const QRect &rect, pp_color color)
{
    const QRect seen = rect & clip_;
    if (seen.isEmpty() || color >> 24 == 0)
        return;
    const int64_t area_px = area(seen);
    GlBatch &batch = batchFor(true, GlTexture::None, area_px);
    batch.area_px += area_px;
    batch.opaque = batch.opaque && isOpaque(color);
    batch.size++;
    shapes_.push_back({{float(seen.left()), float(seen.top()), float(seen.left() + seen.width()),
                        float(seen.top() + seen.height())},
                       {},
                       color,
                       GlKind::Rect});
}

void GlFrame::add(const GlShape &shape, const QRect &bounds, GlTexture texture)
{
    const QRect seen = bounds & clip_;
    if (seen.isEmpty())
        return;
    GlBatch &batch = batchFor(false, texture, area(seen));
    batch.area_px += area(seen);
    batch.opaque = false;
    batch.size++;
    shapes_.push_back(shape);
}

void GlFrame::addMesh(const GlMeshUse &use)
{
    if (clip_.isEmpty())
        return;
    GlBatch batch;
    batch.clip = clip_;
    batch.first = use.mesh.first_shown;
    batch.size = use.mesh.end_shown - use.mesh.first_shown;
    batch.mesh = static_cast<ptrdiff_t>(meshes_.size());
    batches_.push_back(batch);
    meshes_.push_back(use);
}

} // namespace ppq
