/* shim/gl_program.cpp: the shaders. Every shape is one instance of a quad around it, in device
 * pixels from the top left corner; its fragments work out what they are covered by. */
#include "gl_program.hpp"

#include <QtGui/QOpenGLContext>

namespace ppq
{

namespace
{

constexpr char desktop_preamble[] = "#version 330\n";
constexpr char es_preamble[] = "#version 300 es\n"
                               "precision highp float;\n"
                               "precision highp int;\n"
                               "precision highp sampler2D;\n";

/* The numbers of GlKind. */
constexpr char kinds[] = R"(
const int RECT = 0, GLYPHS = 1, IMAGE = 2, LINE = 3, SEGMENT = 4, TRIANGLE = 5;
)";

/* A line's longer direction first, and its ends from low to high there. */
constexpr char along[] = R"(
bool lies(vec4 ends) { return abs(ends.z - ends.x) >= abs(ends.w - ends.y); }
vec4 along(vec4 ends)
{
    vec4 turned = lies(ends) ? ends : ends.yxwz;
    return turned.x > turned.z ? turned.zwxy : turned;
}
)";

constexpr char vertex_common[] = R"(
uniform vec2 u_surface;
#ifdef ANY
flat out vec4 v_first;
flat out vec4 v_second;
flat out int v_kind;
out vec2 v_px;
#endif
flat out vec4 v_color;

vec4 premultiplied(uint argb)
{
    vec4 color = vec4(float(argb >> 16 & 255u), float(argb >> 8 & 255u), float(argb & 255u),
                      float(argb >> 24)) / 255.0;
    return vec4(color.rgb * color.a, color.a);
}

vec2 corner() { return vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)); }

void place(vec2 px)
{
#ifdef ANY
    v_px = px;
#endif
    gl_Position = vec4(px.x * 2.0 / u_surface.x - 1.0, 1.0 - px.y * 2.0 / u_surface.y, 0.0, 1.0);
}

void place_rect(vec4 rect) { place(mix(rect.xy, rect.zw, corner())); }

void place_line(vec4 ends, float width)
{
    vec4 line = along(ends);
    vec2 c = corner();
    vec2 px = vec2(mix(line.x, line.z + 1.0, c.x),
                   mix(line.y, line.w, c.x) + mix(-1.5, 2.5, c.y) + (c.y - 0.5) * width);
    place(lies(ends) ? px : px.yx);
}

void place_segment(vec4 ends, float width)
{
    vec2 way = ends.zw - ends.xy;
    float size = length(way);
    vec2 ahead = size > 0.0 ? way / size : vec2(1.0, 0.0);
    vec2 c = corner() * 2.0 - 1.0;
    float reach = width * 0.5 + 1.0;
    vec2 end = c.x < 0.0 ? ends.xy : ends.zw;
    place(end + ahead * c.x * reach + vec2(-ahead.y, ahead.x) * c.y * reach);
}

void place_triangle(vec2 a, vec2 b, vec2 c)
{
    place_rect(vec4(min(a, min(b, c)) - 1.0, max(a, max(b, c)) + 1.0));
}

void shape(int kind, vec4 first, vec4 second)
{
#ifdef ANY
    v_kind = kind;
    v_first = first;
    v_second = second;
    if (kind == LINE)
        place_line(first, second.x);
    else if (kind == SEGMENT)
        place_segment(first, second.x);
    else if (kind == TRIANGLE)
        place_triangle(first.xy, first.zw, second.xy);
    else
        place_rect(first);
#else
    place_rect(first);
#endif
}
)";

constexpr char vertex_of_shapes[] = R"(
in vec4 a_first;
in vec4 a_second;
in uint a_color;
in uint a_kind;

void main()
{
    v_color = premultiplied(a_color);
    shape(int(a_kind), a_first, a_second);
}
)";

/* Rounds as scene/draw.h and scene/gap_shape.c do, so that a mesh stands where its shapes would. */
constexpr char vertex_of_meshes[] = R"(
in vec4 a_box;
in vec2 a_pixels; /* moved down by, least height */
in uint a_color;
in uint a_outline;
uniform vec4 u_plane; /* move, scale */
uniform int u_part;   /* 0 rectangle or line, 1 stem, 2 head */
uniform int u_mesh_kind; /* of pp_mesh_kind */
uniform bool u_both_ways;
uniform vec3 u_stroke; /* width, whether crisp, whether square */
uniform vec4 u_arrow; /* direction, distance, half width and height of the head */
uniform vec2 u_stem;
uniform uint u_arrow_color;

/* Shortens a line to what may be seen: of one that is millions of pixels long, a float does not hold
 * where a pixel is on it. */
vec4 cut(vec4 line)
{
    const float margin = 256.0;
    vec2 way = line.zw - line.xy;
    way += vec2(lessThan(abs(way), vec2(1e-6))) * 1e-6;
    vec2 low = (vec2(-margin) - line.xy) / way, high = (u_surface + margin - line.xy) / way;
    vec2 enter = min(low, high), leave = max(low, high);
    float start = max(enter.x, enter.y), end = min(leave.x, leave.y);
    if (start > end || end < 0.0 || start > 1.0)
        return vec4(-margin);
    return vec4(start > 0.0 ? line.xy + way * start : line.xy,
                end < 1.0 ? line.xy + way * end : line.zw);
}

void main()
{
    vec4 at = clamp(u_plane.xyxy + a_box * u_plane.zwzw, -1e7, 1e7);
    v_color = premultiplied(a_color);
    if (u_mesh_kind != 0) {
        at = cut(at);
        bool strokes = u_mesh_kind == 2;
        shape(strokes ? SEGMENT : LINE, strokes ? at : floor(at), vec4(u_stroke, 0.0));
        return;
    }
    vec4 box = floor(at);
    box.zw += 1.0;
    float height = box.w - box.y, grown = max(height, a_pixels.y);
    box.y += a_pixels.x - (u_both_ways ? floor((grown - height) * 0.5) : 0.0);
    box.w = box.y + grown;
    if (u_part == 0) {
        shape(RECT, box, premultiplied(a_outline));
        return;
    }
    v_color = premultiplied(u_arrow_color);
    float middle = box.x + floor((box.z - box.x) * 0.5);
    float tip = u_arrow.x > 0.0 ? box.w + u_arrow.y : box.y - 1.0 - u_arrow.y;
    float base = tip + u_arrow.x * u_arrow.w;
    float left = middle - floor(u_stem.x * 0.5), top = min(base, base + u_arrow.x * u_stem.y);
    if (u_part == 1)
        shape(RECT, vec4(left, top, left + u_stem.x, top + u_stem.y), vec4(0.0));
    else
        shape(TRIANGLE, vec4(middle, tip, middle - u_arrow.z, base),
              vec4(middle + u_arrow.z, base, 0.0, 0.0));
}
)";

constexpr char fragment_plain[] = R"(
flat in vec4 v_color;
out vec4 o_color;
void main() { o_color = v_color; }
)";

constexpr char fragment_any[] = R"(
flat in vec4 v_first;
flat in vec4 v_second;
flat in int v_kind;
in vec2 v_px;
flat in vec4 v_color;
out vec4 o_color;
uniform sampler2D u_texture;

/* The pixels that Qt's raster engine gives to a line of one pixel, and width - 1 more beside each. */
float line_cover(vec4 ends, float width)
{
    vec4 line = along(ends);
    vec2 px = floor(lies(ends) ? v_px : v_px.yx);
    float slope = line.z > line.x ? (line.w - line.y) / (line.z - line.x) : 0.0;
    float at = px.x - line.x + (slope > 0.0 ? 0.5 : 0.0);
    float low = floor(line.y + at * slope + 1e-4) - floor((width - 1.0) * 0.5);
    return px.x >= line.x && px.x <= line.z && px.y >= low && px.y < low + width ? 1.0 : 0.0;
}

/* Of a disc or an upright square that is led along: pen is its width, whether its edges are crisp,
 * and whether it is a square. */
float segment_cover(vec4 ends, vec3 pen)
{
    vec2 way = ends.zw - ends.xy, from = v_px - ends.xy;
    float size = dot(way, way);
    float part = size > 0.0 ? clamp(dot(from, way) / size, 0.0, 1.0) : 0.0;
    vec2 aside = abs(from - way * part);
    float inside = pen.x * 0.5 + 0.5 - (pen.z > 0.5 ? max(aside.x, aside.y) : length(aside));
    return pen.y > 0.5 ? step(0.5, inside) : clamp(inside, 0.0, 1.0);
}

/* Of the half plane left of a line through two points. */
float side_cover(vec2 from, vec2 to, float turn)
{
    vec2 way = to - from, here = v_px - from;
    return clamp((way.x * here.y - way.y * here.x) * turn / max(length(way), 1e-6) + 0.5, 0.0, 1.0);
}

float triangle_cover(vec2 a, vec2 b, vec2 c)
{
    float turn = sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
    return side_cover(a, b, turn) * side_cover(b, c, turn) * side_cover(c, a, turn) * abs(turn);
}

vec4 texel() { return texelFetch(u_texture, ivec2(floor(v_px) + v_second.xy), 0); }

bool is_edge(vec4 rect)
{
    vec2 px = floor(v_px);
    return any(lessThan(px, rect.xy + 1.0)) || any(greaterThanEqual(px, rect.zw - 1.0));
}

void main()
{
    vec4 color = v_color;
    if (v_kind == RECT) {
        if (is_edge(v_first)) /* second is the outline's colour */
            color = v_second + color * (1.0 - v_second.a);
    } else if (v_kind == GLYPHS) {
        color *= texel().r;
    } else if (v_kind == IMAGE) {
        color = texel();
    } else if (v_kind == LINE) {
        color *= line_cover(v_first, v_second.x);
    } else if (v_kind == SEGMENT) {
        color *= segment_cover(v_first, v_second.xyz);
    } else {
        color *= triangle_cover(v_first.xy, v_first.zw, v_second.xy);
    }
    o_color = color;
}
)";

QByteArray preamble(GlFragments fragments)
{
    const bool es = QOpenGLContext::currentContext()->isOpenGLES();
    return QByteArray(es ? es_preamble : desktop_preamble) +
           (fragments == GlFragments::Any ? "#define ANY\n" : "") + kinds + along;
}

} // namespace

bool GlProgram::build(GlSource source, GlFragments fragments, QByteArray &message)
{
    const bool mesh = source == GlSource::Mesh;
    const QByteArray head = preamble(fragments);
    program_.bindAttributeLocation(mesh ? "a_box" : "a_first", GlFirst);
    program_.bindAttributeLocation(mesh ? "a_pixels" : "a_second", GlSecond);
    program_.bindAttributeLocation("a_color", GlColor);
    program_.bindAttributeLocation(mesh ? "a_outline" : "a_kind", GlKindOf);
    const bool built =
        program_.addShaderFromSourceCode(QOpenGLShader::Vertex,
                                         head + vertex_common +
                                             (mesh ? vertex_of_meshes : vertex_of_shapes)) &&
        program_.addShaderFromSourceCode(
            QOpenGLShader::Fragment,
            head + (fragments == GlFragments::Any ? fragment_any : fragment_plain)) &&
        program_.link();
    if (!built) {
        message = program_.log().simplified().toUtf8();
        return false;
    }
    surface = program_.uniformLocation("u_surface");
    texture = program_.uniformLocation("u_texture");
    plane = program_.uniformLocation("u_plane");
    part = program_.uniformLocation("u_part");
    mesh_kind = program_.uniformLocation("u_mesh_kind");
    stroke = program_.uniformLocation("u_stroke");
    both_ways = program_.uniformLocation("u_both_ways");
    arrow = program_.uniformLocation("u_arrow");
    stem = program_.uniformLocation("u_stem");
    arrow_color = program_.uniformLocation("u_arrow_color");
    return true;
}

} // namespace ppq
