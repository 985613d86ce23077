/* tests/shim/test_attach_csv.cpp: the CSV of an attachment, and what the environment changes. */
#include "frames_fixture.hpp"

#include <paintprof/qwidget.hpp>

#include <QtCore/QTemporaryDir>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>

namespace
{

class Plot : public QWidget
{
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *) override { QPainter(this).fillRect(rect(), Qt::darkBlue); }
};

void repaint(QWidget &widget, int times)
{
    for (int i = 0; i < times; ++i)
        widget.repaint();
}

/* The lines of a CSV, its header among them; whole lines only. */
QList<QByteArray> linesOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray all = file.readAll();
    if (!all.endsWith('\n'))
        return {};
    return all.chopped(1).split('\n');
}

paintprof::AttachOptions csvTo(const QString &path)
{
    paintprof::AttachOptions options;
    options.csv = path;
    return options;
}

} // namespace

class TestAttachCsv : public QObject
{
    Q_OBJECT

private slots:
    void init() { QVERIFY(directory_.isValid()); }
    void cleanup();

    void it_has_a_row_for_each_frame();
    void it_is_whole_when_the_window_goes();
    void rows_are_there_while_the_program_runs();
    void two_windows_may_write_one_file();
    void a_file_that_cannot_be_made_is_an_error();
    void the_environment_names_page_and_file();
    void the_environment_keeps_everything_off();

private:
    QString path(const char *name) const { return directory_.filePath(name); }
    QTemporaryDir directory_;
};

void TestAttachCsv::cleanup()
{
    pg_set_profile_enabled(false);
    qunsetenv("PAINTPROF");
    qunsetenv("PAINTPROF_CSV");
    qunsetenv("PAINTPROF_OVERLAY");
    QCOMPARE(pp_session_current(), nullptr);
}

void TestAttachCsv::it_has_a_row_for_each_frame()
{
    Plot plot;
    paintprof::Attachment *attachment = paintprof::attach(&plot, csvTo(path("rows.csv")));
    QVERIFY2(attachment, pp_last_error());
    QVERIFY(pg_profile_enabled());
    showAndSettle(plot);
    pp_snapshot snapshot;
    QCOMPARE(pp_session_snapshot(pp_session_current(), 0, 0, &snapshot), int{PP_OK});
    const auto shown = static_cast<qsizetype>(snapshot.frames_total);
    repaint(plot, 12);
    paintprof::detach(attachment);
    const QList<QByteArray> lines = linesOf(path("rows.csv"));
    QCOMPARE(lines.size(), 1 + shown + 12);
    QVERIFY(lines[0].startsWith("frame,window,start_ns"));
    for (const QByteArray &line : lines)
        QCOMPARE(line.count(','), lines[0].count(','));
    QVERIFY(QFile::exists(path("rows.csv.meta.json")));
}

void TestAttachCsv::it_is_whole_when_the_window_goes()
{
    auto plot = std::make_unique<Plot>();
    QVERIFY(paintprof::attach(plot.get(), csvTo(path("gone.csv"))));
    showAndSettle(*plot);
    repaint(*plot, 5);
    plot.reset();
    QVERIFY(linesOf(path("gone.csv")).size() >= 1 + 5);
}

void TestAttachCsv::rows_are_there_while_the_program_runs()
{
    Plot plot;
    QVERIFY(paintprof::attach(&plot, csvTo(path("live.csv"))));
    showAndSettle(plot);
    repaint(plot, 10);
    QVERIFY(linesOf(path("live.csv")).size() >= 1 + 5); /* rows wait 4 frames for the GPU */
}

void TestAttachCsv::two_windows_may_write_one_file()
{
    auto first = std::make_unique<Plot>();
    auto second = std::make_unique<Plot>();
    QVERIFY(paintprof::attach(first.get(), csvTo(path("two.csv"))));
    QVERIFY(paintprof::attach(second.get(), csvTo(path("two.csv"))));
    showAndSettle(*first);
    showAndSettle(*second);
    repaint(*first, 5);
    first.reset();
    repaint(*second, 5);
    second.reset();
    const QList<QByteArray> lines = linesOf(path("two.csv"));
    QVERIFY(lines.size() >= 1 + 10);
    QSet<QByteArray> windows;
    for (const QByteArray &line : lines.mid(1))
        windows.insert(line.split(',').value(1));
    QCOMPARE(windows.size(), 2);
}

void TestAttachCsv::a_file_that_cannot_be_made_is_an_error()
{
    Plot plot;
    QCOMPARE(paintprof::attach(&plot, csvTo("/nowhere/x.csv")), nullptr);
    QVERIFY2(QByteArray(pp_last_error()).contains("/nowhere/x.csv"), pp_last_error());
    QVERIFY(!pg_profile_enabled());
    QVERIFY(paintprof::attach(&plot));
}

void TestAttachCsv::the_environment_names_page_and_file()
{
    qputenv("PAINTPROF_CSV", path("environment.csv").toLocal8Bit());
    qputenv("PAINTPROF_OVERLAY", "mini");
    Plot plot;
    QVERIFY(paintprof::attach(&plot));
    showAndSettle(plot);
    QVERIFY(QFile::exists(path("environment.csv")));
    QVERIFY(plot.findChild<QWidget *>()->isVisible());
}

void TestAttachCsv::the_environment_keeps_everything_off()
{
    qputenv("PAINTPROF", "0");
    qputenv("PAINTPROF_OVERLAY", "full");
    Plot plot;
    paintprof::Attachment *attachment = paintprof::attach(&plot, csvTo(path("off.csv")));
    QVERIFY(attachment);
    paintprof::setOverlayPage(attachment, PP_OVERLAY_FULL);
    showAndSettle(plot);
    QVERIFY(!pg_profile_enabled());
    QVERIFY(!QFile::exists(path("off.csv")));
    QVERIFY(!plot.findChild<QWidget *>()->isVisible());
}

/* Qt allows widgets to outlive the application only if they were never shown, or are never
 * deleted. The file is whole in both cases. */
static bool survives_the_application_going_first(int argc, char **argv)
{
    const QTemporaryDir directory;
    const QString path = directory.filePath("late.csv");
    paintprof::AttachOptions options = csvTo(path);
    options.overlay = PP_OVERLAY_FULL;

    auto app = std::make_unique<QApplication>(argc, argv);
    static auto *shown = new Plot;
    auto hidden = std::make_unique<Plot>();
    if (!paintprof::attach(shown, options) || !paintprof::attach(hidden.get(), options))
        return false;
    showAndSettle(*shown);
    repaint(*shown, 5);
    app.reset();
    const bool whole = linesOf(path).size() >= 1 + 5 && !pp_session_current();
    hidden.reset();
    return whole;
}

int main(int argc, char **argv)
{
    int failures = 0;
    {
        QApplication app(argc, argv);
        TestAttachCsv test;
        failures = QTest::qExec(&test, argc, argv);
    }
    if (!survives_the_application_going_first(argc, argv)) {
        qWarning("FAIL!  : survives_the_application_going_first");
        ++failures;
    }
    return failures;
}
#include "test_attach_csv.moc"
