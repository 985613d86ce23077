/* shim/probe/items.cpp: times each graphics item's paint(), in any program. */
#include "items.hpp"

#include "event_tap.hpp"
#include "flash.hpp"
#include "ticks.hpp"
#include "vtable.hpp"

#include <paintprof/window.h>

#include <QtCore/QMutex>
#include <QtGui/QPainter>
#include <QtWidgets/QGraphicsObject>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsWidget>
#include <QtWidgets/QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

namespace ppq
{

namespace
{

constexpr size_t most_kinds = 32768; /* of objects; classes may have as many again */
constexpr uint32_t most_names = 64;  /* of a class */
constexpr double most_pixels = 1e9;  /* of an item: more is no painted area */
constexpr uint64_t scan_share = 200;
constexpr uint64_t longest_wait_ns = 250000000;

ItemPaints *the_items = nullptr;

size_t paintSlot()
{
    static const size_t slot = vtableSlot(&QGraphicsItem::paint);
    return slot;
}

/* Device pixels of what is exposed of an item, without what of it is clipped. */
uint64_t exposedPixels(const QPainter &painter, const QRectF &exposed)
{
    const double scale = std::abs(painter.deviceTransform().determinant());
    const double pixels = exposed.width() * exposed.height() * scale;
    return pixels > 0 && pixels < most_pixels
               ? static_cast<uint64_t>(static_cast<int64_t>(pixels + 0.5))
               : 0;
}

/* Ends the zone however paint() is left. */
class PaintZone
{
public:
    explicit PaintZone(pp_zone begun) : zone(begun) {}
    ~PaintZone() { pp_zone_end(&zone); }
    PaintZone(const PaintZone &) = delete;
    PaintZone &operator=(const PaintZone &) = delete;
    pp_zone zone;
};

/* The real paint() of each vtable in which ours stands, for the other threads; for good, since one
 * of them may paint while the probe ends, and where somebody else has taken our function for the
 * real one it is called ever after. */
using RealPaint = void (*)(QGraphicsItem *, QPainter *, const QStyleOptionGraphicsItem *,
                           QWidget *);
struct Originals {
    QMutex mutex;
    QHash<void **, RealPaint> paints;
};

Originals &originals()
{
    static auto *const originals = new Originals;
    return *originals;
}

} // namespace

ItemPaints::ItemPaints(ItemTable &table, CauseNotes *causes)
    : table_(table), place_(table), causes_(causes), kinds_(1)
{
    (void)originals();
    the_items = this;
}

ItemPaints::~ItemPaints()
{
    for (const auto &type : patched_) {
        replaceVtableEntry(type->vtable + paintSlot(), reinterpret_cast<void *>(timedPaint),
                           reinterpret_cast<void *>(type->paint));
        if (type->widget_entry)
            replaceVtableEntry(type->widget_entry, reinterpret_cast<void *>(timedWidgetPaint),
                               type->widget_paint);
    }
    the_items = nullptr;
}

/* ---- Classes ------------------------------------------------------------------------------- */

void ItemPaints::scenePaints(QGraphicsScene *scene)
{
    auto known = std::find_if(scenes_.begin(), scenes_.end(),
                              [scene](const Scene &s) { return s.scene == scene; });
    if (known == scenes_.end()) {
        scenes_.erase(
            std::remove_if(scenes_.begin(), scenes_.end(), [](const Scene &s) { return !s.scene; }),
            scenes_.end());
        known = scenes_.insert(scenes_.end(), {scene, 0, 0});
    }
    const uint64_t begin_ns = pp_now_ns();
    if (begin_ns < known->due_ns)
        return;
    const bool is_new = scan(scene);
    const uint64_t cost_ns = pp_now_ns() - begin_ns;
    known->wait_ns = is_new ? 0 : std::min(known->wait_ns * 2 + cost_ns, longest_wait_ns);
    known->due_ns = begin_ns + std::max(known->wait_ns, cost_ns * scan_share);
}

/* Returns whether it found a class that it did not know. */
bool ItemPaints::scan(QGraphicsScene *scene)
{
    bool is_new = false;
    const QList<QGraphicsItem *> items = scene->items();
    for (QGraphicsItem *item : items)
        is_new |= patch(item);
    return is_new;
}

bool ItemPaints::patch(QGraphicsItem *item)
{
    void **vtable = vtableOf(item);
    if (latest_ == vtable)
        return false;
    latest_ = vtable;
    if (by_vtable_.contains(vtable) || left_alone_.contains(vtable))
        return false;
    QByteArray name = classNameOf(vtable);
    const QGraphicsObject *object = item->toGraphicsObject();
    const bool is_wrapper = name.isEmpty() || name.startsWith("sip");
    if (name.startsWith("sipQ")) /* what PyQt makes of a class of Qt's, for all of Python's */
        name.remove(0, 3);
    if (name.isEmpty())
        name = object ? object->metaObject()->className() : "QGraphicsItem";
    auto type = std::make_unique<Patched>(Patched{
        vtable, reinterpret_cast<Paint>(vtable[paintSlot()]), static_cast<uint16_t>(kinds_.size()),
        name, pp_object_site(PP_OBJECT_ITEM, name.constData(), nullptr), object != nullptr,
        is_wrapper});
    void *original = reinterpret_cast<void *>(type->paint);
    void *ours = reinterpret_cast<void *>(timedPaint);
    Originals &all = originals();
    const QMutexLocker lock(&all.mutex); /* another thread may come to ours at once */
    if (kinds_.size() >= 2 * most_kinds || original == ours ||
        !replaceVtableEntry(vtable + paintSlot(), original, ours)) {
        left_alone_.insert(vtable);
        return true;
    }
    all.paints.insert(vtable, type->paint);
    by_vtable_.insert(vtable, type.get());
    kinds_.push_back({vtable, type->paint, orNone(type->site), nullptr});
    if (item->isWidget())
        patchWidget(*type, static_cast<QGraphicsWidget *>(item));
    patched_.push_back(std::move(type));
    return true;
}

/* A QGraphicsWidget is a QObject first, and its paint() stands in the vtable of that too: Qt takes
 * this one. The real function is found by the item's vtable in either case. */
void ItemPaints::patchWidget(Patched &type, QGraphicsWidget *widget)
{
    static const size_t slot = vtableSlot(&QGraphicsWidget::paint);
    void **entry = vtableOf(widget) + slot;
    void *original = *entry;
    void *ours = reinterpret_cast<void *>(timedWidgetPaint);
    if (original == ours || !replaceVtableEntry(entry, original, ours))
        return;
    type.widget_entry = entry;
    type.widget_paint = original;
}

/* ---- Instances ----------------------------------------------------------------------------- */

/* Instead of a site that there was no memory for: one that is off. */
pp_site *ItemPaints::orNone(pp_site *site)
{
    static pp_site none = {0, 0, PP_PHASE_REDRAW, nullptr, "", ""};
    return site ? site : &none;
}

inline bool ItemPaints::isKind(const Kind &kind, QGraphicsItem *item)
{
    return kind.vtable == vtableOf(item) &&
           (!kind.meta || kind.meta == item->toGraphicsObject()->metaObject());
}

/* What is known of item, which may be new or have the place of another; nullptr where its class
 * was not patched. */
inline ItemEntry *ItemPaints::entryOf(QGraphicsItem *item)
{
    ItemEntry *entry = table_.find(item, place_);
    return entry && isKind(kinds_[entry->kind], item) ? entry : identify(entry, item);
}

/* Updates that were asked for since the other one was deleted are those of this one. */
ItemEntry *ItemPaints::identify(ItemEntry *entry, QGraphicsItem *item)
{
    const Patched *type = by_vtable_.value(vtableOf(item));
    if (!type)
        return nullptr;
    if (!entry)
        entry = table_.add(item);
    if (!entry) {
        beyond_ = {item, 0, type->kind, true, {}, 0, 0};
        return &beyond_;
    }
    pp_site *site = type->site;
    entry->kind = type->kind;
    if (type->is_object) {
        const QGraphicsObject *object = item->toGraphicsObject();
        const QMetaObject *meta = object->metaObject();
        site = siteOfObject(*type, meta, object->objectName());
        entry->kind = kindOf(*type, meta, site);
    }
    entry->number = ++numbers_[site];
    return entry;
}

uint16_t ItemPaints::kindOf(const Patched &type, const QMetaObject *meta, pp_site *site)
{
    const auto key = qMakePair(qMakePair(type.vtable, meta), static_cast<const pp_site *>(site));
    const uint16_t known = kind_numbers_.value(key);
    if (known)
        return known;
    if (kinds_.size() >= most_kinds)
        return type.kind;
    kinds_.push_back({type.vtable, type.paint, orNone(site), meta});
    return *kind_numbers_.insert(key, static_cast<uint16_t>(kinds_.size() - 1));
}

pp_site *ItemPaints::siteOfObject(const Patched &type, const QMetaObject *meta, const QString &name)
{
    const char *class_name = type.is_wrapper ? meta->className() : type.name.constData();
    if (!name.isEmpty() && names_[meta]++ < most_names)
        return pp_object_site(PP_OBJECT_ITEM, class_name, name.toUtf8().constData());
    return pp_object_site(PP_OBJECT_ITEM, class_name, nullptr);
}

/* ---- Paints -------------------------------------------------------------------------------- */

void ItemPaints::timedPaint(QGraphicsItem *item, QPainter *painter,
                            const QStyleOptionGraphicsItem *option, QWidget *widget)
{
    if (EventTap::onGuiThread())
        the_items->paintItem(item, painter, option, widget);
    else
        paintElsewhere(item, painter, option, widget);
}

void ItemPaints::timedWidgetPaint(QGraphicsWidget *widget, QPainter *painter,
                                  const QStyleOptionGraphicsItem *option, QWidget *viewport)
{
    timedPaint(widget, painter, option, viewport);
}

/* Every vtable in which ours stands is known, unless somebody has copied one: what stood there is
 * then not known, and not painted. */
void ItemPaints::paintElsewhere(QGraphicsItem *item, QPainter *painter,
                                const QStyleOptionGraphicsItem *option, QWidget *widget)
{
    Originals &all = originals();
    all.mutex.lock();
    const Paint paint = all.paints.value(vtableOf(item));
    all.mutex.unlock();
    if (paint)
        paint(item, painter, option, widget);
}

/* All of ours comes before the zone begins, and nothing of the entry is used after: paint() may
 * paint other items. */
void ItemPaints::paintItem(QGraphicsItem *item, QPainter *painter,
                           const QStyleOptionGraphicsItem *option, QWidget *widget)
{
    const bool is_sample = cost_.isDue();
    const uint64_t begin = is_sample ? ticksNow() : 0;
    ItemEntry *entry = entryOf(item);
    if (!entry) {
        paintElsewhere(item, painter, option, widget);
        return;
    }
    const Kind &kind = kinds_[entry->kind];
    const Paint paint = kind.paint;
    const uint64_t pixels = option ? exposedPixels(*painter, option->exposedRect) : 0;
    const CauseNotes::Asked asked = causes_ ? causes_->take(*entry) : CauseNotes::Asked{};
    pp_count_items_painted(1);
    const PaintZone scope(
        pp_zone_begin_paint(kind.site, entry->number, pixels, asked.cause, asked.count));
    bool is_asked = asked.count > 0;
    if (entry->has_note) {
        entry->has_note = false;
        is_asked |= causes_ && causes_->tell(item, scope.zone);
    }
    if (is_sample)
        cost_.add(ticksNow() - begin);
    const FlashedItem flashed(painter, option, widget);
    /* Not one that is painted into a cache first. */
    if (waste_ && waste_->isOpen() && option && widget && painter->device() == widget)
        paintSampled(item, painter, option, widget, paint, scope.zone, is_asked);
    else
        paint(item, painter, option, widget);
}

void ItemPaints::paintSampled(QGraphicsItem *item, QPainter *painter,
                              const QStyleOptionGraphicsItem *option, QWidget *widget, Paint paint,
                              const pp_zone &zone, bool is_asked)
{
    waste_->tell(item, zone);
    const QRect in_picture =
        painter->deviceTransform().mapRect(option->exposedRect).toAlignedRect();
    const void *const parents[] = {widget, nullptr};
    const size_t sampled = waste_->begin(item, parents, in_picture);
    paint(item, painter, option, widget);
    if (waste_)
        waste_->end(sampled, is_asked);
}

} // namespace ppq
