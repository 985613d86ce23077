/* shim/probe/python_caller.cpp: the line of Python that calls into Qt. */
#include "python_caller.hpp"

#include <paintprof/cause.h>

#include <cstring>
#include <dlfcn.h>

namespace ppq
{

namespace
{

/* Of Python.h; Python 3.9 or later has all of them. */
struct Api {
    int (*holds_lock)();
    void *(*error)();
    void (*clear_error)();
    void *(*frame)();
    void *(*code_of)(void *);
    int (*line_of)(void *);
    void *(*attribute)(void *, const char *);
    const char *(*utf8)(void *);
    void (*release)(void *);
    bool complete;

    Api()
        : complete(load("PyGILState_Check", holds_lock) && load("PyErr_Occurred", error) &&
                   load("PyErr_Clear", clear_error) && load("PyEval_GetFrame", frame) &&
                   load("PyFrame_GetCode", code_of) && load("PyFrame_GetLineNumber", line_of) &&
                   load("PyObject_GetAttrString", attribute) && load("PyUnicode_AsUTF8", utf8) &&
                   load("Py_DecRef", release))
    {
    }

    template <typename Function>
    static bool load(const char *name, Function &function)
    {
        void *symbol = dlsym(RTLD_DEFAULT, name);
        std::memcpy(&function, &symbol, sizeof function);
        return symbol != nullptr;
    }

    QByteArray text(void *object, const char *name) const
    {
        void *value = attribute(object, name);
        const char *utf8_text = value ? utf8(value) : nullptr;
        QByteArray copy(utf8_text);
        if (value)
            release(value);
        if (!utf8_text)
            clear_error();
        return copy;
    }
};

const Api &api()
{
    static const Api loaded;
    return loaded;
}

} // namespace

QByteArray PythonCaller::textOf(void *code, int line) const
{
    QByteArray name = api().text(code, "co_qualname"); /* since Python 3.11 */
    if (name.isEmpty())
        name = api().text(code, "co_name");
    const QByteArray file = api().text(code, "co_filename");
    return name + " (" + file.mid(file.lastIndexOf('/') + 1) + ':' + QByteArray::number(line) + ')';
}

uint16_t PythonCaller::current()
{
    const Api &python = api();
    if (!python.complete || !python.holds_lock() || python.error())
        return 0;
    void *frame = python.frame(); /* borrowed */
    if (!frame)
        return 0;
    const int line = python.line_of(frame);
    void *code = python.code_of(frame);
    const auto key = qMakePair(code, line);
    const auto known = texts_.constFind(key);
    if (known != texts_.constEnd() || texts_.size() >= most_lines) {
        python.release(code);
        return known != texts_.constEnd() ? *known : uint16_t{0};
    }
    const QByteArray text = textOf(code, line);
    return *texts_.insert(key, pp_text_intern(text.constData(), static_cast<size_t>(text.size())));
}

} // namespace ppq
