/* shim/gl_meshes.hpp: meshes in buffers of OpenGL, sent once and where they changed. */
#ifndef PPQ_GL_MESHES_HPP
#define PPQ_GL_MESHES_HPP

#include <paintprof/canvas.h>

#include <QtCore/QHash>

#include <cstdint>
#include <optional>

class QOpenGLExtraFunctions;

namespace ppq
{

/* The context is current in all functions and in the destructor. */
class GlMeshes
{
public:
    explicit GlMeshes(QOpenGLExtraFunctions &gl) : gl_(gl) {}
    ~GlMeshes();
    GlMeshes(const GlMeshes &) = delete;
    GlMeshes &operator=(const GlMeshes &) = delete;

    /* The buffer that holds the mesh as it is now. None where what was recorded needs it as it was:
     * draw that, say drawn(), and ask again. Leaves the state alone that Qt's paint engine relies
     * on. */
    std::optional<uint32_t> buffer(const pp_mesh &mesh);

    /* What was recorded is drawn. */
    void drawn() { ++drawn_; }

    /* Frees what was not drawn in many frames; its owner may be gone. */
    void endFrame();

private:
    struct Kept {
        uint32_t buffer = 0;
        uint64_t version = 0;
        size_t room = 0;    /* shapes */
        uint64_t drawn = 0; /* drawn_ when it was asked for last */
        uint64_t frame = 0;
    };

    void send(Kept &kept, const pp_mesh &mesh);

    QOpenGLExtraFunctions &gl_;
    QHash<uint64_t, Kept> kept_; /* by id */
    uint64_t drawn_ = 1, frame_ = 0;
};

} // namespace ppq

#endif
