// Runs a fixed list of independent jobs on a few threads. Scans know their jobs beforehand (layers, file batches), so
// no queue that grows is needed.
#pragma once

#include <cstddef>
#include <functional>

namespace drydock {

// Calls job(0) .. job(count - 1), each once, on up to `threads` threads, in that order of start; returns when all are
// done. Jobs must not throw and must not touch each other's data. threads == 0 means one per CPU.
void run_parallel(size_t count, unsigned threads, const std::function<void(size_t)>& job);

unsigned cpu_count();  // CPUs this process may run on, at least 1

}  // namespace drydock
