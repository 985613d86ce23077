/* shim/display.hpp: whether Qt would find a display, since it aborts the process if not. */
#ifndef PPQ_DISPLAY_HPP
#define PPQ_DISPLAY_HPP

namespace ppq
{

/* The connection that showed that a display answers. Keep it until Qt has one of its own: an X
 * server resets when its last client leaves, and turns others away meanwhile. */
class DisplayProbe
{
public:
    DisplayProbe() = default;
    ~DisplayProbe();
    DisplayProbe(const DisplayProbe &) = delete;
    DisplayProbe &operator=(const DisplayProbe &) = delete;

    void keep(int fd);

private:
    int fd_ = -1;
};

/* Returns 0 if one of the platforms that Qt would choose from, given environment and arguments,
 * can start; else PP_ENOTSUP, the message saying why and what to do. */
int checkDisplay(int argc, const char *const *argv, DisplayProbe &probe);

} // namespace ppq

#endif
