/* probe/viewport.cpp: a scene of which one small item changes ten times a second, in a view that
 * repaints all of itself for that, or with "clean" only what was asked for. It knows nothing of
 * paintprof. */
#include <QtCore/QTimer>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>
#include <QtWidgets/QGraphicsObject>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsView>

namespace
{

constexpr int TICK_MS = 50, WIDTH = 640, HEIGHT = 480;

/* The moving part of a chart. */
class Cursor : public QGraphicsObject
{
public:
    Cursor()
    {
        connect(&timer_, &QTimer::timeout, this, [this] {
            turn_++;
            update();
        });
        timer_.start(TICK_MS);
    }

    QRectF boundingRect() const override { return {0, 0, 24, 24}; }

    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        painter->fillRect(boundingRect(), turn_ % 2 ? Qt::red : Qt::blue);
    }

private:
    QTimer timer_;
    int turn_ = 0;
};

/* What stays as it is. */
class Backdrop : public QGraphicsItem
{
public:
    QRectF boundingRect() const override { return {0, 0, WIDTH - 20, HEIGHT - 20}; }

    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        for (int y = 0; y < HEIGHT - 20; y += 4)
            painter->drawLine(0, y, WIDTH - 20, HEIGHT - y);
    }
};

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QGraphicsScene scene;
    scene.addItem(new Backdrop);
    scene.addItem(new Cursor);
    QGraphicsView view(&scene);
    const bool is_clean = argc > 1 && qstrcmp(argv[1], "clean") == 0;
    view.setViewportUpdateMode(is_clean ? QGraphicsView::MinimalViewportUpdate
                                        : QGraphicsView::FullViewportUpdate);
    view.resize(WIDTH, HEIGHT);
    view.show();
    return QApplication::exec();
}
