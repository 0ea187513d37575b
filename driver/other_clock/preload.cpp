// What is preloaded. It is linked with nothing: `syscall` and `dlsym` come from the C library of the program it is loaded into.
//
// Functions that tell the wall clock add to it. Those that wait until a moment of the wall clock are given one that was reckoned from what
// we told, so they get the real one, or they would wait for a year. The headers of these functions are left out on purpose: C libraries
// declare them differently. Numbers of clocks are Linux's.
#include <cargo_wasm/other_clock/ahead.hpp>

#include <cstdint>

#include <dlfcn.h>
#include <sys/syscall.h>

extern "C" long syscall(long number, ...);

namespace {

/// `struct timespec` and `struct timeval` of 64-bit systems.
struct Moment
{
  std::int64_t seconds;
  std::int64_t rest;
};

using cargo_wasm::other_clock::k_seconds_ahead;
static_assert(sizeof(long) == sizeof(std::int64_t), "times of other systems have other shapes");

constexpr int k_realtime = 0;
constexpr int k_realtime_coarse = 5;
constexpr int k_realtime_alarm = 8;
constexpr int k_tai = 11;
constexpr int k_time_utc = 1;       ///< of C11
constexpr int k_absolute = 1;       ///< TIMER_ABSTIME
constexpr int k_no_such = 38;       ///< ENOSYS
constexpr int k_nanoseconds = 1000; ///< in a microsecond

/// Clocks that count from the start of a machine do not get that far: 2001, or 31 years of running.
constexpr std::int64_t k_surely_a_date = 1'000'000'000;

bool is_wall_clock(int clock)
{
  return clock == k_realtime || clock == k_realtime_coarse || clock == k_realtime_alarm || clock == k_tai;
}

/// Calls the real function with the real moment. Its name is looked up each time: who waits has the time.
template <typename... Before> int wait_until(const char* name, const Moment* moment, Before... before)
{
  using Function = int (*)(Before..., const Moment*);
  const auto function = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
  if (function == nullptr) {
    return k_no_such;
  }
  if (moment == nullptr || moment->seconds < k_surely_a_date) {
    return function(before..., moment);
  }
  const Moment real{moment->seconds - k_seconds_ahead, moment->rest};
  return function(before..., &real);
}

} // namespace

extern "C" {

int clock_gettime(int clock, Moment* now)
{
  const long failed = ::syscall(SYS_clock_gettime, clock, now);
  if (failed == 0 && is_wall_clock(clock)) {
    now->seconds += k_seconds_ahead;
  }
  return static_cast<int>(failed);
}

int gettimeofday(Moment* now, void*)
{
  const int failed = clock_gettime(k_realtime, now);
  if (failed == 0) {
    now->rest /= k_nanoseconds;
  }
  return failed;
}

std::int64_t time(std::int64_t* result)
{
  Moment now{};
  clock_gettime(k_realtime_coarse, &now);
  if (result != nullptr) {
    *result = now.seconds;
  }
  return now.seconds;
}

int timespec_get(Moment* now, int base)
{
  return base == k_time_utc && clock_gettime(k_realtime, now) == 0 ? base : 0;
}

int clock_nanosleep(int clock, int flags, const Moment* duration, Moment* left)
{
  const auto real = reinterpret_cast<int (*)(int, int, const Moment*, Moment*)>(::dlsym(RTLD_NEXT, "clock_nanosleep"));
  if (real == nullptr) {
    return k_no_such;
  }
  if ((flags & k_absolute) == 0 || !is_wall_clock(clock)) {
    return real(clock, flags, duration, left);
  }
  const Moment until{duration->seconds - k_seconds_ahead, duration->rest};
  return real(clock, flags, &until, left);
}

int pthread_cond_timedwait(void* condition, void* mutex, const Moment* until)
{
  return wait_until("pthread_cond_timedwait", until, condition, mutex);
}

int pthread_cond_clockwait(void* condition, void* mutex, int clock, const Moment* until)
{
  return wait_until("pthread_cond_clockwait", until, condition, mutex, clock);
}

int pthread_mutex_timedlock(void* mutex, const Moment* until)
{
  return wait_until("pthread_mutex_timedlock", until, mutex);
}

int pthread_mutex_clocklock(void* mutex, int clock, const Moment* until)
{
  return wait_until("pthread_mutex_clocklock", until, mutex, clock);
}

int pthread_rwlock_timedrdlock(void* lock, const Moment* until)
{
  return wait_until("pthread_rwlock_timedrdlock", until, lock);
}

int pthread_rwlock_timedwrlock(void* lock, const Moment* until)
{
  return wait_until("pthread_rwlock_timedwrlock", until, lock);
}

int sem_timedwait(void* semaphore, const Moment* until)
{
  return wait_until("sem_timedwait", until, semaphore);
}

int sem_clockwait(void* semaphore, int clock, const Moment* until)
{
  return wait_until("sem_clockwait", until, semaphore, clock);
}

} // extern "C"
