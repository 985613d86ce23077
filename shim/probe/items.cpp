/* shim/probe/items.cpp: times each graphics item's paint(), in any program. */
#include "items.hpp"

#include "event_tap.hpp"
#include "ticks.hpp"
#include "vtable.hpp"

#include <paintprof/window.h>

#include <QtGui/QPainter>
#include <QtWidgets/QGraphicsObject>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

namespace ppq
{

namespace
{

constexpr size_t first_instances = 1024;
constexpr size_t most_instances = 65536;
constexpr uint32_t most_names = 64; /* of a class */
constexpr double most_pixels = 1e9; /* of an item: more is no painted area */
constexpr uint64_t scan_share = 200;
constexpr uint64_t longest_wait_ns = 250000000;

ItemPaints *the_items = nullptr;

size_t slotOf(const void *item, size_t size)
{
    return (reinterpret_cast<uintptr_t>(item) * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (size - 1);
}

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
    return pixels > 0 && pixels < most_pixels ? static_cast<uint64_t>(pixels + 0.5) : 0;
}

/* Ends the zone however paint() is left. */
class PaintZone
{
public:
    explicit PaintZone(pp_site *site) : zone(site ? pp_zone_begin(site) : pp_zone{0}) {}
    ~PaintZone() { pp_zone_end(&zone); }
    PaintZone(const PaintZone &) = delete;
    PaintZone &operator=(const PaintZone &) = delete;
    pp_zone zone;
};

} // namespace

ItemPaints::ItemPaints(CauseNotes *causes) : causes_(causes), instances_(first_instances)
{
    the_items = this;
}

ItemPaints::~ItemPaints()
{
    for (const auto &type : patched_)
        replaceVtableEntry(type->vtable + paintSlot(), reinterpret_cast<void *>(timedPaint),
                           reinterpret_cast<void *>(type->paint));
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
    if ((latest_ && latest_->vtable == vtable) || by_vtable_.contains(vtable))
        return false;
    QByteArray name = classNameOf(vtable);
    const QGraphicsObject *object = item->toGraphicsObject();
    const bool is_wrapper = name.isEmpty() || name.startsWith("sip");
    if (name.startsWith("sipQ")) /* what PyQt makes of a class of Qt's, for all of Python's */
        name.remove(0, 3);
    if (name.isEmpty())
        name = object ? object->metaObject()->className() : "QGraphicsItem";
    auto type = std::make_unique<Patched>(Patched{
        vtable, reinterpret_cast<Paint>(vtable[paintSlot()]), name,
        pp_object_site(PP_OBJECT_ITEM, name.constData(), nullptr), object != nullptr, is_wrapper});
    void *original = reinterpret_cast<void *>(type->paint);
    const QMutexLocker lock(&mutex_);
    by_vtable_.insert(vtable, type.get());
    if (replaceVtableEntry(vtable + paintSlot(), original, reinterpret_cast<void *>(timedPaint)))
        patched_.push_back(std::move(type));
    else
        by_vtable_.insert(vtable, nullptr);
    return true;
}

ItemPaints::Patched *ItemPaints::patchedOf(void **vtable)
{
    if (!latest_ || latest_->vtable != vtable)
        latest_ = by_vtable_.value(vtable);
    return latest_;
}

/* ---- Instances ----------------------------------------------------------------------------- */

/* nullptr past the bound. */
ItemPaints::Instance *ItemPaints::instanceOf(QGraphicsItem *item, Patched *type)
{
    size_t i = slotOf(item, instances_.size());
    while (instances_[i].item && instances_[i].item != item)
        i = (i + 1) & (instances_.size() - 1);
    Instance &instance = instances_[i];
    if (instance.item && instance.type == type &&
        (!type->is_object || instance.meta == item->toGraphicsObject()->metaObject()))
        return &instance;
    if (!instance.item) {
        if (used_ * 2 >= instances_.size()) {
            if (instances_.size() >= 2 * most_instances)
                return nullptr;
            std::vector<Instance> old(instances_.size() * 2);
            old.swap(instances_);
            for (const Instance &kept : old) {
                if (!kept.item)
                    continue;
                size_t k = slotOf(kept.item, instances_.size());
                while (instances_[k].item)
                    k = (k + 1) & (instances_.size() - 1);
                instances_[k] = kept;
            }
            return instanceOf(item, type);
        }
        used_++;
    }
    identify(instance, item, type);
    return &instance;
}

void ItemPaints::identify(Instance &instance, QGraphicsItem *item, Patched *type)
{
    instance = {item, type, nullptr, type->site, 0};
    if (type->is_object) {
        const QGraphicsObject *object = item->toGraphicsObject();
        instance.meta = object->metaObject();
        instance.site = siteOfObject(*type, instance.meta, object->objectName());
    }
    instance.number = ++numbers_[instance.site];
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
        the_items->paintElsewhere(item, painter, option, widget);
}

void ItemPaints::paintElsewhere(QGraphicsItem *item, QPainter *painter,
                                const QStyleOptionGraphicsItem *option, QWidget *widget)
{
    mutex_.lock();
    const Paint paint = by_vtable_.value(vtableOf(item))->paint;
    mutex_.unlock();
    paint(item, painter, option, widget);
}

void ItemPaints::paintItem(QGraphicsItem *item, QPainter *painter,
                           const QStyleOptionGraphicsItem *option, QWidget *widget)
{
    const bool is_sample = cost_.isDue();
    const uint64_t begin = is_sample ? ticksNow() : 0;
    Patched *type = patchedOf(vtableOf(item));
    Instance *instance = instanceOf(item, type);
    const Paint paint = type->paint;
    const PaintZone scope(instance ? instance->site : type->site);
    const uint32_t number = instance ? instance->number : 0;
    const uint64_t pixels = option ? exposedPixels(*painter, option->exposedRect) : 0;
    bool is_asked = false;
    if (causes_)
        is_asked = causes_->tellPaint(item, scope.zone, number, pixels);
    else
        pp_zone_paint(&scope.zone, number, pixels, {}, 0);
    pp_count_items_painted(1);
    if (is_sample)
        cost_.add(ticksNow() - begin);
    /* Not one that is painted into a cache first. */
    if (!waste_ || !waste_->isOpen() || !option || !widget || painter->device() != widget) {
        paint(item, painter, option, widget);
        return;
    }
    waste_->tell(item, scope.zone);
    const QRect in_picture =
        painter->deviceTransform().mapRect(option->exposedRect).toAlignedRect();
    const void *const parents[] = {widget, nullptr};
    const size_t sampled = waste_->begin(item, parents, in_picture);
    paint(item, painter, option, widget);
    if (waste_)
        waste_->end(sampled, is_asked);
}

} // namespace ppq
