/* tests/shim/frames_fixture.hpp: a session whose frames are kept, and waits for what Qt does. */
#ifndef FRAMES_FIXTURE_HPP
#define FRAMES_FIXTURE_HPP

#include <paintprof/paintprof.h>

#include <QtTest/QtTest>
#include <QtWidgets/QWidget>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

/* The gate open and every frame kept, for the lifetime of the object. */
class Frames
{
public:
    Frames()
    {
        if (pp_session_start(&session_, nullptr) != PP_OK)
            throw std::runtime_error(pp_last_error());
        pp_sink sink = {};
        sink.struct_size = sizeof sink;
        sink.user = this;
        sink.frame = [](void *user, const pp_frame *frame) {
            auto &self = *static_cast<Frames *>(user);
            self.seen.push_back(*frame);
            self.painters.emplace_back();
            for (uint32_t i = 0; i < frame->painter_count; ++i)
                self.painters.back().emplace_back(frame->painters[i].site->name);
        };
        if (pp_session_add_sink(session_, &sink) < 0)
            throw std::runtime_error(pp_last_error());
        pg_set_profile_enabled(true);
    }
    Frames(const Frames &) = delete;
    Frames &operator=(const Frames &) = delete;
    ~Frames()
    {
        pg_set_profile_enabled(false);
        pp_session_stop(session_);
    }

    void forget()
    {
        seen.clear();
        painters.clear();
    }

    bool anyPainter(const std::string &name) const
    {
        return std::any_of(painters.begin(), painters.end(), [&name](const auto &names) {
            return std::find(names.begin(), names.end(), name) != names.end();
        });
    }

    std::vector<pp_frame> seen;
    std::vector<std::vector<std::string>> painters; /* site names, of each frame seen */

private:
    pp_session *session_ = nullptr;
};

/* Delivers everything that is due, queued repaints and the platform's exposes included. */
inline void settle()
{
    for (int round = 0; round < 5; ++round) {
        QCoreApplication::sendPostedEvents();
        QTest::qWait(5);
    }
}

inline void showAndSettle(QWidget &widget)
{
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(widget.window()));
    settle();
}

/* Nanoseconds of work, busy. */
inline void spin(uint64_t busy_ns)
{
    const uint64_t until_ns = pp_now_ns() + busy_ns;
    while (pp_now_ns() < until_ns) {
    }
}

#endif
