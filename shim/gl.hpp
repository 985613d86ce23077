/* shim/gl.hpp: OpenGL viewports, where they can be shown. */
#ifndef PPQ_GL_HPP
#define PPQ_GL_HPP

#include <memory>

class QWidget;

namespace ppq
{

/* Returns 0, or PP_ENOTSUP with a message when no OpenGL widget can be shown here. Tries it
 * without a widget, since Qt 6.4 crashes where one is shown in vain. */
int checkOpenGl();

/* Call it only after checkOpenGl() returned 0. */
std::unique_ptr<QWidget> createGlViewport();

} // namespace ppq

#endif
