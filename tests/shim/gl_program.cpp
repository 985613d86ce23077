/* tests/shim/gl_program.cpp: a program that draws by OpenGL, knows nothing of the probe, and tells
 * what it finds of OpenGL's state. test_probe_gl runs it with and without the probe. */
#include "leak_check.hpp"

#include <QtGui/QOffscreenSurface>
#include <QtGui/QOpenGLContext>
#include <QtGui/QOpenGLExtraFunctions>
#include <QtOpenGL/QOpenGLWindow>
#include <QtOpenGLWidgets/QOpenGLWidget>
#include <QtWidgets/QtWidgets>

#include <cstdio>

namespace
{

/* What a program may have set and find again. Names of objects are told apart from 0 alone. */
QByteArray stateOf(QOpenGLExtraFunctions &gl)
{
    QByteArray text;
    for (const int name : {GL_SCISSOR_TEST, GL_SCISSOR_BOX, GL_VIEWPORT, GL_COLOR_CLEAR_VALUE,
                           GL_COLOR_WRITEMASK, GL_BLEND, GL_DEPTH_TEST, GL_STENCIL_TEST}) {
        GLfloat values[4] = {};
        gl.glGetFloatv(static_cast<GLenum>(name), values);
        for (const GLfloat value : values)
            text += QByteArray::number(static_cast<double>(value)) + ' ';
    }
    for (const int name : {GL_DRAW_FRAMEBUFFER_BINDING, GL_READ_FRAMEBUFFER_BINDING,
                           GL_RENDERBUFFER_BINDING, GL_CURRENT_PROGRAM, GL_ARRAY_BUFFER_BINDING}) {
        GLint value = 0;
        gl.glGetIntegerv(static_cast<GLenum>(name), &value);
        text += value ? 'b' : '-';
    }
    return text + (gl.glGetError() == GL_NO_ERROR ? "" : " error");
}

/* Leaves unusual state behind, which it finds at its next paint. */
void draw(const char *who, QOpenGLExtraFunctions &gl, int number)
{
    std::printf("%s %d: %s\n", who, number, stateOf(gl).constData());
    gl.glDisable(GL_SCISSOR_TEST);
    gl.glClearColor(0.25f, 0.5f, 0.75f, 1);
    gl.glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    gl.glClear(GL_COLOR_BUFFER_BIT);
    gl.glEnable(GL_SCISSOR_TEST);
    gl.glScissor(3, 4, 5, 6);
    gl.glClearColor(0.125f, 0.5f, 1, 0);
    gl.glColorMask(GL_TRUE, GL_FALSE, GL_TRUE, GL_TRUE);
}

class Surface : public QOpenGLWidget
{
public:
    using QOpenGLWidget::QOpenGLWidget;
    int painted = 0;

protected:
    void paintGL() override { draw("widget", *context()->extraFunctions(), painted++); }
};

class Bare : public QOpenGLWindow
{
public:
    int painted = 0;

protected:
    void paintGL() override { draw("window", *context()->extraFunctions(), painted++); }
};

/* Asks for paints until there were so many more. */
template <typename Painter>
bool paint(Painter &painter, int more)
{
    const QDeadlineTimer patience(10000);
    for (const int wanted = painter.painted + more; painter.painted < wanted;) {
        const int before = painter.painted;
        painter.update();
        while (painter.painted == before) {
            if (patience.hasExpired())
                return false;
            QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        }
    }
    return true;
}

void tellPixel(Surface &surface)
{
    std::printf("pixel %s\n", qPrintable(surface.grabFramebuffer().pixelColor(50, 40).name()));
}

/* A context of the program's own, current from one event to the next. */
bool keepsContext()
{
    QOffscreenSurface surface;
    surface.create();
    QOpenGLContext context;
    if (!context.create() || !context.makeCurrent(&surface))
        return false;
    QEventLoop loop;
    QTimer::singleShot(400, &loop, &QEventLoop::quit); /* last results are taken meanwhile */
    loop.exec();
    const bool is_kept = QOpenGLContext::currentContext() == &context;
    std::printf("own context is %s\n", is_kept ? "current" : "lost");
    context.doneCurrent();
    return true;
}

int paintAll()
{
    QWidget first, second;
    first.resize(300, 200);
    second.setGeometry(400, 300, 300, 200);
    auto *surface = new Surface(&first);
    surface->setGeometry(10, 10, 120, 90);
    first.show();
    if (!paint(*surface, 3))
        return 1;
    tellPixel(*surface);
    if (!keepsContext())
        return 2;
    std::printf("moves to another window\n"); /* and gets another context there */
    surface->setParent(&second);
    surface->painted = 100;
    second.show();
    surface->show();
    if (!paint(*surface, 3))
        return 3;
    tellPixel(*surface);
    std::printf("a second one beside it\n");
    auto *beside = new Surface(&second);
    beside->setGeometry(150, 10, 120, 90);
    beside->show();
    beside->painted = 200;
    if (!paint(*beside, 2))
        return 4;
    tellPixel(*beside);
    delete surface;
    Bare bare;
    bare.setGeometry(50, 300, 200, 150);
    bare.show();
    if (!paint(bare, 4))
        return 5;
    std::printf("window pixel %s\n", qPrintable(bare.grabFramebuffer().pixelColor(50, 40).name()));
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    int status;
    {
        QApplication application(argc, argv);
        status = paintAll();
    }
    lookForLeaks();
    return status;
}
