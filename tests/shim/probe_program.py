"""A PyQt program that knows nothing of the probe: items of classes that share a C++ vtable."""
import sys

from PyQt6.QtCore import QRectF, QTimer
from PyQt6.QtWidgets import (QApplication, QGraphicsObject, QGraphicsRectItem, QGraphicsScene,
                             QGraphicsView, QGraphicsWidget)


class Square(QGraphicsObject):
    def boundingRect(self):
        return QRectF(0, 0, 20, 20)

    def paint(self, painter, option, widget=None):
        painter.drawRect(0, 0, 20, 20)


class Circle(Square):
    def paint(self, painter, option, widget=None):
        painter.drawEllipse(0, 0, 20, 20)


class Axis(QGraphicsWidget):
    """As those of pyqtgraph."""

    def paint(self, painter, option, widget=None):
        painter.drawLine(0, 0, 20, 20)


class Plain(QGraphicsRectItem):
    """No QObject: known by its C++ class only."""

    def paint(self, painter, option, widget=None):
        super().paint(painter, option, widget)


app = QApplication(sys.argv)
scene = QGraphicsScene(0, 0, 400, 300)
items = [Square() for _ in range(5)] + [Circle() for _ in range(3)]
items += [Plain(0, 0, 10, 10) for _ in range(2)]
for item in items:
    scene.addItem(item)
axis = Axis()
axis.resize(20, 20)
scene.addItem(axis)
view = QGraphicsView(scene)
view.show()
ticks = 0


def tick():
    global ticks
    ticks += 1
    for number, moved in enumerate(items):
        moved.setPos(number * 30 + ticks, 40)
    if ticks == 50:
        app.exit(5)


timer = QTimer()
timer.timeout.connect(tick)
timer.start(2)
sys.exit(app.exec())
