/* shim/gl.cpp: finds out whether OpenGL widgets can be shown, and makes the viewport. */
#include "gl.hpp"

#include "guard.hpp"

#include <QtGui/QGuiApplication>
#include <QtGui/QOffscreenSurface>
#include <QtGui/QOpenGLContext>
#include <QtGui/QSurfaceFormat>

#include <algorithm>
#include <array>

namespace ppq
{

namespace
{

/* OpenGL 3.3 without what is older, or OpenGL ES 3.0 where the program's default format or the
 * platform asks for ES; newer where the program does. Qt's own painter needs a stencil. */
QSurfaceFormat viewportFormat()
{
    QSurfaceFormat format = QSurfaceFormat::defaultFormat();
    const bool es = format.renderableType() == QSurfaceFormat::OpenGLES ||
                    QOpenGLContext::openGLModuleType() == QOpenGLContext::LibGLES;
    const auto least = es ? qMakePair(3, 0) : qMakePair(3, 3);
    if (format.version() < least)
        format.setVersion(least.first, least.second);
    if (!es)
        format.setProfile(QSurfaceFormat::CoreProfile);
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

/* What stands in the way of a context that can draw; empty if nothing does. */
QByteArray contextObstacle()
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
    QByteArray obstacle;
    GlRenderer::create(obstacle).reset();
    context.doneCurrent();
    return obstacle;
}

} // namespace

int checkOpenGl()
{
    const QString platform = QGuiApplication::platformName();
    const QByteArray name = platform.toUtf8();
    if (!platformComposesOpenGl(platform))
        return fail(PP_ENOTSUP, "OpenGL: the platform \"%s\" cannot show OpenGL widgets",
                    name.constData());
    const QByteArray obstacle = contextObstacle();
    if (!obstacle.isEmpty())
        return fail(PP_ENOTSUP, "OpenGL: on the platform \"%s\" %s", name.constData(),
                    obstacle.constData());
    return PP_OK;
}

/* ---- Viewport ---------------------------------------------------------------------------- */

GlViewport::GlViewport()
{
    setFormat(viewportFormat());
}

/* Before the context goes with the base class. */
GlViewport::~GlViewport()
{
    release();
}

/* A widget that gets another window gets another context. */
GlRenderer *GlViewport::renderer()
{
    if (context_ == context())
        return renderer_.get();
    context_ = context();
    QByteArray message;
    renderer_ = GlRenderer::create(message);
    if (!renderer_)
        fail(PP_ENOTSUP, "OpenGL: %s; QPainter draws instead", message.constData());
    connect(context_, &QOpenGLContext::aboutToBeDestroyed, this, [this] { release(); });
    return renderer_.get();
}

void GlViewport::release()
{
    if (!renderer_) {
        context_ = nullptr;
        return;
    }
    disconnect(context_, nullptr, this, nullptr);
    makeCurrent();
    renderer_.reset();
    doneCurrent();
    context_ = nullptr;
}

} // namespace ppq
