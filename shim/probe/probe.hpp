/* shim/probe/probe.hpp: all that measures a program from inside, and what is asked of it. */
#ifndef PPQ_PROBE_HPP
#define PPQ_PROBE_HPP

#include "../sink_link.hpp"
#include "cause_notes.hpp"
#include "event_tap.hpp"
#include "flash.hpp"
#include "items.hpp"
#include "options.hpp"
#include "painters.hpp"
#include "plain_windows.hpp"
#include "ticks.hpp"
#include "windows.hpp"

#include <paintprof/csv.h>

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <memory>

class QKeyEvent;

namespace ppq
{

class ControlSocket;

/* Lives from the start of the application to its end. Members that feed on others come after
 * them. */
class Probe : public QObject, public TapListener, public RequestListener
{
    Q_OBJECT

public:
    explicit Probe(ProbeOptions options);
    ~Probe() override;

    /* Ends all measuring; the application is going. */
    void end();

    /* Answers one request of `paintprof ctl`: "ok", "ok: TEXT" or "error: TEXT". */
    QByteArray answer(const QByteArray &request);

private:
    bool deliver(QObject *receiver, QEvent *event, bool *is_told) override;
    bool handled(Handling &handling, uint64_t self_ticks, uint64_t total_ticks) override;
    void updatePosted(QObject *window, pp_cause cause) override;

    bool takesChord(QEvent *event);
    void frameEnded();
    void foreignFound();
    void gpuChecked(const char *obstacle);
    void showNotes();
    void windowCreated();
    void startCapture();
    void fail(const QByteArray &what);
    void openCsv();
    bool startSession();
    void setPage(pp_overlay_page page);
    void showOverlay(WidgetWindow &window);
    void showOverlay(PlainWindow &window);
    void showOverlays();
    void resetOverlays();
    void setFlash(bool on);
    void markDisturbed();
    const char *overlayNote() const;
    QByteArray startRecording(const QByteArray &path);
    QByteArray recordingAnswer(const QByteArray &request);
    QByteArray snapshot(const QByteArray &wanted);
    QByteArray statusText() const;
    void endProgram();

    const ProbeOptions options_;
    const uint64_t slow_event_ns_;
    const uint64_t surely_fast_ticks_; /* no event that takes fewer is slow, whatever the clock */
    const TickScale scale_;
    struct CloseCsv {
        void operator()(pp_csv *csv) const { pp_csv_close(csv); }
    };
    pp_session *session_ = nullptr; /* of our own */
    std::unique_ptr<pp_csv, CloseCsv> csv_;
    std::unique_ptr<SinkLink> csv_link_;
    Painters painters_;
    ItemTable item_table_;
    std::unique_ptr<CauseNotes> causes_;
    std::unique_ptr<ItemPaints> items_;
    std::unique_ptr<Flash> flash_; /* while it is on */
    std::unique_ptr<EventTap> tap_;
    std::unique_ptr<WidgetWindows> windows_;
    std::unique_ptr<PlainWindows> plain_windows_;
    std::unique_ptr<ControlSocket> control_;
    pp_overlay_page page_ = PP_OVERLAY_OFF;
    uint32_t frames_ = 0;
    bool has_told_foreign_ = false;
    QByteArray gpu_note_; /* why there is no GPU time; empty: there is, or nobody asked */
    unsigned files_ = 0;  /* recordings and snapshots named by us */
    QTimer duration_;
};

} // namespace ppq

#endif
