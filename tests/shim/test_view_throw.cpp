/* tests/shim/test_view_throw.cpp: C++ exceptions thrown while a view paints. */
#include "view_fixture.hpp"

namespace
{

/* Catches what comes out of Qt's outermost event delivery, as a program would. */
class CatchingApplication : public QApplication
{
public:
    using QApplication::QApplication;

    bool notify(QObject *receiver, QEvent *event) override
    {
        struct Depth {
            explicit Depth(int &d) : depth(d) { ++depth; }
            ~Depth() { --depth; }
            int &depth;
        } const nested(depth_);
        if (depth_ > 1)
            return QApplication::notify(receiver, event);
        try {
            return QApplication::notify(receiver, event);
        } catch (const std::runtime_error &error) {
            caught.push_back(error.what());
            return true;
        }
    }

    std::vector<std::string> caught;

private:
    int depth_ = 0;
};

std::vector<std::string> &caught()
{
    return static_cast<CatchingApplication *>(qApp)->caught;
}

/* Throws with a clip pushed, a zone open and its profiler's hook around it, when told to. */
struct Thrower {
    bool armed = false;
    int paints = 0;

    static void paint(void *surface, void *user)
    {
        auto *canvas = static_cast<pp_canvas *>(surface);
        Thrower &thrower = *static_cast<Thrower *>(user);
        ++thrower.paints;
        PP_ZONE(inner, "Thrower.inner()", PP_PHASE_BATCH);
        canvas->ops->push_clip(canvas, {50, 50, 10, 10});
        canvas->ops->fill_rects(canvas, &everywhere, 1, blue);
        if (thrower.armed)
            throw std::runtime_error("thrown while painting");
        canvas->ops->pop_clip(canvas);
        PP_END(inner);
    }
};

} // namespace

class TestViewThrow : public QObject
{
    Q_OBJECT

private slots:
    void init() { caught().clear(); }
    void an_exception_passes_through_and_the_next_frame_is_right();
    void items_after_a_thrower_are_painted_without_its_clip();
    void its_zones_are_closed();
    void the_first_of_several_is_thrown();
};

void TestViewThrow::an_exception_passes_through_and_the_next_frame_is_right()
{
    ViewFixture fixture;
    Box background(everywhere, black);
    Thrower thrower;
    ppq_item *item = nullptr;
    addItem(fixture.view, background, -1);
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 100, 100, 0}, 0, Thrower::paint,
                             &thrower),
             int(PP_OK));
    fixture.show();
    QVERIFY(caught().empty());
    const QImage good = fixture.picture();
    QCOMPARE(areaOf(good, blue), QRect(50, 50, 10, 10));

    for (int round = 1; round <= 3; ++round) {
        thrower.armed = true;
        ppq_view_update(fixture.view);
        fixture.settle();
        QCOMPARE(int(caught().size()), round);
        QCOMPARE(caught().back(), std::string("thrown while painting"));
        thrower.armed = false;
        thrower.paints = 0;
        background.color = round % 2 ? red : black;
        ppq_view_update(fixture.view);
        fixture.settle();
        QCOMPARE(thrower.paints, 1);
        QCOMPARE(fixture.picture().pixel(300, 200), background.color);
    }
}

void TestViewThrow::items_after_a_thrower_are_painted_without_its_clip()
{
    ViewFixture fixture;
    Thrower thrower;
    thrower.armed = true;
    Box background(everywhere, black), after({100, 100, 50, 50}, red);
    addItem(fixture.view, background, -1);
    ppq_item *item = nullptr;
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 100, 100, 0}, 0, Thrower::paint,
                             &thrower),
             int(PP_OK));
    addItem(fixture.view, after, 1);
    fixture.show();
    QVERIFY(!caught().empty());
    QCOMPARE(areaOf(fixture.picture(), red), QRect(100, 100, 50, 50));
}

void TestViewThrow::its_zones_are_closed()
{
    pp_session *session = nullptr;
    std::vector<pp_frame> frames;
    std::vector<std::pair<std::string, uint32_t>> zones;
    struct Seen {
        std::vector<pp_frame> *frames;
        std::vector<std::pair<std::string, uint32_t>> *zones;
    } seen = {&frames, &zones};
    QCOMPARE(pp_session_start(&session, nullptr), int(PP_OK));
    pp_sink sink = {};
    sink.struct_size = sizeof sink;
    sink.user = &seen;
    sink.frame = [](void *user, const pp_frame *frame) {
        static_cast<Seen *>(user)->frames->push_back(*frame);
    };
    sink.zone = [](void *user, const pp_zone_record *zone) {
        static_cast<Seen *>(user)->zones->emplace_back(zone->site->name, zone->depth);
    };
    QVERIFY(pp_session_add_sink(session, &sink) > 0);
    pg_set_profile_enabled(true);
    {
        ViewFixture fixture;
        Thrower thrower;
        pp_paint_hook hook;
        QCOMPARE(
            pp_paint_hook_init(&hook, "Thrower.paint()", PP_PHASE_REDRAW, Thrower::paint, &thrower),
            int(PP_OK));
        ppq_item *item = nullptr;
        QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 100, 100, 0}, 0,
                                 pp_paint_hook_run, &hook),
                 int(PP_OK));
        fixture.show();
        thrower.armed = true;
        ppq_view_update(fixture.view);
        fixture.settle();
        thrower.armed = false;
        frames.clear();
        zones.clear();
        ppq_view_update(fixture.view);
        fixture.settle();
        QCOMPARE(int(caught().size()), 1);
        QCOMPARE(frames.size(), size_t(1)); /* the frame that threw was ended too */
        QCOMPARE(frames[0].items_painted, 1);
        int at_the_same_depth = 0;
        uint32_t paint_depth = 0, hook_depth = 0;
        for (const auto &[name, depth] : zones) {
            if (name == "Thrower.paint()") {
                hook_depth = depth;
                ++at_the_same_depth;
            } else if (name.find("paintEvent") != std::string::npos) {
                paint_depth = depth;
            }
        }
        QCOMPARE(at_the_same_depth, 1);
        QCOMPARE(paint_depth, uint32_t(0)); /* nothing of the earlier frame is still open */
        QCOMPARE(hook_depth, uint32_t(1));
    }
    pg_set_profile_enabled(false);
    pp_session_stop(session);
}

void TestViewThrow::the_first_of_several_is_thrown()
{
    ViewFixture fixture;
    Thrower thrower;
    for (int i = 0; i < 3; ++i) {
        ppq_item *item = nullptr;
        QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 100, 100, 0}, 0,
                                 Thrower::paint, &thrower),
                 int(PP_OK));
    }
    fixture.show();
    thrower.armed = true;
    thrower.paints = 0;
    ppq_view_update(fixture.view);
    fixture.settle();
    QCOMPARE(thrower.paints, 3);
    QCOMPARE(int(caught().size()), 1);
}

int main(int argc, char **argv)
{
    CatchingApplication app(argc, argv);
    TestViewThrow test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_view_throw.moc"
