/* shim/painter.hpp: pp_canvas over a QPainter, in whole device pixels at every ratio. */
#ifndef PPQ_PAINTER_HPP
#define PPQ_PAINTER_HPP

#include <paintprof/canvas.h>

#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QLine>
#include <QtCore/QRect>
#include <QtGui/QFont>
#include <QtGui/QGlyphRun>
#include <QtGui/QImage>
#include <QtGui/QPainter>
#include <QtGui/QPixmap>
#include <QtGui/QRawFont>
#include <QtGui/QRegion>
#include <QtGui/QTransform>

#include <memory>
#include <vector>

class QWidget;

namespace ppq
{

/* The glyphs of what numbers and dates are written with, where each takes its place whatever stands
 * beside it, so that none of these has to be shaped. */
struct NumberGlyphs {
    static constexpr char characters[] = "0123456789.:-+% ADFJMNOSTWabcdeghilmnoprstuvy";

    bool areUsable = false; /* they give what shaping gives */
    QRawFont font = {};
    quint32 indexes[sizeof characters - 1] = {};
    double advances[sizeof characters - 1] = {};
};

/* A font with what placing text needs. */
struct CachedFont {
    QFont font;
    int ascent_px, descent_px, cap_height_px;
    NumberGlyphs numbers = {};
};

/* A text shaped once. */
struct CachedText {
    QByteArray utf8;
    uint64_t font_key;
    QList<QGlyphRun> runs; /* relative to the start of the baseline */
    int width_px;
    uint64_t serial; /* no other text of the cache ever has it */
};

/* Where the baseline of a text that wide starts. */
QPoint originOf(const pp_text &text, const CachedFont &font, int width_px);

/* What outlives a paint: fonts, shaped texts, textures of images. One per window. Bounded. */
class CanvasCache
{
public:
    const CachedFont &font(pp_font font);
    const CachedText &text(pp_font wanted, const char *utf8, size_t size_bytes);

    /* Texts shaped or put together so far: those that were not found. */
    uint64_t shapings() const { return shapings_; }

    /* A view of the caller's pixels. keep: the same QImage as long as pixels and version are the
     * same, so that a paint engine that uploads textures does so once. */
    QImage image(const pp_image &image, bool keep);

    /* A copy of the caller's pixels, the same as long as they and the version are. */
    QPixmap pixmap(const pp_image &image);

private:
    using Texts = QHash<size_t, std::shared_ptr<const CachedText>>;
    struct KeptImage {
        QImage image = {};
        QPixmap pixmap = {}; /* once it was asked for */
        uint64_t version = 0;
    };

    QHash<uint64_t, CachedFont> fonts_;
    uint64_t shapings_ = 0;
    uint64_t last_serial_ = 0;
    Texts texts_, older_texts_; /* two generations: what was not used lately goes */
    KeptImage &kept(const pp_image &image);

    QHash<const void *, KeptImage> images_;

    friend class Canvas;
    std::vector<QRect> rects_;
    std::vector<QLine> lines_;
    std::vector<QPoint> points_;
    std::vector<QLineF> segments_;
    std::vector<QPainter::PixmapFragment> fragments_;
};

/* A canvas for one paint. Sets the painter to device units with a whole origin, and gives it back
 * as it was. surface size and dirty are in device pixels of what the painter is open on. */
class Canvas : public pp_canvas
{
public:
    Canvas(QPainter &painter, CanvasCache &cache, QSize size_px, double ratio,
           const QRect &dirty_px);
    ~Canvas();
    Canvas(const Canvas &) = delete;
    Canvas &operator=(const Canvas &) = delete;

    /* Sets device units again after somebody changed the painter's transform (a graphics scene
     * does before each item). */
    void resume();

    /* Forgets pushed clips. Call it before anybody else gives back the painter's state. */
    void dropClips();

    void pushClip(const QRect &clip);
    void popClip();

    QPainter &painter() { return painter_; }
    CanvasCache &cache() { return cache_; }

    /* Room for converted arrays, kept from call to call. */
    std::vector<QRect> &rects() { return cache_.rects_; }
    std::vector<QLine> &lines() { return cache_.lines_; }
    std::vector<QPoint> &points() { return cache_.points_; }
    std::vector<QLineF> &segments() { return cache_.segments_; }
    std::vector<QPainter::PixmapFragment> &fragments() { return cache_.fragments_; }

private:
    QPainter &painter_;
    CanvasCache &cache_;
    QTransform device_units_;
    int clips_ = 0; /* pushed */
};

inline QRect rectOf(pp_rect rect)
{
    return {rect.x, rect.y, rect.w, rect.h};
}

/* The device pixels of a widget's logical size, as Qt clips it; of a logical region, outward. */
QSize deviceSize(const QWidget &widget);
QRect deviceRect(const QRect &logical, double ratio);

/* The smallest logical rectangle that covers device pixels. */
QRect logicalRect(pp_rect rect_px, double ratio);

/* The device pixels in a region of a widget. */
uint64_t devicePixels(const QRegion &logical, double ratio);

} // namespace ppq

#endif
