/* tests/shim/test_input.cpp: what a program is told of keys, mouse and wheel. */
#include "canvas_fixture.hpp"

#include <QtGui/QWheelEvent>

Q_DECLARE_METATYPE(ppq_key_code)

class TestInput : public QObject
{
    Q_OBJECT

private slots:
    void a_key_comes_as_code_or_character_data();
    void a_key_comes_as_code_or_character();
    void an_unhandled_key_goes_on();
    void the_mouse_is_told_in_device_pixels();
    void the_mouse_leaving_is_told();
    void the_wheel_is_told_in_notches();
    void a_refused_close_keeps_the_window();
    void zones_of_input_count_to_the_next_frame();
};

void TestInput::a_key_comes_as_code_or_character_data()
{
    QTest::addColumn<int>("key");
    QTest::addColumn<int>("modifiers");
    QTest::addColumn<QString>("text");
    QTest::addColumn<ppq_key_code>("code");
    QTest::addColumn<unsigned>("unicode");
    QTest::addColumn<unsigned>("told_modifiers");
    const int none = Qt::NoModifier, ctrl = Qt::ControlModifier, shift = Qt::ShiftModifier;
    const auto row = [](const char *name, int key, int modifiers, const char *text,
                        ppq_key_code code, unsigned unicode, unsigned told) {
        QTest::newRow(name) << key << modifiers << QString::fromUtf8(text) << code << unicode
                            << told;
    };
    row("a letter", Qt::Key_A, none, "a", PPQ_KEY_TEXT, 'a', 0);
    row("a capital", Qt::Key_A, shift, "A", PPQ_KEY_TEXT, 'A', PPQ_SHIFT);
    row("ctrl and a letter", Qt::Key_A, ctrl, "\x01", PPQ_KEY_TEXT, 'a', PPQ_CTRL);
    row("alt and a digit", Qt::Key_1, Qt::AltModifier, "1", PPQ_KEY_TEXT, '1', PPQ_ALT);
    row("question mark", Qt::Key_Question, shift, "?", PPQ_KEY_TEXT, '?', PPQ_SHIFT);
    row("beyond 16 bits", Qt::Key_unknown, none, "\xf0\x9f\x99\x82", PPQ_KEY_TEXT, 0x1f642, 0);
    row("space", Qt::Key_Space, none, " ", PPQ_KEY_TEXT, ' ', 0);
    row("left", Qt::Key_Left, none, "", PPQ_KEY_LEFT, 0, 0);
    row("right", Qt::Key_Right, none, "", PPQ_KEY_RIGHT, 0, 0);
    row("up", Qt::Key_Up, none, "", PPQ_KEY_UP, 0, 0);
    row("down", Qt::Key_Down, none, "", PPQ_KEY_DOWN, 0, 0);
    row("page up", Qt::Key_PageUp, none, "", PPQ_KEY_PAGE_UP, 0, 0);
    row("page down", Qt::Key_PageDown, none, "", PPQ_KEY_PAGE_DOWN, 0, 0);
    row("home", Qt::Key_Home, none, "", PPQ_KEY_HOME, 0, 0);
    row("end", Qt::Key_End, none, "", PPQ_KEY_END, 0, 0);
    row("escape", Qt::Key_Escape, none, "\x1b", PPQ_KEY_ESCAPE, 0, 0);
    row("return", Qt::Key_Return, none, "\r", PPQ_KEY_ENTER, 0, 0);
    row("enter", Qt::Key_Enter, none, "\r", PPQ_KEY_ENTER, 0, 0);
    row("F5", Qt::Key_F5, none, "", PPQ_KEY_OTHER, 0, 0);
}

void TestInput::a_key_comes_as_code_or_character()
{
    QFETCH(int, key);
    QFETCH(int, modifiers);
    QFETCH(QString, text);
    CanvasFixture fixture;
    fixture.show();
    ppq_key told = {};
    fixture.key = [&told](const ppq_key &pressed) {
        told = pressed;
        return true;
    };
    QKeyEvent event(QEvent::KeyPress, key, Qt::KeyboardModifiers(modifiers), text);
    QCoreApplication::sendEvent(CanvasFixture::topLevel()->focusWidget(), &event);
    QTEST(told.code, "code");
    QTEST(static_cast<unsigned>(told.unicode), "unicode");
    QTEST(told.modifiers, "told_modifiers");
    QVERIFY(!told.repeated);
}

void TestInput::an_unhandled_key_goes_on()
{
    CanvasFixture fixture;
    fixture.show();
    fixture.key = [](const ppq_key &pressed) { return pressed.unicode == 'x'; };
    QKeyEvent taken(QEvent::KeyPress, Qt::Key_X, Qt::NoModifier, "x");
    QKeyEvent other(QEvent::KeyPress, Qt::Key_Y, Qt::NoModifier, "y");
    QWidget *focus = CanvasFixture::topLevel()->focusWidget();
    QCoreApplication::sendEvent(focus, &taken);
    QCoreApplication::sendEvent(focus, &other);
    QVERIFY(taken.isAccepted());
    QVERIFY(!other.isAccepted());
}

void TestInput::the_mouse_is_told_in_device_pixels()
{
    CanvasFixture fixture;
    fixture.show();
    std::vector<ppq_mouse> told;
    fixture.mouse = [&told](const ppq_mouse &mouse) { told.push_back(mouse); };
    QWidget *widget = CanvasFixture::widget();
    QTest::mousePress(widget, Qt::RightButton, Qt::ControlModifier, QPoint(20, 30));
    QTest::mouseRelease(widget, Qt::RightButton, Qt::NoModifier, QPoint(21, 30));
    QTest::mouseDClick(widget, Qt::LeftButton, Qt::NoModifier, QPoint(40, 50));
    QVERIFY(told.size() >= 3);
    QCOMPARE(told[0].kind, PPQ_MOUSE_PRESS);
    QCOMPARE(told[0].x_px, 20 * fixture.ratio);
    QCOMPARE(told[0].y_px, 30 * fixture.ratio);
    QCOMPARE(told[0].button, unsigned{PPQ_RIGHT_BUTTON});
    QCOMPARE(told[0].buttons, unsigned{PPQ_RIGHT_BUTTON});
    QCOMPARE(told[0].modifiers, unsigned{PPQ_CTRL});
    QCOMPARE(told[1].kind, PPQ_MOUSE_RELEASE);
    QCOMPARE(told[1].buttons, 0u);
    const auto is_double = [](const ppq_mouse &mouse) {
        return mouse.kind == PPQ_MOUSE_DOUBLE_CLICK && mouse.button == PPQ_LEFT_BUTTON;
    };
    QVERIFY(std::any_of(told.begin(), told.end(), is_double));
}

void TestInput::the_mouse_leaving_is_told()
{
    CanvasFixture fixture;
    fixture.show();
    int leaves = 0;
    fixture.mouse = [&leaves](const ppq_mouse &mouse) { leaves += mouse.kind == PPQ_MOUSE_LEAVE; };
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(CanvasFixture::widget(), &leave);
    QCOMPARE(leaves, 1);
}

void TestInput::the_wheel_is_told_in_notches()
{
    CanvasFixture fixture;
    fixture.show();
    std::vector<ppq_wheel> told;
    fixture.wheel = [&told](const ppq_wheel &wheel) { told.push_back(wheel); };
    QWheelEvent event(QPointF(10, 20), QPointF(10, 20), QPoint(), QPoint(30, -240), Qt::NoButton,
                      Qt::ShiftModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(CanvasFixture::widget(), &event);
    QCOMPARE(told.size(), size_t{1});
    QCOMPARE(told[0].steps_x, 0.25);
    QCOMPARE(told[0].steps_y, -2.0);
    QCOMPARE(told[0].x_px, 10 * fixture.ratio);
    QCOMPARE(told[0].y_px, 20 * fixture.ratio);
    QCOMPARE(told[0].modifiers, unsigned{PPQ_SHIFT});
}

void TestInput::a_refused_close_keeps_the_window()
{
    CanvasFixture fixture;
    fixture.show();
    bool closes = false;
    fixture.close = [&closes] { return closes; };
    QVERIFY(!CanvasFixture::topLevel()->close());
    QVERIFY(CanvasFixture::topLevel()->isVisible());
    closes = true;
    QVERIFY(CanvasFixture::topLevel()->close());
    QCOMPARE(fixture.destroyed, 0);
}

void TestInput::zones_of_input_count_to_the_next_frame()
{
    CanvasFixture fixture;
    fixture.show();
    Frames frames;
    fixture.mouse = [&fixture](const ppq_mouse &) {
        PP_SCOPE("hover", PP_PHASE_BATCH);
        spin(100000);
        ppq_canvas_update(fixture.canvas);
    };
    QTest::mouseClick(CanvasFixture::widget(), Qt::LeftButton, {}, QPoint(5, 5));
    QTRY_VERIFY(!frames.seen.empty());
    QVERIFY(frames.seen[0].phase_ns[PP_PHASE_BATCH] >= 100000);
}

QTEST_MAIN(TestInput)
#include "test_input.moc"
