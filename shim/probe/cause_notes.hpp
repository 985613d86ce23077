/* shim/probe/cause_notes.hpp: who asked for which repaint, until it is painted. */
#ifndef PPQ_CAUSE_NOTES_HPP
#define PPQ_CAUSE_NOTES_HPP

#include "../preload/causes.h"
#include "caller_names.hpp"
#include "item_table.hpp"
#include "own_cost.hpp"
#include "painters.hpp"

#include <paintprof/cause.h>

#include <QtCore/QEvent>
#include <QtCore/QHash>

#include <array>
#include <vector>

class QWidget;
class QWindow;

namespace ppq
{

struct Handling;

/* A window's repaint was asked for, whoever paints in it. */
class RequestListener
{
public:
    virtual ~RequestListener() = default;
    virtual void updatePosted(QObject *window, pp_cause cause) = 0;
};

/* Hears from the preload library of each call that asks for a repaint, notes the cause by the
 * object it is for, and gives the causes out when that object is painted. The first cause of a
 * graphics item that was painted before stands in the table of items, all else here. In a steady
 * state nothing is allocated; memory is bounded, and what found no room is not noted. GUI thread
 * only: updates asked for on other threads are not noted (they are errors, but for Quick's). */
class CauseNotes
{
public:
    /* Throws std::bad_alloc. Hears nothing where the preload library is missing. */
    CauseNotes(Painters &painters, ItemTable &items, RequestListener *listener);
    ~CauseNotes();
    CauseNotes(const CauseNotes &) = delete;
    CauseNotes &operator=(const CauseNotes &) = delete;

    bool hearsUpdates() const { return hook_ != nullptr; }

    /* Event and receiver of what is handled now, or of handling; no caller. */
    pp_cause handled(Handling *handling);

    /* Records the causes of object at zone, the innermost open one, and forgets them. Returns
     * whether there were any. */
    bool tell(const void *object, const pp_zone &zone);

    /* The cause that stands in entry, which is forgotten. count 0: none. */
    struct Asked {
        pp_cause cause;
        uint32_t count;
    };
    Asked take(ItemEntry &entry) const
    {
        const Asked asked = {entry.cause, isOld(entry.born) ? 0 : entry.count};
        entry.count = 0;
        return asked;
    }

    /* Notes that object was asked for, which nobody called for by name. */
    void add(const void *object, pp_cause cause);

    /* A window has gone through its paint once more: what was asked for in it long ago and was not
     * painted, is told as such. */
    void windowPainted(const QWidget *root);
    void windowGone(const QWidget *root) { paints_.remove(root); }

    /* Calls heard so far. */
    uint32_t heard() const { return heard_; }

    OwnCost &cost() { return cost_; }

private:
    static constexpr size_t max_causes = 3; /* of one object and paint; the rest count as unknown */
    static constexpr uint32_t grace_paints = 3;
    static constexpr uint32_t oldest_note = 1024; /* paints of all windows */

    struct Note {
        const void *object; /* nullptr: free */
        pp_site *site;      /* of a widget that asked itself */
        const QWidget *root;
        uint32_t root_paints; /* how often it was painted when this was noted */
        uint32_t born;        /* paints of any window until then */
        uint32_t used;        /* causes */
        std::array<pp_cause, max_causes> causes;
        std::array<uint32_t, max_causes> counts;
        uint32_t others;
    };

    static void called(void *object, pp_update_kind kind, void *event, const void *caller);
    void hear(void *object, pp_update_kind kind, void *event, const void *caller);
    void posted(QObject *receiver, const QEvent *event);
    bool isLast(const void *caller) const;
    bool causeOf(const void *caller, pp_cause *cause);
    void noteItem(const void *item, pp_cause cause);
    void noteOther(const void *item, ItemEntry *entry, pp_cause cause);
    bool isOld(uint32_t born) const { return all_paints_ - born >= oldest_note; }
    Note *find(const void *object);
    Note *place(const void *object);
    void remove(Note *note);
    void describe(Note &note, QWidget *widget);
    void sweep(const QWidget *root, uint32_t paints);
    void tellUnpainted(const Note &note);
    bool grow();
    static void count(Note &note, pp_cause cause);
    uint16_t posterOf(const QObject *receiver, pp_cause cause);
    uint16_t eventText(QEvent::Type type);
    uint16_t receiverText(const ClassKey &type, const QString &name);
    uint32_t paintsOf(const QWidget *root) const { return paints_.value(root); }

    /* What each call touches, together. */
    ItemTable &items_;
    ItemTable::Place place_;
    struct {
        const void *caller;
        uint32_t cause_words;
        pp_cause cause;
    } last_ = {}; /* the last caller that is always called the same, and what it asked in */
    uint32_t all_paints_ = 0;
    uint32_t heard_ = 0;
    OwnCost cost_;

    Painters &painters_;
    RequestListener *const listener_;
    pp_update_fn *hook_ = nullptr;
    std::vector<Note> notes_; /* open addressing, a power of two */
    size_t used_ = 0;
    CallerNames callers_;
    struct Poster {
        const QObject *receiver;
        uint32_t cause_words;
        uint16_t caller;
        uint16_t uses_left;
    };
    std::array<Poster, 64> posters_ = {};
    QHash<const QWidget *, uint32_t> paints_;
    QHash<int, uint16_t> event_texts_;
    QHash<QPair<ClassKey, QString>, uint16_t> receiver_texts_;
};

} // namespace ppq

#endif
