/* shim/preload/causes.c: stands before Qt's functions that ask for a repaint and keeps who called.
 *
 * Preloaded by `paintprof run`. Links neither Qt nor the C++ library, so that it may be loaded into
 * any program; where there is no Qt 6 nobody calls it. Its functions have the mangled names of
 * Qt's, which take `this` and references as pointers; each goes on to the real one. */
#include "causes.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))
/* A program that takes the address of a member function takes ours, and an odd one would stand for
 * a virtual function (Itanium C++ ABI). C gives functions no alignment unless it optimizes. */
#define FOR_MEMBER __attribute__((aligned(16)))

EXPORTED pp_update_fn paintprof_update_hook;

/* ---- The real functions -------------------------------------------------------------------- */

typedef void (*any_function)(void);

typedef struct search {
    const char *symbol;
    const void *ours;
    void *found;
} search;

static int look_into(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    search *self = user;
    if (!info->dlpi_name || !*info->dlpi_name)
        return 0;
    void *library = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
    if (!library)
        return 0;
    void *symbol = dlsym(library, self->symbol);
    dlclose(library);
    if (symbol && symbol != self->ours)
        self->found = symbol;
    return self->found != NULL;
}

/* A program that loads Qt as a plugin, as Python does, has it in no global scope: then each loaded
 * library is asked. */
__attribute__((noinline, cold)) static void *find_real(const char *symbol, any_function ours)
{
    void *next = dlsym(RTLD_NEXT, symbol);
    if (next)
        return next;
    search self = {symbol, NULL, NULL};
    memcpy(&self.ours, &ours, sizeof self.ours);
    dl_iterate_phdr(look_into, &self);
    if (!self.found)
        abort(); /* somebody was linked to a function that nobody has */
    return self.found;
}

static inline void tell(void *object, enum pp_update_kind kind, void *event, const void *caller)
{
    pp_update_fn hook = __atomic_load_n(&paintprof_update_hook, __ATOMIC_ACQUIRE);
    if (hook)
        hook(object, kind, event, caller);
}

/* NOLINTBEGIN(bugprone-macro-parentheses): a list of parameters has its own. */
/* Defines symbol (self, parameters) to tell and go on. arguments: the same, as passed on. */
#define BEFORE(symbol, kind, parameters, arguments)                                                \
    EXPORTED FOR_MEMBER void symbol parameters;                                                    \
    void symbol parameters                                                                         \
    {                                                                                              \
        static void(*real) parameters;                                                             \
        void(*go_on) parameters = __atomic_load_n(&real, __ATOMIC_RELAXED);                        \
        if (__builtin_expect(!go_on, 0)) {                                                         \
            void *found = find_real(#symbol, (any_function)symbol);                                \
            memcpy(&go_on, &found, sizeof go_on);                                                  \
            __atomic_store_n(&real, go_on, __ATOMIC_RELAXED);                                      \
        }                                                                                          \
        tell(self, kind, NULL, __builtin_return_address(0));                                       \
        go_on arguments;                                                                           \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

#define BEFORE_PLAIN(symbol, kind) BEFORE(symbol, kind, (void *self), (self))
#define BEFORE_POINTER(symbol, kind) BEFORE(symbol, kind, (void *self, void *a), (self, a))
#define BEFORE_DOUBLE(symbol, kind) BEFORE(symbol, kind, (void *self, double a), (self, a))
#define BEFORE_INT(symbol, kind) BEFORE(symbol, kind, (void *self, int a), (self, a))

/* ---- Requests ------------------------------------------------------------------------------ */

BEFORE_PLAIN(_ZN7QWidget6updateEv, PP_UPDATE_WIDGET)
BEFORE_POINTER(_ZN7QWidget6updateERK5QRect, PP_UPDATE_WIDGET)
BEFORE_POINTER(_ZN7QWidget6updateERK7QRegion, PP_UPDATE_WIDGET)
BEFORE_PLAIN(_ZN7QWidget7repaintEv, PP_UPDATE_WIDGET)
BEFORE_POINTER(_ZN7QWidget7repaintERK5QRect, PP_UPDATE_WIDGET)
BEFORE_POINTER(_ZN7QWidget7repaintERK7QRegion, PP_UPDATE_WIDGET)
BEFORE(_ZN7QWidget7repaintEiiii, PP_UPDATE_WIDGET, (void *self, int x, int y, int w, int h),
       (self, x, y, w, h))
BEFORE_POINTER(_ZN13QGraphicsItem6updateERK6QRectF, PP_UPDATE_ITEM)
BEFORE_POINTER(_ZN14QGraphicsScene6updateERK6QRectF, PP_UPDATE_SCENE)
BEFORE_PLAIN(_ZN10QQuickItem6updateEv, PP_UPDATE_QUICK_ITEM)
BEFORE_PLAIN(_ZN7QWindow13requestUpdateEv, PP_UPDATE_WINDOW)

/* ---- Setters ------------------------------------------------------------------------------- */

/* They ask from inside Qt's own library, where nothing can stand before update(). */
BEFORE_PLAIN(_ZN13QGraphicsItem21prepareGeometryChangeEv, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN13QGraphicsItem6setPosERK7QPointF, PP_UPDATE_ITEM_SETTER)
BEFORE_DOUBLE(_ZN13QGraphicsItem4setXEd, PP_UPDATE_ITEM_SETTER)
BEFORE_DOUBLE(_ZN13QGraphicsItem4setYEd, PP_UPDATE_ITEM_SETTER)
BEFORE_DOUBLE(_ZN13QGraphicsItem9setZValueEd, PP_UPDATE_ITEM_SETTER)
BEFORE_DOUBLE(_ZN13QGraphicsItem11setRotationEd, PP_UPDATE_ITEM_SETTER)
BEFORE_DOUBLE(_ZN13QGraphicsItem8setScaleEd, PP_UPDATE_ITEM_SETTER)
BEFORE_DOUBLE(_ZN13QGraphicsItem10setOpacityEd, PP_UPDATE_ITEM_SETTER)
BEFORE(_ZN13QGraphicsItem10setVisibleEb, PP_UPDATE_ITEM_SETTER, (void *self, _Bool a), (self, a))
BEFORE(_ZN13QGraphicsItem12setTransformERK10QTransformb, PP_UPDATE_ITEM_SETTER,
       (void *self, void *a, _Bool combine), (self, a, combine))
BEFORE_POINTER(_ZN26QAbstractGraphicsShapeItem6setPenERK4QPen, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN26QAbstractGraphicsShapeItem8setBrushERK6QBrush, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN17QGraphicsRectItem7setRectERK6QRectF, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN20QGraphicsEllipseItem7setRectERK6QRectF, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN17QGraphicsLineItem7setLineERK6QLineF, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN17QGraphicsPathItem7setPathERK12QPainterPath, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN20QGraphicsPolygonItem10setPolygonERK9QPolygonF, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN19QGraphicsPixmapItem9setPixmapERK7QPixmap, PP_UPDATE_ITEM_SETTER)
BEFORE_POINTER(_ZN23QGraphicsSimpleTextItem7setTextERK7QString, PP_UPDATE_ITEM_SETTER)

BEFORE_POINTER(_ZN6QLabel7setTextERK7QString, PP_UPDATE_WIDGET_SETTER)
BEFORE_POINTER(_ZN6QLabel9setPixmapERK7QPixmap, PP_UPDATE_WIDGET_SETTER)
BEFORE_INT(_ZN6QLabel6setNumEi, PP_UPDATE_WIDGET_SETTER)
BEFORE_DOUBLE(_ZN6QLabel6setNumEd, PP_UPDATE_WIDGET_SETTER)
BEFORE_INT(_ZN12QProgressBar8setValueEi, PP_UPDATE_WIDGET_SETTER)
BEFORE_INT(_ZN10QLCDNumber7displayEi, PP_UPDATE_WIDGET_SETTER)
BEFORE_DOUBLE(_ZN10QLCDNumber7displayEd, PP_UPDATE_WIDGET_SETTER)
BEFORE_POINTER(_ZN10QLCDNumber7displayERK7QString, PP_UPDATE_WIDGET_SETTER)
BEFORE_INT(_ZN15QAbstractSlider8setValueEi, PP_UPDATE_WIDGET_SETTER)
BEFORE_POINTER(_ZN15QAbstractButton7setTextERK7QString, PP_UPDATE_WIDGET_SETTER)
BEFORE_POINTER(_ZN9QLineEdit7setTextERK7QString, PP_UPDATE_WIDGET_SETTER)

/* ---- Posted events ------------------------------------------------------------------------- */

#define POST _ZN16QCoreApplication9postEventEP7QObjectP6QEventi

EXPORTED FOR_MEMBER void POST(void *receiver, void *event, int priority);
void POST(void *receiver, void *event, int priority)
{
    typedef void (*post_fn)(void *, void *, int);
    static post_fn real;
    post_fn go_on = __atomic_load_n(&real, __ATOMIC_RELAXED);
    if (__builtin_expect(!go_on, 0)) {
        void *found =
            find_real("_ZN16QCoreApplication9postEventEP7QObjectP6QEventi", (any_function)POST);
        memcpy(&go_on, &found, sizeof go_on);
        __atomic_store_n(&real, go_on, __ATOMIC_RELAXED);
    }
    tell(receiver, PP_UPDATE_POST, event, __builtin_return_address(0));
    go_on(receiver, event, priority);
}
