/* shim/probe/python_caller.hpp: the line of Python that calls into Qt. */
#ifndef PPQ_PYTHON_CALLER_HPP
#define PPQ_PYTHON_CALLER_HPP

#include <QtCore/QByteArray>
#include <QtCore/QHash>

#include <cstdint>

namespace ppq
{

/* Asks the interpreter that the program has loaded, by its stable C API, and only while the calling
 * thread holds its lock: nothing of Python runs, and nothing is linked. */
class PythonCaller
{
public:
    /* "function (file.py:12)" by pp_text_intern(); 0 where there is no Python or it runs nothing.
     */
    uint16_t current();

private:
    static constexpr qsizetype most_lines = 4096;

    QByteArray textOf(void *code, int line) const;

    QHash<QPair<void *, int>, uint16_t> texts_; /* by code object, kept alive, and line */
};

} // namespace ppq

#endif
