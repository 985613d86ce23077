/* shim/gl_textures.cpp: an atlas of texts that fills shelf by shelf, and images as textures. */
#include "gl_textures.hpp"

#include <QtGui/QOpenGLExtraFunctions>
#include <QtGui/QPainter>
#include <QtGui/QRawFont>

namespace ppq
{

namespace
{

/* 2 MiB of one byte a pixel. OpenGL ES 3.0 holds at least 2048 by 2048. */
constexpr int atlas_width = 2048;
constexpr int atlas_height = 1024;
constexpr int images_max = 16;

/* All pixels of a text, relative to the start of its baseline. Outlines are hinted, so that a
 * glyph's pixels may lie a little outside of its bounds. */
QRect inkOf(const CachedText &text)
{
    QRectF ink;
    for (const QGlyphRun &run : text.runs) {
        const QRawFont font = run.rawFont();
        const QList<quint32> glyphs = run.glyphIndexes();
        const QList<QPointF> positions = run.positions();
        for (qsizetype i = 0; i < glyphs.size() && i < positions.size(); ++i)
            ink |= font.boundingRect(glyphs[i]).translated(positions[i]);
    }
    return ink.isEmpty() ? QRect() : ink.toAlignedRect().adjusted(-2, -2, 2, 2);
}

/* How much of each pixel a text covers, as the raster engine draws it. */
QImage coverOf(const CachedText &text, const QRect &ink)
{
    QImage image(ink.size(), QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setPen(Qt::white);
    for (const QGlyphRun &run : text.runs)
        painter.drawGlyphRun(-ink.topLeft(), run);
    painter.end();
    return image.convertToFormat(QImage::Format_Alpha8);
}

GLuint nameOf(GlTexture texture)
{
    return static_cast<GLuint>(texture);
}

} // namespace

GlTextures::GlTextures(QOpenGLExtraFunctions &gl) : gl_(gl), atlas_(create()) {}

GlTextures::~GlTextures()
{
    evict();
    const GLuint atlas = nameOf(atlas_);
    gl_.glDeleteTextures(1, &atlas);
}

GlTexture GlTextures::create()
{
    GLuint name = 0;
    gl_.glGenTextures(1, &name);
    return GlTexture{name};
}

void GlTextures::evict()
{
    for (const Image &image : std::as_const(images_)) {
        const GLuint name = nameOf(image.texture);
        gl_.glDeleteTextures(1, &name);
    }
    images_.clear();
    texts_.clear();
    uploads_.clear();
    shelf_ = QPoint();
    shelf_height_ = 0;
}

/* ---- Texts ------------------------------------------------------------------------------- */

bool GlTextures::place(QSize size, QRect &texels)
{
    if (shelf_.x() + size.width() > atlas_width) {
        shelf_ = QPoint(0, shelf_.y() + shelf_height_);
        shelf_height_ = 0;
    }
    if (shelf_.y() + size.height() > atlas_height)
        return false;
    texels = QRect(shelf_, size);
    shelf_.rx() += size.width();
    shelf_height_ = std::max(shelf_height_, size.height());
    return true;
}

const std::vector<GlTile> *GlTextures::text(const CachedText &text)
{
    const auto found = texts_.constFind(text.serial);
    if (found != texts_.constEnd())
        return &*found;
    std::vector<GlTile> tiles;
    const QRect ink = inkOf(text);
    const QImage cover = ink.isEmpty() ? QImage() : coverOf(text, ink);
    const int height = std::min(cover.height(), atlas_height);
    for (int x = 0; x < cover.width(); x += atlas_width) {
        const QRect part(x, 0, std::min(cover.width() - x, atlas_width), height);
        QRect texels;
        if (!place(part.size(), texels))
            return nullptr;
        tiles.push_back({texels, ink.topLeft() + part.topLeft()});
        uploads_.push_back({atlas_, texels, cover.copy(part), false});
    }
    return &*texts_.insert(text.serial, tiles);
}

/* ---- Images ------------------------------------------------------------------------------ */

/* Sends the pixels that an image has now. */
GlTexture GlTextures::await(Image &image, const pp_image &pixels)
{
    const QImage view(reinterpret_cast<const uchar *>(pixels.pixels), pixels.width, pixels.height,
                      qsizetype{pixels.stride_px} * 4,
                      pixels.opaque ? QImage::Format_RGB32 : QImage::Format_ARGB32_Premultiplied);
    uploads_.push_back({image.texture, view.rect(),
                        view.convertToFormat(QImage::Format_RGBA8888_Premultiplied), true});
    image.version = pixels.version;
    image.size = view.size();
    image.opaque = pixels.opaque;
    image.is_awaited = true;
    return image.texture;
}

GlTexture GlTextures::image(const pp_image &image)
{
    const auto found = images_.find(image.pixels);
    if (found == images_.end()) {
        if (images_.size() >= images_max)
            return GlTexture::None;
        return await(*images_.insert(image.pixels, {create(), 0, QSize(), false, false}), image);
    }
    if (found->version == image.version && found->size == QSize(image.width, image.height) &&
        found->opaque == image.opaque) {
        found->is_awaited = true;
        return found->texture;
    }
    return found->is_awaited ? GlTexture::None : await(*found, image);
}

/* ---- Uploads ----------------------------------------------------------------------------- */

void GlTextures::createAtlas()
{
    gl_.glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, atlas_width, atlas_height, 0, GL_RED,
                     GL_UNSIGNED_BYTE, nullptr);
}

void GlTextures::send(const Upload &upload)
{
    gl_.glBindTexture(GL_TEXTURE_2D, nameOf(upload.texture));
    if (upload.whole)
        gl_.glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, upload.texels.width(), upload.texels.height(),
                         0, GL_RGBA, GL_UNSIGNED_BYTE, upload.pixels.constBits());
    else
        gl_.glTexSubImage2D(GL_TEXTURE_2D, 0, upload.texels.x(), upload.texels.y(),
                            upload.texels.width(), upload.texels.height(), GL_RED, GL_UNSIGNED_BYTE,
                            upload.pixels.constBits());
    /* Read texel by texel: without these a texture without smaller levels is incomplete. */
    gl_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    gl_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

void GlTextures::upload()
{
    for (Image &image : images_)
        image.is_awaited = false;
    if (uploads_.empty())
        return;
    gl_.glActiveTexture(GL_TEXTURE0);
    gl_.glPixelStorei(GL_UNPACK_ALIGNMENT, 4); /* as the lines of a QImage */
    gl_.glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    if (!has_atlas_) {
        gl_.glBindTexture(GL_TEXTURE_2D, nameOf(atlas_));
        createAtlas();
        has_atlas_ = true;
    }
    for (const Upload &upload : uploads_)
        send(upload);
    uploads_.clear();
}

} // namespace ppq
