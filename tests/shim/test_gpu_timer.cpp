/* tests/shim/test_gpu_timer.cpp: GPU times reach the frames they belong to, or none at all: on an
 * OpenGL that the test plays itself, and (ctest label "xvfb") on software Mesa. */
#include "view_fixture.hpp"

#include "../../shim/gpu_queries.hpp"
#include "../../shim/gpu_timer.hpp"
#include "../../shim/gpu_widget.hpp"

#include <paintprof/paintprof.h>

#include <QtGui/QGuiApplication>
#include <QtGui/QOpenGLExtraFunctions>
#include <QtOpenGLWidgets/QOpenGLWidget>

#include <algorithm>
#include <map>

namespace
{

constexpr GLenum elapsed = 0x88BF;

/* A GPU that answers when it is told to. There is one, as the functions have no user. */
struct FakeGpu {
    std::map<GLuint, GLuint64> results; /* of queries that are ready */
    std::vector<GLuint> ended;          /* in the order they were */
    GLuint active = 0, made = 0;
    GLint foreign = 0, disjoint = 0;
    int begun = 0, deleted = 0, errors = 0;
};
FakeGpu gpu;

ppq::GpuCalls fakeCalls(bool can_be_disjoint = false)
{
    ppq::GpuCalls calls;
    calls.gen_queries = [](GLsizei count, GLuint *ids) {
        for (GLsizei i = 0; i < count; ++i)
            ids[i] = ++gpu.made;
    };
    calls.delete_queries = [](GLsizei count, const GLuint *) { gpu.deleted += count; };
    calls.begin_query = [](GLenum target, GLuint id) {
        gpu.errors += target != elapsed || gpu.active || gpu.foreign;
        gpu.active = id;
        ++gpu.begun;
        gpu.results.erase(id);
    };
    calls.end_query = [](GLenum) {
        gpu.errors += gpu.active == 0;
        gpu.ended.push_back(gpu.active);
        gpu.active = 0;
    };
    calls.get_query = [](GLenum, GLenum name, GLint *value) {
        *value = name == 0x8865 ? gpu.foreign : 64;
    };
    calls.get_result_u32 = [](GLuint id, GLenum, GLuint *value) {
        *value = gpu.results.count(id) > 0;
    };
    calls.get_result_u64 = [](GLuint id, GLenum, GLuint64 *value) {
        gpu.errors += gpu.results.count(id) == 0; /* would wait for the GPU */
        *value = gpu.results[id];
    };
    if (can_be_disjoint)
        calls.get_integer = [](GLenum, GLint *value) { *value = std::exchange(gpu.disjoint, 0); };
    return calls;
}

/* Work that takes 0.1 ms a piece, on a clock of its own; the query says what the test wants. */
struct FakeWork final : public ppq::GpuWork {
    double factor = 1; /* of what really passes */
    uint64_t piece_ns = 100000;
    bool answers = true;
    uint64_t now_ns = 1, begun_ns = 1;
    int submitted = 0, first_is_wrong = 0;
    void submit(int amount) override
    {
        begun_ns = now_ns;
        now_ns += piece_ns * static_cast<uint64_t>(amount);
        ++submitted;
    }
    void finish() override
    {
        now_ns += 1000;
        if (gpu.ended.empty() || !answers)
            return;
        const bool is_wrong = submitted <= first_is_wrong;
        gpu.results[gpu.ended.back()] =
            is_wrong ? UINT64_C(4211440000000)
                     : static_cast<GLuint64>(static_cast<double>(now_ns - begun_ns) * factor);
    }
    uint64_t nowNs() override { return now_ns; }
};

} // namespace

class TestGpuTimer : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void queries_that_agree_with_the_clock_are_believed();
    void queries_that_disagree_are_not_data();
    void queries_that_disagree_are_not();
    void the_check_gives_up_where_work_is_endless_or_nothing();
    void results_reach_the_frames_they_belong_to();
    void a_result_that_is_not_there_is_not_waited_for();
    void more_frames_than_queries_are_not_timed();
    void a_query_of_the_programs_own_is_left_alone();
    void a_disjoint_gpu_says_nothing_of_what_was_under_way();
    void what_does_not_enclose_all_of_its_frame_is_dropped();
    void a_lost_context_leaves_its_frames_unmeasured();
    void nothing_is_asked_of_opengl_while_nothing_is_captured();
    void software_opengl_is_not_believed_and_all_else_works();
    void the_check_leaves_the_state_of_opengl_alone();

private:
    static void see(void *user, const pp_frame *frame)
    {
        static_cast<TestGpuTimer *>(user)->frames_.push_back(*frame);
    }
    void frame(ppq::GpuQueries &queries)
    {
        pp_frame_begin(window_);
        queries.begin(window_);
        queries.end();
        pp_frame_end(window_);
    }

    pp_session *session_ = nullptr;
    pp_window *window_ = nullptr;
    std::vector<pp_frame> frames_;
};

void TestGpuTimer::init()
{
    gpu = {};
    frames_.clear();
    pp_window_opts opts = {};
    opts.struct_size = sizeof opts;
    QCOMPARE(pp_window_create(&window_, &opts), int{PP_OK});
    QCOMPARE(pp_session_start(&session_, nullptr), int{PP_OK});
    pp_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.user = this;
    sink.frame = see;
    QVERIFY(pp_session_add_sink(session_, &sink) > 0);
    pg_set_profile_enabled(true);
}

void TestGpuTimer::cleanup()
{
    pp_session_stop(session_);
    pp_window_destroy(window_);
    pg_set_profile_enabled(false);
    QCOMPARE(gpu.errors, 0);
}

/* ---- The check ----------------------------------------------------------------------------- */

void TestGpuTimer::queries_that_agree_with_the_clock_are_believed()
{
    FakeWork work;
    work.factor = 0.6; /* the rest is what it takes to submit */
    work.first_is_wrong = 1;
    QCOMPARE(ppq::gpuClockObstacle(fakeCalls(), work), nullptr);
    QCOMPARE(gpu.deleted, 1);
    QVERIFY(work.now_ns < 40000000);
}

void TestGpuTimer::queries_that_disagree_are_not_data()
{
    QTest::addColumn<double>("factor");
    QTest::addColumn<bool>("answers");
    QTest::newRow("zero") << 0.0 << true;
    QTest::newRow("less than half") << 0.4 << true;
    QTest::newRow("longer than the clock") << 1.2 << true;
    QTest::newRow("absurd") << 1e6 << true;
    QTest::newRow("not there after glFinish") << 1.0 << false;
}

void TestGpuTimer::queries_that_disagree_are_not()
{
    QFETCH(double, factor);
    QFETCH(bool, answers);
    FakeWork work;
    work.factor = factor;
    work.answers = answers;
    QCOMPARE(ppq::gpuClockObstacle(fakeCalls(), work), "timer disagrees with glFinish");
}

void TestGpuTimer::the_check_gives_up_where_work_is_endless_or_nothing()
{
    FakeWork slow;
    slow.piece_ns = 40000000;
    QCOMPARE(ppq::gpuClockObstacle(fakeCalls(), slow), "timer check took too long");
    QCOMPARE(slow.submitted, 2);
    FakeWork nothing;
    nothing.piece_ns = 0;
    QVERIFY(ppq::gpuClockObstacle(fakeCalls(), nothing) != nullptr);
}

/* ---- Frames -------------------------------------------------------------------------------- */

void TestGpuTimer::results_reach_the_frames_they_belong_to()
{
    ppq::GpuQueries queries(fakeCalls());
    frame(queries);
    frame(queries);
    QCOMPARE(frames_.size(), size_t{0});
    gpu.results[gpu.ended[0]] = 111;
    frame(queries);
    gpu.results[gpu.ended[1]] = 222;
    gpu.results[gpu.ended[2]] = 333;
    QVERIFY(!queries.collect());
    pp_session_drain(session_);
    QCOMPARE(frames_.size(), size_t{3});
    QCOMPARE(frames_[0].gpu_ns, int64_t{111});
    QCOMPARE(frames_[1].gpu_ns, int64_t{222});
    QCOMPARE(frames_[2].gpu_ns, int64_t{333});
    queries.release();
    QCOMPARE(gpu.deleted, int(gpu.made));
}

void TestGpuTimer::a_result_that_is_not_there_is_not_waited_for()
{
    ppq::GpuQueries queries(fakeCalls());
    for (int i = 0; i < 5; ++i)
        frame(queries);
    QCOMPARE(frames_.size(), size_t{1}); /* it waited for four more */
    QCOMPARE(frames_[0].gpu_ns, int64_t{PP_NOT_MEASURED});
    for (GLuint query : gpu.ended)
        gpu.results[query] = 10 + query;
    frame(queries);
    QCOMPARE(frames_.size(), size_t{5});
    QCOMPARE(frames_[4].gpu_ns, int64_t(10 + gpu.ended[4]));
}

void TestGpuTimer::more_frames_than_queries_are_not_timed()
{
    ppq::GpuQueries queries(fakeCalls());
    for (int i = 0; i < 20; ++i)
        frame(queries);
    QCOMPARE(gpu.begun, 8);
    for (GLuint query : gpu.ended)
        gpu.results[query] = 5;
    frame(queries);
    QCOMPARE(gpu.begun, 9);
    gpu.results[gpu.ended.back()] = 77;
    queries.collect();
    pp_session_drain(session_);
    QCOMPARE(frames_.size(), size_t{21});
    QCOMPARE(frames_[20].gpu_ns, int64_t{77});
    QVERIFY(std::all_of(frames_.begin(), frames_.begin() + 20,
                        [](const pp_frame &f) { return f.gpu_ns == PP_NOT_MEASURED; }));
}

void TestGpuTimer::a_query_of_the_programs_own_is_left_alone()
{
    ppq::GpuQueries queries(fakeCalls());
    gpu.foreign = 9;
    frame(queries);
    QCOMPARE(gpu.begun, 0);
    QCOMPARE(frames_.size(), size_t{1});
    FakeWork work;
    QVERIFY(ppq::gpuClockObstacle(fakeCalls(), work) != nullptr);
}

void TestGpuTimer::a_disjoint_gpu_says_nothing_of_what_was_under_way()
{
    ppq::GpuQueries queries(fakeCalls(true));
    frame(queries);
    frame(queries);
    gpu.results[gpu.ended[0]] = 111;
    gpu.results[gpu.ended[1]] = 222;
    gpu.disjoint = 1;
    frame(queries);
    QCOMPARE(frames_.size(), size_t{2});
    QCOMPARE(frames_[0].gpu_ns, int64_t{PP_NOT_MEASURED});
    QCOMPARE(frames_[1].gpu_ns, int64_t{PP_NOT_MEASURED});
    gpu.results[gpu.ended[2]] = 333;
    frame(queries);
    QCOMPARE(frames_[2].gpu_ns, int64_t{333});
}

void TestGpuTimer::what_does_not_enclose_all_of_its_frame_is_dropped()
{
    ppq::GpuQueries queries(fakeCalls());
    frame(queries);
    pp_frame_begin(window_);
    queries.begin(window_);
    queries.drop(); /* another widget has drawn, too */
    pp_frame_end(window_);
    gpu.results[gpu.ended[0]] = 111;
    gpu.results[gpu.ended[1]] = 222;
    frame(queries);
    gpu.results[gpu.ended[2]] = 333;
    QVERIFY(!queries.collect());
    pp_session_drain(session_);
    QCOMPARE(frames_.size(), size_t{3});
    QCOMPARE(frames_[0].gpu_ns, int64_t{111});
    QCOMPARE(frames_[1].gpu_ns, int64_t{PP_NOT_MEASURED});
    QCOMPARE(frames_[2].gpu_ns, int64_t{333});
    queries.release();
    queries.drop(); /* nothing is left */
}

void TestGpuTimer::a_lost_context_leaves_its_frames_unmeasured()
{
    ppq::GpuQueries queries(fakeCalls());
    frame(queries);
    frame(queries);
    queries.forget();
    pp_session_drain(session_);
    QCOMPARE(frames_.size(), size_t{2});
    QCOMPARE(gpu.deleted, 0); /* they went with the context */
    frame(queries);
    gpu.results[gpu.ended.back()] = 5;
    queries.collect();
    pp_session_drain(session_);
    QCOMPARE(frames_[2].gpu_ns, int64_t{5});
}

void TestGpuTimer::nothing_is_asked_of_opengl_while_nothing_is_captured()
{
    pp_session_stop(std::exchange(session_, nullptr));
    ppq::GpuQueries queries(fakeCalls());
    frame(queries);
    QCOMPARE(gpu.begun, 0);
    QCOMPARE(gpu.made, 0u);
}

/* ---- A real context ------------------------------------------------------------------------ */

void TestGpuTimer::software_opengl_is_not_believed_and_all_else_works()
{
    if (QGuiApplication::platformName() == "offscreen")
        QSKIP("needs a platform that shows OpenGL");
    const QTemporaryDir directory;
    const QByteArray path = directory.filePath("frames.csv").toUtf8();
    pp_csv *csv = nullptr;
    QCOMPARE(pp_csv_open(&csv, path.constData()), int{PP_OK});
    const pp_sink sink = pp_csv_sink(csv);
    QVERIFY(pp_session_add_sink(session_, &sink) > 0);

    ViewFixture fixture;
    Box box({10, 20, 100, 50}, red);
    addItem(fixture.view, box);
    pp_overlay *overlay = nullptr;
    QCOMPARE(pp_overlay_create(&overlay, pp_window_number(ppq_window_measured(fixture.window))),
             int{PP_OK});
    QCOMPARE(ppq_window_set_overlay(fixture.window, overlay), int{PP_OK});
    QCOMPARE(ppq_view_set_renderer(fixture.view, PPQ_OPENGL), int{PP_OK});
    fixture.show();
    frames_.clear();
    for (int i = 0; i < 10; ++i) {
        ppq_view_update(fixture.view);
        ViewFixture::settle();
    }
    QVERIFY(frames_.size() >= 5); /* none waits for what will not come */
    for (const pp_frame &seen : frames_)
        QCOMPARE(seen.gpu_ns, int64_t{PP_NOT_MEASURED});
    bool filled = false;
    QCOMPARE(areaOf(fixture.picture(), red, &filled), QRect(10, 20, 100, 50));
    QVERIFY(filled);
    char text[4096];
    pp_overlay_text(overlay, text, sizeof text);
    QVERIFY(QByteArray(text).contains("not measured\n"));

    pp_session_stop(std::exchange(session_, nullptr));
    QCOMPARE(pp_csv_close(csv), int{PP_OK});
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArrayList header = file.readLine().split(',');
    const qsizetype column = header.indexOf("gpu_ms");
    QVERIFY(column > 0);
    int rows = 0;
    while (!file.atEnd()) {
        QCOMPARE(file.readLine().split(',').at(column), QByteArray());
        ++rows;
    }
    QVERIFY(rows >= 10);
    QCOMPARE(ppq_window_set_overlay(fixture.window, nullptr), int{PP_OK});
    pp_overlay_destroy(overlay);
}

namespace
{

/* Draws with a timer of its own, in the middle of unusual state. */
class Surface final : public QOpenGLWidget
{
public:
    explicit Surface(pp_window *window)
        : timer_(
              ppq::gpuTargetOf(this), window,
              [this](const char *what) { checked.push_back(what ? what : ""); }, [] {})
    {
    }
    std::vector<std::string> checked;
    std::vector<GLint> before, after;
    GLenum error = GL_NO_ERROR;

private:
    void paintGL() override
    {
        QOpenGLExtraFunctions &gl = *context()->extraFunctions();
        gl.glEnable(GL_SCISSOR_TEST);
        gl.glScissor(3, 4, 5, 6);
        gl.glClearColor(0.25f, 0.5f, 0.75f, 1);
        before = stateOf(gl);
        timer_.begin();
        timer_.end();
        after = stateOf(gl);
        error = gl.glGetError();
        gl.glDisable(GL_SCISSOR_TEST);
    }
    static std::vector<GLint> stateOf(QOpenGLExtraFunctions &gl)
    {
        std::vector<GLint> state;
        for (const int name :
             {GL_DRAW_FRAMEBUFFER_BINDING, GL_READ_FRAMEBUFFER_BINDING, GL_RENDERBUFFER_BINDING,
              GL_SCISSOR_TEST, GL_SCISSOR_BOX, GL_VIEWPORT, GL_CURRENT_PROGRAM,
              GL_TEXTURE_BINDING_2D, GL_ARRAY_BUFFER_BINDING, GL_BLEND, GL_STENCIL_TEST,
              GL_ACTIVE_TEXTURE, GL_COLOR_WRITEMASK, GL_COLOR_CLEAR_VALUE}) {
            GLint values[4] = {};
            gl.glGetIntegerv(static_cast<GLenum>(name), values);
            state.insert(state.end(), values, values + 4);
        }
        return state;
    }

    ppq::GpuTimer timer_;
};

} // namespace

void TestGpuTimer::the_check_leaves_the_state_of_opengl_alone()
{
    if (QGuiApplication::platformName() == "offscreen")
        QSKIP("needs a platform that shows OpenGL");
    Surface surface(window_);
    surface.resize(200, 100);
    surface.show();
    QVERIFY(QTest::qWaitForWindowExposed(&surface));
    for (int i = 0; i < 3; ++i) {
        surface.update();
        ViewFixture::settle();
    }
    QCOMPARE(surface.checked.size(), size_t{1}); /* once a context */
    QVERIFY(!surface.checked[0].empty());        /* the suite runs on software OpenGL */
    QCOMPARE(surface.error, GLenum{GL_NO_ERROR});
    QVERIFY(!surface.before.empty());
    QCOMPARE(surface.after, surface.before);
}

QTEST_MAIN(TestGpuTimer)

#include "test_gpu_timer.moc"
