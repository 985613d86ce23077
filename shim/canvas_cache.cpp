/* shim/canvas_cache.cpp: fonts, shaped texts and images that outlive a paint. */
#include "painter.hpp"

#include <QtGui/QFontDatabase>
#include <QtGui/QFontMetricsF>
#include <QtGui/QTextLayout>

#include <cmath>
#include <cstring>

namespace ppq
{

namespace
{

constexpr int texts_max = 1024; /* of one generation; two are kept */
constexpr int fonts_max = 64;
constexpr int images_max = 16;

uint64_t keyOf(pp_font font)
{
    return static_cast<uint64_t>(static_cast<uint32_t>(font.size_px)) << 2 |
           (font.family == PP_FONT_MONO ? 2u : 0u) | (font.bold ? 1u : 0u);
}

/* Full hinting and whole positions: stems and digits stand on pixels, which is what keeps small
 * numbers sharp and columns of them aligned. */
QFont crispFont(pp_font wanted)
{
    const bool mono = wanted.family == PP_FONT_MONO;
    QFont font =
        QFontDatabase::systemFont(mono ? QFontDatabase::FixedFont : QFontDatabase::GeneralFont);
    font.setStyleHint(mono ? QFont::Monospace : QFont::SansSerif);
    font.setFixedPitch(mono);
    font.setPixelSize(wanted.size_px > 0 ? wanted.size_px : 1);
    font.setBold(wanted.bold);
    font.setHintingPreference(QFont::PreferFullHinting);
    font.setStyleStrategy(QFont::NoSubpixelAntialias);
    font.setKerning(false);
    return font;
}

CachedFont measure(const QFont &font)
{
    const QFontMetricsF metrics(font);
    return {font, static_cast<int>(std::lround(metrics.ascent())),
            static_cast<int>(std::lround(metrics.descent())),
            static_cast<int>(std::lround(metrics.capHeight()))};
}

CachedText shape(const QFont &font, uint64_t font_key, const QByteArray &utf8, uint64_t serial)
{
    CachedText text = {utf8, font_key, {}, 0, serial};
    QTextLayout layout(QString::fromUtf8(utf8), font);
    layout.setCacheEnabled(false);
    layout.beginLayout();
    QTextLine line = layout.createLine();
    if (line.isValid())
        line.setNumColumns(static_cast<int>(layout.text().size()));
    layout.endLayout();
    if (!line.isValid())
        return text;
    text.width_px = static_cast<int>(std::ceil(line.naturalTextWidth()));
    text.runs = layout.glyphRuns();
    const QPointF baseline(0, line.ascent());
    for (QGlyphRun &run : text.runs) {
        QList<QPointF> positions = run.positions();
        for (QPointF &position : positions) {
            const QPointF at = position - baseline;
            position = QPointF(std::round(at.x()), std::round(at.y()));
        }
        run.setPositions(positions);
    }
    return text;
}

bool isText(const CachedText &text, uint64_t font_key, const char *utf8, size_t size_bytes)
{
    return text.font_key == font_key && static_cast<size_t>(text.utf8.size()) == size_bytes &&
           std::memcmp(text.utf8.constData(), utf8, size_bytes) == 0;
}

/* A view of the caller's pixels. */
QImage viewOf(const pp_image &image)
{
    return QImage(reinterpret_cast<const uchar *>(image.pixels), image.width, image.height,
                  qsizetype{image.stride_px} * 4,
                  image.opaque ? QImage::Format_RGB32 : QImage::Format_ARGB32_Premultiplied);
}

} // namespace

const CachedFont &CanvasCache::font(pp_font font)
{
    const uint64_t key = keyOf(font);
    auto found = fonts_.find(key);
    if (found != fonts_.end())
        return *found;
    if (fonts_.size() >= fonts_max)
        fonts_.clear();
    return *fonts_.insert(key, measure(crispFont(font)));
}

const CachedText &CanvasCache::text(pp_font wanted, const char *utf8, size_t size_bytes)
{
    const uint64_t font_key = keyOf(wanted);
    const size_t hash = qHashBits(utf8, size_bytes, font_key);
    auto found = texts_.constFind(hash);
    if (found != texts_.constEnd() && isText(**found, font_key, utf8, size_bytes))
        return **found;

    if (texts_.size() >= texts_max) {
        older_texts_.swap(texts_);
        texts_.clear();
    }
    std::shared_ptr<const CachedText> text = older_texts_.take(hash);
    if (!text || !isText(*text, font_key, utf8, size_bytes)) {
        ++shapings_;
        text = std::make_shared<const CachedText>(
            shape(font(wanted).font, font_key, QByteArray(utf8, static_cast<qsizetype>(size_bytes)),
                  ++last_serial_));
    }
    return **texts_.insert(hash, text);
}

CanvasCache::KeptImage &CanvasCache::kept(const pp_image &image)
{
    const auto found = images_.find(image.pixels);
    if (found != images_.end() && found->version == image.version &&
        found->image.size() == QSize(image.width, image.height) &&
        (found->image.format() == QImage::Format_RGB32) == image.opaque)
        return *found;
    if (images_.size() >= images_max)
        images_.clear();
    return *images_.insert(image.pixels, {viewOf(image), {}, image.version});
}

QImage CanvasCache::image(const pp_image &image, bool keep)
{
    return keep ? kept(image).image : viewOf(image);
}

QPixmap CanvasCache::pixmap(const pp_image &image)
{
    KeptImage &found = kept(image);
    if (found.pixmap.isNull())
        found.pixmap = QPixmap::fromImage(found.image.copy());
    return found.pixmap;
}

} // namespace ppq
