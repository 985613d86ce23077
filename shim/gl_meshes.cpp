/* shim/gl_meshes.cpp: meshes in buffers of OpenGL. */
#include "gl_meshes.hpp"

#include <QtGui/QOpenGLExtraFunctions>

#include <algorithm>
#include <iterator>

namespace ppq
{

namespace
{

constexpr uint64_t frames_kept = 240;

/* Nobody else uses this target, so that sending disturbs neither Qt's state nor ours. */
constexpr GLenum target = GL_COPY_WRITE_BUFFER;

GLsizeiptr bytesOf(size_t shapes)
{
    return static_cast<GLsizeiptr>(shapes * sizeof(pp_mesh_shape));
}

} // namespace

GlMeshes::~GlMeshes()
{
    for (const Kept &kept : std::as_const(kept_))
        gl_.glDeleteBuffers(1, &kept.buffer);
}

/* All of it, with room for more at its end; or only what changed. */
void GlMeshes::send(Kept &kept, const pp_mesh &mesh)
{
    gl_.glBindBuffer(target, kept.buffer);
    const bool has_base = kept.version >= mesh.base_version && mesh.count <= kept.room;
    const size_t from = has_base ? std::min(mesh.changed_from, mesh.count) : 0;
    if (!has_base) {
        kept.room = mesh.count + mesh.count / 2 + 64;
        gl_.glBufferData(target, bytesOf(kept.room), nullptr, GL_DYNAMIC_DRAW);
    }
    if (from < mesh.count)
        gl_.glBufferSubData(target, bytesOf(from), bytesOf(mesh.count - from), mesh.shapes + from);
    gl_.glBindBuffer(target, 0);
    kept.version = mesh.version;
}

std::optional<uint32_t> GlMeshes::buffer(const pp_mesh &mesh)
{
    Kept &kept = kept_[mesh.id];
    if (kept.version != mesh.version) {
        if (kept.drawn == drawn_)
            return std::nullopt;
        if (kept.buffer == 0)
            gl_.glGenBuffers(1, &kept.buffer);
        send(kept, mesh);
    }
    kept.drawn = drawn_;
    kept.frame = frame_;
    return kept.buffer;
}

void GlMeshes::endFrame()
{
    ++frame_;
    for (auto kept = kept_.begin(); kept != kept_.end();) {
        if (frame_ - kept->frame <= frames_kept) {
            ++kept;
            continue;
        }
        gl_.glDeleteBuffers(1, &kept->buffer);
        kept = kept_.erase(kept);
    }
}

} // namespace ppq
