/* shim/gl_textures.hpp: texts, drawn once each and kept in an atlas, and images. Bounded. */
#ifndef PPQ_GL_TEXTURES_HPP
#define PPQ_GL_TEXTURES_HPP

#include "gl_frame.hpp"
#include "painter.hpp"

#include <QtCore/QHash>
#include <QtCore/QPoint>
#include <QtCore/QRect>
#include <QtGui/QImage>

#include <vector>

class QOpenGLExtraFunctions;

namespace ppq
{

/* A part of a text: pixels of the atlas, and where they go relative to the start of the baseline.
 */
struct GlTile {
    QRect texels;
    QPoint at;
};

/* The context is current in all functions and in the destructor. Nothing that Qt's paint engine
 * might rely on is changed but in upload(). */
class GlTextures
{
public:
    explicit GlTextures(QOpenGLExtraFunctions &gl);
    ~GlTextures();
    GlTextures(const GlTextures &) = delete;
    GlTextures &operator=(const GlTextures &) = delete;

    /* A text's tiles, or nullptr where there is no room: draw what was recorded, then evict(). */
    const std::vector<GlTile> *text(const CachedText &text);
    GlTexture atlas() const { return atlas_; }

    /* The texture of an image. None where what was recorded needs it as it was, or its place: draw
     * that, and if that does not help, evict(). */
    GlTexture image(const pp_image &image);

    /* Forgets all texts and images. */
    void evict();

    /* Sends what is new; call it before anything that uses it is drawn. Binds texture unit 0. */
    void upload();

private:
    struct Image {
        GlTexture texture;
        uint64_t version;
        QSize size;
        bool opaque;
        bool is_awaited; /* by what was recorded */
    };
    struct Upload {
        GlTexture texture;
        QRect texels;
        QImage pixels;
        bool whole; /* of a texture without storage */
    };

    bool place(QSize size, QRect &texels);
    GlTexture create();
    GlTexture await(Image &image, const pp_image &pixels);
    void createAtlas();
    void send(const Upload &upload);

    QOpenGLExtraFunctions &gl_;
    GlTexture atlas_ = GlTexture::None;
    bool has_atlas_ = false; /* its storage */
    QPoint shelf_;
    int shelf_height_ = 0;
    QHash<uint64_t, std::vector<GlTile>> texts_; /* by serial */
    QHash<const void *, Image> images_;
    std::vector<Upload> uploads_;
};

} // namespace ppq

#endif
