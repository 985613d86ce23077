/* shim/view.cpp: a QGraphicsView that paints C callbacks, once a frame, on raster or OpenGL. */
#include "view.hpp"

#include "gl.hpp"
#include "guard.hpp"
#include "input.hpp"
#include "window.hpp"

#include <QtCore/QMetaObject>
#include <QtGui/QBackingStore>
#include <QtGui/QKeyEvent>
#include <QtGui/QPaintEngine>
#include <QtGui/QPainter>
#include <QtGui/QPaintEvent>
#include <QtOpenGLWidgets/QOpenGLWidget>

#include <algorithm>
#include <new>
#include <utility>

namespace
{

/* Beyond so many rectangles, tracking what to repaint costs more than repainting it. */
constexpr int max_asked_rects = 8;

bool covers(const QRegion &region, const QRect &rect)
{
    return std::any_of(region.begin(), region.end(),
                       [&rect](const QRect &part) { return part.contains(rect); });
}

std::unique_ptr<QWidget> createRasterViewport()
{
    auto viewport = std::make_unique<QWidget>();
    viewport->setAttribute(Qt::WA_OpaquePaintEvent);
    return viewport;
}

} // namespace

ppq_view::ppq_view(ppq_window &window, const ppq_callbacks *callbacks)
    : QGraphicsView(&window), window_(window), measuring_(window.cache())
{
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setFocusPolicy(Qt::StrongFocus);
    setInteractive(false);
    setViewportUpdateMode(NoViewportUpdate);
    setOptimizationFlags(DontSavePainterState | DontAdjustForAntialiasing);
    setCacheMode(CacheNone);

    /* Qt indexes only items that no ancestor clips, and a group's transform would invalidate the
     * whole index at every pan. */
    scene_.setItemIndexMethod(QGraphicsScene::NoIndex);
    scene_.addItem(&root_);
    setScene(&scene_);
    installViewport(createRasterViewport().release());
    window.setCentral(this, &*callbacks_);
    callbacks_.adopt(callbacks);
    size_px_ = QSize(); /* a resize until now was told to nobody */
}

ppq_view::~ppq_view()
{
    window_.releaseCentral(this);
}

/* ---- Viewport ---------------------------------------------------------------------------- */

void ppq_view::installViewport(QWidget *viewport)
{
    setViewport(viewport);
    viewport->setAutoFillBackground(false);
    viewport->setMouseTracking(true);
    asked_ = QRegion();
    floating_.paintBegins();
    floating_.forget();
    followGeometry();
}

int ppq_view::setRenderer(ppq_renderer renderer)
{
    if (renderer != PPQ_RASTER && renderer != PPQ_OPENGL)
        return ppq::fail(PP_EINVAL, "view: no such renderer: %d", static_cast<int>(renderer));
    if (renderer == renderer_)
        return PP_OK;
    if (renderer == PPQ_OPENGL) {
        if (const int failure = ppq::checkOpenGl())
            return failure;
    }
    renderer_ = renderer;
    /* Switching deletes the viewport, which must not be delivering an event (a button pressed, a
     * paint) meanwhile. */
    if (viewport_events_ > 0)
        QMetaObject::invokeMethod(
            this, [this] { switchViewport(); }, Qt::QueuedConnection);
    else
        switchViewport();
    return PP_OK;
}

void ppq_view::switchViewport()
{
    const bool to_opengl = renderer_ == PPQ_OPENGL;
    if (to_opengl == on_opengl_)
        return;
    gpu_timer_.reset(); /* before its widget */
    window_.setGpuObstacle(nullptr);
    std::unique_ptr<QWidget> viewport =
        to_opengl ? std::make_unique<ppq::GlViewport>() : createRasterViewport();
    on_opengl_ = to_opengl;
    gpu_timer_ = timerOf(viewport.get());
    installViewport(viewport.release());
    pp_window_set_renderer(window_.measured(), to_opengl ? "opengl" : "raster");
    askAll();
}

std::unique_ptr<ppq::GpuTimer> ppq_view::timerOf(QWidget *viewport)
{
    std::unique_ptr<ppq::GpuTarget> target = ppq::gpuTargetOf(viewport);
    if (!target)
        return nullptr;
    return std::make_unique<ppq::GpuTimer>(
        std::move(target), window_.measured(),
        [this](const char *obstacle) { window_.setGpuObstacle(obstacle); },
        [this] {
            if (window_.overlayPanel())
                window_.overlayPanel()->frameEnded(); /* the last frames are known only now */
        });
}

/* Keeps scene units at logical and root units at device pixels, and tells the program. */
void ppq_view::followGeometry()
{
    const QWidget &widget = *viewport();
    const QSize size_px = ppq::deviceSize(widget);
    const double ratio = widget.devicePixelRatioF();
    setSceneRect(QRectF(widget.rect()));
    if (size_px == size_px_ && ratio == ratio_)
        return;
    root_.setScale(1.0 / ratio);
    floating_.forget();
    size_px_ = size_px;
    ratio_ = ratio;
    if (callbacks_->resize)
        callbacks_->resize(callbacks_->user, size_px.width(), size_px.height(), ratio);
}

void ppq_view::resizeEvent(QResizeEvent *event)
{
    QGraphicsView::resizeEvent(event);
    pp_window_focus(window_.measured());
    followGeometry();
}

void ppq_view::hideEvent(QHideEvent *event)
{
    QGraphicsView::hideEvent(event);
    floating_.forget();
}

/* ---- Repaints ---------------------------------------------------------------------------- */

void ppq_view::ask(pp_rect rect_px)
{
    if (rect_px.w > 0 && rect_px.h > 0)
        askLogical(ppq::logicalRect(rect_px, ratio_));
}

void ppq_view::askAll()
{
    askLogical(viewport()->rect());
}

void ppq_view::askLogical(const QRect &logical)
{
    /* The frame buffer of an OpenGL viewport does not keep its content from frame to frame. */
    const QRect all = viewport()->rect();
    const QRect rect = on_opengl_ && logical.intersects(all) ? all : logical.intersected(all);
    if (rect.isEmpty() || !viewport()->isVisible())
        return;
    floating_.askedBelow();
    if (covers(asked_, rect))
        return;
    asked_ += rect;
    if (asked_.rectCount() > max_asked_rects)
        asked_ = asked_.boundingRect();
    askQt(asked_);
}

void ppq_view::askFloating(const QRegion &area_px)
{
    if (on_opengl_) {
        askAll();
        return;
    }
    QRegion logical;
    for (const QRect &part : area_px)
        logical += ppq::logicalRect({part.x(), part.y(), part.width(), part.height()}, ratio_);
    logical &= viewport()->rect();
    if (logical.isEmpty() || !viewport()->isVisible())
        return;
    floating_.asked(logical);
    askQt(logical);
}

void ppq_view::askQt(const QRegion &logical)
{
    viewport()->update(logical);
    pp_frame_asked(window_.measured());
}

pp_canvas *ppq_view::measuringCanvas()
{
    measuring_.place(size_px_, ratio_);
    return &measuring_;
}

/* ---- Painting ---------------------------------------------------------------------------- */

/* An exception must not unwind through Qt's painting: QtWidgets and QtGui are built without
 * exceptions, so their destructors would not run, the painter would stay active on the window's
 * backing store and nothing could ever be painted there again. It waits until Qt is done. */
void ppq_view::paintEvent(QPaintEvent *event)
{
    followGeometry();
    QPaintEvent whole(viewport()->rect());
    QPaintEvent *paint = on_opengl_ ? &whole : event;
    dirty_px_ = ppq::deviceRect(paint->region().boundingRect(), ratio_);
    if (gpu_timer_)
        gpu_timer_->begin();
    const bool alone = !on_opengl_ && floating_.isAllOf(paint->region(), *this);
    if (!alone || !repaintFloatingAlone())
        QGraphicsView::paintEvent(paint);
    if (gpu_timer_)
        gpu_timer_->end();
    if (thrown_)
        std::rethrow_exception(std::exchange(thrown_, nullptr));
}

/* The background and foreground of a pass stand around its items; they are the only hooks that
 * see its painter alive. */
void ppq_view::drawBackground(QPainter *painter, const QRectF &)
{
    if (isWindowPaint(*painter)) {
        asked_ = QRegion();
        floating_.paintBegins();
    }
    /* A viewport of OpenGL may be drawn elsewhere too, into an image. */
    const bool is_opengl = on_opengl_ && painter->paintEngine()->type() == QPaintEngine::OpenGL2;
    auto *renderer = is_opengl ? static_cast<ppq::GlViewport *>(viewport())->renderer() : nullptr;
    if (renderer)
        gl_canvas_.emplace(*painter, window_.cache(), *renderer, size_px_, ratio_);
    else
        canvas_.emplace(*painter, window_.cache(), size_px_, ratio_, dirty_px_);
}

void ppq_view::drawForeground(QPainter *painter, const QRectF &)
{
    if (!floating_.isEmpty() && gl_canvas_) {
        floating_.paint();
    } else if (!floating_.isEmpty()) {
        canvas_->resume();
        const ppq::WindowSurface surface = ppq::windowSurface(*this, *painter);
        paintFloating(isWindowPaint(*painter) ? &surface : nullptr, false);
    }
    try {
        if (gl_canvas_)
            gl_canvas_->finish();
    } catch (...) {
        if (!thrown_)
            thrown_ = std::current_exception();
    }
    gl_canvas_.reset();
    canvas_.reset();
}

/* A picture that is grabbed meanwhile does nothing that was asked for. */
bool ppq_view::isWindowPaint(const QPainter &painter) const
{
    const QBackingStore *store = window_.backingStore();
    const QPaintEngine *engine = painter.paintEngine();
    return on_opengl_ || !store || !engine ||
           engine->paintDevice() == const_cast<QBackingStore *>(store)->paintDevice();
}

/* What floats comes last, above the scene. */
void ppq_view::paintFloating(const ppq::WindowSurface *surface, bool alone)
{
    if (surface) {
        try {
            floating_.takeUnder(*surface, *this, alone);
        } catch (const std::bad_alloc &) {
            floating_.forget(); /* the next move repaints what it uncovers */
        }
    }
    canvas_->resume();
    floating_.paint();
}

/* Paints straight on the window's surface: under the clip of its many strips, what floats would be
 * drawn by spans. False: it takes an ordinary repaint. */
bool ppq_view::repaintFloatingAlone()
{
    ppq::WindowSurface surface;
    {
        QPainter painter(viewport());
        surface = ppq::windowSurface(*this, painter);
    }
    if (!floating_.canStandAlone(surface, *this))
        return false;
    QImage pixels = ppq::surfaceOf(surface, size_px_);
    if (pixels.isNull())
        return false;
    asked_ = QRegion();
    floating_.paintBegins();
    QPainter painter(&pixels);
    canvas_.emplace(painter, window_.cache(), size_px_, ratio_, dirty_px_);
    paintFloating(&surface, true);
    canvas_.reset();
    return true;
}

/* The canvas of the present pass, as the scene's painter stands now; or none. */
pp_canvas *ppq_view::resumedCanvas()
{
    if (gl_canvas_) {
        gl_canvas_->resume();
        return &*gl_canvas_;
    }
    if (canvas_) {
        canvas_->resume();
        return &*canvas_;
    }
    return nullptr;
}

void ppq_view::paintItem(pp_paint_fn paint, void *user)
{
    pp_canvas *canvas = resumedCanvas();
    if (!canvas)
        return;
    pp_count_items_painted(1);
    try {
        paint(canvas, user);
    } catch (...) {
        if (!thrown_)
            thrown_ = std::current_exception();
    }
    if (canvas_)
        canvas_->dropClips(); /* those an item left: the scene gives back its own states next */
}

/* ---- Input ------------------------------------------------------------------------------- */

bool ppq_view::viewportEvent(QEvent *event)
{
    struct Depth {
        explicit Depth(int &depth) : depth_(depth) { ++depth_; }
        ~Depth() { --depth_; }
        int &depth_;
    } depth(viewport_events_);

    return ppq::deliverInput(*callbacks_, event, viewport(), window_.measured()) ||
           QGraphicsView::viewportEvent(event);
}

void ppq_view::keyPressEvent(QKeyEvent *event)
{
    event->setAccepted(ppq::deliverInput(*callbacks_, event, viewport(), window_.measured()));
}

/* ---- C ABI ------------------------------------------------------------------------------- */

int ppq_view_create(ppq_view **out, ppq_window *window, const ppq_callbacks *callbacks)
{
    return ppq::guarded([&] {
        if (!out || !window || !ppq::callbacksValid(callbacks))
            return ppq::fail(PP_EINVAL, "ppq_view_create: out, window or callbacks is invalid");
        if (window->hasCentral())
            return ppq::fail(PP_EBUSY, "ppq_view_create: the window has a canvas or view already");
        *out = new ppq_view(*window, callbacks);
        return int{PP_OK};
    });
}

void ppq_view_destroy(ppq_view *view)
{
    delete view;
}

int ppq_view_set_renderer(ppq_view *view, ppq_renderer renderer)
{
    return ppq::guarded([&] { return view->setRenderer(renderer); });
}

ppq_renderer ppq_view_renderer(const ppq_view *view)
{
    return view->renderer();
}

void ppq_view_update(ppq_view *view)
{
    ppq::guardedVoid([&] { view->askAll(); });
}

void ppq_view_update_rect(ppq_view *view, pp_rect rect_px)
{
    ppq::guardedVoid([&] { view->ask(rect_px); });
}

pp_canvas *ppq_view_measuring_canvas(ppq_view *view)
{
    return view->measuringCanvas();
}
