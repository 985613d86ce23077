/* shim/attach.cpp: frames, flush, overlay and CSV for any widget of the program's own. */
#include <paintprof/qwidget.hpp>

#include "frame_watch.hpp"
#include "guard.hpp"
#include "overlay_host.hpp"
#include "sink_link.hpp"

#include <QtCore/QPointer>
#include <QtGui/QShortcut>
#include <QtWidgets/QApplication>
#include <QtWidgets/QWidget>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace paintprof
{

namespace
{

/* A failure on its way to attach(), which returns nullptr; the message is set. */
struct Failure {
    int code;
};

void require(int code)
{
    if (code < 0)
        throw Failure{code};
}

/* PAINTPROF=0: whatever the program asks for, nothing is measured. */
bool keptOff()
{
    const char *value = secure_getenv("PAINTPROF");
    return value && std::strcmp(value, "0") == 0;
}

pp_overlay_page firstPage(const AttachOptions &options)
{
    const char *name = secure_getenv("PAINTPROF_OVERLAY");
    const int page = name ? pp_overlay_page_from_name(name) : PP_EINVAL;
    return page >= 0 ? static_cast<pp_overlay_page>(page) : options.overlay;
}

QString csvPath(const AttachOptions &options)
{
    const char *path = secure_getenv("PAINTPROF_CSV");
    return path && *path ? QString::fromLocal8Bit(path) : options.csv;
}

/* The session that attachments started because none ran. */
class OwnSession
{
public:
    OwnSession() { require(pp_session_start(&session_, nullptr)); }
    ~OwnSession()
    {
        if (session_ == pp_session_current())
            pp_session_stop(session_);
    }
    OwnSession(const OwnSession &) = delete;
    OwnSession &operator=(const OwnSession &) = delete;

private:
    pp_session *session_ = nullptr;
};

/* A CSV that is being written, of one window or of several that name the same file. */
class CsvFile
{
public:
    explicit CsvFile(const QString &path) : path_(path), csv_(open(path)), link_(pp_csv_sink(csv_))
    {
    }
    ~CsvFile()
    {
        link_.leave();
        pp_csv_close(csv_);
    }
    CsvFile(const CsvFile &) = delete;
    CsvFile &operator=(const CsvFile &) = delete;

    const QString &path() const { return path_; }
    void follow() { require(link_.follow()); }

private:
    static pp_csv *open(const QString &path)
    {
        pp_csv *csv = nullptr;
        require(pp_csv_open(&csv, path.toLocal8Bit().constData()));
        return csv;
    }

    QString path_;
    pp_csv *csv_;
    ppq::SinkLink link_;
};

} // namespace

/* Owned by the window it measures. Members that feed on others come after them. */
class Attachment : public QObject, private ppq::FrameListener
{
    Q_OBJECT

public:
    explicit Attachment(QWidget *root) : QObject(root) {}
    ~Attachment() override;

    static Attachment *of(const QWidget *root);

    /* Throws Failure; the attachment can only be deleted then. */
    void start(QWidget *root, const AttachOptions &options);

    void setPage(pp_overlay_page page);
    pp_window *measured() const { return watch_ ? watch_->measured() : nullptr; }

private:
    void showOverlay(QWidget *root);
    void bindKey(QWidget *root, const QString &key);
    void joinSession(bool may_start);
    void openCsv(const QString &path);
    void openGate();
    void finish();
    void frameBegins() override;
    void frameEnded(uint64_t, uint64_t) override {}

    const bool kept_off_ = keptOff();
    std::shared_ptr<OwnSession> session_;
    std::shared_ptr<CsvFile> csv_;
    struct Destroy {
        void operator()(pp_overlay *overlay) const { pp_overlay_destroy(overlay); }
    };
    std::unique_ptr<pp_overlay, Destroy> overlay_;
    QPointer<ppq::FrameWatch> watch_;
    QPointer<ppq::OverlayPanel> panel_;
    QPointer<QShortcut> key_;
};

void Attachment::start(QWidget *root, const AttachOptions &options)
{
    const QString csv = kept_off_ ? QString() : csvPath(options);
    if (!csv.isEmpty())
        openCsv(csv);
    joinSession(options.ownSession && !kept_off_);
    if (csv_) {
        csv_->follow();
        openGate();
    }
    connect(qApp, &QObject::destroyed, this, [this] { finish(); });
    watch_ = new ppq::FrameWatch(root, false);
    watch_->setListener(this);
    showOverlay(root);
    setPage(firstPage(options));
    if (!options.overlayKey.isEmpty())
        bindKey(root, options.overlayKey);
}

void Attachment::showOverlay(QWidget *root)
{
    pp_overlay *overlay = nullptr;
    require(pp_overlay_create(&overlay, pp_window_number(watch_->measured())));
    overlay_.reset(overlay);
    pp_overlay_set_page(overlay, PP_OVERLAY_OFF);
    panel_ = new ppq::OverlayPanel(root, overlay);
    watch_->setOverlay(panel_);
}

void Attachment::bindKey(QWidget *root, const QString &key)
{
    key_ = new QShortcut(QKeySequence(key), root);
    connect(key_, &QShortcut::activated, this, [this] {
        const int next = pp_overlay_current_page(overlay_.get()) + 1;
        setPage(static_cast<pp_overlay_page>(next % PP_OVERLAY_PAGE_COUNT));
    });
}

/* The watch ends first, so that no frame comes any more; then the panel, which draws the overlay;
 * the CSV is closed with all frames in it before the session stops. */
Attachment::~Attachment()
{
    delete key_.data();
    delete watch_.data();
    delete panel_.data();
    overlay_.reset();
    finish();
}

/* Without an application there are no frames any more, though a window may be left. */
void Attachment::finish()
{
    csv_.reset();
    session_.reset();
}

Attachment *Attachment::of(const QWidget *root)
{
    return root->findChild<Attachment *>(QString(), Qt::FindDirectChildrenOnly);
}

void Attachment::joinSession(bool may_start)
{
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (const QWidget *window : windows) {
        const Attachment *other = of(window);
        if (other && other->session_)
            session_ = other->session_;
    }
    if (may_start && !pp_session_current())
        session_ = std::make_shared<OwnSession>();
}

void Attachment::openCsv(const QString &path)
{
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (const QWidget *window : windows) {
        const Attachment *other = of(window);
        if (other && other->csv_ && other->csv_->path() == path)
            csv_ = other->csv_;
    }
    if (!csv_)
        csv_ = std::make_shared<CsvFile>(path);
}

void Attachment::openGate()
{
    if (!kept_off_)
        pg_set_profile_enabled(true);
}

void Attachment::setPage(pp_overlay_page page)
{
    if (kept_off_ || !panel_)
        return;
    pp_overlay_set_page(overlay_.get(), page);
    if (page != PP_OVERLAY_OFF)
        openGate();
    panel_->changed();
}

/* A session of the program's own may have started after attach(). */
void Attachment::frameBegins()
{
    if (csv_)
        csv_->follow();
}

/* ---- The public functions ------------------------------------------------------------------ */

Attachment *attach(QWidget *widget, const AttachOptions &options)
{
    Attachment *attachment = nullptr;
    ppq::guarded([&] {
        if (!widget || !QCoreApplication::instance())
            return ppq::fail(PP_EINVAL, "attach: no widget or no application");
        QWidget *root = widget->window();
        attachment = Attachment::of(root);
        if (attachment)
            return int{PP_OK};
        auto made = std::make_unique<Attachment>(root);
        try {
            made->start(root, options);
        } catch (const Failure &failure) {
            return failure.code; /* the message is the core's */
        }
        attachment = made.release();
        return int{PP_OK};
    });
    return attachment;
}

void detach(Attachment *attachment)
{
    delete attachment;
}

void setOverlayPage(Attachment *attachment, pp_overlay_page page)
{
    ppq::guardedVoid([&] { attachment->setPage(page); });
}

pp_window *measuredWindow(Attachment *attachment)
{
    return attachment->measured();
}

void update(QWidget *widget)
{
    if (const ppq::FrameWatch *watch = ppq::watchOf(widget))
        pp_frame_asked(watch->measured());
    widget->update();
}

} // namespace paintprof

#include "attach.moc"
