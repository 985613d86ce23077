/* shim/floating.hpp: the items of a view that float above the others. */
#ifndef PPQ_FLOATING_HPP
#define PPQ_FLOATING_HPP

#include "save_under.hpp"

#include <vector>

class QWidget;
struct ppq_item;

namespace ppq
{

/* Raster views paint what floats last and keep the pixels under it. While nothing but floating
 * items asks for a repaint, these pixels are put back and the items painted where they are now;
 * nothing else is called. Two things would make the kept pixels wrong, and are looked at before
 * each use: a repaint of more than the floating items asked for, and widgets above the view (the
 * overlay), under which the surface shows theirs: there it does not matter what is kept as long as
 * they stay where they are. */
class FloatingLayer
{
public:
    void add(ppq_item *item);
    void remove(ppq_item *item);
    bool isEmpty() const { return items_.empty(); }

    /* A floating item asked for the repaint of a part; something else did. */
    void asked(const QRegion &logical);
    void askedBelow() { asked_below_ = true; }

    /* Whether to repaint no more than that part, nothing but floating items have to be painted. */
    bool isAllOf(const QRegion &repainted, const QWidget &view) const;

    /* A paint of the window begins: what was asked for is being done. */
    void paintBegins();

    /* Whether the pixels that are kept can be put back there, and the items painted in full. */
    bool canStandAlone(const WindowSurface &surface, const QWidget &view) const;

    /* In a paint of the window, all but the floating items are painted. alone: they were not, what
     * is kept is put back instead. Throws std::bad_alloc. */
    void takeUnder(const WindowSurface &surface, const QWidget &view, bool alone);

    /* Paints the items by their z. */
    void paint() const;

    /* The surface has lost or will lose its pixels. */
    void forget() { under_.forget(); }

private:
    QRegion area(const QWidget &view) const;

    std::vector<ppq_item *> items_; /* by z */
    QRegion asked_;                 /* logical */
    bool asked_below_ = false;
    QRegion covered_; /* by widgets above, when it was painted last */
    SaveUnder under_;
};

} // namespace ppq

#endif
