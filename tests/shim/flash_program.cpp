/* tests/shim/flash_program.cpp: a program that knows nothing of the probe, with windows of every
 * kind that repaint as letters on its standard input say. test_flash looks at the screen. */
#include "leak_check.hpp"

#include <QtWidgets/QtWidgets>

#include <cstdio>
#include <unistd.h>

namespace
{

/* Always the same pixels. */
class Plain : public QWidget
{
public:
    Plain(const QColor &color, QWidget *parent) : QWidget(parent), color_(color)
    {
        setAttribute(Qt::WA_OpaquePaintEvent);
    }
    int slow_ms = 0;
    int clicks = 0;

protected:
    void mousePressEvent(QMouseEvent *) override { clicks++; }
    void paintEvent(QPaintEvent *) override
    {
        QPainter(this).fillRect(rect(), color_);
        QThread::msleep(static_cast<unsigned long>(slow_ms));
    }

private:
    const QColor color_;
};

class Raster : public QRasterWindow
{
public:
    int painted = 0;

protected:
    void paintEvent(QPaintEvent *) override
    {
        painted++;
        QPainter(this).fillRect(QRect(QPoint(), size()), QColor(60, 60, 60));
    }
};

class Program : public QObject
{
public:
    Program()
        : window_(), plain_(QColor(40, 90, 40), &window_), view_(&scene_, &window_),
          item_(0, 0, 60, 40)
    {
        window_.setGeometry(40, 40, 420, 260);
        plain_.setGeometry(20, 30, 140, 90);
        view_.setGeometry(200, 30, 200, 200);
        view_.setFrameShape(QFrame::NoFrame);
        scene_.setSceneRect(0, 0, 190, 190);
        item_.setPen(Qt::NoPen);
        item_.setBrush(QColor(40, 40, 90));
        item_.setPos(50, 70);
        scene_.addItem(&item_);
        raster_.setGeometry(480, 40, 300, 200);
        window_.show();
        raster_.show();
        connect(&ticks_, &QTimer::timeout, this, [this] { repaint(); });
        ticks_.setInterval(40);
        connect(&input_, &QSocketNotifier::activated, this, [this] { read(); });
    }

private:
    void read()
    {
        char letter;
        if (::read(0, &letter, 1) != 1) {
            QCoreApplication::quit();
            return;
        }
        obey(letter);
        std::printf("%c %d windows, %d clicks, raster painted %d\n", letter,
                    static_cast<int>(QGuiApplication::topLevelWindows().size()), plain_.clicks,
                    raster_.painted);
        std::fflush(stdout);
    }
    void obey(char letter)
    {
        switch (letter) {
        case 'w': /* widget, item, raster: what the ticks repaint from now on */
        case 'i':
        case 'r':
            what_ = letter;
            ticks_.start();
            break;
        case 's':
            ticks_.stop();
            break;
        case 'S': /* slower than a frame may be */
            plain_.slow_ms = 30;
            break;
        case 'k': {
            QKeyEvent chord(QEvent::KeyPress, Qt::Key_F,
                            Qt::ControlModifier | Qt::AltModifier | Qt::ShiftModifier);
            QCoreApplication::sendEvent(&window_, &chord);
            break;
        }
        case 'm':
            window_.move(window_.pos() + QPoint(60, 300));
            raster_.setPosition(raster_.position() + QPoint(60, 300));
            break;
        case 'z':
            window_.resize(300, 140); /* cuts the view */
            raster_.resize(200, 150);
            break;
        case 'h':
            window_.hide();
            raster_.hide();
            break;
        case 'v':
            window_.show();
            raster_.show();
            break;
        case 'c':
            window_.close();
            raster_.close();
            break;
        default:
            break;
        }
    }
    void repaint()
    {
        if (what_ == 'w')
            plain_.update();
        else if (what_ == 'i')
            item_.update();
        else
            raster_.update();
    }

    QWidget window_;
    Plain plain_;
    QGraphicsScene scene_;
    QGraphicsView view_;
    QGraphicsRectItem item_;
    Raster raster_;
    QTimer ticks_;
    QSocketNotifier input_{0, QSocketNotifier::Read};
    char what_ = 'w';
};

} // namespace

int main(int argc, char **argv)
{
    int status;
    {
        QApplication application(argc, argv);
        Program program;
        std::printf("ready\n");
        std::fflush(stdout);
        status = QApplication::exec();
    }
    lookForLeaks();
    return status;
}
