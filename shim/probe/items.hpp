/* shim/probe/items.hpp: times each graphics item's paint(), in any program. */
#ifndef PPQ_ITEMS_HPP
#define PPQ_ITEMS_HPP

#include "cause_notes.hpp"
#include "item_table.hpp"
#include "own_cost.hpp"
#include "waste.hpp"

#include <paintprof/cause.h>

#include <QtCore/QHash>
#include <QtCore/QPointer>
#include <QtCore/QSet>
#include <QtWidgets/QGraphicsItem>

#include <memory>
#include <utility>
#include <vector>

class QGraphicsScene;
class QGraphicsWidget;

namespace ppq
{

/* Replaces paint() in the vtable of every class whose items it finds in a scene that is shown, by
 * a function that opens a zone and goes on to the real one; restores them at its end. Instances
 * are numbered as they are first painted; an item that takes the place of a deleted one of its
 * class takes its number too, and past 65,536 they have none. GUI thread only; what is painted on
 * another thread is painted and not measured. */
class ItemPaints
{
public:
    /* causes may be nullptr; table is shared with it. */
    ItemPaints(ItemTable &table, CauseNotes *causes);
    ~ItemPaints();
    ItemPaints(const ItemPaints &) = delete;
    ItemPaints &operator=(const ItemPaints &) = delete;

    /* A view of scene is about to paint: looks for new classes, seldom enough to cost at most a
     * two-hundredth of the time. */
    void scenePaints(QGraphicsScene *scene);

    /* Where the paints of items are sampled from now on, or nullptr. Returns what was before. */
    WasteSampler *setWaste(WasteSampler *waste) { return std::exchange(waste_, waste); }

    OwnCost &cost() { return cost_; }

private:
    using Paint = void (*)(QGraphicsItem *, QPainter *, const QStyleOptionGraphicsItem *,
                           QWidget *);

    /* A C++ class: its items share a vtable, though in Python they may be of several classes. */
    struct Patched {
        void **vtable;
        Paint paint;
        uint16_t kind; /* without regard to what its objects are */
        QByteArray name;
        pp_site *site;
        bool is_object;  /* derived from QGraphicsObject: each item knows its class, */
        bool is_wrapper; /* which in Python is not the C++ one */
        /* What Qt paints a QGraphicsWidget by, in its other vtable; or nullptr. */
        void **widget_entry = nullptr;
        void *widget_paint = nullptr;
    };
    /* What instances have in common that are told as one painter. */
    struct Kind {
        void **vtable;
        Paint paint;
        pp_site *site;
        const QMetaObject *meta; /* nullptr: of no QGraphicsObject, or not regarded */
    };
    struct Scene {
        QPointer<QGraphicsScene> scene;
        uint64_t due_ns;
        uint64_t wait_ns;
    };

    static void timedPaint(QGraphicsItem *item, QPainter *painter,
                           const QStyleOptionGraphicsItem *option, QWidget *widget);
    static void timedWidgetPaint(QGraphicsWidget *widget, QPainter *painter,
                                 const QStyleOptionGraphicsItem *option, QWidget *viewport);
    static void paintElsewhere(QGraphicsItem *item, QPainter *painter,
                               const QStyleOptionGraphicsItem *option, QWidget *widget);
    void paintItem(QGraphicsItem *item, QPainter *painter, const QStyleOptionGraphicsItem *option,
                   QWidget *widget);
    void paintSampled(QGraphicsItem *item, QPainter *painter,
                      const QStyleOptionGraphicsItem *option, QWidget *widget, Paint paint,
                      const pp_zone &zone, bool is_asked);
    bool patch(QGraphicsItem *item);
    static void patchWidget(Patched &type, QGraphicsWidget *widget);
    bool scan(QGraphicsScene *scene);
    ItemEntry *entryOf(QGraphicsItem *item);
    ItemEntry *identify(ItemEntry *entry, QGraphicsItem *item);
    static bool isKind(const Kind &kind, QGraphicsItem *item);
    uint16_t kindOf(const Patched &type, const QMetaObject *meta, pp_site *site);
    static pp_site *orNone(pp_site *site);
    pp_site *siteOfObject(const Patched &type, const QMetaObject *meta, const QString &name);

    /* What each paint touches, together. */
    ItemTable &table_;
    ItemTable::Place place_;
    CauseNotes *const causes_;
    WasteSampler *waste_ = nullptr;
    std::vector<Kind> kinds_; /* the first is of nothing */
    OwnCost cost_;

    std::vector<std::unique_ptr<Patched>> patched_;
    QHash<void **, Patched *> by_vtable_;
    QSet<void **> left_alone_; /* vtables that cannot be written */
    void **latest_ = nullptr;  /* that was found in a scene */
    QHash<QPair<QPair<void **, const QMetaObject *>, const pp_site *>, uint16_t> kind_numbers_;
    ItemEntry beyond_ = {}; /* for one that has no place in the table */
    std::vector<Scene> scenes_;
    QHash<const pp_site *, uint32_t> numbers_;   /* the last instance's, of a site */
    QHash<const QMetaObject *, uint32_t> names_; /* sites with an object name, of a class */
};

} // namespace ppq

#endif
