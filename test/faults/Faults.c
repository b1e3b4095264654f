// A library to preload: the Nth counted call of a program fails, or the clock jumps. Counting
// begins with main(). By the environment:
//
//   NNX_FAULT_KINDS  which calls count, as in "open,write" (all but memory)
//   NNX_FAULT_AT     N (0: none fails)
//   NNX_FAULT_COUNT  how many of them fail from there on, a disk that stays full (1)
//   NNX_FAULT_ERROR  errno of a failed call (0: that of its kind, below)
//   NNX_FAULT_KILL   1: the process is killed there instead
//   NNX_FAULT_HALF   1: a read or write does half of its bytes instead
//   NNX_FAULT_LOG    file of a line "KIND ERRNO PATH" for each fault, and "calls N" at the end
//   NNX_CLOCK_JUMP   seconds by which every second look at the wall clock is wrong
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum kind {
  OPEN,
  READ,
  WRITE,
  SYNC,
  RENAME,
  LINK,
  TRUNCATE,
  FOLDER,
  STAT,
  LOCK,
  MAP,
  THREAD,
  MEMORY,
  KINDS
};

static const struct {
  const char *name;
  int error;
} kinds[KINDS] = {
    [OPEN] = {"open", EMFILE},      [READ] = {"read", EIO},        [WRITE] = {"write", ENOSPC},
    [SYNC] = {"sync", EIO},         [RENAME] = {"rename", EROFS},  [LINK] = {"link", EDQUOT},
    [TRUNCATE] = {"truncate", EIO}, [FOLDER] = {"folder", EDQUOT}, [STAT] = {"stat", EIO},
    [LOCK] = {"lock", ENOLCK},      [MAP] = {"map", ENOMEM},       [THREAD] = {"thread", EAGAIN},
    [MEMORY] = {"memory", ENOMEM},
};

static unsigned counted;
static long first, count = 1, jump;
static int given, half, kills, armed, logFile = -1;
static atomic_long calls, looks;

static long number(const char *name, long otherwise) {
  const char *const text = getenv(name);
  return text ? strtol(text, NULL, 10) : otherwise;
}

/* Whether a word stands in a list with commas. */
static int isIn(const char *list, const char *word) {
  const size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)) != NULL; ++at)
    if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
      return 1;
  return 0;
}

__attribute__((constructor)) static void readEnvironment(void) {
  const char *const wanted = getenv("NNX_FAULT_KINDS"), *const log = getenv("NNX_FAULT_LOG");
  for (int kind = 0; kind < KINDS; ++kind)
    if (wanted ? isIn(wanted, kinds[kind].name) : kind != MEMORY)
      counted |= 1u << kind;
  first = number("NNX_FAULT_AT", 0);
  count = number("NNX_FAULT_COUNT", 1);
  given = (int)number("NNX_FAULT_ERROR", 0);
  half = (int)number("NNX_FAULT_HALF", 0);
  kills = (int)number("NNX_FAULT_KILL", 0);
  jump = number("NNX_CLOCK_JUMP", 0);
  if (log)
    logFile =
        (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void note(const char *text, int length) {
  if (logFile >= 0)
    syscall(SYS_write, logFile, text, (size_t)length);
}

__attribute__((destructor)) static void noteCalls(void) {
  char line[64];
  note(line, snprintf(line, sizeof line, "calls %ld\n", atomic_load(&calls)));
}

/* Whether this call fails; errno is set then. */
static int fails(enum kind kind, const char *path, int file) {
  if (!armed || !(counted >> kind & 1))
    return 0;
  const long call = atomic_fetch_add(&calls, 1) + 1;
  if (first == 0 || call < first || call >= first + count)
    return 0;
  const int error = given ? given : kinds[kind].error;
  char line[4200], link[64], target[4000];
  if (!path && file >= 0) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const long length = syscall(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    path = target;
  }
  note(line, snprintf(line, sizeof line, "%s %d %s\n", kinds[kind].name, error, path ? path : ""));
  if (kills)
    kill(getpid(), SIGKILL);
  errno = error;
  return 1;
}

#define REAL(type, name, ...)                                                                      \
  static type (*real)(__VA_ARGS__);                                                                \
  if (!real)                                                                                       \
  real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define OPEN_LIKE(name)                                                                            \
  int name(const char *path, int flags, ...) {                                                     \
    REAL(int, name, const char *, int, ...);                                                       \
    va_list rest;                                                                                  \
    va_start(rest, flags);                                                                         \
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                  \
    va_end(rest);                                                                                  \
    return fails(OPEN, path, -1) ? -1 : real(path, flags, mode);                                   \
  }
OPEN_LIKE(open)
OPEN_LIKE(open64)

#define OPENAT_LIKE(name)                                                                          \
  int name(int folder, const char *path, int flags, ...) {                                         \
    REAL(int, name, int, const char *, int, ...);                                                  \
    va_list rest;                                                                                  \
    va_start(rest, flags);                                                                         \
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                  \
    va_end(rest);                                                                                  \
    return fails(OPEN, path, -1) ? -1 : real(folder, path, flags, mode);                           \
  }
OPENAT_LIKE(openat)
OPENAT_LIKE(openat64)

#define FOPEN_LIKE(name)                                                                           \
  FILE *name(const char *path, const char *mode) {                                                 \
    REAL(FILE *, name, const char *, const char *);                                                \
    return fails(OPEN, path, -1) ? NULL : real(path, mode);                                        \
  }
FOPEN_LIKE(fopen)
FOPEN_LIKE(fopen64)

/* Bytes that a call moves which stops half way. */
static size_t part(size_t bytes) {
  return bytes > 1 ? bytes / 2 : bytes;
}

#define TRANSFER(name, kind, buffer)                                                               \
  ssize_t name(int file, buffer bytes, size_t size) {                                              \
    REAL(ssize_t, name, int, buffer, size_t);                                                      \
    if (fails(kind, NULL, file)) {                                                                 \
      if (!half)                                                                                   \
        return -1;                                                                                 \
      size = part(size);                                                                           \
    }                                                                                              \
    return real(file, bytes, size);                                                                \
  }
TRANSFER(read, READ, void *)
TRANSFER(write, WRITE, const void *)

#define TRANSFER_AT(name, kind, buffer, offset)                                                    \
  ssize_t name(int file, buffer bytes, size_t size, offset at) {                                   \
    REAL(ssize_t, name, int, buffer, size_t, offset);                                              \
    if (fails(kind, NULL, file)) {                                                                 \
      if (!half)                                                                                   \
        return -1;                                                                                 \
      size = part(size);                                                                           \
    }                                                                                              \
    return real(file, bytes, size, at);                                                            \
  }
TRANSFER_AT(pread, READ, void *, off_t)
TRANSFER_AT(pread64, READ, void *, off64_t)
TRANSFER_AT(pwrite, WRITE, const void *, off_t)
TRANSFER_AT(pwrite64, WRITE, const void *, off64_t)

#define OF_FILE(name, kind)                                                                        \
  int name(int file) {                                                                             \
    REAL(int, name, int);                                                                          \
    return fails(kind, NULL, file) ? -1 : real(file);                                              \
  }
OF_FILE(fsync, SYNC)
OF_FILE(fdatasync, SYNC)

#define OF_TWO_PATHS(name, kind)                                                                   \
  int name(const char *from, const char *to) {                                                     \
    REAL(int, name, const char *, const char *);                                                   \
    return fails(kind, to, -1) ? -1 : real(from, to);                                              \
  }
OF_TWO_PATHS(rename, RENAME)
OF_TWO_PATHS(link, LINK)

#define OF_PATH(name, kind)                                                                        \
  int name(const char *path) {                                                                     \
    REAL(int, name, const char *);                                                                 \
    return fails(kind, path, -1) ? -1 : real(path);                                                \
  }
OF_PATH(unlink, LINK)
OF_PATH(remove, LINK)

int mkdir(const char *path, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  return fails(FOLDER, path, -1) ? -1 : real(path, mode);
}

#define TRUNCATE_LIKE(name, offset)                                                                \
  int name(int file, offset size) {                                                                \
    REAL(int, name, int, offset);                                                                  \
    return fails(TRUNCATE, NULL, file) ? -1 : real(file, size);                                    \
  }
TRUNCATE_LIKE(ftruncate, off_t)
TRUNCATE_LIKE(ftruncate64, off64_t)

#define STAT_LIKE(name, info_of)                                                                   \
  int name(const char *path, struct info_of *info) {                                               \
    REAL(int, name, const char *, struct info_of *);                                               \
    return fails(STAT, path, -1) ? -1 : real(path, info);                                          \
  }
STAT_LIKE(stat, stat)
STAT_LIKE(stat64, stat64)
STAT_LIKE(lstat, stat)
STAT_LIKE(lstat64, stat64)

#define FSTAT_LIKE(name, info_of)                                                                  \
  int name(int file, struct info_of *info) {                                                       \
    REAL(int, name, int, struct info_of *);                                                        \
    return fails(STAT, NULL, file) ? -1 : real(file, info);                                        \
  }
FSTAT_LIKE(fstat, stat)
FSTAT_LIKE(fstat64, stat64)

int flock(int file, int operation) {
  REAL(int, flock, int, int);
  return fails(LOCK, NULL, file) ? -1 : real(file, operation);
}

#define FCNTL_LIKE(name)                                                                           \
  int name(int file, int command, ...) {                                                           \
    REAL(int, name, int, int, ...);                                                                \
    va_list rest;                                                                                  \
    va_start(rest, command);                                                                       \
    void *const argument = va_arg(rest, void *);                                                   \
    va_end(rest);                                                                                  \
    if ((command == F_SETLK || command == F_SETLKW) && fails(LOCK, NULL, file))                    \
      return -1;                                                                                   \
    return real(file, command, argument);                                                          \
  }
FCNTL_LIKE(fcntl)
FCNTL_LIKE(fcntl64)

#define MMAP_LIKE(name, offset)                                                                    \
  void *name(void *place, size_t size, int protection, int flags, int file, offset at) {           \
    REAL(void *, name, void *, size_t, int, int, int, offset);                                     \
    return fails(MAP, NULL, file) ? MAP_FAILED : real(place, size, protection, flags, file, at);   \
  }
MMAP_LIKE(mmap, off_t)
MMAP_LIKE(mmap64, off64_t)

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument) {
  REAL(int, pthread_create, pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  return fails(THREAD, NULL, -1) ? errno : real(thread, attributes, run, argument);
}

/* glibc's own names: dlsym() itself allocates. */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  return fails(MEMORY, NULL, -1) ? NULL : __libc_malloc(size);
}

void *calloc(size_t number_, size_t size) {
  return fails(MEMORY, NULL, -1) ? NULL : __libc_calloc(number_, size);
}

void *realloc(void *old, size_t size) {
  return size > 0 && fails(MEMORY, NULL, -1) ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return fails(MEMORY, NULL, -1) ? NULL : __libc_memalign(alignment, size);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  REAL(int, clock_gettime, clockid_t, struct timespec *);
  const int status = real(clock, now);
  if (armed && clock == CLOCK_REALTIME && atomic_fetch_add(&looks, 1) % 2 == 1)
    now->tv_sec += jump;
  return status;
}

int gettimeofday(struct timeval *now, void *zone) {
  REAL(int, gettimeofday, struct timeval *, void *);
  const int status = real(now, zone);
  if (armed && atomic_fetch_add(&looks, 1) % 2 == 1)
    now->tv_sec += jump;
  return status;
}

time_t time(time_t *now) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (now)
    *now = exact.tv_sec;
  return exact.tv_sec;
}

static int (*programMain)(int, char **, char **);

static int armAndRun(int argumentCount, char **arguments, char **environment) {
  armed = 1;
  return programMain(argumentCount, arguments, environment);
}

int __libc_start_main(int (*mainFunction)(int, char **, char **), int argumentCount,
                      char **arguments, void (*start)(void), void (*end)(void),
                      void (*endLoader)(void), void *stack) {
  REAL(int, __libc_start_main, int (*)(int, char **, char **), int, char **, void (*)(void),
       void (*)(void), void (*)(void), void *);
  programMain = mainFunction;
  return real(armAndRun, argumentCount, arguments, start, end, endLoader, stack);
}
