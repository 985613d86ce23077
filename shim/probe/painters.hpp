/* shim/probe/painters.hpp: the sites of what paints: widgets, windows and Quick scenes. */
#ifndef PPQ_PAINTERS_HPP
#define PPQ_PAINTERS_HPP

#include "class_names.hpp"

#include <paintprof/cause.h>

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QString>

namespace ppq
{

/* Text of an object for people: `Class` or `Class "name"`. */
QByteArray describedObject(const char *class_name, const QString &object_name);

/* The site of each class and object name, kept. Of a class with very many names, the later ones
 * share the site of the class. GUI thread only. */
class Painters
{
public:
    /* nullptr without memory, or where the core has no room for more sites. */
    pp_site *of(const QObject *object);
    pp_object_kind kindOf(const QObject *object);
    ClassNames &classNames() { return names_; }

private:
    static constexpr qsizetype max_names = 64; /* of one class */

    struct Class {
        pp_object_kind kind;
        pp_site *site;
        QHash<QString, pp_site *> named;
    };
    Class &classOf(const QObject *object);

    ClassNames names_;
    QHash<ClassKey, Class> classes_;
};

} // namespace ppq

#endif
