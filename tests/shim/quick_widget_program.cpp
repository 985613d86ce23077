/* tests/shim/quick_widget_program.cpp: a window with a QQuickWidget in it, whose scene a timer
 * changes, and a plain window beside it. Knows nothing of the probe; test_probe_quick runs it. */
#include <QtQuick/QQuickItem>
#include <QtQuickWidgets/QQuickWidget>
#include <QtWidgets/QtWidgets>

#include <cstdio>

namespace
{

constexpr int steps = 30;

const char scene[] =
    "import QtQuick\n"
    "Rectangle { width: 200; height: 150; color: \"navy\"\n"
    "  Rectangle { objectName: \"box\"; width: 40; height: 30; color: \"gold\" } }\n";

} // namespace

int main(int argc, char **argv)
{
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
    QApplication application(argc, argv);
    QTemporaryDir folder;
    QFile file(folder.filePath("scene.qml"));
    if (!file.open(QIODevice::WriteOnly) || file.write(scene) < 0)
        return 1;
    file.close();
    QWidget other;
    other.show();
    QWidget window;
    window.resize(300, 200);
    QQuickWidget quick(QUrl::fromLocalFile(file.fileName()), &window);
    quick.setObjectName("board");
    quick.setGeometry(20, 10, 200, 150);
    window.show();
    auto *box = quick.rootObject() ? quick.rootObject()->findChild<QQuickItem *>("box") : nullptr;
    if (!box)
        return 2;
    QTimer timer;
    timer.setObjectName("mover");
    int step = 0;
    QObject::connect(&timer, &QTimer::timeout, &window, [&] {
        other.update();
        if (++step > steps)
            QCoreApplication::exit(0);
        else
            box->setX(step);
        box->update();
    });
    timer.start(30);
    const int status = QApplication::exec();
    const QImage picture = quick.grabFramebuffer();
    std::printf("box at %g: %s %s\n", box->x(), qPrintable(picture.pixelColor(35, 10).name()),
                qPrintable(picture.pixelColor(150, 100).name()));
    return status;
}
