/* shim/probe/painters.cpp: the sites of what paints: widgets, windows and Quick scenes. */
#include "painters.hpp"

namespace ppq
{

namespace
{

pp_object_kind kindByClass(const QObject *object)
{
    if (object->inherits("QOpenGLWidget") || object->inherits("QOpenGLWindow"))
        return PP_OBJECT_GL;
    if (object->inherits("QQuickWidget") || object->inherits("QQuickWindow"))
        return PP_OBJECT_QUICK;
    return object->isWidgetType() ? PP_OBJECT_WIDGET : PP_OBJECT_WINDOW;
}

} // namespace

QByteArray describedObject(const char *class_name, const QString &object_name)
{
    QByteArray text(class_name);
    if (!object_name.isEmpty())
        text += " \"" + object_name.toUtf8() + '"';
    return text;
}

Painters::Class &Painters::classOf(const QObject *object)
{
    const ClassKey key = classKeyOf(object);
    const auto known = classes_.find(key);
    if (known != classes_.end())
        return *known;
    const pp_object_kind kind = kindByClass(object);
    pp_site *site = pp_object_site(kind, names_.of(key).constData(), nullptr);
    return *classes_.insert(key, {kind, site, {}});
}

pp_object_kind Painters::kindOf(const QObject *object)
{
    return classOf(object).kind;
}

pp_site *Painters::of(const QObject *object)
{
    Class &type = classOf(object);
    const QString name = object->objectName();
    if (name.isEmpty())
        return type.site;
    const auto known = type.named.constFind(name);
    if (known != type.named.constEnd())
        return *known;
    if (type.named.size() >= max_names)
        return type.site;
    const QByteArray &class_name = names_.of(classKeyOf(object));
    pp_site *site = pp_object_site(type.kind, class_name.constData(), name.toUtf8().constData());
    return *type.named.insert(name, site ? site : type.site);
}

} // namespace ppq
