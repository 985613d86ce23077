/* shim/gl.hpp: OpenGL viewports, where they can be shown. */
#ifndef PPQ_GL_HPP
#define PPQ_GL_HPP

#include "gl_renderer.hpp"

#include <QtOpenGLWidgets/QOpenGLWidget>

#include <memory>

namespace ppq
{

/* Returns 0, or PP_ENOTSUP with a message when no OpenGL widget can be shown here. Tries it
 * without a widget, since Qt 6.4 crashes where one is shown in vain. */
int checkOpenGl();

/* A widget for a view to paint on, with what belongs to its context. Make one only after
 * checkOpenGl() returned 0. */
class GlViewport final : public QOpenGLWidget
{
public:
    GlViewport();
    ~GlViewport() override;

    /* Of the context that is current while the widget is painted; null where it cannot be used. */
    GlRenderer *renderer();

private:
    void release();

    std::unique_ptr<GlRenderer> renderer_;
    QOpenGLContext *context_ = nullptr; /* of renderer_, or for which there is none */
};

} // namespace ppq

#endif
