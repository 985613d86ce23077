/* shim/probe/class_names.cpp: what an object's class is called in its source. */
#include "class_names.hpp"

#include "vtable.hpp"

namespace ppq
{

namespace
{

/* QML derives a class for each use that adds something: "Button_QMLTYPE_3", "QQuickItem_QML_7". */
QByteArray withoutQmlNumber(const QByteArray &name)
{
    constexpr const char *marks[] = {"_QMLTYPE_", "_QML_"};
    for (const char *mark : marks) {
        const qsizetype at = name.indexOf(mark);
        if (at > 0)
            return name.left(at);
    }
    return name;
}

} // namespace

ClassKey classKeyOf(const QObject *object)
{
    return {object->metaObject(), vtableOf(object)};
}

/* The C++ name, unless it is that of a wrapper that PyQt or QML put around the class. */
const QByteArray &ClassNames::of(const ClassKey &key)
{
    const auto known = names_.constFind(key);
    if (known != names_.constEnd())
        return *known;
    const QByteArray meta_name = key.first->className();
    const QByteArray name = classNameOf(key.second);
    const bool is_wrapper = name.isEmpty() || name.startsWith("sip") || name.contains('<');
    return *names_.insert(key, is_wrapper ? withoutQmlNumber(meta_name) : name);
}

} // namespace ppq
