// The seam to wall-clock time: everything that compares with today asks a Clock, so that reports can be repeated.
// Unit: seconds since 1970-01-01T00:00:00Z (Time, see model/time.h for its text form).
#pragma once

#include <cstdint>

namespace drydock {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t now() const = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t now() const override;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(int64_t now) : now_(now) {}
  int64_t now() const override { return now_; }

 private:
  int64_t now_;
};

}  // namespace drydock
