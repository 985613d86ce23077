/* shim/preload/causes.h: what the preload library tells the probe. Plain C, without Qt. */
#ifndef PP_PRELOAD_CAUSES_H
#define PP_PRELOAD_CAUSES_H

/* What was called. Of the first five, something is asked to be repainted; of a setter, it is
 * likely. */
enum pp_update_kind {
    PP_UPDATE_WIDGET,
    PP_UPDATE_ITEM,
    PP_UPDATE_SCENE,
    PP_UPDATE_QUICK_ITEM,
    PP_UPDATE_WINDOW,
    PP_UPDATE_WIDGET_SETTER,
    PP_UPDATE_ITEM_SETTER,
    PP_UPDATE_POST, /* QCoreApplication::postEvent(object, event) */
};

/* object: `this` of the call, or the receiver; event: only of PP_UPDATE_POST; caller: the address
 * that the call returns to. Called on whichever thread calls, before the call goes on. */
#ifdef __cplusplus
extern "C" {
#endif
typedef void (*pp_update_fn)(void *object, enum pp_update_kind kind, void *event,
                             const void *caller);
#ifdef __cplusplus
}
#endif

/* The name under which the probe finds where to leave its function; NULL there: calls go straight
 * through. Written and read atomically. */
#define PP_UPDATE_HOOK_SYMBOL "paintprof_update_hook"

#endif
