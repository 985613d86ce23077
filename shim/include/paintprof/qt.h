/* paintprof/qt.h: the whole C ABI over Qt, in sections.
 *
 * Every handle is the Qt object itself behind an opaque type. All functions: GUI thread only,
 * except ppq_post(). Text in is UTF-8 and a length. Geometry is in device pixels, except window
 * sizes, which are logical. No C++ exception leaves a function of this header: failures are
 * PP_ codes with pp_last_error(). A C++ exception thrown by a callback passes through to Qt's
 * event loop or to the caller, its zones closed.
 *
 * Ownership
 *   object          made by                 deleted by
 *   ppq_app         ppq_app_create          ppq_app_destroy, after all else
 *   ppq_window      ppq_window_create       ppq_window_destroy
 *   ppq_canvas      ppq_canvas_create       its window, or ppq_canvas_destroy
 *   ppq_view        ppq_view_create         its window, or ppq_view_destroy
 *   ppq_group       ppq_group_create        its view, or ppq_group_destroy (with its items)
 *   ppq_item        ppq_item_create         its group or view, or ppq_item_destroy
 *   ppq_timer       ppq_timer_create        ppq_timer_destroy, or its window
 *   callback user   the caller              the caller; `destroy` runs exactly once, when the
 *                                           object is gone, whoever deleted it
 */
#ifndef PAINTPROF_QT_H
#define PAINTPROF_QT_H

#include <paintprof/paintprof.h>

PP_BEGIN_DECLS

/* ---- Application ------------------------------------------------------------------------- */

typedef struct ppq_app ppq_app;

/* Creates the QApplication. argc and argv are Qt's to change and must outlive it. Sets the C
 * library's locale as Qt does. Returns 0, PP_EBUSY (one exists), PP_ENOTSUP (no display: Qt would
 * abort, so the platform is checked before), PP_ENOMEM. Since: 0.1 */
PP_API int ppq_app_create(ppq_app **out, int *argc, char **argv);
PP_API void ppq_app_destroy(ppq_app *app);

/* Runs the event loop until ppq_app_quit(). Returns its status. Since: 0.1 */
PP_API int ppq_app_exec(ppq_app *app);
PP_API void ppq_app_quit(ppq_app *app, int status);

/* SIGINT and SIGTERM call on_signal on the GUI thread (through a pipe). Since: 0.1 */
PP_API int ppq_app_on_signal(ppq_app *app, void (*on_signal)(void *user, int signal), void *user);

/* The platform's name, such as "xcb"; Qt's version at run time. Lifetime: the app. Since: 0.1 */
PP_API const char *ppq_platform_name(void);
PP_API const char *ppq_qt_version(void);

/* Calls fn(user) on the GUI thread, later. Thread: any. Since: 0.1 */
PP_API int ppq_post(void (*fn)(void *user), void *user);

/* The clipboard's text: set it; get at most capacity bytes with the NUL, returns the length it
 * needs without it. Since: 0.1 */
PP_API int ppq_clipboard_set(const char *utf8, size_t size_bytes);
PP_API size_t ppq_clipboard_get(char *buffer, size_t capacity);

/* ---- Input ------------------------------------------------------------------------------- */

enum {
    PPQ_SHIFT = 1,
    PPQ_CTRL = 2,
    PPQ_ALT = 4,
    PPQ_LEFT_BUTTON = 1,
    PPQ_RIGHT_BUTTON = 2,
    PPQ_MIDDLE_BUTTON = 4
};

/* Keys without text; all others come as their Unicode character in ppq_key.unicode. */
typedef enum ppq_key_code {
    PPQ_KEY_TEXT,
    PPQ_KEY_LEFT,
    PPQ_KEY_RIGHT,
    PPQ_KEY_UP,
    PPQ_KEY_DOWN,
    PPQ_KEY_PAGE_UP,
    PPQ_KEY_PAGE_DOWN,
    PPQ_KEY_HOME,
    PPQ_KEY_END,
    PPQ_KEY_ESCAPE,
    PPQ_KEY_ENTER,
    PPQ_KEY_OTHER
} ppq_key_code;

typedef struct ppq_key {
    ppq_key_code code;
    uint32_t unicode; /* with Ctrl held, the letter without it, lower case */
    unsigned modifiers;
    bool repeated;
} ppq_key;

typedef enum ppq_mouse_kind {
    PPQ_MOUSE_PRESS,
    PPQ_MOUSE_RELEASE,
    PPQ_MOUSE_MOVE,
    PPQ_MOUSE_DOUBLE_CLICK,
    PPQ_MOUSE_LEAVE
} ppq_mouse_kind;

typedef struct ppq_mouse {
    ppq_mouse_kind kind;
    double x_px, y_px; /* of the canvas or view */
    unsigned button;   /* pressed or released now */
    unsigned buttons;  /* held */
    unsigned modifiers;
} ppq_mouse;

typedef struct ppq_wheel {
    double x_px, y_px;
    double steps_x, steps_y; /* notches; fractions from touch pads */
    unsigned modifiers;
} ppq_wheel;

/* What a canvas or view calls, on the GUI thread. Copied in; every entry may be NULL.
 * frame_begin and frame_end surround each frame of the window, flush included. */
typedef struct ppq_callbacks {
    uint32_t struct_size; /* sizeof(ppq_callbacks) */
    void *user;
    pp_paint_fn paint; /* surface is a pp_canvas *; a canvas only, a view paints by items */
    void (*resize)(void *user, int width_px, int height_px, double ratio);
    bool (*key)(void *user, const ppq_key *key); /* true: handled */
    void (*mouse)(void *user, const ppq_mouse *mouse);
    void (*wheel)(void *user, const ppq_wheel *wheel);
    void (*frame_begin)(void *user);
    void (*frame_end)(void *user, uint64_t flush_start_ns, uint64_t end_ns);
    bool (*close)(void *user); /* true: let it close */
    void (*destroy)(void *user);
} ppq_callbacks;

/* ---- Windows ----------------------------------------------------------------------------- */

/* A top-level widget whose frames are measured. It holds one canvas or view. */
typedef struct ppq_window ppq_window;

/* Creates a hidden window of that logical size. Returns 0, PP_EINVAL, PP_ENOMEM. Since: 0.1 */
PP_API int ppq_window_create(ppq_window **out, const char *title, size_t title_bytes, int width,
                             int height);
PP_API void ppq_window_destroy(ppq_window *window);
PP_API void ppq_window_show(ppq_window *window);
PP_API int ppq_window_set_title(ppq_window *window, const char *title, size_t title_bytes);

/* The measured window behind it, for overlay, snapshots and pp_window_focus().
 * Lifetime: that of the ppq_window. Since: 0.1 */
PP_API pp_window *ppq_window_measured(ppq_window *window);
PP_API double ppq_window_ratio(const ppq_window *window);

/* Writes what the window last showed as PNG, by a temporary name and a rename; never repaints
 * through Qt in a way that counts. Returns 0, PP_EIO, PP_ENOTSUP, PP_ENOMEM. Since: 0.1 */
PP_API int ppq_window_screenshot(ppq_window *window, const char *path);

/* Shows overlay (the caller's, outliving the window or until replaced) in an opaque panel of its
 * own that passes the mouse through, and feeds it the frames of whichever session runs (add no
 * pp_overlay_sink() of your own); NULL removes it. Call ppq_window_overlay_changed() after a
 * change of page, corner or freeze. Since: 0.1 */
PP_API int ppq_window_set_overlay(ppq_window *window, pp_overlay *overlay);
PP_API void ppq_window_overlay_changed(ppq_window *window);

/* ---- Canvas: a plain QWidget painted by one callback --------------------------------------- */

typedef struct ppq_canvas ppq_canvas;

PP_API int ppq_canvas_create(ppq_canvas **out, ppq_window *window, const ppq_callbacks *callbacks);
PP_API void ppq_canvas_destroy(ppq_canvas *canvas);

/* Asks for a repaint of everything / of a part. Since: 0.1 */
PP_API void ppq_canvas_update(ppq_canvas *canvas);
PP_API void ppq_canvas_update_rect(ppq_canvas *canvas, pp_rect rect_px);

/* ---- View: a QGraphicsView with a scene of custom items ------------------------------------ */

typedef struct ppq_view ppq_view;
typedef struct ppq_group ppq_group;
typedef struct ppq_item ppq_item;

typedef enum ppq_renderer { PPQ_RASTER, PPQ_OPENGL } ppq_renderer;

PP_API int ppq_view_create(ppq_view **out, ppq_window *window, const ppq_callbacks *callbacks);
PP_API void ppq_view_destroy(ppq_view *view);

/* Puts the view on a raster or a QOpenGLWidget viewport, while it runs. OpenGL draws by shaders of
 * its own and keeps meshes (canvas.h). It wants OpenGL 3.3, for which it asks in the core profile,
 * or OpenGL ES 3.0, where QSurfaceFormat::defaultFormat() is of that type. PP_ENOTSUP (and nothing
 * changes) where it cannot be shown: the message says why. Since: 0.1 */
PP_API int ppq_view_set_renderer(ppq_view *view, ppq_renderer renderer);
PP_API ppq_renderer ppq_view_renderer(const ppq_view *view);
PP_API void ppq_view_update(ppq_view *view);
PP_API void ppq_view_update_rect(ppq_view *view, pp_rect rect_px);

/* Every change of a group or an item asks for the repaint of what it changes. Nothing clears the
 * view: its items paint every pixel of it. Handles of groups and items end with the view.
 *
 * A group: a clip rectangle in device pixels of the view (none at first), and a transform from
 * data to device pixels, px = x * scale_x + move_x, for the items in it; a transform without an
 * inverse is ignored. Since: 0.1 */
PP_API int ppq_group_create(ppq_group **out, ppq_view *view, double z);
PP_API void ppq_group_destroy(ppq_group *group);
PP_API void ppq_group_set_clip(ppq_group *group, pp_rect clip_px);
PP_API void ppq_group_set_transform(ppq_group *group, double scale_x, double scale_y, double move_x,
                                    double move_y);

/* Where an item is, in its group's data units or, without a group, in device pixels. */
typedef struct ppq_bounds {
    double x, y, w, h;
    int margin_px; /* device pixels around it that it may also paint */
} ppq_bounds;

/* Creates a QGraphicsItem painted by paint, whose surface is a pp_canvas of the whole view in
 * device pixels, clipped to the group. group may be NULL. Counts as one item created; each paint
 * counts as one painted. user is the caller's and must outlive the item. Since: 0.1 */
PP_API int ppq_item_create(ppq_item **out, ppq_view *view, ppq_group *group, ppq_bounds bounds,
                           double z, pp_paint_fn paint, void *user);
PP_API void ppq_item_destroy(ppq_item *item);
PP_API void ppq_item_set_bounds(ppq_item *item, ppq_bounds bounds);
PP_API void ppq_item_set_visible(ppq_item *item, bool visible);
PP_API void ppq_item_update(ppq_item *item);

/* Makes an item float: it is painted above all that does not, and on a raster view the pixels under
 * it are kept, so that while only floating items change nothing else is painted. For a crosshair or
 * a hint near the cursor. PP_EINVAL for an item of a group; PP_ENOMEM. Since: 0.2 */
PP_API int ppq_item_set_floating(ppq_item *item, bool floating);

/* Replaces the bounds of an item without a group by several rectangles in device pixels, copied,
 * outside of which it paints nothing, and asks for the repaint of where they were and are. Two thin
 * strips cost far less than the rectangle around both. Since: 0.2 */
PP_API void ppq_item_set_area(ppq_item *item, const pp_rect *rects_px, size_t count);

/* A canvas of the view's size that draws nothing: for layout outside of paints, since it measures
 * text as a paint would. Lifetime: the view; its size is that of the call. Since: 0.2 */
PP_API pp_canvas *ppq_view_measuring_canvas(ppq_view *view);

/* ---- Timers -------------------------------------------------------------------------------- */

typedef struct ppq_timer ppq_timer;

/* Calls fire(user) every interval_ms (0: whenever the event loop is idle), or once. window may be
 * NULL; else it ends with it and its zones count to its frames. Since: 0.1 */
PP_API int ppq_timer_create(ppq_timer **out, ppq_window *window, int interval_ms, bool repeat,
                            void (*fire)(void *user), void *user);
PP_API void ppq_timer_destroy(ppq_timer *timer);

PP_END_DECLS

#endif
