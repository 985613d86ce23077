/* tests/shim/probe_module.cpp: a library that probe_program loads, shows classes of, and unloads.
 */
#include <QtWidgets/QtWidgets>

namespace
{

class ModuleItem : public QGraphicsItem
{
public:
    QRectF boundingRect() const override { return {0, 0, 50, 40}; }
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        painter->fillRect(boundingRect(), Qt::darkRed);
    }
};

} // namespace

class ModuleView : public QGraphicsView
{
    Q_OBJECT

public:
    explicit ModuleView(QWidget *parent) : QGraphicsView(parent)
    {
        scene_.setSceneRect(0, 0, 100, 100);
        scene_.addItem(new ModuleItem);
        setScene(&scene_);
    }

private:
    QGraphicsScene scene_;
};

extern "C" Q_DECL_EXPORT QWidget *makeModuleView(QWidget *parent)
{
    return new ModuleView(parent);
}

#include "probe_module.moc"
