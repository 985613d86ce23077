/* shim/gpu_queries.cpp: timer queries that are read frames later, and whether to believe them. */
#include "gpu_queries.hpp"

#include <paintprof/frame.h>

#include <QtGui/QOpenGLContext>

namespace ppq
{

namespace
{

/* Not all headers have them: those of OpenGL ES do not. */
constexpr GLenum time_elapsed = 0x88BF;
constexpr GLenum current_query = 0x8865;
constexpr GLenum counter_bits = 0x8864;
constexpr GLenum query_result = 0x8866;
constexpr GLenum result_available = 0x8867;
constexpr GLenum gpu_disjoint = 0x8FBB;

template <typename Function>
bool resolve(const QOpenGLContext &context, Function *function, const QByteArray &name)
{
    *function = reinterpret_cast<Function>(context.getProcAddress(name));
    return *function != nullptr;
}

bool resolveAll(const QOpenGLContext &context, GpuCalls *calls, const QByteArray &suffix)
{
    return resolve(context, &calls->gen_queries, "glGenQueries" + suffix) &&
           resolve(context, &calls->delete_queries, "glDeleteQueries" + suffix) &&
           resolve(context, &calls->begin_query, "glBeginQuery" + suffix) &&
           resolve(context, &calls->end_query, "glEndQuery" + suffix) &&
           resolve(context, &calls->get_query, "glGetQueryiv" + suffix) &&
           resolve(context, &calls->get_result_u32, "glGetQueryObjectuiv" + suffix) &&
           resolve(context, &calls->get_result_u64, "glGetQueryObjectui64v" + suffix);
}

bool hasDesktopTimer(const QOpenGLContext &context)
{
    const auto version = context.format().version();
    return version >= qMakePair(3, 3) || context.hasExtension("GL_ARB_timer_query");
}

} // namespace

const char *loadGpuCalls(const QOpenGLContext &context, GpuCalls *calls)
{
    *calls = {};
    const bool is_es = context.isOpenGLES();
    if (is_es ? !context.hasExtension("GL_EXT_disjoint_timer_query") : !hasDesktopTimer(context))
        return "timer queries are missing";
    if (!resolveAll(context, calls, is_es ? "EXT" : "") ||
        (is_es && !resolve(context, &calls->get_integer, "glGetIntegerv")))
        return "timer queries are missing";
    GLint bits = 0;
    calls->get_query(time_elapsed, counter_bits, &bits);
    return bits > 0 ? nullptr : "timer queries are missing";
}

/* ---- The check ----------------------------------------------------------------------------- */

namespace
{

constexpr uint64_t enough_ns = 1000000; /* so much work that glFinish itself does not count */
constexpr uint64_t give_up_ns = 30000000;
constexpr uint64_t factor = 2;
constexpr int most_work = 4096;
constexpr int rounds = 6; /* two of each amount */

constexpr const char *disagree = "timer disagrees with glFinish";

/* The same work, as the query and as the clock saw it. */
struct Measured {
    uint64_t query_ns = 0, clock_ns = 0;
    bool is_there = false, is_disjoint = false;
};

/* What the query saw lies within what the clock saw; a tenth is left to two clocks' rates. */
bool agrees(const Measured &m)
{
    return m.is_there && m.query_ns >= m.clock_ns / factor &&
           m.query_ns <= m.clock_ns + m.clock_ns / 10;
}

Measured measure(const GpuCalls &calls, GpuWork &work, GLuint query, int amount)
{
    Measured m;
    GLint disjoint = 0;
    work.finish();
    if (calls.get_integer)
        calls.get_integer(gpu_disjoint, &disjoint); /* forgets what was before */
    const uint64_t start_ns = work.nowNs();
    calls.begin_query(time_elapsed, query);
    work.submit(amount);
    calls.end_query(time_elapsed);
    work.finish();
    m.clock_ns = work.nowNs() - start_ns;
    GLuint available = 0;
    calls.get_result_u32(query, result_available, &available);
    m.is_there = available != 0;
    GLuint64 result_ns = 0;
    if (m.is_there)
        calls.get_result_u64(query, query_result, &result_ns);
    m.query_ns = result_ns;
    if (calls.get_integer)
        calls.get_integer(gpu_disjoint, &disjoint);
    m.is_disjoint = disjoint != 0;
    return m;
}

/* Several amounts: llvmpipe misses by a factor of 60 at 2 ms and by less where other threads
 * come between, so that one agreement may be chance. */
const char *check(const GpuCalls &calls, GpuWork &work, GLuint query)
{
    measure(calls, work, query, 1); /* sets up what the others find; some drivers get it wrong */
    const uint64_t start_ns = work.nowNs();
    int amount = 1, agreed = 0;
    while (agreed < rounds) {
        const Measured m = measure(calls, work, query, amount);
        if (m.clock_ns < enough_ns && amount == most_work)
            return "timer check found no work";
        if (m.clock_ns >= enough_ns && !m.is_disjoint) {
            if (!agrees(m))
                return disagree;
            ++agreed;
        }
        if (m.clock_ns < enough_ns || agreed == 2 || agreed == 4)
            amount *= 2;
        if (agreed < rounds && work.nowNs() - start_ns > give_up_ns)
            return "timer check took too long";
    }
    return nullptr;
}

} // namespace

const char *gpuClockObstacle(const GpuCalls &calls, GpuWork &work)
{
    GLint active = 0;
    calls.get_query(time_elapsed, current_query, &active);
    if (active)
        return "timer is in use already";
    GLuint query = 0;
    calls.gen_queries(1, &query);
    const char *obstacle = check(calls, work, query);
    calls.delete_queries(1, &query);
    return obstacle;
}

/* ---- Frames -------------------------------------------------------------------------------- */

bool GpuQueries::isReady(GLuint query) const
{
    GLuint available = 0;
    calls_.get_result_u32(query, result_available, &available);
    return available != 0;
}

/* The GPU was reset, slept or changed its speed meanwhile: nothing under way means anything. */
bool GpuQueries::isDisjoint() const
{
    GLint disjoint = 0;
    if (calls_.get_integer)
        calls_.get_integer(gpu_disjoint, &disjoint);
    return disjoint != 0;
}

void GpuQueries::tell(int64_t gpu_ns)
{
    const Slot &slot = slots_[first_];
    if (slot.token)
        pp_frame_gpu_done(slot.window, slot.token, gpu_ns);
    first_ = (first_ + 1) % count;
    --used_;
}

/* They have no result for their frames, but each must come before its query is used again. */
void GpuQueries::tellAll(int64_t gpu_ns)
{
    for (std::size_t i = 0; i < used_; ++i) {
        Slot &slot = slots_[(first_ + i) % count];
        if (slot.token)
            pp_frame_gpu_done(slot.window, slot.token, gpu_ns);
        slot.token = 0;
    }
}

bool GpuQueries::collect()
{
    while (used_ > (is_open_ ? 1u : 0u) && isReady(queries_[first_])) {
        GLuint64 result_ns = 0;
        calls_.get_result_u64(queries_[first_], query_result, &result_ns);
        if (isDisjoint())
            tellAll(PP_NOT_MEASURED);
        tell(result_ns <= INT64_MAX ? static_cast<int64_t>(result_ns) : PP_NOT_MEASURED);
    }
    return used_ > 0;
}

void GpuQueries::begin(pp_window *window)
{
    collect();
    GLint active = 0;
    if (is_open_ || used_ == count)
        return;
    calls_.get_query(time_elapsed, current_query, &active);
    const uint64_t token = active ? 0 : pp_frame_gpu_pending(window);
    if (!token)
        return;
    if (!is_made_)
        calls_.gen_queries(count, queries_.data());
    is_made_ = is_open_ = true;
    const std::size_t next = (first_ + used_++) % count;
    slots_[next] = {window, token};
    calls_.begin_query(time_elapsed, queries_[next]);
}

void GpuQueries::end()
{
    if (is_open_)
        calls_.end_query(time_elapsed);
    is_open_ = false;
}

void GpuQueries::drop()
{
    end();
    if (used_ == 0)
        return;
    Slot &slot = slots_[(first_ + used_ - 1) % count];
    if (slot.token)
        pp_frame_gpu_done(slot.window, slot.token, PP_NOT_MEASURED);
    slot.token = 0;
}

void GpuQueries::release()
{
    end();
    if (is_made_)
        calls_.delete_queries(count, queries_.data());
    forget();
}

void GpuQueries::forget()
{
    tellAll(PP_NOT_MEASURED);
    is_made_ = is_open_ = false;
    first_ = used_ = 0;
}

} // namespace ppq
