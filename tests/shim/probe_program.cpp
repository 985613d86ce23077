/* tests/shim/probe_program.cpp: a program that knows nothing of the probe: does what its arguments
 * say and tells on stdout what it saw. test_probe runs it with and without the probe. */
#include "probe_program.hpp"

#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace ppq
{

/* As libpaintprof-qt marks a window that it measures, here one over a core that is not the probe's.
 */
class WatchMark : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    Q_INVOKABLE void *shareWithProbe(void *) { return nullptr; }
};

} // namespace ppq

namespace
{

/* Paints all of itself and is not marked as opaque. */
class Plate : public QWidget
{
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *) override { QPainter(this).fillRect(rect(), Qt::darkGreen); }
};

class Box : public QGraphicsRectItem
{
public:
    using QGraphicsRectItem::QGraphicsRectItem;
};

/* An object that is an item, without Q_OBJECT. */
class Sign : public QGraphicsObject
{
public:
    QRectF boundingRect() const override { return {0, 0, 20, 10}; }
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        painter->fillRect(boundingRect(), Qt::blue);
    }
};

/* Qt paints it by another of its vtables than other items. */
class Dial : public QGraphicsWidget
{
public:
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        painter->fillRect(rect(), Qt::red);
    }
};

int events(Program &program)
{
    QWidget window;
    window.setObjectName("window");
    auto *edit = new QLineEdit(&window);
    edit->setObjectName("edit");
    auto *button = new QPushButton("Push", &window);
    button->setObjectName("button");
    auto *layout = new QVBoxLayout(&window);
    layout->addWidget(edit);
    layout->addWidget(button);
    QObject::connect(button, &QPushButton::clicked, edit, [edit] { edit->setText("pushed"); });
    program.logs = true;
    window.show();
    settle();
    for (const QEvent::Type type : {QEvent::MouseButtonPress, QEvent::MouseButtonRelease}) {
        QMouseEvent event(type, QPointF(5, 5), button->mapToGlobal(QPointF(5, 5)), Qt::LeftButton,
                          type == QEvent::MouseButtonPress ? Qt::LeftButton : Qt::NoButton,
                          Qt::NoModifier);
        QCoreApplication::sendEvent(button, &event);
        settle();
    }
    QKeyEvent key(QEvent::KeyPress, Qt::Key_A, Qt::NoModifier, "a");
    QCoreApplication::sendEvent(edit, &key);
    window.resize(300, 200);
    settle();
    window.hide();
    settle();
    program.logs = false;
    std::printf("text %s\n", qPrintable(edit->text()));
    return 0;
}

/* deleteLater() in a handler, in one of a nested loop, and of the one that runs the loop. */
int deleteLater(Program &program)
{
    program.logs = true;
    auto *inner = new Actor("inner", [](Actor &self) { self.deleteLater(); });
    auto *outer = new Actor("outer", [inner](Actor &self) {
        self.deleteLater();
        inner->ask();
        QEventLoop loop;
        QTimer::singleShot(20, &loop, &QEventLoop::quit);
        loop.exec();
        std::printf("loop ended\n");
    });
    auto *sent = new Actor("sent", [](Actor &self) {
        self.deleteLater();
        QCoreApplication::processEvents();
        std::printf("still here\n");
    });
    outer->ask();
    sent->ask();
    QTimer::singleShot(80, &program, &QCoreApplication::quit);
    return QCoreApplication::exec();
}

int deleteInHandler(Program &program)
{
    program.logs = true;
    auto *self_deleting = new Actor("suicide", [](Actor &self) { delete &self; });
    auto *widget = new QWidget;
    widget->setObjectName("widget");
    widget->show();
    auto *killer = new Actor("killer", [widget](Actor &) { delete widget; });
    self_deleting->ask();
    killer->ask();
    widget->update();
    settle();
    delete killer;
    return 0;
}

int throwing(Program &program)
{
    program.logs = true;
    Actor thrower("thrower", [](Actor &) { throw std::runtime_error("out of a handler"); });
    Actor sender("sender", [&thrower](Actor &) {
        QEvent event(QEvent::User);
        QCoreApplication::sendEvent(&thrower, &event);
        std::printf("sender goes on\n");
    });
    thrower.ask();
    sender.ask();
    settle();
    return 0;
}

int uncaught(Program &)
{
    Actor thrower("thrower", [](Actor &) { throw 42; });
    thrower.ask();
    std::fflush(stdout);
    QCoreApplication::sendPostedEvents();
    return 0;
}

int modal(Program &program)
{
    QWidget window;
    window.setObjectName("window");
    window.show();
    program.logs = true;
    QTimer::singleShot(0, &window, [&window] {
        QDialog dialog(&window);
        dialog.setObjectName("dialog");
        QTimer::singleShot(20, &dialog, &QDialog::accept);
        std::printf("result %d\n", dialog.exec());
        QCoreApplication::exit(7);
    });
    return QCoreApplication::exec();
}

int threads(Program &)
{
    std::atomic<int> handled{0};
    struct Counter : QObject {
        std::atomic<int> &count;
        explicit Counter(std::atomic<int> &counted) : count(counted) {}
        bool event(QEvent *event) override
        {
            if (event->type() != QEvent::User)
                return QObject::event(event);
            count++;
            return true;
        }
    };
    QThread workers[4];
    std::vector<std::unique_ptr<Counter>> counters;
    for (QThread &worker : workers) {
        counters.push_back(std::make_unique<Counter>(handled));
        counters.back()->moveToThread(&worker);
        worker.start();
    }
    Counter here(handled);
    for (int i = 0; i < 2000; i++) {
        for (const auto &counter : counters)
            QCoreApplication::postEvent(counter.get(), new QEvent(QEvent::User));
        QCoreApplication::postEvent(&here, new QEvent(QEvent::User));
    }
    while (handled < 10000)
        QCoreApplication::processEvents();
    for (QThread &worker : workers) {
        worker.quit();
        worker.wait();
    }
    std::printf("handled %d\n", handled.load());
    return 0;
}

/* What the last pixels are, in all windows. */
int pixels(Program &)
{
    QWidget window;
    window.resize(300, 200);
    Painter painter(&window);
    painter.setGeometry(10, 10, 150, 100);
    QLabel label("text", &window);
    label.setGeometry(170, 10, 100, 30);
    QGraphicsScene scene(0, 0, 100, 100);
    Box box(10, 10, 30, 30);
    scene.addItem(&box);
    QGraphicsView view(&scene, &window);
    view.setGeometry(10, 120, 150, 70);
    window.show();
    bool is_painted = waitForPaint(painter, 0);
    settle();
    for (int step = 0; step < 10; step++) {
        const int before = painter.painted;
        painter.hue = 37 * step % 360;
        painter.update();
        label.setText(QString::number(step));
        box.setPos(step, step);
        is_painted = waitForPaint(painter, before) && is_painted;
    }
    settle();
    scene.removeItem(&box);
    const auto *image = static_cast<const QImage *>(window.backingStore()->paintDevice());
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (int y = 0; y < image->height(); y++)
        hash.addData(QByteArrayView(reinterpret_cast<const char *>(image->constScanLine(y)),
                                    image->width() * 4));
    std::printf("painted %d pixels %s\n", painter.painted, hash.result().toHex().constData());
    return is_painted ? 0 : 1;
}

int items(Program &)
{
    QGraphicsScene scene(0, 0, 800, 600);
    QGraphicsView view(&scene);
    view.resize(820, 620);
    std::vector<QGraphicsItem *> all;
    for (int i = 0; i < 1000; i++) {
        QGraphicsItem *item = nullptr;
        if (i % 2)
            item = new Box(0, 0, 15, 15);
        else
            item = new QGraphicsRectItem(0, 0, 15, 15);
        scene.addItem(item);
        all.push_back(item);
        item->setPos(i * 37 % 780, i * 91 % 580);
    }
    auto *dial = new Dial;
    dial->resize(30, 30);
    scene.addItem(dial);
    view.show();
    settle();
    return runSteps(20, [&](int step) {
        if (step == 5) {
            scene.addItem(new Sign);
            QThread::msleep(300); /* new classes are looked for now and then */
        }
        for (QGraphicsItem *item : all)
            item->moveBy(1, 0);
        scene.update();
    });
}

__attribute__((noinline)) void moveTwice(QGraphicsItem *item, qreal x)
{
    for (const qreal y : {1.0, 0.0})
        item->setPos(x, y);
}

__attribute__((noinline)) void moveOnce(QGraphicsItem *item, QPointF to)
{
    item->setPos(to);
}

/* Painted in another order than they are moved in, each from two places. */
int itemCauses(Program &)
{
    constexpr int count = 1200;
    QGraphicsScene scene(0, 0, 800, 600);
    QGraphicsView view(&scene);
    view.setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    view.resize(820, 620);
    std::vector<QGraphicsItem *> all;
    for (int i = 0; i < count; i++) {
        all.push_back(new Box(0, 0, 15, 15));
        all.back()->setZValue(i * 7 % count);
        scene.addItem(all.back());
    }
    view.show();
    settle();
    return runSteps(20, [&](int step) {
        for (int i = 0; i < count; i++) {
            QGraphicsItem *item = all[static_cast<size_t>(i * 11 % count)];
            moveTwice(item, i % 40 * 20 + step % 2);
            moveOnce(item, QPointF(i % 40 * 20 + step % 2, i / 40 * 19));
        }
    });
}

/* An item of another class takes the place in memory of one that was painted. */
int reusedPlace(Program &)
{
    QGraphicsScene scene(0, 0, 200, 100);
    QGraphicsView view(&scene);
    view.resize(220, 120);
    scene.addItem(new Box(0, 0, 15, 15));
    alignas(Box) static char place[sizeof(Box)];
    static_assert(sizeof(QGraphicsRectItem) <= sizeof(Box));
    QGraphicsRectItem *item = new (place) QGraphicsRectItem(0, 0, 15, 15);
    scene.addItem(item);
    view.show();
    settle();
    const int status = runSteps(20, [&](int step) {
        if (step == 10) {
            item->~QGraphicsRectItem();
            item = new (place) Box(0, 0, 15, 15);
            scene.addItem(item);
        }
        item->setPos(20 + step, 20);
    });
    item->~QGraphicsRectItem();
    return status;
}

/* A widget that asks from a timer, one that is hidden behind another, and a slow slot. */
int causes(Program &)
{
    QWidget window;
    window.resize(400, 200);
    Painter ticking(&window);
    ticking.setObjectName("ticking");
    ticking.setGeometry(0, 0, 100, 100);
    Painter hidden(&window);
    hidden.setObjectName("hidden");
    hidden.setGeometry(200, 0, 100, 100);
    QWidget cover(&window);
    cover.setGeometry(200, 0, 100, 100);
    cover.setAutoFillBackground(true);
    QLabel label(&window);
    label.setObjectName("label");
    label.setGeometry(0, 110, 100, 30);
    window.show();
    settle();
    return runSteps(100, [&](int step) {
        ticking.update();
        hidden.update();
        label.setText(QString::number(step));
        if (step == 50)
            QThread::msleep(30);
    });
}

/* A widget that changes behind a plate, one that never changes, and one that changes in full. */
int waste(Program &)
{
    QWidget window;
    window.resize(500, 200);
    Painter under(&window);
    under.setObjectName("under");
    under.setGeometry(0, 0, 100, 100);
    Plate plate(&window);
    plate.setGeometry(0, 0, 100, 100);
    Plate still(&window);
    still.setObjectName("still");
    still.setGeometry(200, 0, 100, 100);
    Painter changing(&window);
    changing.setObjectName("changing");
    changing.setGeometry(350, 0, 100, 100);
    window.show();
    settle();
    return runSteps(150, [&](int) {
        under.update();
        still.update();
        changing.update();
    });
}

int ownCore(Program &)
{
    Painter first, second;
    new ppq::WatchMark(&first);
    new ppq::WatchMark(&second);
    first.show();
    second.show();
    settle();
    return runSteps(5, [&](int) {
        first.update();
        second.update();
    });
}

int children(Program &)
{
    QProcess child;
    child.start("/usr/bin/env", QStringList());
    child.waitForFinished();
    QList<QByteArray> lines = child.readAllStandardOutput().split('\n');
    std::sort(lines.begin(), lines.end());
    for (const QByteArray &line : lines) {
        if (line.startsWith("PAINTPROF") || line.startsWith("QT_PLUGIN_PATH") ||
            line.startsWith("QT_QPA_GENERIC") || line.startsWith("LD_PRELOAD"))
            std::printf("%s\n", line.constData());
    }
    std::fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        QCoreApplication::processEvents();
        _exit(3);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    std::printf("forked child ended with %d\n", WEXITSTATUS(status));
    return 0;
}

int exitInSlot(Program &)
{
    auto *window = new QWidget;
    window->show();
    QTimer::singleShot(20, [] { std::exit(9); });
    return QCoreApplication::exec();
}

/* Runs until it is told to end. */
int wait(Program &program)
{
    QWidget window;
    window.resize(500, 400);
    window.show();
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &window, qOverload<>(&QWidget::update));
    timer.start(10);
    QTimer::singleShot(10000, &program, [] { QCoreApplication::exit(44); });
    std::printf("ready\n");
    std::fflush(stdout);
    return QCoreApplication::exec();
}

int run(Program &program, const QByteArray &what)
{
    const struct {
        const char *name;
        int (*run)(Program &);
    } scenes[] = {{"events", events},
                  {"delete_later", deleteLater},
                  {"delete", deleteInHandler},
                  {"throw", throwing},
                  {"uncaught", uncaught},
                  {"modal", modal},
                  {"threads", threads},
                  {"pixels", pixels},
                  {"items", items},
                  {"item_causes", itemCauses},
                  {"reused_place", reusedPlace},
                  {"causes", causes},
                  {"waste", waste},
                  {"own_core", ownCore},
                  {"children", children},
                  {"exit", exitInSlot},
                  {"wait", wait}};
    for (const auto &scene : scenes) {
        if (what == scene.name)
            return scene.run(program);
    }
    return runMore(program, what);
}

} // namespace

int main(int argc, char **argv)
{
    const QByteArray what = argc > 1 ? argv[1] : "";
    const QByteArray lifetime = argc > 2 ? argv[2] : "";
    if (lifetime == "static") { /* deleted when the process exits, after main() */
        static Program program(argc, argv);
        return run(program, what);
    }
    if (lifetime == "leaked")
        return run(*new Program(argc, argv), what);
    Program program(argc, argv);
    return run(program, what);
}

#include "probe_program.moc"
