/* shim/sink_link.cpp: a sink that follows whichever session runs. */
#include "sink_link.hpp"

namespace ppq
{

/* Passes everything on, and tells when the session lets go of it. */
struct SinkLink::Route {
    pp_sink to;
    std::shared_ptr<Joined> joined;

    static Route &of(void *user) { return *static_cast<Route *>(user); }
    static void frame(void *user, const pp_frame *frame)
    {
        of(user).to.frame(of(user).to.user, frame);
    }
    static void zone(void *user, const pp_zone_record *zone)
    {
        of(user).to.zone(of(user).to.user, zone);
    }
    static void mark(void *user, const pp_mark_record *mark)
    {
        of(user).to.mark(of(user).to.user, mark);
    }
    static void trace(void *user, const pp_trace_record *event)
    {
        of(user).to.trace(of(user).to.user, event);
    }
    static void painted(void *user, const pp_paint_record *paint)
    {
        of(user).to.painted(of(user).to.user, paint);
    }
    static void unpainted(void *user, const pp_unpainted_record *updates)
    {
        of(user).to.unpainted(of(user).to.user, updates);
    }
    static void event(void *user, const pp_event_record *event)
    {
        of(user).to.event(of(user).to.user, event);
    }
    static void overhead(void *user, uint32_t thread, uint64_t ns)
    {
        of(user).to.overhead(of(user).to.user, thread, ns);
    }
    static void stop(void *user) { of(user).to.stop(of(user).to.user); }
    static void destroy(void *user)
    {
        std::unique_ptr<Route> route(&of(user));
        if (route->to.destroy)
            route->to.destroy(route->to.user);
        route->joined->store(false);
    }
};

SinkLink::SinkLink(const pp_sink &sink) : sink_(sink), joined_(std::make_shared<Joined>(false)) {}

int SinkLink::follow()
{
    if (joined_->load(std::memory_order_relaxed))
        return PP_OK;
    pp_session *session = pp_session_current();
    if (!session)
        return PP_OK;
    auto route = std::make_unique<Route>(Route{sink_, joined_});
    const pp_sink routed = {sizeof routed,
                            route.get(),
                            sink_.frame ? Route::frame : nullptr,
                            sink_.zone ? Route::zone : nullptr,
                            sink_.mark ? Route::mark : nullptr,
                            sink_.stop ? Route::stop : nullptr,
                            Route::destroy,
                            sink_.painted ? Route::painted : nullptr,
                            sink_.unpainted ? Route::unpainted : nullptr,
                            sink_.event ? Route::event : nullptr,
                            sink_.overhead ? Route::overhead : nullptr,
                            sink_.trace ? Route::trace : nullptr};
    joined_->store(true);
    const int id = pp_session_add_sink(session, &routed);
    if (id < 0) {
        joined_->store(false);
        return id;
    }
    (void)route.release(); /* now the session's, until Route::destroy */
    id_ = id;
    return PP_OK;
}

void SinkLink::leave()
{
    pp_session *session = pp_session_current();
    if (!session || !joined_->load())
        return;
    pp_session_drain(session);
    pp_session_remove_sink(session, id_);
}

} // namespace ppq
