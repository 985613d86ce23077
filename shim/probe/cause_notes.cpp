/* shim/probe/cause_notes.cpp: who asked for which repaint, until it is painted. */
#include "cause_notes.hpp"

#include "../window_frames.hpp"
#include "event_tap.hpp"
#include "ticks.hpp"

#include <QtCore/QMetaEnum>
#include <QtWidgets/QApplication>
#include <QtWidgets/QWidget>

#include <algorithm>
#include <dlfcn.h>

namespace ppq
{

namespace
{

constexpr size_t first_notes = 1024;
constexpr size_t most_notes = 65536;
constexpr uint16_t poster_uses = 16;
constexpr uint32_t sweep_every = 16; /* paints of a window */

CauseNotes *the_notes = nullptr;

bool same(pp_cause a, pp_cause b)
{
    return a.event == b.event && a.receiver == b.receiver && a.caller == b.caller;
}

size_t slotOf(const void *object, size_t size)
{
    return (reinterpret_cast<uintptr_t>(object) * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (size - 1);
}

uint16_t interned(const QByteArray &text)
{
    return pp_text_intern(text.constData(), static_cast<size_t>(text.size()));
}

/* The window that shows a QQuickItem, or nullptr; without a link to QtQuick. */
void *quickWindowOf(void *item)
{
    using WindowOf = void *(*)(void *);
    static const auto window_of =
        reinterpret_cast<WindowOf>(dlsym(RTLD_DEFAULT, "_ZNK10QQuickItem6windowEv"));
    return window_of ? window_of(item) : nullptr;
}

} // namespace

CauseNotes::CauseNotes(Painters &painters, ItemTable &items, RequestListener *listener)
    : items_(items), place_(items), painters_(painters), listener_(listener), notes_(first_notes)
{
    the_notes = this;
    hook_ = static_cast<pp_update_fn *>(dlsym(RTLD_DEFAULT, PP_UPDATE_HOOK_SYMBOL));
    const pp_update_fn hear_calls = called;
    if (hook_)
        __atomic_store_n(hook_, hear_calls, __ATOMIC_RELEASE);
}

CauseNotes::~CauseNotes()
{
    if (hook_)
        __atomic_store_n(hook_, pp_update_fn{nullptr}, __ATOMIC_RELEASE);
    the_notes = nullptr;
}

/* ---- What is called ------------------------------------------------------------------------ */

/* Whether last_ has its cause: a program that moves a thousand items does so from one place in one
 * handler. */
inline bool CauseNotes::isLast(const void *caller) const
{
    const Handling *handling = EventTap::current();
    const uint32_t words = handling ? handling->cause_words : 0;
    return caller == last_.caller && words == last_.cause_words && (words != 0 || !handling);
}

inline void CauseNotes::noteItem(const void *item, pp_cause cause)
{
    ItemEntry *entry = items_.find(item, place_);
    if (entry && entry->count == 0) {
        entry->cause = cause;
        entry->count = 1;
        entry->born = all_paints_;
    } else {
        noteOther(item, entry, cause);
    }
}

void CauseNotes::called(void *object, pp_update_kind kind, void *event, const void *caller)
{
    if (!EventTap::onGuiThread() || !the_notes)
        return;
    CauseNotes &notes = *the_notes;
    if (notes.cost_.isDue()) {
        const uint64_t begin = ticksNow();
        notes.hear(object, kind, event, caller);
        notes.cost_.add(ticksNow() - begin);
    } else if (kind == PP_UPDATE_ITEM_SETTER && notes.isLast(caller)) {
        notes.heard_++; /* the same as hear(), in a straight line */
        notes.noteItem(object, notes.last_.cause);
    } else {
        notes.hear(object, kind, event, caller);
    }
}

void CauseNotes::hear(void *object, pp_update_kind kind, void *event, const void *caller)
{
    if (kind == PP_UPDATE_POST) {
        posted(static_cast<QObject *>(object), static_cast<const QEvent *>(event));
        return;
    }
    pp_cause cause;
    if (!causeOf(caller, &cause))
        return; /* our overlay */
    heard_++;
    if (kind == PP_UPDATE_ITEM || kind == PP_UPDATE_ITEM_SETTER) {
        noteItem(object, cause);
        return;
    }
    if (kind == PP_UPDATE_QUICK_ITEM)
        object = quickWindowOf(object);
    Note *note = object ? place(object) : nullptr;
    if (!note)
        return;
    if (kind == PP_UPDATE_WINDOW)
        listener_->updatePosted(static_cast<QObject *>(object), cause);
    else if (kind == PP_UPDATE_WIDGET)
        describe(*note, static_cast<QWidget *>(object));
    count(*note, cause);
}

/* What is handled now, and caller; false where that is the probe itself. */
bool CauseNotes::causeOf(const void *caller, pp_cause *cause)
{
    if (isLast(caller)) {
        *cause = last_.cause;
        return true;
    }
    if (callers_.moduleOf(caller) == CallerNames::Module::Probe)
        return false;
    Handling *handling = EventTap::current();
    *cause = handled(handling);
    cause->caller = callers_.of(caller);
    if (callers_.isConstant(caller))
        last_ = {caller, handling ? handling->cause_words : 0, *cause};
    return true;
}

/* Of an item that was not painted yet, or was asked for before. */
void CauseNotes::noteOther(const void *item, ItemEntry *entry, pp_cause cause)
{
    if (entry && same(entry->cause, cause) && !isOld(entry->born)) {
        entry->count++;
        return;
    }
    if (entry && isOld(entry->born)) {
        entry->count = 0;
        noteItem(item, cause);
        return;
    }
    if (entry)
        entry->has_note = true;
    add(item, cause);
}

/* The first update of a window since its last paint, from inside Qt or not. */
void CauseNotes::posted(QObject *receiver, const QEvent *event)
{
    if (event->type() != QEvent::UpdateRequest || !receiver)
        return;
    pp_cause cause = handled(EventTap::current());
    cause.caller = posterOf(receiver, cause);
    listener_->updatePosted(receiver, cause);
}

/* To look at the stack takes as long as a small paint; the same handler mostly asks from the same
 * place, so it is looked at only now and then. */
uint16_t CauseNotes::posterOf(const QObject *receiver, pp_cause cause)
{
    const uint32_t words = cause.event | uint32_t{cause.receiver} << 16;
    Poster &poster = posters_[(slotOf(receiver, posters_.size()) + words) & (posters_.size() - 1)];
    if (poster.receiver != receiver || poster.cause_words != words || poster.uses_left == 0)
        poster = {receiver, words, callers_.outsideQt(), poster_uses};
    poster.uses_left--;
    return poster.caller;
}

pp_cause CauseNotes::handled(Handling *handling)
{
    if (!handling)
        return {};
    if (handling->cause_words == 0) {
        const uint32_t event = eventText(handling->type);
        handling->cause_words =
            event | uint32_t{receiverText(handling->receiver_class, handling->receiver_name)} << 16;
    }
    return {static_cast<uint16_t>(handling->cause_words),
            static_cast<uint16_t>(handling->cause_words >> 16), 0};
}

uint16_t CauseNotes::eventText(QEvent::Type type)
{
    const auto known = event_texts_.constFind(type);
    if (known != event_texts_.constEnd())
        return *known;
    const char *name = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
    const QByteArray text = name ? QByteArray(name) : "User " + QByteArray::number(int{type});
    return *event_texts_.insert(type, interned(text));
}

uint16_t CauseNotes::receiverText(const ClassKey &type, const QString &name)
{
    constexpr qsizetype most_receivers = 4096;
    const auto key = qMakePair(type, name);
    const auto known = receiver_texts_.constFind(key);
    if (known != receiver_texts_.constEnd())
        return *known;
    const QByteArray &class_name = painters_.classNames().of(type);
    if (receiver_texts_.size() >= most_receivers)
        return interned(class_name);
    return *receiver_texts_.insert(key, interned(describedObject(class_name.constData(), name)));
}

/* ---- The notes ----------------------------------------------------------------------------- */

CauseNotes::Note *CauseNotes::find(const void *object)
{
    for (size_t i = slotOf(object, notes_.size());; i = (i + 1) & (notes_.size() - 1)) {
        if (notes_[i].object == object)
            return &notes_[i];
        if (!notes_[i].object)
            return nullptr;
    }
}

/* The note of object, a fresh one if need be; nullptr when there is no room. */
CauseNotes::Note *CauseNotes::place(const void *object)
{
    if (used_ * 2 >= notes_.size() && !grow())
        return find(object);
    size_t i = slotOf(object, notes_.size());
    while (notes_[i].object && notes_[i].object != object)
        i = (i + 1) & (notes_.size() - 1);
    Note &note = notes_[i];
    if (!note.object) {
        note = {};
        note.object = object;
        note.born = all_paints_;
        used_++;
    }
    return &note;
}

bool CauseNotes::grow()
{
    if (notes_.size() >= most_notes)
        return false;
    std::vector<Note> old(notes_.size() * 2);
    old.swap(notes_);
    for (const Note &note : old) {
        if (!note.object)
            continue;
        size_t i = slotOf(note.object, notes_.size());
        while (notes_[i].object)
            i = (i + 1) & (notes_.size() - 1);
        notes_[i] = note;
    }
    return true;
}

/* Moves up what stands behind it, so that no search stops too early. */
void CauseNotes::remove(Note *note)
{
    const size_t mask = notes_.size() - 1;
    auto hole = static_cast<size_t>(note - notes_.data());
    for (size_t i = (hole + 1) & mask; notes_[i].object; i = (i + 1) & mask) {
        const size_t home = slotOf(notes_[i].object, notes_.size());
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            notes_[hole] = notes_[i];
            hole = i;
        }
    }
    notes_[hole].object = nullptr;
    used_--;
}

void CauseNotes::count(Note &note, pp_cause cause)
{
    for (uint32_t i = 0; i < note.used; i++) {
        if (same(note.causes[i], cause)) {
            note.counts[i]++;
            return;
        }
    }
    if (note.used == max_causes) {
        note.others++;
        return;
    }
    note.causes[note.used] = cause;
    note.counts[note.used] = 1;
    note.used++;
}

/* While the widget certainly lives: later it may not. An invisible one asks in vain by design. */
void CauseNotes::describe(Note &note, QWidget *widget)
{
    if (note.site || !widget->isVisible() || isOverlayPanel(widget))
        return;
    note.site = painters_.of(widget);
    if (!note.site)
        return;
    note.root = widget->window();
    note.root_paints = paintsOf(note.root);
}

bool CauseNotes::tell(const void *object, const pp_zone &zone)
{
    Note *note = used_ ? find(object) : nullptr;
    if (!note)
        return false;
    for (uint32_t i = 0; i < note->used; i++)
        pp_zone_cause(&zone, note->causes[i], note->counts[i]);
    if (note->others)
        pp_zone_cause(&zone, {}, note->others);
    remove(note);
    return true;
}

void CauseNotes::add(const void *object, pp_cause cause)
{
    if (Note *note = place(object))
        count(*note, cause);
}

void CauseNotes::windowPainted(const QWidget *root)
{
    all_paints_++;
    const uint32_t paints = ++paints_[root];
    if (paints % sweep_every == 0 && used_ > 0)
        sweep(root, paints);
}

/* What is still not painted never will be: it is covered, or it lived only shortly. */
void CauseNotes::sweep(const QWidget *root, uint32_t paints)
{
    for (size_t i = 0; i < notes_.size(); i++) {
        Note &note = notes_[i];
        if (!note.object)
            continue;
        const bool is_unpainted =
            note.site && note.root == root && paints - note.root_paints >= grace_paints;
        if (!is_unpainted && !isOld(note.born))
            continue;
        if (is_unpainted)
            tellUnpainted(note);
        remove(&note);
        i--; /* what stood behind may stand here now */
    }
}

void CauseNotes::tellUnpainted(const Note &note)
{
    const QWidgetList widgets = QApplication::allWidgets();
    const auto *widget = static_cast<const QWidget *>(note.object);
    const auto alive = std::find(widgets.cbegin(), widgets.cend(), widget);
    if (alive == widgets.cend() || !(*alive)->isVisible())
        return;
    for (uint32_t i = 0; i < note.used; i++)
        pp_note_unpainted(note.site, note.causes[i], note.counts[i]);
    if (note.others)
        pp_note_unpainted(note.site, {}, note.others);
}

} // namespace ppq
