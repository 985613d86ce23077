/* shim/gpu_timer.cpp: the GPU's time for the frames of what draws by OpenGL. */
#include "gpu_timer.hpp"

#include "guard.hpp"

#include <paintprof/clock.h>
#include <paintprof/gate.h>
#include <paintprof/hook.h>
#include <paintprof/session.h>
#include <paintprof/zone.h>

#include <QtGui/QOpenGLContext>
#include <QtGui/QOpenGLExtraFunctions>

#include <algorithm>
#include <array>
#include <utility>

namespace ppq
{

namespace
{

constexpr int late_ms = 100;
constexpr int attempts_max = 10; /* then the results come with the next frame, or not at all */

/* What paintprof itself costs. */
class Overhead
{
public:
    Overhead()
    {
        if (pp_site *site = pp_site_get("paintprof.gpu", PP_PHASE_OVERLAY))
            zone_ = pp_zone_begin(site);
    }
    ~Overhead() { pp_zone_end(&zone_); }
    Overhead(const Overhead &) = delete;
    Overhead &operator=(const Overhead &) = delete;

private:
    pp_zone zone_{0};
};

/* Programs may count on what is current, also from one event to the next. */
class KeepCurrent
{
public:
    KeepCurrent() : context_(QOpenGLContext::currentContext())
    {
        surface_ = context_ ? context_->surface() : nullptr;
    }
    ~KeepCurrent()
    {
        QOpenGLContext *now = QOpenGLContext::currentContext();
        if (now == context_)
            return;
        if (context_ && surface_)
            context_->makeCurrent(surface_);
        else
            now->doneCurrent();
    }
    KeepCurrent(const KeepCurrent &) = delete;
    KeepCurrent &operator=(const KeepCurrent &) = delete;

private:
    QOpenGLContext *const context_;
    QSurface *surface_;
};

/* Clears of most of a small frame buffer, one after the other. With a scissor and a mask none of
 * them is a clear of everything, for which hardware has shortcuts: each is drawn like any other
 * rectangle, and by software as part of one scene, as a frame is. They need no program, vertices or
 * blending, so that little has to be put back at the end. */
class ClearWork final : public GpuWork
{
public:
    explicit ClearWork(QOpenGLExtraFunctions &gl) : gl_(gl)
    {
        gl_.glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw_);
        gl_.glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read_);
        gl_.glGetIntegerv(GL_RENDERBUFFER_BINDING, &renderbuffer_was_);
        gl_.glGetIntegerv(GL_SCISSOR_BOX, scissor_);
        gl_.glGetFloatv(GL_COLOR_CLEAR_VALUE, color_);
        gl_.glGetBooleanv(GL_COLOR_WRITEMASK, mask_);
        has_scissor_ = gl_.glIsEnabled(GL_SCISSOR_TEST);
        gl_.glGenFramebuffers(1, &framebuffer_);
        gl_.glGenRenderbuffers(1, &renderbuffer_);
        gl_.glBindRenderbuffer(GL_RENDERBUFFER, renderbuffer_);
        gl_.glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, size, size);
        gl_.glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
        gl_.glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
                                      renderbuffer_);
        gl_.glEnable(GL_SCISSOR_TEST);
        gl_.glScissor(1, 1, size - 2, size - 2);
        gl_.glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_FALSE);
    }
    ~ClearWork() override
    {
        gl_.glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(draw_));
        gl_.glBindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read_));
        gl_.glBindRenderbuffer(GL_RENDERBUFFER, static_cast<GLuint>(renderbuffer_was_));
        gl_.glDeleteFramebuffers(1, &framebuffer_);
        gl_.glDeleteRenderbuffers(1, &renderbuffer_);
        if (!has_scissor_)
            gl_.glDisable(GL_SCISSOR_TEST);
        gl_.glScissor(scissor_[0], scissor_[1], scissor_[2], scissor_[3]);
        gl_.glClearColor(color_[0], color_[1], color_[2], color_[3]);
        gl_.glColorMask(mask_[0], mask_[1], mask_[2], mask_[3]);
    }
    ClearWork(const ClearWork &) = delete;
    ClearWork &operator=(const ClearWork &) = delete;

    void submit(int amount) override
    {
        for (int i = 0; i < amount; ++i) {
            gl_.glClearColor(static_cast<float>(i % 2), 0.5f, 0.25f, 1);
            gl_.glClear(GL_COLOR_BUFFER_BIT);
        }
    }
    void finish() override { gl_.glFinish(); }
    uint64_t nowNs() override { return pp_now_ns(); }

private:
    enum { size = 512 };

    QOpenGLExtraFunctions &gl_;
    GLint draw_ = 0, read_ = 0, renderbuffer_was_ = 0, scissor_[4] = {};
    GLfloat color_[4] = {};
    GLboolean mask_[4] = {}, has_scissor_ = GL_FALSE;
    GLuint framebuffer_ = 0, renderbuffer_ = 0;
};

/* Its queries may agree by chance, and there is no GPU whose time they could tell. */
bool isSoftware(QOpenGLExtraFunctions &gl)
{
    const QByteArray renderer(reinterpret_cast<const char *>(gl.glGetString(GL_RENDERER)));
    const std::array<const char *, 4> known = {"llvmpipe", "softpipe", "swrast", "SwiftShader"};
    return std::any_of(known.begin(), known.end(),
                       [&renderer](const char *name) { return renderer.contains(name); });
}

const char *obstacleOf(QOpenGLContext &context, GpuCalls *calls)
{
    if (context.format().majorVersion() < 3)
        return "context is older than 3.0";
    if (const char *obstacle = loadGpuCalls(context, calls))
        return obstacle;
    QOpenGLExtraFunctions &gl = *context.extraFunctions();
    ClearWork work(gl);
    const char *obstacle = gpuClockObstacle(*calls, work);
    return obstacle || !isSoftware(gl) ? obstacle : "drawing is by software";
}

} // namespace

GpuTimer::GpuTimer(std::unique_ptr<GpuTarget> target, pp_window *window,
                   std::function<void(const char *)> checked, std::function<void()> collected)
    : target_(std::move(target)), window_(window), checked_(std::move(checked)),
      collected_(std::move(collected))
{
    late_.setSingleShot(true);
    connect(&late_, &QTimer::timeout, this, [this] { guardedVoid([this] { collectLate(); }); });
}

GpuTimer::~GpuTimer()
{
    release();
}

/* False before the target has a context. */
bool GpuTimer::makeCurrent()
{
    const QOpenGLContext *context = target_->context();
    if (!context)
        return false;
    if (QOpenGLContext::currentContext() != context)
        target_->makeCurrent();
    return QOpenGLContext::currentContext() == context;
}

/* ---- The context --------------------------------------------------------------------------- */

/* The context is going, or the timer is: with the context current, queries are deleted. */
void GpuTimer::release()
{
    QObject::disconnect(going_);
    const KeepCurrent keep;
    if (queries_ && makeCurrent())
        queries_->release();
    else if (queries_)
        queries_->forget();
    queries_.reset();
    context_ = nullptr;
}

void GpuTimer::checkContext(QOpenGLContext *context)
{
    const Overhead overhead;
    GpuCalls calls;
    const char *obstacle = obstacleOf(*context, &calls);
    if (!obstacle)
        queries_.emplace(calls);
    checked_(obstacle);
}

void GpuTimer::follow(QOpenGLContext *context)
{
    release();
    context_ = context;
    going_ = connect(context, &QOpenGLContext::aboutToBeDestroyed, this, [this] { release(); });
    checkContext(context);
}

bool GpuTimer::isReady()
{
    if (!pg_profile_enabled() || (context_ && !queries_) || !makeCurrent())
        return false;
    if (context_ != target_->context())
        follow(target_->context());
    return queries_.has_value();
}

/* ---- Frames -------------------------------------------------------------------------------- */

void GpuTimer::begin()
{
    if (!isReady())
        return;
    queries_->begin(window_);
    is_drawing_ = true;
    attempts_ = 0;
    if (!late_.isActive())
        late_.start(late_ms);
}

void GpuTimer::end()
{
    if (queries_ && makeCurrent())
        queries_->end();
}

void GpuTimer::drop()
{
    const KeepCurrent keep;
    if (queries_ && makeCurrent())
        queries_->drop();
}

/* Frames take the results of those before them; this is for the last ones. */
void GpuTimer::collectLate()
{
    if (!queries_ || (!is_drawing_ && attempts_ == attempts_max))
        return;
    if (!std::exchange(is_drawing_, false)) {
        const Overhead overhead;
        const KeepCurrent keep;
        const bool is_current = makeCurrent();
        ++attempts_;
        if (is_current && !queries_->collect())
            attempts_ = attempts_max;
        pp_session_drain(pp_session_current());
        collected_();
    }
    if (attempts_ < attempts_max)
        late_.start(late_ms);
}

} // namespace ppq
