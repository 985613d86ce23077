/* shim/probe/class_names.hpp: what an object's class is called in its source. */
#ifndef PPQ_CLASS_NAMES_HPP
#define PPQ_CLASS_NAMES_HPP

#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QObject>

namespace ppq
{

/* Two objects are of one class if they share meta-object and vtable: a C++ class without Q_OBJECT
 * has its base's meta-object, and all classes of Python have the vtable of one C++ class. */
using ClassKey = QPair<const QMetaObject *, void **>;
ClassKey classKeyOf(const QObject *object);

/* The name of each class, kept. */
class ClassNames
{
public:
    const QByteArray &of(const ClassKey &key);

private:
    QHash<ClassKey, QByteArray> names_;
};

} // namespace ppq

#endif
