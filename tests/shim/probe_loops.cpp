/* tests/shim/probe_loops.cpp: scenes of probe_program: loops inside handlers, handlers that take
 * long, and a library that is unloaded. */
#include "probe_program.hpp"

#include <unistd.h>

namespace
{

/* Event loops inside each other, ended in another order than they were begun in. */
int nested(Program &program)
{
    QEventLoop loops[3];
    Painter painter;
    painter.setObjectName("painter");
    painter.show();
    settle();
    program.logs = true;
    Actor innermost("innermost", [&](Actor &) {
        QTimer::singleShot(0, &painter, [&] {
            loops[0].quit();
            loops[2].quit();
        });
        std::printf("loop 2 ended %d\n", loops[2].exec());
    });
    Actor middle("middle", [&](Actor &) {
        innermost.ask();
        QTimer::singleShot(0, &painter, [&] { painter.update(); });
        std::printf("loop 1 begins\n");
        QTimer::singleShot(60, &loops[1], &QEventLoop::quit);
        std::printf("loop 1 ended %d\n", loops[1].exec());
    });
    Actor outer("outer", [&](Actor &) {
        middle.ask();
        std::printf("loop 0 ended %d\n", loops[0].exec());
        QCoreApplication::exit(3);
    });
    outer.ask();
    return QCoreApplication::exec();
}

/* Takes what is dragged onto it, or gives it away. */
class DragBox : public QWidget
{
public:
    DragBox(const char *name, QWidget *parent) : QWidget(parent)
    {
        setObjectName(name);
        setAcceptDrops(true);
    }

protected:
    void mousePressEvent(QMouseEvent *) override
    {
        auto *drag = new QDrag(this);
        auto *parcel = new QMimeData;
        parcel->setText("parcel");
        drag->setMimeData(parcel);
        const Qt::DropAction action = drag->exec(Qt::CopyAction | Qt::MoveAction);
        std::printf("dragged with action %d to %s\n", int(action),
                    drag->target() ? qPrintable(drag->target()->objectName()) : "nothing");
    }
    void dragEnterEvent(QDragEnterEvent *event) override
    {
        std::printf("enters %s\n", qPrintable(objectName()));
        event->acceptProposedAction();
    }
    void dragLeaveEvent(QDragLeaveEvent *) override
    {
        std::printf("leaves %s\n", qPrintable(objectName()));
    }
    void dropEvent(QDropEvent *event) override
    {
        std::printf("%s drops on %s\n", qPrintable(event->mimeData()->text()),
                    qPrintable(objectName()));
        event->acceptProposedAction();
    }
};

/* QDrag::exec() runs a loop of its own, in which the mouse moves over three widgets. */
int dragAndDrop(Program &)
{
    QWidget window;
    window.setGeometry(100, 100, 300, 100);
    DragBox from("from", &window), over("over", &window), to("to", &window);
    from.setGeometry(0, 0, 100, 100);
    over.setGeometry(100, 0, 100, 100);
    to.setGeometry(200, 0, 100, 100);
    window.show();
    settle();
    const auto mouse = [&window](QEvent::Type type, int x) {
        const QPointF at(x, 50);
        const bool is_up = type == QEvent::MouseButtonRelease;
        const bool is_move = type == QEvent::MouseMove;
        QMouseEvent event(type, at, window.windowHandle()->mapToGlobal(at),
                          is_move ? Qt::NoButton : Qt::LeftButton,
                          is_up ? Qt::NoButton : Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.windowHandle(), &event);
    };
    int step = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, [&] {
        constexpr int places[] = {60, 150, 160, 250, 260};
        if (step < 5)
            mouse(QEvent::MouseMove, places[step]);
        else
            mouse(QEvent::MouseButtonRelease, 260);
        if (step++ == 5)
            timer.stop();
    });
    timer.start(10);
    QTimer::singleShot(0, &window, [&] { mouse(QEvent::MouseButtonPress, 50); });
    QTimer::singleShot(400, &window, [] { QCoreApplication::exit(5); });
    return QCoreApplication::exec();
}

bool isMapped(const char *name)
{
    QFile maps("/proc/self/maps");
    return maps.open(QIODevice::ReadOnly) && maps.readAll().contains(name);
}

/* Classes whose code and tables go while the program goes on. */
int unloading(Program &)
{
    QWidget window;
    window.resize(300, 200);
    Painter painter(&window);
    painter.setGeometry(0, 0, 100, 100);
    window.show();
    for (int round = 0; round < 3; round++) {
        QLibrary module(PP_TEST_MODULE);
        const auto make =
            reinterpret_cast<QWidget *(*)(QWidget *)>(module.resolve("makeModuleView"));
        if (!make)
            return 1;
        QWidget *view = make(&window);
        view->setGeometry(110, 0, 180, 180);
        view->show();
        for (int i = 0; i < 5; i++) {
            const int before = painter.painted;
            view->update();
            static_cast<QGraphicsView *>(view)->viewport()->update();
            painter.update();
            if (!waitForPaint(painter, before))
                return 2;
        }
        std::printf("%s %s\n", view->metaObject()->className(),
                    isMapped("probe_module") ? "is loaded" : "?");
        delete view;
        settle();
        const bool is_unloaded = module.unload();
        std::printf("unloaded %d, mapped %d\n", is_unloaded, isMapped("probe_module"));
        const int before = painter.painted;
        painter.update();
        if (!waitForPaint(painter, before))
            return 3;
    }
    return 0;
}

constexpr unsigned long long_ms = 15;

struct Clock : QObject {
    void timerEvent(QTimerEvent *) override { QThread::msleep(long_ms); }
};

struct Pad : QWidget {
    void mousePressEvent(QMouseEvent *) override { QThread::msleep(long_ms); }
    void keyPressEvent(QKeyEvent *) override { QThread::msleep(long_ms); }
};

/* A handler that takes long, of every kind that delays a frame. */
int slowEvents(Program &)
{
    Clock clock;
    clock.setObjectName("clock");
    clock.startTimer(5);
    QTimer timer;
    timer.setObjectName("beat");
    QObject::connect(&timer, &QTimer::timeout, &timer, [] { QThread::msleep(long_ms); });
    timer.start(5);
    Actor worker("worker");
    Pad pad;
    pad.setObjectName("pad");
    pad.show();
    int ends[2];
    if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1)
        return 1;
    QSocketNotifier notifier(ends[0], QSocketNotifier::Read);
    notifier.setObjectName("line");
    QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&notifier] {
        notifier.setEnabled(false);
        QThread::msleep(long_ms);
    });
    QMetaObject::invokeMethod(
        &worker, [] { QThread::msleep(long_ms); }, Qt::QueuedConnection);
    worker.ask();
    QTimer::singleShot(10, &pad, [&pad] {
        const QPointF at(5, 5);
        QMouseEvent press(QEvent::MouseButtonPress, at, pad.mapToGlobal(at), Qt::LeftButton,
                          Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&pad, &press);
        QKeyEvent key(QEvent::KeyPress, Qt::Key_A, Qt::NoModifier, "a");
        QCoreApplication::sendEvent(&pad, &key);
    });
    QTimer::singleShot(300, &pad, [] { QCoreApplication::exit(0); });
    return QCoreApplication::exec();
}

} // namespace

int runMore(Program &program, const QByteArray &what)
{
    if (what == "nested")
        return nested(program);
    if (what == "drag")
        return dragAndDrop(program);
    if (what == "unloading")
        return unloading(program);
    if (what == "slow_events")
        return slowEvents(program);
    return 99;
}
