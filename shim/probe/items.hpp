/* shim/probe/items.hpp: times each graphics item's paint(), in any program. */
#ifndef PPQ_ITEMS_HPP
#define PPQ_ITEMS_HPP

#include "cause_notes.hpp"
#include "own_cost.hpp"
#include "waste.hpp"

#include <paintprof/cause.h>

#include <QtCore/QHash>
#include <QtCore/QMutex>
#include <QtCore/QPointer>
#include <QtWidgets/QGraphicsItem>

#include <memory>
#include <utility>
#include <vector>

class QGraphicsScene;

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
    /* causes may be nullptr. */
    explicit ItemPaints(CauseNotes *causes);
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
        QByteArray name;
        pp_site *site;
        bool is_object;  /* derived from QGraphicsObject: each item knows its class, */
        bool is_wrapper; /* which in Python is not the C++ one */
    };
    struct Instance {
        const QGraphicsItem *item; /* nullptr: free */
        const Patched *type;
        const QMetaObject *meta;
        pp_site *site;
        uint32_t number;
    };
    struct Scene {
        QPointer<QGraphicsScene> scene;
        uint64_t due_ns;
        uint64_t wait_ns;
    };

    static void timedPaint(QGraphicsItem *item, QPainter *painter,
                           const QStyleOptionGraphicsItem *option, QWidget *widget);
    void paintElsewhere(QGraphicsItem *item, QPainter *painter,
                        const QStyleOptionGraphicsItem *option, QWidget *widget);
    void paintItem(QGraphicsItem *item, QPainter *painter, const QStyleOptionGraphicsItem *option,
                   QWidget *widget);
    bool patch(QGraphicsItem *item);
    bool scan(QGraphicsScene *scene);
    Patched *patchedOf(void **vtable);
    Instance *instanceOf(QGraphicsItem *item, Patched *type);
    void identify(Instance &instance, QGraphicsItem *item, Patched *type);
    pp_site *siteOfObject(const Patched &type, const QMetaObject *meta, const QString &name);

    CauseNotes *const causes_;
    WasteSampler *waste_ = nullptr;
    std::vector<std::unique_ptr<Patched>> patched_;
    QHash<void **, Patched *> by_vtable_;
    QMutex mutex_; /* held to change by_vtable_, and to read it on other threads */
    Patched *latest_ = nullptr;
    std::vector<Instance> instances_; /* open addressing, a power of two */
    size_t used_ = 0;
    std::vector<Scene> scenes_;
    QHash<const pp_site *, uint32_t> numbers_;   /* the last instance's, of a site */
    QHash<const QMetaObject *, uint32_t> names_; /* sites with an object name, of a class */
    OwnCost cost_;
};

} // namespace ppq

#endif
