/* probe/wasteful.cpp: a program with known faults, and painters without any, for the report of a
 * probe to tell apart. It knows nothing of paintprof.
 *
 *   wasteful [clean]
 *
 *   Behind   a timer updates it, but Veil in front of it fills the same place: covered paints
 *   Buried   the same behind Lid, which says that it is opaque: updates without a paint
 *   Still    an item that is updated each tick and looks the same
 *   Canvas   repaints all of itself for a cursor
 *   Dot      three thousand items for what one could paint
 *   Slow     a slot that takes 30 ms, between frames
 *
 * Curve, Clock and Gauge update what has changed. With "clean" there are only these. */
#include <QtCore/QElapsedTimer>
#include <QtCore/QTime>
#include <QtCore/QTimer>
#include <QtGui/QPainter>
#include <QtGui/QPaintEvent>
#include <QtWidgets/QApplication>
#include <QtWidgets/QGraphicsItem>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsView>
#include <QtWidgets/QLabel>

#include <cmath>
#include <vector>

namespace
{

constexpr int TICK_MS = 20, DOTS = 3000, DOTS_MS = 250, SLOW_MS = 200, SLOW_TAKES_MS = 30;

void spend(int ms)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < ms)
        ;
}

} // namespace

/* ---- Faults ---------------------------------------------------------------------------------- */

class Behind : public QWidget
{
    Q_OBJECT
public:
    explicit Behind(QWidget *parent) : QWidget(parent)
    {
        connect(&timer_, &QTimer::timeout, this, &Behind::tick);
        timer_.setObjectName(QStringLiteral("behind-timer"));
        timer_.start(TICK_MS);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), QColor::fromHsv(turn_ % 360, 200, 200));
    }

private:
    void tick()
    {
        turn_ += 7;
        update();
    }

    QTimer timer_;
    int turn_ = 0;
};

class Veil : public QWidget
{
    Q_OBJECT
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::darkGray);
    }
};

class Buried : public QWidget
{
    Q_OBJECT
public:
    explicit Buried(QWidget *parent) : QWidget(parent)
    {
        connect(&timer_, &QTimer::timeout, this, &Buried::tick);
        timer_.setObjectName(QStringLiteral("buried-timer"));
        timer_.start(TICK_MS);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::red);
    }

private:
    void tick() { update(); }

    QTimer timer_;
};

class Lid : public QWidget
{
    Q_OBJECT
public:
    explicit Lid(QWidget *parent) : QWidget(parent) { setAttribute(Qt::WA_OpaquePaintEvent); }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::darkCyan);
    }
};

class Canvas : public QWidget
{
    Q_OBJECT
public:
    explicit Canvas(QWidget *parent) : QWidget(parent)
    {
        connect(&timer_, &QTimer::timeout, this, &Canvas::blink);
        timer_.setObjectName(QStringLiteral("cursor-timer"));
        timer_.start(TICK_MS * 2);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::white);
        for (int x = 0; x < width(); x += 10)
            painter.drawLine(x, 0, width() - x, height());
        if (is_on_)
            painter.fillRect(60, 60, 2, 18, Qt::blue);
    }

private:
    void blink()
    {
        is_on_ = !is_on_;
        update(); /* and not update(60, 60, 2, 18) */
    }

    QTimer timer_;
    bool is_on_ = false;
};

class Still : public QGraphicsObject
{
    Q_OBJECT
public:
    Still()
    {
        connect(&timer_, &QTimer::timeout, this, &Still::tick);
        timer_.setObjectName(QStringLiteral("still-timer"));
        timer_.start(TICK_MS);
    }

    QRectF boundingRect() const override { return {0, 0, 60, 40}; }

    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        painter->fillRect(boundingRect(), Qt::green);
    }

private:
    void tick() { update(); }

    QTimer timer_;
};

class Dot : public QGraphicsItem
{
public:
    QRectF boundingRect() const override { return {0, 0, 4, 4}; }

    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        painter->fillRect(boundingRect(), colour_);
    }

    void turn()
    {
        colour_ = colour_ == Qt::black ? Qt::red : Qt::black;
        update();
    }

private:
    Qt::GlobalColor colour_ = Qt::black;
};

class Dots : public QObject
{
    Q_OBJECT
public:
    explicit Dots(QGraphicsScene *scene)
    {
        for (int i = 0; i < DOTS; i++) {
            auto *dot = new Dot;
            const int column = i % 60, row = i / 60;
            dot->setPos(column * 5, 60 + row * 5);
            scene->addItem(dot);
            dots_.push_back(dot);
        }
        connect(&timer_, &QTimer::timeout, this, &Dots::tick);
        timer_.setObjectName(QStringLiteral("dots-timer"));
        timer_.start(DOTS_MS);
    }

private:
    void tick()
    {
        for (Dot *dot : dots_)
            dot->turn();
    }

    QTimer timer_;
    std::vector<Dot *> dots_;
};

class Slow : public QObject
{
    Q_OBJECT
public:
    Slow()
    {
        setObjectName(QStringLiteral("slow"));
        startTimer(SLOW_MS);
    }

protected:
    void timerEvent(QTimerEvent *) override { spend(SLOW_TAKES_MS); }
};

/* ---- Painters without a fault ------------------------------------------------------------------
 */

class Curve : public QWidget
{
    Q_OBJECT
public:
    explicit Curve(QWidget *parent) : QWidget(parent)
    {
        connect(&timer_, &QTimer::timeout, this, &Curve::append);
        timer_.setObjectName(QStringLiteral("curve-timer"));
        timer_.start(TICK_MS);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::white);
        QPolygonF line;
        for (int x = 0; x < width(); x += 2)
            line << QPointF(x, height() / 2.0 * (1 + std::sin((x + step_) / 20.0)));
        painter.drawPolyline(line);
    }

private:
    void append()
    {
        step_ += 5;
        update();
    }

    QTimer timer_;
    int step_ = 0;
};

class Clock : public QLabel
{
    Q_OBJECT
public:
    explicit Clock(QWidget *parent) : QLabel(parent)
    {
        connect(&timer_, &QTimer::timeout, this, &Clock::tick);
        timer_.setObjectName(QStringLiteral("clock-timer"));
        timer_.start(TICK_MS * 5);
    }

private:
    void tick() { setText(QTime::currentTime().toString(QStringLiteral("HH:mm:ss.zzz"))); }

    QTimer timer_;
};

class Gauge : public QWidget
{
    Q_OBJECT
public:
    explicit Gauge(QWidget *parent) : QWidget(parent)
    {
        connect(&timer_, &QTimer::timeout, this, &Gauge::grow);
        timer_.setObjectName(QStringLiteral("gauge-timer"));
        timer_.start(TICK_MS * 2);
    }

protected:
    void paintEvent(QPaintEvent *event) override
    {
        QPainter painter(this);
        painter.fillRect(event->rect(), Qt::lightGray);
        painter.fillRect(event->rect() & QRect(0, 0, level_, height()), Qt::darkGreen);
    }

private:
    void grow()
    {
        const int before = level_;
        level_ = (level_ + 4) % width();
        update(std::min(before, level_), 0, std::abs(level_ - before), height());
    }

    QTimer timer_;
    int level_ = 0;
};

/* ---- The window --------------------------------------------------------------------------------
 */

namespace
{

void addFaults(QWidget *window)
{
    auto *behind = new Behind(window);
    behind->setGeometry(10, 10, 220, 160);
    auto *veil = new Veil(window);
    veil->setGeometry(behind->geometry());
    auto *buried = new Buried(window);
    buried->setGeometry(250, 10, 220, 160);
    auto *lid = new Lid(window);
    lid->setGeometry(buried->geometry());
    auto *canvas = new Canvas(window);
    canvas->setGeometry(10, 190, 460, 400);

    auto *scene = new QGraphicsScene(window);
    scene->addItem(new Still);
    scene->setSceneRect(0, 0, 300, 320);
    auto *view = new QGraphicsView(scene, window);
    view->setGeometry(490, 190, 340, 400);
    (new Dots(scene))->setParent(window);
    (new Slow)->setParent(window);
}

void addClean(QWidget *window)
{
    auto *curve = new Curve(window);
    curve->setGeometry(490, 10, 340, 120);
    auto *clock = new Clock(window);
    clock->setGeometry(490, 140, 160, 30);
    auto *gauge = new Gauge(window);
    gauge->setGeometry(670, 140, 160, 30);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QWidget window;
    window.setWindowTitle(QStringLiteral("wasteful"));
    window.resize(840, 600);
    if (argc < 2 || qstrcmp(argv[1], "clean") != 0)
        addFaults(&window);
    addClean(&window);
    window.show();
    return QApplication::exec();
}

#include "wasteful.moc"
