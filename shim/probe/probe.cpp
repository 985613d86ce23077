/* shim/probe/probe.cpp: all that measures a program from inside, and what is asked of it. */
#include "probe.hpp"

#include "control_socket.hpp"
#include "overlay.hpp"
#include "overlay_window.hpp"

#include <paintprof/gate.h>
#include <paintprof/hook.h>
#include <paintprof/recording.h>
#include <paintprof/session.h>
#include <paintprof/version.h>

#include <QtCore/QCoreApplication>
#include <QtGui/QGuiApplication>
#include <QtGui/QInputDevice>
#include <QtGui/QKeyEvent>
#include <QtGui/QWindow>
#include <QtWidgets/QApplication>

#include <cstring>
#include <utility>

namespace ppq
{

namespace
{

constexpr int polite_ms = 2000;

Probe *the_probe = nullptr;

QByteArray pid()
{
    return QByteArray::number(QCoreApplication::applicationPid());
}

/* Widgets can be deleted for as long as there is an application, so not in the destructor, which
 * runs with Qt's own plugins. */
void endWithApplication()
{
    if (the_probe)
        the_probe->end();
}

} // namespace

/* ---- Start and end ------------------------------------------------------------------------- */

Probe::Probe(ProbeOptions options)
    : options_(std::move(options)),
      slow_event_ns_(static_cast<uint64_t>(options_.slow_event_ms * 1e6)),
      surely_fast_ticks_(slow_event_ns_ / 10)
{
    pp_process_note("probe.version", PP_VERSION);
    pp_process_note("qt.version", qVersion());
    pp_process_note("qt.platform", QGuiApplication::platformName().toUtf8().constData());
    /* An application that is deleted when the process exits crashes in Qt 6.4 when this list was
     * made after it, as it is when our overlay first appears under the mouse. Made now, it goes
     * after it. */
    (void)QInputDevice::devices();
    startCapture();
    if (options_.causes)
        causes_ = std::make_unique<CauseNotes>(painters_, item_table_, this);
    if (options_.items)
        items_ = std::make_unique<ItemPaints>(item_table_, causes_.get());
    tap_ = std::make_unique<EventTap>(this);
    WindowsContext context;
    context.tap = tap_.get();
    context.painters = &painters_;
    context.items = items_.get();
    context.causes = causes_.get();
    context.prints_blocks = options_.profile_ms.has_value();
    context.created = [this](WidgetWindow &) { windowCreated(); };
    context.frame_ended = [this] { frameEnded(); };
    context.gpu_checked = [this](const char *obstacle) { gpuChecked(obstacle); };
    context.foreign_found = [this] { foreignFound(); };
    windows_ = std::make_unique<WidgetWindows>(context);
    plain_windows_ = std::make_unique<PlainWindows>(
        *tap_, painters_, causes_.get(), [this] { windowCreated(); }, [this] { frameEnded(); },
        context.gpu_checked);
    control_ = std::make_unique<ControlSocket>([this](const QByteArray &r) { return answer(r); });
    if (!control_->error().isEmpty())
        fail("no control socket: " + control_->error());
    setPage(options_.page);
    setFlash(options_.flash);
    if (options_.duration_s > 0) {
        duration_.setSingleShot(true);
        connect(&duration_, &QTimer::timeout, this, [this] { endProgram(); });
        /* Its time begins with the event loop. */
        QTimer::singleShot(
            0, this, [this] { duration_.start(static_cast<int>(options_.duration_s * 1000)); });
    }
    the_probe = this;
    qAddPostRoutine(endWithApplication);
    tellStatus(options_.status, "loaded " + pid() + ' ' + qVersion() + ' ' +
                                    QGuiApplication::platformName().toUtf8());
}

Probe::~Probe()
{
    end();
    the_probe = nullptr;
}

/* Nothing is delivered or painted through us any more before the rest goes. */
void Probe::end()
{
    duration_.stop();
    control_.reset();
    tap_.reset();
    flash_.reset();
    items_.reset();
    plain_windows_.reset();
    windows_.reset();
    causes_.reset();
    csv_link_.reset();
    csv_.reset();
    if (session_ && session_ == pp_session_current())
        pp_session_stop(session_);
    session_ = nullptr;
    if (pp_recording_path(nullptr, 0) > 0)
        pp_recording_stop();
}

void Probe::fail(const QByteArray &what)
{
    tellStatus(options_.status, "error " + pid() + ' ' + what);
}

void Probe::startCapture()
{
    if (options_.profile_ms) {
        pp_set_text_enabled(true);
        pg_set_ms_slower_then(*options_.profile_ms);
        pg_set_profile_enabled(true);
    }
    if (!options_.record.isEmpty()) {
        const QByteArray answer = startRecording(options_.record);
        if (answer.startsWith("error"))
            fail(answer.mid(7));
    }
    if (!options_.csv.isEmpty())
        openCsv();
}

bool Probe::startSession()
{
    pg_set_profile_enabled(true);
    return pp_session_current() || pp_session_start(&session_, nullptr) == PP_OK;
}

void Probe::openCsv()
{
    pp_csv *csv = nullptr;
    if (!startSession() || pp_csv_open(&csv, options_.csv.constData()) != PP_OK) {
        fail(pp_last_error());
        return;
    }
    csv_.reset(csv);
    csv_link_ = std::make_unique<SinkLink>(pp_csv_sink(csv));
    if (csv_link_->follow() < 0)
        fail(pp_last_error());
}

/* The windows are closed as by their users; one that refuses has two seconds. */
void Probe::endProgram()
{
    tellStatus(options_.status, "ending " + pid());
    QTimer::singleShot(polite_ms, this, [] { QCoreApplication::exit(0); });
    if (qobject_cast<QApplication *>(QCoreApplication::instance()))
        QApplication::closeAllWindows();
    const QWindowList windows = QGuiApplication::topLevelWindows();
    for (QWindow *window : windows)
        window->close();
}

/* ---- Events -------------------------------------------------------------------------------- */

/* Ctrl+Alt+Shift with P for the overlay's next page, with F for the flash. */
bool Probe::takesChord(QEvent *event)
{
    constexpr auto modifiers = Qt::ControlModifier | Qt::AltModifier | Qt::ShiftModifier;
    const auto *key = static_cast<const QKeyEvent *>(event);
    if ((key->key() != Qt::Key_P && key->key() != Qt::Key_F) ||
        (key->modifiers() & modifiers) != modifiers)
        return false;
    event->accept();
    if (event->type() != QEvent::KeyPress || key->isAutoRepeat())
        return true;
    if (key->key() == Qt::Key_P)
        setPage(static_cast<pp_overlay_page>((page_ + 1) % PP_OVERLAY_PAGE_COUNT));
    else
        setFlash(!flash_);
    return true;
}

bool Probe::deliver(QObject *receiver, QEvent *event, bool *is_told)
{
    bool result = false;
    if (flash_)
        flash_->beforeEvent(receiver, event);
    switch (event->type()) {
    case QEvent::Paint:
    case QEvent::UpdateRequest:
    case QEvent::Expose:
    case QEvent::Resize:
        if (windows_->deliver(receiver, event, is_told, &result) ||
            plain_windows_->deliver(receiver, event, is_told, &result))
            return result;
        break;
    case QEvent::KeyPress:
    case QEvent::ShortcutOverride:
        if (takesChord(event))
            return true;
        break;
    default:
        break;
    }
    return tap_->pass(receiver, event);
}

bool Probe::handled(Handling &handling, uint64_t self_ticks, uint64_t total_ticks)
{
    if (self_ticks < surely_fast_ticks_ ||
        (slow_event_ns_ > 0 && scale_.ns(self_ticks) < slow_event_ns_))
        return false;
    if (std::strncmp(handling.receiver_class.first->className(), "ppq::", 5) == 0)
        return false;
    const pp_cause cause = causes_ ? causes_->handled(&handling) : pp_cause{};
    pp_note_event(cause, self_ticks, total_ticks);
    return true;
}

void Probe::updatePosted(QObject *window, pp_cause cause)
{
    windows_->asked(window, cause);
    plain_windows_->asked(window, cause);
}

/* Once: it holds for all its windows. */
void Probe::foreignFound()
{
    if (!std::exchange(has_told_foreign_, true))
        fail("it measures windows itself, by a copy of paintprof of its own; what it measures is "
             "not "
             "in this recording, and costs time in it");
}

/* In the middle of a paint: overlays are told of it later. */
void Probe::gpuChecked(const char *obstacle)
{
    gpu_note_ = obstacle ? QByteArray("GPU ") + obstacle : QByteArray();
    if (!obstacle)
        return;
    const QByteArray reason = QByteArray("not measured (") + obstacle + ')';
    pp_process_note("gpu.time", reason.constData());
    if (page_ != PP_OVERLAY_OFF)
        QTimer::singleShot(0, this, [this] { showNotes(); });
}

/* What our hooks cost since the last frame, where no zone has it. */
void Probe::frameEnded()
{
    uint64_t ticks = tap_->cost().take();
    if (items_)
        ticks += items_->cost().take();
    if (causes_)
        ticks += causes_->cost().take();
    pp_note_overhead(ticks);
    frames_++;
}

/* ---- Overlay ------------------------------------------------------------------------------- */

/* A window that has just begun to paint cannot have a panel yet. */
void Probe::windowCreated()
{
    if (flash_)
        markDisturbed();
    if (page_ != PP_OVERLAY_OFF)
        QTimer::singleShot(0, this, [this] { showOverlays(); });
}

void Probe::showOverlay(WidgetWindow &window)
{
    const QWidget *root = window.frames.root();
    if (!root || !WidgetOverlay::fits(root))
        return;
    if (!window.overlay) {
        if (page_ == PP_OVERLAY_OFF)
            return;
        window.overlay = std::make_unique<WidgetOverlay>(window);
        window.overlay->setNote(overlayNote());
    }
    window.overlay->setPage(page_);
}

void Probe::showOverlay(PlainWindow &window)
{
    QWindow *host = window.window();
    if (!host || !host->isTopLevel())
        return;
    if (!window.overlay) {
        if (page_ == PP_OVERLAY_OFF)
            return;
        window.overlay = std::make_unique<OverlayWindow>(host, pp_window_number(window.measured()));
        window.overlay->setNote(overlayNote());
    }
    window.overlay->setPage(page_);
}

void Probe::showOverlays()
{
    windows_->forEach([this](WidgetWindow &window) { showOverlay(window); });
    plain_windows_->forEach([this](PlainWindow &window) { showOverlay(window); });
}

void Probe::setPage(pp_overlay_page page)
{
    page_ = page;
    if (page != PP_OVERLAY_OFF && !startSession())
        fail(pp_last_error());
    showOverlays();
}

void Probe::resetOverlays()
{
    if (pp_session *session = pp_session_current())
        pp_session_reset(session);
    windows_->forEach([](WidgetWindow &window) {
        if (window.overlay)
            window.overlay->reset();
    });
    plain_windows_->forEach([](PlainWindow &window) {
        if (window.overlay)
            window.overlay->reset();
    });
}

/* ---- Flash --------------------------------------------------------------------------------- */

void Probe::setFlash(bool on)
{
    if (on == bool(flash_))
        return;
    if (on)
        flash_ = std::make_unique<Flash>(scale_);
    else
        flash_.reset();
    markDisturbed();
    showNotes();
}

void Probe::showNotes()
{
    windows_->forEach([this](WidgetWindow &window) {
        if (window.overlay)
            window.overlay->setNote(overlayNote());
    });
    plain_windows_->forEach([this](PlainWindow &window) {
        if (window.overlay)
            window.overlay->setNote(overlayNote());
    });
}

/* What the layers cost is beside all frames, whichever window they stand above. */
void Probe::markDisturbed()
{
    const bool is_disturbed = bool(flash_);
    windows_->forEach([is_disturbed](WidgetWindow &window) {
        pp_window_set_disturbed(window.measured(), is_disturbed);
    });
    plain_windows_->forEach([is_disturbed](PlainWindow &window) {
        pp_window_set_disturbed(window.measured(), is_disturbed);
    });
}

const char *Probe::overlayNote() const
{
    if (flash_)
        return "flash on: times are disturbed";
    return gpu_note_.isEmpty() ? nullptr : gpu_note_.constData();
}

/* ---- Requests ------------------------------------------------------------------------------ */

QByteArray Probe::startRecording(const QByteArray &path)
{
    pp_recording_opts opts = {};
    opts.struct_size = sizeof opts;
    opts.size_bytes = options_.record_all ? PP_RECORDING_UNBOUNDED : options_.record_bytes;
    if (pp_recording_start(path.constData(), &opts) != PP_OK)
        return QByteArray("error: ") + pp_last_error();
    pg_set_profile_enabled(true);
    char real_path[4096] = "";
    pp_recording_path(real_path, sizeof real_path);
    return QByteArray("ok: ") + real_path;
}

QByteArray Probe::recordingAnswer(const QByteArray &request)
{
    if (request == "stop")
        return pp_recording_stop() == PP_OK ? QByteArray("ok")
                                            : QByteArray("error: ") + pp_last_error();
    QByteArray path = request.startsWith("start ") ? request.mid(6) : QByteArray();
    if (path.isEmpty() && request != "start")
        return "error: record start [PATH] or record stop";
    if (path.isEmpty())
        path = "paintprof-" + pid() + '-' + QByteArray::number(++files_) + ".pprec";
    return startRecording(path);
}

QByteArray Probe::snapshot(const QByteArray &wanted)
{
    const QByteArray path =
        wanted.isEmpty() ? "paintprof-" + pid() + '-' + QByteArray::number(++files_) + ".pprec"
                         : wanted;
    return pp_recording_snapshot(path.constData(), 0) == PP_OK
               ? "ok: " + path
               : QByteArray("error: ") + pp_last_error();
}

QByteArray Probe::statusText() const
{
    char path[4096] = "";
    QByteArray text = "ok: overlay ";
    text += pp_overlay_page_name(page_);
    text += ", " + QByteArray::number(frames_) + " frames, ";
    text += pp_recording_path(path, sizeof path) ? QByteArray("recording to ") + path
                                                 : QByteArray("not recording");
    text += causes_ && causes_->hearsUpdates() ? ", causes" : ", no causes";
    text += flash_ ? ", flash" : "";
    return text;
}

QByteArray Probe::answer(const QByteArray &request)
{
    if (request.startsWith("overlay ")) {
        const int page = pp_overlay_page_from_name(request.mid(8).constData());
        if (page < 0)
            return "error: no such page; there are off, mini, full and items";
        setPage(static_cast<pp_overlay_page>(page));
        return "ok";
    }
    if (request == "flash on" || request == "flash off") {
        setFlash(request == "flash on");
        return "ok";
    }
    if (request == "reset") {
        resetOverlays();
        return "ok";
    }
    if (request.startsWith("record "))
        return recordingAnswer(request.mid(7));
    if (request == "snapshot" || request.startsWith("snapshot "))
        return snapshot(request.mid(9));
    if (request == "status")
        return statusText();
    return "error: unknown request; there are overlay, reset, record, snapshot, flash and status";
}

} // namespace ppq
