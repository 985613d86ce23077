/* shim/gl.cpp: finds out whether OpenGL widgets can be shown, and makes the viewport. */
#include "gl.hpp"

#include "guard.hpp"

#include <QtGui/QGuiApplication>
#include <QtGui/QOffscreenSurface>
#include <QtGui/QOpenGLContext>
#include <QtGui/QOpenGLFunctions>
#include <QtGui/QSurfaceFormat>
#include <QtOpenGLWidgets/QOpenGLWidget>

#include <algorithm>
#include <array>

namespace ppq
{

namespace
{

/* Qt's own painter needs OpenGL 2.0 and framebuffer objects, and a stencil for its clips. The
 * version stays the platform's default: asking for a core profile would only shut out drivers. */
QSurfaceFormat viewportFormat()
{
    QSurfaceFormat format = QSurfaceFormat::defaultFormat();
    format.setDepthBufferSize(0);
    format.setStencilBufferSize(8);
    format.setSamples(0);
    return format;
}

/* Public API cannot ask a platform whether it composes OpenGL widgets: offscreen, for one, has
 * contexts and yet crashes when a widget with one is shown. */
bool platformComposesOpenGl(const QString &platform)
{
    const std::array<const char *, 3> known = {"xcb", "wayland", "eglfs"};
    return std::any_of(known.begin(), known.end(), [&platform](const char *name) {
        return platform.startsWith(QLatin1String(name));
    });
}

/* What stands in the way of a context, or nullptr. */
const char *contextObstacle()
{
    QOpenGLContext context;
    context.setFormat(viewportFormat());
    if (!context.create())
        return "no OpenGL context can be made";
    QOffscreenSurface surface;
    surface.setFormat(context.format());
    surface.create();
    if (!surface.isValid() || !context.makeCurrent(&surface))
        return "its OpenGL context cannot be used";
    const bool enough = context.format().majorVersion() >= 2 &&
                        context.functions()->hasOpenGLFeature(QOpenGLFunctions::Framebuffers);
    context.doneCurrent();
    return enough ? nullptr : "its OpenGL is older than 2.0 or lacks framebuffer objects";
}

} // namespace

int checkOpenGl()
{
    const QString platform = QGuiApplication::platformName();
    const QByteArray name = platform.toUtf8();
    if (!platformComposesOpenGl(platform))
        return fail(PP_ENOTSUP, "OpenGL: the platform \"%s\" cannot show OpenGL widgets",
                    name.constData());
    if (const char *obstacle = contextObstacle())
        return fail(PP_ENOTSUP, "OpenGL: on the platform \"%s\" %s", name.constData(), obstacle);
    return PP_OK;
}

std::unique_ptr<QWidget> createGlViewport()
{
    auto widget = std::make_unique<QOpenGLWidget>();
    widget->setFormat(viewportFormat());
    return widget;
}

} // namespace ppq
