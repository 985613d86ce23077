/* shim/gl_program.hpp: the shaders, one source for OpenGL 3.3 and OpenGL ES 3.0. */
#ifndef PPQ_GL_PROGRAM_HPP
#define PPQ_GL_PROGRAM_HPP

#include <QtCore/QByteArray>
#include <QtOpenGL/QOpenGLShaderProgram>

namespace ppq
{

/* What instances are read from: GlShape, or pp_mesh_shape. */
enum class GlSource { Shapes, Mesh };

/* What its fragments can be: of plain rectangles, or of any kind. */
enum class GlFragments { Plain, Any };

/* Attributes, by location. */
enum GlAttribute : unsigned {
    /* of shapes */
    GlFirst = 0,
    GlSecond = 1,
    GlColor = 2,
    GlKindOf = 3,
    /* of meshes */
    GlBox = 0,
    GlPixels = 1,
    GlOutline = 3
};

/* A program and where its uniforms are; -1 where it has none such. */
class GlProgram
{
public:
    /* The context is current, here and in the destructor. False with a message: it does not build.
     */
    bool build(GlSource source, GlFragments fragments, QByteArray &message);

    QOpenGLShaderProgram &program() { return program_; }

    int surface = -1, texture = -1;
    /* of meshes */
    int plane = -1, part = -1, mesh_kind = -1, stroke = -1, both_ways = -1;
    int arrow = -1, stem = -1, arrow_color = -1;

private:
    QOpenGLShaderProgram program_;
};

} // namespace ppq

#endif
