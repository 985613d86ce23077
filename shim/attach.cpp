/* shim/attach.cpp: frames, flush, overlay and CSV for any widget of the program's own. */
#include <paintprof/qwidget.hpp>

#include "frame_watch.hpp"
#include "gpu_times.hpp"
#include "gpu_widget.hpp"
#include "guard.hpp"
#include "overlay_host.hpp"
#include "sink_link.hpp"

#include <paintprof/recording.h>

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
    pp_overlay_page page = options.overlay;
    pp_corner corner = PP_CORNER_TOP_RIGHT; /* the overlay has it already */
    pp_overlay_from_environment(&page, &corner);
    return page;
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
    void setRecording(bool on);
    void overlayChanged();
    pp_overlay *overlay() const { return overlay_.get(); }
    pp_window *measured() const { return watch_ ? watch_->measured() : nullptr; }

private:
    void showOverlay(QWidget *root);
    void bindKeys(QWidget *root, const AttachOptions &options);
    template <typename Action>
    void bindKey(QWidget *root, const QString &key, Action action);
    void joinSession(bool may_start);
    void openCsv(const QString &path);
    void openGate();
    void finish();
    void frameBegins() override;
    void frameEnded(uint64_t, uint64_t) override {}
    void widgetBegins(QWidget *widget) override;
    void widgetEnded(QWidget *widget) override;
    void gpuChecked(const char *obstacle);
    void showNote();

    const bool kept_off_ = keptOff();
    std::shared_ptr<OwnSession> session_;
    std::shared_ptr<CsvFile> csv_;
    std::unique_ptr<CsvFile> recording_;
    unsigned recordings_ = 0;
    struct Destroy {
        void operator()(pp_overlay *overlay) const { pp_overlay_destroy(overlay); }
    };
    std::unique_ptr<pp_overlay, Destroy> overlay_;
    std::unique_ptr<ppq::FrameWatch> watch_;
    std::unique_ptr<ppq::GpuTimes> gpu_times_; /* once a widget draws by OpenGL */
    QByteArray gpu_note_;
    QPointer<ppq::OverlayPanel> panel_;
    QList<QPointer<QShortcut>> keys_;
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
    watch_ = std::make_unique<ppq::FrameWatch>(root, false);
    watch_->setListener(this);
    showOverlay(root);
    setPage(firstPage(options));
    bindKeys(root, options);
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

template <typename Action>
void Attachment::bindKey(QWidget *root, const QString &key, Action action)
{
    if (key.isEmpty())
        return;
    auto *shortcut = new QShortcut(QKeySequence(key), root);
    connect(shortcut, &QShortcut::activated, this, action);
    keys_.append(shortcut);
}

void Attachment::bindKeys(QWidget *root, const AttachOptions &options)
{
    bindKey(root, options.overlayKey, [this] {
        const int next = pp_overlay_current_page(overlay()) + 1;
        setPage(static_cast<pp_overlay_page>(next % PP_OVERLAY_PAGE_COUNT));
    });
    bindKey(root, options.freezeKey, [this] {
        pp_overlay_set_frozen(overlay(), !pp_overlay_frozen(overlay()));
        overlayChanged();
    });
    bindKey(root, options.resetKey, [this] {
        pp_overlay_reset(overlay());
        overlayChanged();
    });
    bindKey(root, options.cornerKey, [this] {
        const int next = pp_overlay_current_corner(overlay()) + 1;
        pp_overlay_set_corner(overlay(), static_cast<pp_corner>(next % PP_CORNER_COUNT));
        overlayChanged();
    });
    bindKey(root, options.recordKey,
            [this] { ppq::guardedVoid([this] { setRecording(!recording_); }); });
}

/* The watch ends first, so that no frame comes any more; then the panel, which draws the overlay;
 * the CSV is closed with all frames in it before the session stops. */
Attachment::~Attachment()
{
    for (const QPointer<QShortcut> &key : std::as_const(keys_))
        delete key.data();
    gpu_times_.reset();
    watch_.reset();
    delete panel_.data();
    overlay_.reset();
    finish();
}

/* Without an application there are no frames any more, though a window may be left. */
void Attachment::finish()
{
    recording_.reset();
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

void Attachment::overlayChanged()
{
    if (panel_)
        panel_->changed();
}

/* A file of its own each time, shown in the overlay while it is written; where none can be made,
 * the overlay says so instead. */
void Attachment::setRecording(bool on)
{
    if (kept_off_ || !panel_ || on == bool(recording_))
        return;
    recording_.reset();
    QByteArray shown;
    if (on) {
        shown = "paintprof-frames-" + QByteArray::number(QCoreApplication::applicationPid()) + '-' +
                QByteArray::number(++recordings_) + ".csv";
        try {
            recording_ = std::make_unique<CsvFile>(QString::fromLocal8Bit(shown));
            recording_->follow();
            openGate();
        } catch (const Failure &) {
            recording_.reset();
        }
    }
    pp_overlay_set_recording(overlay(), recording_ ? shown.constData() : nullptr);
    if (on && !recording_)
        pp_overlay_set_note(overlay(), pp_last_error());
    else
        showNote();
    overlayChanged();
}

/* A session of the program's own may have started after attach(). */
void Attachment::frameBegins()
{
    if (csv_)
        csv_->follow();
    if (recording_)
        recording_->follow();
    if (gpu_times_)
        gpu_times_->frameBegins();
}

/* ---- GPU time ------------------------------------------------------------------------------ */

void Attachment::widgetBegins(QWidget *widget)
{
    if (kept_off_ || !widget->inherits("QOpenGLWidget"))
        return;
    if (!gpu_times_)
        gpu_times_ = std::make_unique<ppq::GpuTimes>(
            watch_->measured(), ppq::gpuTargetOf,
            [this](const char *obstacle) { gpuChecked(obstacle); },
            [this] {
                if (panel_)
                    panel_->frameEnded(); /* the last frames are known only now */
            });
    gpu_times_->begin(widget);
}

void Attachment::widgetEnded(QWidget *widget)
{
    if (gpu_times_)
        gpu_times_->end(widget);
}

void Attachment::gpuChecked(const char *obstacle)
{
    gpu_note_ = obstacle ? QByteArrayLiteral("GPU ") + obstacle : QByteArray();
    if (obstacle) {
        const QByteArray reason = QByteArrayLiteral("not measured (") + obstacle + ')';
        pp_process_note("gpu.time", reason.constData());
    }
    showNote();
}

void Attachment::showNote()
{
    pp_overlay_set_note(overlay(), gpu_note_.isEmpty() ? nullptr : gpu_note_.constData());
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

void setRecording(Attachment *attachment, bool on)
{
    ppq::guardedVoid([&] { attachment->setRecording(on); });
}

pp_overlay *overlay(Attachment *attachment)
{
    return attachment->overlay();
}

void overlayChanged(Attachment *attachment)
{
    ppq::guardedVoid([&] { attachment->overlayChanged(); });
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
