/* shim/sink_link.hpp: a sink that follows whichever session runs. */
#ifndef PPQ_SINK_LINK_HPP
#define PPQ_SINK_LINK_HPP

#include <paintprof/error.h>
#include <paintprof/session.h>

#include <atomic>
#include <memory>

namespace ppq
{

/* Adds its sink to the session that runs, whenever that changes, and removes it at the end. */
class SinkLink
{
public:
    explicit SinkLink(const pp_sink &sink);
    ~SinkLink() { leave(); }
    SinkLink(const SinkLink &) = delete;
    SinkLink &operator=(const SinkLink &) = delete;

    /* Adds the sink if a session runs that lacks it. Returns 0 or a PP_ code. */
    int follow();

    /* Delivers what is published so far and takes the sink out. */
    void leave();

private:
    using Joined = std::atomic<bool>;
    struct Route; /* what the session holds */

    pp_sink sink_;
    std::shared_ptr<Joined> joined_; /* cleared by the session, maybe on another thread */
    int id_ = 0;
};

} // namespace ppq

#endif
