/* demo/custom_paint.cpp: an ordinary QWidget of one's own, in C++: a spectrum of 2,000 lines.
 *
 *   custom-paint-cpp [--frames N] [--csv FILE]
 *
 * The lines marked "profile" are all that measuring it takes. */
#include <paintprof/qwidget.hpp> // profile

#include <QtCore/QLineF>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>
#include <QtWidgets/QWidget>

#include <array>
#include <cmath>
#include <cstdio>

class Spectrum : public QWidget
{
public:
    explicit Spectrum(int frames) : frames_left_(frames)
    {
        setAttribute(Qt::WA_OpaquePaintEvent);
        resize(1000, 400);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        PP_SCOPE("Spectrum.paint()", PP_PHASE_REDRAW); // profile
        computeLines();
        QPainter painter(this);
        painter.fillRect(rect(), QColor(0x0d, 0x11, 0x17));
        painter.setPen(QPen(QColor(0x2e, 0xc4, 0xa0), 0));
        painter.drawLines(lines_.data(), int(lines_.size()));
        if (--frames_left_ == 0)
            QMetaObject::invokeMethod(qApp, &QApplication::quit, Qt::QueuedConnection);
        else
            update();
    }

private:
    void computeLines()
    {
        PP_SCOPE_IN("Spectrum.lines()", "compute"); // profile: a phase of one's own
        const double size = double(lines_.size());
        for (size_t i = 0; i < lines_.size(); ++i) {
            const double x = double(i) / size;
            const double level =
                std::fabs(std::sin(31 * x + phase_) * std::cos(7 * x - phase_ / 2));
            lines_[i] =
                QLineF(x * width(), height(), x * width(), height() * (1 - level * (1 - 0.7 * x)));
        }
        phase_ += 0.03;
    }

    std::array<QLineF, 2000> lines_;
    double phase_ = 0;
    int frames_left_; // 0 or negative: no end
};

int main(int argc, char **argv)
{
    const QApplication app(argc, argv);
    const QStringList arguments = QApplication::arguments();
    const auto argument = [&](const QString &name) {
        const qsizetype at = arguments.indexOf(name);
        return at < 0 ? QString() : arguments.value(at + 1);
    };

    Spectrum spectrum(argument("--frames").toInt());
    paintprof::AttachOptions options;             // profile
    options.overlay = PP_OVERLAY_FULL;            // profile
    options.csv = argument("--csv");              // profile
    if (!paintprof::attach(&spectrum, options)) { // profile
        std::fprintf(stderr, "%s\n", pp_last_error());
        return 1;
    }
    spectrum.show();
    return QApplication::exec();
}
