/* shim/canvas_cache.cpp: fonts, shaped texts and images that outlive a paint. */
#include "painter.hpp"

#include <QtCore/QVarLengthArray>
#include <QtGui/QFontDatabase>
#include <QtGui/QFontMetricsF>
#include <QtGui/QTextLayout>

#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

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

/* ---- Numbers ----------------------------------------------------------------------------- */

/* The places of the characters of a number among the glyphs; false: some is none of a number. */
bool findNumber(const QByteArray &utf8, QVarLengthArray<int, 32> &places)
{
    for (const char character : utf8) {
        const char *found = std::strchr(NumberGlyphs::characters, character);
        if (!found || character == 0)
            return false;
        places.append(static_cast<int>(found - NumberGlyphs::characters));
    }
    return !utf8.isEmpty() && !utf8.endsWith(' '); /* whose width is not counted there */
}

QGlyphRun runOf(const NumberGlyphs &glyphs, const QVarLengthArray<int, 32> &places, double *width)
{
    QList<quint32> indexes;
    QList<QPointF> positions;
    for (const int place : places) {
        indexes.append(glyphs.indexes[place]);
        positions.append(QPointF(std::round(*width), 0));
        *width += glyphs.advances[place];
    }
    QGlyphRun run;
    run.setRawFont(glyphs.font);
    run.setGlyphIndexes(indexes);
    run.setPositions(positions);
    return run;
}

/* Whether a number is put together as it is shaped. */
bool isSameAsShaped(const NumberGlyphs &glyphs, const QFont &font, const QByteArray &number)
{
    QVarLengthArray<int, 32> places;
    if (!findNumber(number, places))
        return false;
    double width = 0;
    const QGlyphRun run = runOf(glyphs, places, &width);
    const CachedText shaped = shape(font, 0, number, 0);
    return shaped.runs.size() == 1 && shaped.runs[0].rawFont() == glyphs.font &&
           shaped.runs[0].glyphIndexes() == run.glyphIndexes() &&
           shaped.runs[0].positions() == run.positions() &&
           shaped.width_px == static_cast<int>(std::ceil(width));
}

/* From the shaped font, which hints advances as painting does. A font that moves glyphs for their
 * neighbours, or takes others from another font, has none. */
NumberGlyphs numberGlyphsOf(const QFont &font)
{
    NumberGlyphs glyphs;
    glyphs.font = QRawFont::fromFont(font);
    constexpr int count = sizeof glyphs.indexes / sizeof *glyphs.indexes;
    int found = count;
    if (!glyphs.font.glyphIndexesForChars(QString::fromLatin1(NumberGlyphs::characters).constData(),
                                          count, glyphs.indexes, &found) ||
        found != count)
        return glyphs;
    QPointF advances[count];
    if (!glyphs.font.advancesForGlyphIndexes(glyphs.indexes, advances, count))
        return glyphs;
    for (int i = 0; i < count; i++)
        glyphs.advances[i] = advances[i].x();
    glyphs.areUsable = true;
    for (const char *number :
         {"0123456789", "-1.11 %", "+74:41:17.7", "%%--++..::  1", "Mon Tue Wed Thu Fri Sat Sun",
          "January February March April May June July",
          "August September October November December"})
        glyphs.areUsable = glyphs.areUsable && isSameAsShaped(glyphs, font, number);
    return glyphs;
}

std::optional<CachedText> numberOf(const CachedFont &font, uint64_t font_key,
                                   const QByteArray &utf8, uint64_t serial)
{
    QVarLengthArray<int, 32> places;
    if (!font.numbers.areUsable || !findNumber(utf8, places))
        return std::nullopt;
    CachedText text = {utf8, font_key, {}, 0, serial};
    double width = 0;
    text.runs = {runOf(font.numbers, places, &width)};
    text.width_px = static_cast<int>(std::ceil(width));
    return text;
}

/* ------------------------------------------------------------------------------------------ */

CachedFont measure(const QFont &font)
{
    const QFontMetricsF metrics(font);
    return {font, static_cast<int>(std::lround(metrics.ascent())),
            static_cast<int>(std::lround(metrics.descent())),
            static_cast<int>(std::lround(metrics.capHeight())), numberGlyphsOf(font)};
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
        const QByteArray copy(utf8, static_cast<qsizetype>(size_bytes));
        const CachedFont &cached_font = font(wanted);
        std::optional<CachedText> made = numberOf(cached_font, font_key, copy, ++last_serial_);
        if (!made)
            made = shape(cached_font.font, font_key, copy, last_serial_);
        text = std::make_shared<const CachedText>(std::move(*made));
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
