/* tests/shim/test_view_items.cpp: the graphics view behind ppq_view: its items, groups and input.
 */
#include "view_fixture.hpp"

namespace
{

/* The frames that a session saw. */
class Frames
{
public:
    Frames()
    {
        if (pp_session_start(&session_, nullptr) != PP_OK)
            throw std::runtime_error(pp_last_error());
        pp_sink sink = {};
        sink.struct_size = sizeof sink;
        sink.user = &seen;
        sink.frame = [](void *user, const pp_frame *frame) {
            static_cast<std::vector<pp_frame> *>(user)->push_back(*frame);
        };
        if (pp_session_add_sink(session_, &sink) < 0)
            throw std::runtime_error(pp_last_error());
    }
    Frames(const Frames &) = delete;
    Frames &operator=(const Frames &) = delete;
    ~Frames() { pp_session_stop(session_); }

    std::vector<pp_frame> seen;

private:
    pp_session *session_ = nullptr;
};

constexpr double day_s = 86400, epoch_s = 1.7e9; /* a day as wide as a few pixels, in 2023 */

} // namespace

class TestViewItems : public QObject
{
    Q_OBJECT

private slots:
    void items_created_and_painted_are_counted_in_their_frame();
    void a_frame_tells_the_device_pixels_it_painted();
    void a_pan_paints_every_item_once();
    void an_item_outside_what_is_asked_is_not_painted();
    void an_item_outside_its_groups_clip_is_not_painted();
    void a_hidden_item_is_not_painted();
    void items_are_painted_by_z();
    void a_clip_ends_at_its_device_pixel();
    void an_item_is_painted_to_the_device_pixel();
    void a_group_places_its_items_to_the_pixel();
    void zooming_finds_items_that_were_far_away();
    void a_margin_keeps_its_pixels_at_every_scale();
    void an_item_reaching_far_outside_a_deep_zoom_is_painted();
    void moved_bounds_are_repainted_where_they_were_and_are();
    void what_does_not_show_asks_for_no_frame();
    void bad_arguments_are_refused();
    void a_transform_without_inverse_is_ignored();
    void resize_is_told_in_device_pixels();
    void mouse_wheel_and_keys_come_in_device_pixels();
    void destroy_runs_once_whoever_deletes_the_view();
    void a_failed_create_leaves_user_with_the_caller();
    void groups_and_items_go_in_any_order();
    void thousands_of_items_come_and_go();
};

void TestViewItems::items_created_and_painted_are_counted_in_their_frame()
{
    Frames frames;
    ViewFixture fixture;
    Box background(everywhere, black), box({10, 10, 5, 5}, red);
    addItem(fixture.view, background, -1);
    for (int i = 0; i < 9; ++i)
        addItem(fixture.view, box);
    fixture.show();
    QVERIFY(!frames.seen.empty());
    QCOMPARE(frames.seen.front().items_created, 10);
    QCOMPARE(frames.seen.front().items_painted, 10);

    const size_t before = frames.seen.size();
    ppq_view_update(fixture.view);
    fixture.settle();
    QCOMPARE(frames.seen.size(), before + 1);
    QCOMPARE(frames.seen.back().items_created, 0);
    QCOMPARE(frames.seen.back().items_painted, 10);
    QVERIFY(frames.seen.back().asked_ns > 0);
}

void TestViewItems::a_frame_tells_the_device_pixels_it_painted()
{
    Frames frames;
    ViewFixture fixture;
    Box background(everywhere, black);
    addItem(fixture.view, background);
    fixture.show();
    ppq_view_update(fixture.view);
    fixture.settle();
    QCOMPARE(frames.seen.back().dirty_px, int64_t(fixture.told.width_px) * fixture.told.height_px);
    ppq_view_update_rect(fixture.view, {30, 60, 90, 120});
    fixture.settle();
    QCOMPARE(frames.seen.back().dirty_px, 90 * 120);
}

void TestViewItems::a_pan_paints_every_item_once()
{
    Frames frames;
    ViewFixture fixture;
    ppq_group *group = addGroup(fixture.view);
    std::vector<Box> boxes(100, Box({5, 5, 1, 1}, red));
    for (Box &box : boxes)
        addItem(fixture.view, group, {0, 0, 10, 10, 0}, box);
    fixture.show();
    for (Box &box : boxes)
        box.paints = 0;
    const size_t before = frames.seen.size();
    for (int step = 1; step <= 5; ++step) {
        ppq_group_set_transform(group, 1, 1, step, step);
        ppq_view_update(fixture.view);
        fixture.settle();
    }
    for (const Box &box : boxes)
        QCOMPARE(box.paints, 5);
    QCOMPARE(frames.seen.size(), before + 5);
}

void TestViewItems::an_item_outside_what_is_asked_is_not_painted()
{
    ViewFixture fixture;
    Box left({0, 0, 60, 60}, red), right({300, 0, 60, 60}, red);
    addItem(fixture.view, left);
    ppq_item *item = addItem(fixture.view, right);
    fixture.show();
    left.paints = right.paints = 0;
    ppq_view_update_rect(fixture.view, {10, 10, 20, 20});
    fixture.settle();
    QCOMPARE(left.paints, 1);
    QCOMPARE(right.paints, 0);
    ppq_item_update(item);
    fixture.settle();
    QCOMPARE(left.paints, 1);
    QCOMPARE(right.paints, 1);
}

void TestViewItems::an_item_outside_its_groups_clip_is_not_painted()
{
    ViewFixture fixture;
    ppq_group *group = addGroup(fixture.view);
    ppq_group_set_clip(group, {100, 100, 100, 100});
    Box background(everywhere, black);
    addItem(fixture.view, background, -1);
    Box inside({120, 120, 9, 9}, red), outside({20, 20, 9, 9}, red);
    addItem(fixture.view, group, {120, 120, 9, 9, 0}, inside);
    addItem(fixture.view, group, {20, 20, 9, 9, 0}, outside);
    fixture.show();
    QCOMPARE(inside.paints, 1);
    ppq_view_update_rect(fixture.view, {110, 110, 60, 60});
    fixture.settle();
    QCOMPARE(inside.paints, 2);
    const int outside_paints = outside.paints;
    ppq_view_update_rect(fixture.view, {0, 0, 80, 80}); /* the group itself is not there */
    fixture.settle();
    QCOMPARE(inside.paints, 2);
    QCOMPARE(outside.paints, outside_paints);
    QCOMPARE(areaOf(fixture.picture(), red), QRect(120, 120, 9, 9));
}

void TestViewItems::a_hidden_item_is_not_painted()
{
    ViewFixture fixture;
    Box background(everywhere, black), box({30, 30, 60, 60}, red);
    addItem(fixture.view, background, -1);
    ppq_item *item = addItem(fixture.view, box);
    fixture.show();
    QCOMPARE(areaOf(fixture.picture(), red), QRect(30, 30, 60, 60));
    ppq_item_set_visible(item, false);
    fixture.settle();
    QCOMPARE(box.paints, 1);
    QVERIFY(areaOf(fixture.picture(), red).isEmpty());
    ppq_item_set_visible(item, true);
    fixture.settle();
    QCOMPARE(box.paints, 2);
    QCOMPARE(areaOf(fixture.picture(), red), QRect(30, 30, 60, 60));
}

void TestViewItems::items_are_painted_by_z()
{
    ViewFixture fixture;
    Box above({0, 0, 50, 50}, blue), below(everywhere, red);
    addItem(fixture.view, above, 2);
    ppq_group *group = addGroup(fixture.view, 1);
    addItem(fixture.view, group, {0, 0, 4000, 4000, 0}, below);
    fixture.show();
    QCOMPARE(areaOf(fixture.picture(), blue), QRect(0, 0, 50, 50));
}

void TestViewItems::a_clip_ends_at_its_device_pixel()
{
    ViewFixture fixture;
    Box background(everywhere, black), inside(everywhere, red);
    addItem(fixture.view, background, -1);
    ppq_group *group = addGroup(fixture.view);
    addItem(fixture.view, group, {0, 0, 4000, 4000, 0}, inside);
    fixture.show();
    for (const pp_rect clip : {pp_rect{13, 17, 101, 57}, pp_rect{14, 18, 100, 60}}) {
        ppq_group_set_clip(group, clip);
        fixture.settle();
        bool filled = false;
        QCOMPARE(areaOf(fixture.picture(), red, &filled), QRect(clip.x, clip.y, clip.w, clip.h));
        QVERIFY(filled);
    }
}

void TestViewItems::an_item_is_painted_to_the_device_pixel()
{
    ViewFixture fixture;
    Box background(everywhere, black), box({33, 21, 7, 5}, red);
    addItem(fixture.view, background, -1);
    addItem(fixture.view, box);
    fixture.show();
    QCOMPARE(box.width_px, qRound(400 * fixture.ratio()));
    QCOMPARE(box.height_px, qRound(300 * fixture.ratio()));
    QCOMPARE(box.ratio, fixture.ratio());
    bool filled = false;
    QCOMPARE(areaOf(fixture.picture(), red, &filled), QRect(33, 21, 7, 5));
    QVERIFY(filled);
}

void TestViewItems::a_group_places_its_items_to_the_pixel()
{
    ViewFixture fixture;
    ppq_group *group = addGroup(fixture.view);
    const double scale = 6 / day_s; /* six pixels a day */
    ppq_group_set_transform(group, scale, -2, -epoch_s * scale, 300);
    /* Ten days in: 60 to 120 px across; 40 to 90 units up: 120 to 220 px down. */
    Box box({60, 120, 60, 100}, red);
    addItem(fixture.view, group, {epoch_s + 10 * day_s, 40, 10 * day_s, 50, 0}, box);
    fixture.show();
    box.paints = 0;
    const int apart = qCeil(3 * fixture.ratio()); /* Qt's slack around items */
    const pp_rect beside[] = {{0, 150, 60 - apart, 9},
                              {120 + apart, 150, 60, 9},
                              {80, 0, 9, 120 - apart},
                              {80, 220 + apart, 9, 60}};
    for (const pp_rect &rect : beside) {
        ppq_view_update_rect(fixture.view, rect);
        fixture.settle();
        QCOMPARE(box.paints, 0);
    }
    const pp_rect corners[] = {
        {60, 120, 1, 1}, {119, 219, 1, 1}, {60, 219, 1, 1}, {119, 120, 1, 1}};
    int paints = 0;
    for (const pp_rect &rect : corners) {
        ppq_view_update_rect(fixture.view, rect);
        fixture.settle();
        QCOMPARE(box.paints, ++paints);
    }
}

void TestViewItems::zooming_finds_items_that_were_far_away()
{
    ViewFixture fixture;
    ppq_group *group = addGroup(fixture.view);
    Box box({100, 100, 20, 20}, red);
    addItem(fixture.view, group, {1e9, 1e9, 2e5, 2e5, 0}, box);
    fixture.show();
    QCOMPARE(box.paints, 0);
    ppq_group_set_transform(group, 1e-4, 1e-4, 100 - 1e5, 100 - 1e5); /* to 100..120 px */
    fixture.settle();
    QCOMPARE(box.paints, 1);
    ppq_view_update_rect(fixture.view, {105, 105, 3, 3});
    fixture.settle();
    QCOMPARE(box.paints, 2);
    ppq_group_set_transform(group, 1, 1, 0, 0);
    fixture.settle();
    QCOMPARE(box.paints, 2);
}

void TestViewItems::a_margin_keeps_its_pixels_at_every_scale()
{
    ViewFixture fixture;
    ppq_group *group = addGroup(fixture.view);
    Box box({80, 80, 40, 40}, red);
    addItem(fixture.view, group, {1000, 1000, 0, 0, 20}, box); /* a point and 20 px around it */
    fixture.show();
    for (const double scale : {1e-3, 1.0, -1.0, 1e4}) {
        ppq_group_set_transform(group, scale, scale, 100 - 1000 * scale, 100 - 1000 * scale);
        fixture.settle();
        box.paints = 0;
        ppq_view_update_rect(fixture.view, {81, 81, 2, 2});
        fixture.settle();
        QCOMPARE(box.paints, 1);
        ppq_view_update_rect(fixture.view, {60, 60, 12, 12});
        fixture.settle();
        QCOMPARE(box.paints, 1);
    }
}

void TestViewItems::an_item_reaching_far_outside_a_deep_zoom_is_painted()
{
    ViewFixture fixture;
    ppq_group *group = addGroup(fixture.view);
    Box across(everywhere, red), before({0, 0, 1, 1}, red), after({0, 0, 1, 1}, red);
    addItem(fixture.view, group, {-1e6, -1e6, 2e6, 2e6, 0}, across);
    addItem(fixture.view, group, {-3e6, 0, 1e6, 1, 0}, before);
    addItem(fixture.view, group, {2e6, 0, 1e6, 1, 0}, after);
    ppq_group_set_transform(group, 1e7, 1e7, 100, 100); /* edges at +-1e13 px */
    fixture.show();
    QCOMPARE(across.paints, 1);
    QCOMPARE(before.paints, 0);
    QCOMPARE(after.paints, 0);
}

void TestViewItems::moved_bounds_are_repainted_where_they_were_and_are()
{
    ViewFixture fixture;
    Box background(everywhere, black), box({30, 30, 15, 15}, red);
    addItem(fixture.view, background, -1);
    ppq_item *item = addItem(fixture.view, box);
    fixture.show();
    box.rect = {240, 120, 15, 15};
    ppq_item_set_bounds(item, {240, 120, 15, 15, 0});
    fixture.settle();
    QCOMPARE(areaOf(fixture.picture(), red), QRect(240, 120, 15, 15));
    ppq_item_destroy(item);
    fixture.settle();
    QVERIFY(areaOf(fixture.picture(), red).isEmpty());
}

void TestViewItems::what_does_not_show_asks_for_no_frame()
{
    Frames frames;
    ViewFixture fixture;
    ppq_view_update(fixture.view); /* not shown yet */
    ppq_group *group = addGroup(fixture.view);
    ppq_group_set_clip(group, {0, 0, 100, 100});
    Box box({300, 200, 10, 10}, red);
    ppq_item *item = addItem(fixture.view, group, {300, 200, 10, 10, 0}, box);
    fixture.show();
    const size_t before = frames.seen.size();
    ppq_item_update(item);
    ppq_view_update_rect(fixture.view, {-50, -50, 20, 20});
    ppq_view_update_rect(fixture.view, {5, 5, 0, 0});
    ppq_group_set_transform(group, 1, 1, 0, 0); /* as it is */
    fixture.settle();
    QCOMPARE(frames.seen.size(), before);
}

void TestViewItems::bad_arguments_are_refused()
{
    ViewFixture fixture;
    Box box({0, 0, 1, 1}, red);
    ppq_item *item = nullptr;
    ppq_group *group = nullptr;
    ppq_view *second = nullptr;
    const double nan = qQNaN();
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {nan, 0, 1, 1, 0}, 0, Box::paint, &box),
             int(PP_EINVAL));
    QCOMPARE(ppq_item_create(&item, fixture.view, nullptr, {0, 0, 1, 1, 0}, 0, nullptr, &box),
             int(PP_EINVAL));
    QCOMPARE(ppq_item_create(&item, nullptr, nullptr, {0, 0, 1, 1, 0}, 0, Box::paint, &box),
             int(PP_EINVAL));
    QCOMPARE(ppq_group_create(&group, nullptr, 0), int(PP_EINVAL));
    QCOMPARE(ppq_view_create(&second, fixture.window, nullptr), int(PP_EBUSY));
    QVERIFY(*pp_last_error());
    QVERIFY(!item && !group && !second);
    ppq_item_destroy(nullptr);
    ppq_group_destroy(nullptr);
    ppq_view_destroy(nullptr);
}

void TestViewItems::a_transform_without_inverse_is_ignored()
{
    ViewFixture fixture;
    ppq_group *group = addGroup(fixture.view);
    Box box({10, 10, 10, 10}, red);
    addItem(fixture.view, group, {10, 10, 10, 10, 0}, box);
    fixture.show();
    ppq_group_set_transform(group, 0, 1, 0, 0);
    ppq_group_set_transform(group, 1, qInf(), 0, 0);
    ppq_group_set_transform(group, 1, 1, qQNaN(), 0);
    ppq_view_update_rect(fixture.view, {12, 12, 2, 2});
    fixture.settle();
    QCOMPARE(box.paints, 2);
}

void TestViewItems::resize_is_told_in_device_pixels()
{
    ViewFixture fixture;
    fixture.show();
    QCOMPARE(fixture.told.width_px, qRound(400 * fixture.ratio()));
    QCOMPARE(fixture.told.height_px, qRound(300 * fixture.ratio()));
    QCOMPARE(fixture.told.ratio, fixture.ratio());
    const int before = fixture.told.resizes;
    ViewFixture::topLevel()->resize(440, 320);
    fixture.settle();
    QCOMPARE(fixture.told.resizes, before + 1);
    QCOMPARE(fixture.told.width_px, qRound(440 * fixture.ratio()));
}

void TestViewItems::mouse_wheel_and_keys_come_in_device_pixels()
{
    ViewFixture fixture;
    fixture.show();
    Told &told = fixture.told;
    const double ratio = fixture.ratio();
    told.mouse.clear();
    QTest::mousePress(ViewFixture::viewport(), Qt::LeftButton, Qt::ShiftModifier, QPoint(20, 30));
    QTest::mouseMove(ViewFixture::viewport(), QPoint(24, 36));
    QTest::mouseRelease(ViewFixture::viewport(), Qt::LeftButton, Qt::NoModifier, QPoint(24, 36));
    QVERIFY(told.mouse.size() >= 3);
    QCOMPARE(told.mouse.front().kind, PPQ_MOUSE_PRESS);
    QCOMPARE(told.mouse.front().x_px, 20 * ratio);
    QCOMPARE(told.mouse.front().y_px, 30 * ratio);
    QCOMPARE(told.mouse.front().button, unsigned(PPQ_LEFT_BUTTON));
    QCOMPARE(told.mouse.front().modifiers, unsigned(PPQ_SHIFT));
    QCOMPARE(told.mouse.back().kind, PPQ_MOUSE_RELEASE);
    QCOMPARE(told.mouse.back().x_px, 24 * ratio);

    QWheelEvent wheel(QPointF(40, 50), ViewFixture::viewport()->mapToGlobal(QPointF(40, 50)),
                      QPoint(), QPoint(0, 120), Qt::NoButton, Qt::ControlModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(ViewFixture::viewport(), &wheel);
    QCOMPARE(told.wheel.size(), size_t(1));
    QCOMPARE(told.wheel[0].x_px, 40 * ratio);
    QCOMPARE(told.wheel[0].steps_y, 1.0);
    QCOMPARE(told.wheel[0].modifiers, unsigned(PPQ_CTRL));

    QTest::keyClick(ViewFixture::viewport(), Qt::Key_Left);
    QTest::keyClick(ViewFixture::area(), 'q');
    QCOMPARE(told.keys.size(), size_t(2));
    QCOMPARE(told.keys[0].code, PPQ_KEY_LEFT);
    QCOMPARE(told.keys[1].unicode, uint32_t('q'));
}

void TestViewItems::destroy_runs_once_whoever_deletes_the_view()
{
    Told told;
    ppq_callbacks table = {};
    table.struct_size = sizeof table;
    table.user = &told;
    table.destroy = [](void *user) { ++static_cast<Told *>(user)->destroyed; };
    for (const bool by_window : {true, false}) {
        told.destroyed = 0;
        ppq_window *window = nullptr;
        ppq_view *view = nullptr;
        QCOMPARE(ppq_window_create(&window, "w", 1, 100, 100), int(PP_OK));
        QCOMPARE(ppq_view_create(&view, window, &table), int(PP_OK));
        Box box(everywhere, red);
        addItem(view, box);
        ppq_window_show(window);
        ViewFixture::settle();
        if (!by_window) {
            ppq_view_destroy(view);
            QCOMPARE(told.destroyed, 1);
            ViewFixture::settle();
        }
        ppq_window_destroy(window);
        QCOMPARE(told.destroyed, 1);
    }
}

void TestViewItems::a_failed_create_leaves_user_with_the_caller()
{
    ViewFixture fixture;
    Told told;
    ppq_callbacks table = {};
    table.struct_size = sizeof table;
    table.user = &told;
    table.destroy = [](void *user) { ++static_cast<Told *>(user)->destroyed; };
    ppq_view *second = nullptr;
    QCOMPARE(ppq_view_create(&second, fixture.window, &table), int(PP_EBUSY));
    QCOMPARE(told.destroyed, 0);
}

void TestViewItems::groups_and_items_go_in_any_order()
{
    ViewFixture fixture;
    Box box({10, 10, 10, 10}, red);
    ppq_group *first = addGroup(fixture.view), *second = addGroup(fixture.view);
    ppq_item *alone = addItem(fixture.view, box);
    ppq_item *item = addItem(fixture.view, first, {10, 10, 10, 10, 0}, box);
    addItem(fixture.view, first, {10, 10, 10, 10, 0}, box);
    addItem(fixture.view, second, {10, 10, 10, 10, 0}, box);
    fixture.show();
    QCOMPARE(box.paints, 4);
    ppq_item_destroy(item);
    ppq_group_destroy(first); /* with the item left in it */
    fixture.settle();
    QCOMPARE(box.paints, 6);
    ppq_item_destroy(alone);
    fixture.settle();
    QCOMPARE(box.paints, 7);
}

void TestViewItems::thousands_of_items_come_and_go()
{
    ViewFixture fixture;
    fixture.show();
    Box box({0, 0, 1, 1}, red);
    for (int round = 0; round < 3; ++round) {
        ppq_group *group = addGroup(fixture.view);
        std::vector<ppq_item *> items;
        for (int i = 0; i < 5000; ++i)
            items.push_back(
                addItem(fixture.view, group, {double(i % 390), i / 20.0, 1, 1, 1}, box));
        fixture.settle();
        for (size_t i = 0; i < items.size(); i += 2)
            ppq_item_destroy(items[i]);
        box.paints = 0;
        ppq_view_update(fixture.view);
        fixture.settle();
        QCOMPARE(box.paints, 2500);
        ppq_group_destroy(group);
    }
    fixture.settle();
}

QTEST_MAIN(TestViewItems)
#include "test_view_items.moc"
