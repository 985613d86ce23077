/* bench/probe_program.cpp: a program for the cases probe and probe_idle to watch, which knows
 * nothing of paintprof.
 *
 *   bench-probe-program items|idle
 *
 * For each number that it reads it performs so many steps and answers with two numbers: the CPU
 * time of the GUI thread and that of the process, in nanoseconds. A step is
 *   items  a frame in which 1,000 rectangles of 15x15 move
 *   idle   a timer's event with some work in it; every 50th also updates a small label */
#include <QtCore/QTimer>
#include <QtWidgets/QApplication>
#include <QtWidgets/QGraphicsRectItem>
#include <QtWidgets/QGraphicsView>
#include <QtWidgets/QLabel>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

namespace
{

constexpr int ITEMS = 1000, ITEM_PX = 15, COLUMNS = 40, LABEL_EVERY = 50;

uint64_t cpuNs(clockid_t clock)
{
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000 + static_cast<uint64_t>(now.tv_nsec);
}

/* A view that says when it was painted. */
class View : public QGraphicsView
{
public:
    using QGraphicsView::QGraphicsView;
    int frames = 0;

protected:
    void paintEvent(QPaintEvent *event) override
    {
        QGraphicsView::paintEvent(event);
        frames++;
    }
};

class Items
{
public:
    Items() : view_(&scene_)
    {
        QPen pen(Qt::black);
        pen.setCosmetic(true);
        for (int i = 0; i < ITEMS; i++) {
            auto *item = scene_.addRect(0, 0, ITEM_PX, ITEM_PX, pen);
            const int column = i % COLUMNS, row = i / COLUMNS;
            item->setPos(column * 20, row * 20);
            items_.push_back(item);
        }
        scene_.setSceneRect(0, 0, 820, 520);
        view_.resize(860, 560);
        view_.show();
        step();
    }

    void step()
    {
        const double by = (count_++ % 2) ? 1 : -1;
        for (QGraphicsRectItem *item : items_)
            item->moveBy(by, by);
        for (const int before = view_.frames; view_.frames == before;)
            QCoreApplication::processEvents();
    }

private:
    QGraphicsScene scene_;
    View view_;
    std::vector<QGraphicsRectItem *> items_;
    int count_ = 0;
};

class Idle
{
public:
    Idle() : label_(&window_)
    {
        window_.resize(300, 200);
        label_.setGeometry(10, 10, 80, 20);
        window_.show();
        QObject::connect(&timer_, &QTimer::timeout, &window_, [this] { work(); });
        timer_.start(0);
        step();
    }

    void step()
    {
        for (const int before = count_; count_ == before;)
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }

private:
    void work()
    {
        for (size_t i = 0; i < sizeof values_ / sizeof values_[0]; i++)
            values_[i] = seed_ = seed_ * 1664525 + 1013904223;
        std::sort(std::begin(values_), std::end(values_));
        if (++count_ % LABEL_EVERY == 0)
            label_.setText(QString::number(values_[0]));
    }

    QWidget window_;
    QLabel label_;
    QTimer timer_;
    uint32_t values_[1000] = {}, seed_ = 1;
    int count_ = 0;
};

template <class Program>
int serve()
{
    Program program;
    int steps;
    while (std::scanf("%d", &steps) == 1) {
        const uint64_t thread_ns = cpuNs(CLOCK_THREAD_CPUTIME_ID);
        const uint64_t process_ns = cpuNs(CLOCK_PROCESS_CPUTIME_ID);
        while (steps-- > 0)
            program.step();
        std::printf("%" PRIu64 " %" PRIu64 "\n", cpuNs(CLOCK_THREAD_CPUTIME_ID) - thread_ns,
                    cpuNs(CLOCK_PROCESS_CPUTIME_ID) - process_ns);
        std::fflush(stdout);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    return argc > 1 && std::strcmp(argv[1], "idle") == 0 ? serve<Idle>() : serve<Items>();
}
