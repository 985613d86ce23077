/* shim/input.hpp: Qt's input events as the plain structs of paintprof/qt.h. */
#ifndef PPQ_INPUT_HPP
#define PPQ_INPUT_HPP

#include <paintprof/qt.h>

class QEvent;
class QKeyEvent;
class QMouseEvent;
class QWheelEvent;
class QWidget;

namespace ppq
{

ppq_key keyOf(const QKeyEvent &event);
ppq_mouse mouseOf(const QMouseEvent &event, double ratio);
ppq_wheel wheelOf(const QWheelEvent &event, double ratio);

/* Passes an input event of widget (a canvas, or the viewport of a view) on to callbacks, its zones
 * counted to the frames of focus. True: one of them took it and nobody else may. */
bool deliverInput(const ppq_callbacks &callbacks, QEvent *event, const QWidget *widget,
                  const pp_window *focus);

} // namespace ppq

#endif
