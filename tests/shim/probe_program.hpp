/* tests/shim/probe_program.hpp: what the scenes of probe_program have in common. */
#ifndef PPQ_TEST_PROBE_PROGRAM_HPP
#define PPQ_TEST_PROBE_PROGRAM_HPP

#include <QtWidgets/QtWidgets>

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <utility>

/* Says in which order its objects get which events, and catches what their handlers throw. */
class Program : public QApplication
{
public:
    using QApplication::QApplication;

    bool logs = false;

    bool notify(QObject *receiver, QEvent *event) override
    {
        const QByteArray name = receiver->objectName().toUtf8();
        const int type = event->type();
        const bool is_ours = logs && !name.isEmpty() && !receiver->isWindowType();
        if (is_ours)
            std::printf("> %s %d%s\n", name.constData(), type, event->spontaneous() ? " s" : "");
        try {
            const bool result = QApplication::notify(receiver, event);
            if (is_ours)
                std::printf("< %s %d %d\n", name.constData(), type, result);
            return result;
        } catch (const std::runtime_error &error) {
            std::printf("caught %s\n", error.what());
            return false;
        }
    }
};

/* Runs its function for each event of type User. */
class Actor : public QObject
{
public:
    explicit Actor(const char *name, std::function<void(Actor &)> action = {})
        : action_(std::move(action))
    {
        setObjectName(name);
    }
    ~Actor() override { std::printf("gone %s\n", qPrintable(objectName())); }
    void ask() { QCoreApplication::postEvent(this, new QEvent(QEvent::User)); }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::User && action_)
            action_(*this);
        return event->type() == QEvent::User || QObject::event(event);
    }

private:
    std::function<void(Actor &)> action_;
};

class Painter : public QWidget
{
public:
    using QWidget::QWidget;
    int painted = 0;
    int hue = -1; /* negative: another one at each paint */

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painted++;
        painter.fillRect(rect(), QColor::fromHsv(hue < 0 ? 37 * painted % 360 : hue, 200, 220));
    }
};

/* Lets the loop run until idle, a few times. */
inline void settle()
{
    for (int i = 0; i < 20; i++) {
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
    }
}

/* Runs the loop until a paint more than before has come; false if none does. */
inline bool waitForPaint(const Painter &painter, int before)
{
    const QDeadlineTimer patience(5000);
    while (painter.painted == before && !patience.hasExpired())
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    return painter.painted > before;
}

/* Calls step with 0, 1 … count - 1, each from a timer and followed by its paint, then quits. */
inline int runSteps(int count, const std::function<void(int)> &step)
{
    QTimer timer;
    int next = 0;
    QObject::connect(&timer, &QTimer::timeout, [&] {
        if (next == count)
            QCoreApplication::exit(0);
        else
            step(next++);
    });
    timer.start(2);
    return QCoreApplication::exec();
}

/* The scenes of probe_loops.cpp; 99 for one that there is not. */
int runMore(Program &program, const QByteArray &what);

#endif
