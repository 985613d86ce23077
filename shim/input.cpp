/* shim/input.cpp: Qt's input events as the plain structs of paintprof/qt.h. */
#include "input.hpp"

#include <QtGui/QKeyEvent>
#include <QtGui/QMouseEvent>
#include <QtGui/QWheelEvent>
#include <QtWidgets/QWidget>

namespace ppq
{

namespace
{

unsigned modifiersOf(Qt::KeyboardModifiers held)
{
    unsigned modifiers = 0;
    if (held & Qt::ShiftModifier)
        modifiers |= PPQ_SHIFT;
    if (held & Qt::ControlModifier)
        modifiers |= PPQ_CTRL;
    if (held & Qt::AltModifier)
        modifiers |= PPQ_ALT;
    return modifiers;
}

unsigned buttonsOf(Qt::MouseButtons held)
{
    unsigned buttons = 0;
    if (held & Qt::LeftButton)
        buttons |= PPQ_LEFT_BUTTON;
    if (held & Qt::RightButton)
        buttons |= PPQ_RIGHT_BUTTON;
    if (held & Qt::MiddleButton)
        buttons |= PPQ_MIDDLE_BUTTON;
    return buttons;
}

ppq_key_code codeOf(int key)
{
    switch (key) {
    case Qt::Key_Left:
        return PPQ_KEY_LEFT;
    case Qt::Key_Right:
        return PPQ_KEY_RIGHT;
    case Qt::Key_Up:
        return PPQ_KEY_UP;
    case Qt::Key_Down:
        return PPQ_KEY_DOWN;
    case Qt::Key_PageUp:
        return PPQ_KEY_PAGE_UP;
    case Qt::Key_PageDown:
        return PPQ_KEY_PAGE_DOWN;
    case Qt::Key_Home:
        return PPQ_KEY_HOME;
    case Qt::Key_End:
        return PPQ_KEY_END;
    case Qt::Key_Escape:
        return PPQ_KEY_ESCAPE;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return PPQ_KEY_ENTER;
    default:
        return PPQ_KEY_OTHER;
    }
}

/* With Ctrl held the text is a control character or empty: the key's own letter counts. */
uint32_t unicodeOf(const QKeyEvent &event)
{
    const int key = event.key();
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier)) {
        if (key >= Qt::Key_Space && key <= Qt::Key_ydiaeresis)
            return QChar::toLower(static_cast<char32_t>(key));
    }
    const QList<uint> text = event.text().toUcs4();
    return text.isEmpty() || QChar::category(text.front()) == QChar::Other_Control ? 0
                                                                                   : text.front();
}

ppq_mouse_kind kindOf(QEvent::Type type)
{
    switch (type) {
    case QEvent::MouseButtonPress:
        return PPQ_MOUSE_PRESS;
    case QEvent::MouseButtonRelease:
        return PPQ_MOUSE_RELEASE;
    case QEvent::MouseButtonDblClick:
        return PPQ_MOUSE_DOUBLE_CLICK;
    case QEvent::Leave:
        return PPQ_MOUSE_LEAVE;
    default:
        return PPQ_MOUSE_MOVE;
    }
}

bool deliverMouse(const ppq_callbacks &callbacks, const ppq_mouse &mouse)
{
    if (!callbacks.mouse)
        return false;
    callbacks.mouse(callbacks.user, &mouse);
    return true;
}

bool deliverKey(const ppq_callbacks &callbacks, const QKeyEvent &event)
{
    if (!callbacks.key)
        return false;
    const ppq_key key = keyOf(event);
    return callbacks.key(callbacks.user, &key);
}

bool deliverWheel(const ppq_callbacks &callbacks, const QWheelEvent &event, double ratio)
{
    if (!callbacks.wheel)
        return false;
    const ppq_wheel wheel = wheelOf(event, ratio);
    callbacks.wheel(callbacks.user, &wheel);
    return true;
}

} // namespace

ppq_key keyOf(const QKeyEvent &event)
{
    ppq_key key = {};
    key.code = codeOf(event.key());
    key.modifiers = modifiersOf(event.modifiers());
    key.repeated = event.isAutoRepeat();
    if (key.code == PPQ_KEY_OTHER) {
        key.unicode = unicodeOf(event);
        key.code = key.unicode ? PPQ_KEY_TEXT : PPQ_KEY_OTHER;
    }
    return key;
}

ppq_mouse mouseOf(const QMouseEvent &event, double ratio)
{
    const QPointF at = event.position() * ratio;
    return {kindOf(event.type()),
            at.x(),
            at.y(),
            buttonsOf(event.button()),
            buttonsOf(event.buttons()),
            modifiersOf(event.modifiers())};
}

ppq_wheel wheelOf(const QWheelEvent &event, double ratio)
{
    constexpr double units_per_notch = 120;
    const QPointF at = event.position() * ratio;
    const QPoint turned = event.angleDelta();
    return {at.x(), at.y(), turned.x() / units_per_notch, turned.y() / units_per_notch,
            modifiersOf(event.modifiers())};
}

bool deliverInput(const ppq_callbacks &callbacks, QEvent *event, const QWidget *widget,
                  const pp_window *focus)
{
    const double ratio = widget->devicePixelRatioF();
    switch (event->type()) {
    case QEvent::KeyPress:
        pp_window_focus(focus);
        return deliverKey(callbacks, *static_cast<QKeyEvent *>(event));
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick:
    case QEvent::MouseMove:
        pp_window_focus(focus);
        return deliverMouse(callbacks, mouseOf(*static_cast<QMouseEvent *>(event), ratio));
    case QEvent::Leave: {
        pp_window_focus(focus);
        ppq_mouse mouse = {};
        mouse.kind = PPQ_MOUSE_LEAVE;
        deliverMouse(callbacks, mouse);
        return false; /* Qt's own state follows it too */
    }
    case QEvent::Wheel:
        pp_window_focus(focus);
        return deliverWheel(callbacks, *static_cast<QWheelEvent *>(event), ratio);
    default:
        return false;
    }
}

} // namespace ppq
