/* shim/screenshot.cpp: what a window last showed, as a PNG, without a repaint. */
#include "guard.hpp"
#include "window.hpp"

#include <QtCore/QFileInfo>
#include <QtCore/QSaveFile>
#include <QtGui/QBackingStore>
#include <QtGui/QImage>
#include <QtGui/QScreen>
#include <QtGui/QWindow>

namespace
{

/* The window's raster surface still holds what was flushed last. It may be looked at between
 * beginPaint and endPaint; painting nothing changes nothing, and nothing is flushed. */
QImage backingStoreImage(const QWidget &window)
{
    QBackingStore *store = window.backingStore();
    if (!store || store->size().isEmpty())
        return {};
    store->beginPaint(QRegion());
    QImage image;
    const QPaintDevice *device = store->paintDevice();
    if (device && device->devType() == QInternal::Image)
        image = static_cast<const QImage *>(device)->copy();
    store->endPaint();
    return image;
}

bool showsOpenGl(const QWidget &window)
{
    const QList<QWidget *> children = window.findChildren<QWidget *>();
    for (const QWidget *child : children) {
        if (child->isVisible() && child->inherits("QOpenGLWidget"))
            return true;
    }
    return false;
}

/* OpenGL content is only in what the display shows. */
QImage screenImage(QWidget &window)
{
    QScreen *screen = window.screen();
    return screen && window.windowHandle() ? screen->grabWindow(window.winId()).toImage()
                                           : QImage();
}

/* The PNG appears under its name when it is whole. Nothing may take the place of a device or a
 * pipe: these are written to. */
int writePng(const QImage &image, const char *path)
{
    const QString name = QString::fromLocal8Bit(path);
    const QFileInfo place(name);
    const bool is_special = place.exists() && !place.isFile();
    QSaveFile whole(name);
    QFile special(name);
    QFileDevice &file = is_special ? static_cast<QFileDevice &>(special) : whole;
    const bool is_written = file.open(QIODevice::WriteOnly) && image.save(&file, "PNG");
    if (is_written && (is_special ? special.flush() : whole.commit()))
        return PP_OK;
    const QByteArray why = file.errorString().toUtf8();
    return ppq::fail(PP_EIO, "%s: cannot write: %s", path, why.constData());
}

} // namespace

int ppq_window_screenshot(ppq_window *window, const char *path)
{
    return ppq::guarded([&] {
        if (!window || !path || !*path)
            return ppq::fail(PP_EINVAL, "ppq_window_screenshot: window or path is missing");
        if (!window->isVisible())
            return ppq::fail(PP_ENOTSUP, "%s: the window is not shown", path);
        QImage image = showsOpenGl(*window) ? screenImage(*window) : backingStoreImage(*window);
        if (image.isNull())
            return ppq::fail(PP_ENOTSUP, "%s: this platform does not give the pixels of a window",
                             path);
        image.setDevicePixelRatio(1); /* a picture of device pixels */
        return writePng(image.convertToFormat(QImage::Format_RGB32), path);
    });
}
