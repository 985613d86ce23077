/* shim/gpu_queries.hpp: how long the GPU took for a frame, by timer queries that are read frames
 * later, and whether they can be believed. Knows OpenGL only by a table of functions. */
#ifndef PPQ_GPU_QUERIES_HPP
#define PPQ_GPU_QUERIES_HPP

#include <paintprof/window.h>

#include <QtGui/qopengl.h>

#include <array>
#include <cstddef>

class QOpenGLContext;

namespace ppq
{

/* What timing needs of OpenGL. GL_TIME_ELAPSED and the rest have the same values on the desktop
 * and in GL_EXT_disjoint_timer_query. */
struct GpuCalls {
    void(QOPENGLF_APIENTRYP gen_queries)(GLsizei, GLuint *) = nullptr;
    void(QOPENGLF_APIENTRYP delete_queries)(GLsizei, const GLuint *) = nullptr;
    void(QOPENGLF_APIENTRYP begin_query)(GLenum, GLuint) = nullptr;
    void(QOPENGLF_APIENTRYP end_query)(GLenum) = nullptr;
    void(QOPENGLF_APIENTRYP get_query)(GLenum, GLenum, GLint *) = nullptr;
    void(QOPENGLF_APIENTRYP get_result_u32)(GLuint, GLenum, GLuint *) = nullptr;
    void(QOPENGLF_APIENTRYP get_result_u64)(GLuint, GLenum, GLuint64 *) = nullptr;
    void(QOPENGLF_APIENTRYP get_integer)(GLenum, GLint *) = nullptr; /* NULL: cannot be disjoint */
};

/* Obstacles are texts that go on from "GPU ", and fit a line of the overlay: at most 29 letters. */

/* Fills *calls for the current context. Returns what stands in the way, or nullptr. */
const char *loadGpuCalls(const QOpenGLContext &context, GpuCalls *calls);

/* A known amount of work for the check, and a clock to see how long it really takes. */
class GpuWork
{
public:
    virtual ~GpuWork() = default;
    virtual void submit(int amount) = 0;
    virtual void finish() = 0; /* glFinish */
    virtual uint64_t nowNs() = 0;
};

/* Whether the queries can be believed: they must agree with the clock around the same work and
 * glFinish, within a factor of 2, six times in a row and for several amounts. Returns what is
 * wrong, or nullptr. Takes about 15 ms on a GPU; gives up at the first that disagrees, or after 30
 * ms and one piece of work. */
const char *gpuClockObstacle(const GpuCalls &calls, GpuWork &work);

/* The queries of one context. All functions but the destructor and forget() want it current; none
 * waits for the GPU. */
class GpuQueries
{
public:
    explicit GpuQueries(const GpuCalls &calls) : calls_(calls) {}
    GpuQueries(const GpuQueries &) = delete;
    GpuQueries &operator=(const GpuQueries &) = delete;

    /* Around the drawing of window's present frame. A frame is not timed when nothing is captured,
     * when all queries are still under way, or when the program times it with one of its own:
     * OpenGL allows one at a time. */
    void begin(pp_window *window);
    void end();

    /* The last one that was begun, whose frame has drawn more than it encloses, has no result. */
    void drop();

    /* Hands on the results that are there; whether some are not. */
    bool collect();

    /* The context is going: deletes the queries. */
    void release();

    /* The context is gone, or cannot be made current. */
    void forget();

private:
    enum { count = 8 };
    struct Slot {
        pp_window *window;
        uint64_t token;
    };

    bool isReady(GLuint query) const;
    bool isDisjoint() const;
    void tell(int64_t gpu_ns);
    void tellAll(int64_t gpu_ns);

    const GpuCalls calls_;
    bool is_made_ = false;
    bool is_open_ = false; /* between begin and end; the newest slot */
    std::array<GLuint, count> queries_ = {};
    std::array<Slot, count> slots_ = {}; /* a ring beside queries_ */
    std::size_t first_ = 0, used_ = 0;
};

} // namespace ppq

#endif
