/* shim/probe/plugin.cpp: how Qt loads the probe into a program: a generic plugin "paintprof". */
#include "probe.hpp"

#include <QtCore/QCoreApplication>
#include <QtGui/QGenericPlugin>

#include <exception>

namespace ppq
{

/* Qt makes the plugin's object in the constructor of the application, and deletes it in its
 * destructor. */
class ProbePlugin : public QGenericPlugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID QGenericPluginFactoryInterface_iid FILE "plugin.json")

public:
    QObject *create(const QString &name, const QString &) override
    {
        static bool is_made = false;
        if (is_made || name.compare(QLatin1String("paintprof"), Qt::CaseInsensitive) != 0)
            return nullptr;
        is_made = true;
        const ProbeOptions options = takeProbeOptions();
        try {
            return new Probe(options);
        } catch (const std::exception &error) {
            tellStatus(options.status, "error " +
                                           QByteArray::number(QCoreApplication::applicationPid()) +
                                           ' ' + error.what());
            return nullptr;
        }
    }
};

} // namespace ppq

#include "plugin.moc"
