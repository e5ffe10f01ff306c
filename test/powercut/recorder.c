/*
 * Records what a process asks the file system to do below one folder: an LD_PRELOAD library. Every call goes through
 * to the real one; what it did is appended to a log in one order for all threads (read by recording.ts).
 *
 * A write is logged after it was made, a flush once before it begins and once after it has ended: whatever is logged
 * before a flush began was made before it, so that the log never says of a byte that it is on disk when it may not be.
 *
 * WUMA_RECORD_ROOT  absolute path of the folder
 * WUMA_RECORD_LOG   the log, made anew
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_FD = 4096, MAX_PATH = 1024 };

/* little-endian, packed; the name (relative to the root) and the data follow */
struct __attribute__((packed)) record {
  char kind; /* O opened, C created, W write, T truncate, B flush begins, E flush has ended, R rename, U unlink */
  uint16_t name_bytes;
  uint32_t data_bytes;
  uint64_t inode;
  uint64_t offset; /* of a write; the new length of a truncate; 1 of a flush of a folder */
};

static char root[MAX_PATH];
static size_t root_bytes;
static int log_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* of every open file below the root; name is NULL for all others */
static struct { char *name; uint64_t inode; int folder; } files[MAX_FD];

static void append(char kind, uint64_t inode, uint64_t offset, const char *name, const struct iovec *data, int count) {
  size_t bytes = 0;
  for (int i = 0; i < count; i++) bytes += data[i].iov_len;
  struct record head = {kind, (uint16_t)strlen(name), (uint32_t)bytes, inode, offset};
  struct iovec parts[64];
  if (count > 62) abort();
  parts[0] = (struct iovec){&head, sizeof head};
  parts[1] = (struct iovec){(void *)name, head.name_bytes};
  for (int i = 0; i < count; i++) parts[i + 2] = data[i];
  ssize_t due = (ssize_t)(sizeof head + head.name_bytes + bytes);
  pthread_mutex_lock(&lock);
  /* a log with a hole would prove nothing */
  if (syscall(SYS_writev, log_fd, parts, count + 2) != due) abort();
  pthread_mutex_unlock(&lock);
}

static void append_bare(char kind, uint64_t inode, uint64_t offset, const char *name) {
  append(kind, inode, offset, name, NULL, 0);
}

/* the path below the root, or NULL */
static const char *below_root(const char *path) {
  if (strncmp(path, root, root_bytes) != 0) return NULL;
  if (path[root_bytes] == '\0') return ".";
  return path[root_bytes] == '/' ? path + root_bytes + 1 : NULL;
}

static const char *name_of(const char *path, char *buffer) {
  if (log_fd < 0) return NULL;
  if (path[0] == '/') return below_root(path);
  if (!getcwd(buffer, MAX_PATH)) return NULL;
  size_t used = strlen(buffer);
  if (used + strlen(path) + 2 > MAX_PATH) return NULL;
  buffer[used] = '/';
  strcpy(buffer + used + 1, path);
  return below_root(buffer);
}

static int opened(int fd, const char *path, int flags, int existed) {
  char buffer[MAX_PATH];
  const char *name = fd >= 0 ? name_of(path, buffer) : NULL;
  if (!name) return fd;
  if (fd >= MAX_FD) abort();
  struct stat is;
  if (fstat(fd, &is) != 0) return fd;
  files[fd].name = strdup(name);
  files[fd].inode = is.st_ino;
  files[fd].folder = S_ISDIR(is.st_mode);
  if (files[fd].folder) return fd;
  append_bare(existed ? 'O' : 'C', is.st_ino, 0, name);
  if (existed && (flags & O_TRUNC)) append_bare('T', is.st_ino, 0, name);
  return fd;
}

/* libc closes some by itself (closedir): a number may be another file's by now */
static int tracked(int fd) {
  if (fd < 0 || fd >= MAX_FD || !files[fd].name) return 0;
  struct stat is;
  if (fstat(fd, &is) == 0 && is.st_ino == files[fd].inode) return 1;
  free(files[fd].name);
  files[fd].name = NULL;
  return 0;
}

#define REAL(result, name, ...)                               \
  static result (*real)(__VA_ARGS__);                         \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define MODE_OF(flags)                                        \
  mode_t mode = 0;                                            \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                      \
    va_list rest;                                             \
    va_start(rest, flags);                                    \
    mode = va_arg(rest, mode_t);                              \
    va_end(rest);                                             \
  }

static int exists(const char *path) { return access(path, F_OK) == 0; }

int open(const char *path, int flags, ...) {
  MODE_OF(flags)
  REAL(int, "open", const char *, int, ...);
  int existed = exists(path);
  return opened(real(path, flags, mode), path, flags, existed);
}

int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  REAL(int, "open64", const char *, int, ...);
  int existed = exists(path);
  return opened(real(path, flags, mode), path, flags, existed);
}

int openat(int folder, const char *path, int flags, ...) {
  MODE_OF(flags)
  REAL(int, "openat", int, const char *, int, ...);
  int existed = exists(path);
  int fd = real(folder, path, flags, mode);
  return folder == AT_FDCWD || path[0] == '/' ? opened(fd, path, flags, existed) : fd;
}

int close(int fd) {
  REAL(int, "close", int);
  if (tracked(fd)) {
    free(files[fd].name);
    files[fd].name = NULL;
  }
  return real(fd);
}

static ssize_t written(int fd, const struct iovec *data, int count, ssize_t done, off_t at) {
  if (done <= 0 || !tracked(fd)) return done;
  struct iovec parts[62];
  if (count > 62) abort();
  size_t left = (size_t)done;
  int used = 0;
  for (; used < count && left > 0; used++) {
    parts[used] = data[used];
    if (parts[used].iov_len > left) parts[used].iov_len = left;
    left -= parts[used].iov_len;
  }
  if (at < 0) at = lseek(fd, 0, SEEK_CUR) - done;
  append('W', files[fd].inode, (uint64_t)at, files[fd].name, parts, used);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(ssize_t, "write", int, const void *, size_t);
  struct iovec one = {(void *)bytes, count};
  return written(fd, &one, 1, real(fd, bytes, count), -1);
}

ssize_t writev(int fd, const struct iovec *data, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return written(fd, data, count, real(fd, data, count), -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  struct iovec one = {(void *)bytes, count};
  return written(fd, &one, 1, real(fd, bytes, count, at), at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  struct iovec one = {(void *)bytes, count};
  return written(fd, &one, 1, real(fd, bytes, count, at), at);
}

ssize_t pwritev(int fd, const struct iovec *data, int count, off_t at) {
  REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
  return written(fd, data, count, real(fd, data, count, at), at);
}

ssize_t pwritev64(int fd, const struct iovec *data, int count, off64_t at) {
  REAL(ssize_t, "pwritev64", int, const struct iovec *, int, off64_t);
  return written(fd, data, count, real(fd, data, count, at), at);
}

static int truncated(int fd, int result, off64_t bytes) {
  if (result == 0 && tracked(fd)) append_bare('T', files[fd].inode, (uint64_t)bytes, files[fd].name);
  return result;
}

int ftruncate(int fd, off_t bytes) {
  REAL(int, "ftruncate", int, off_t);
  return truncated(fd, real(fd, bytes), bytes);
}

int ftruncate64(int fd, off64_t bytes) {
  REAL(int, "ftruncate64", int, off64_t);
  return truncated(fd, real(fd, bytes), bytes);
}

static int flushing(int fd, int (*real)(int)) {
  if (!tracked(fd)) return real(fd);
  uint64_t inode = files[fd].inode;
  uint64_t folder = files[fd].folder ? 1 : 0;
  append_bare('B', inode, folder, files[fd].name);
  int result = real(fd);
  if (result == 0) append_bare('E', inode, folder, files[fd].name);
  return result;
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  return flushing(fd, real);
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  return flushing(fd, real);
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  char buffers[2][MAX_PATH];
  int result = real(from, to);
  const char *old_name = name_of(from, buffers[0]);
  const char *new_name = name_of(to, buffers[1]);
  if (result == 0 && old_name && new_name) {
    struct iovec target = {(void *)new_name, strlen(new_name)};
    append('R', 0, 0, old_name, &target, 1);
  }
  return result;
}

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  char buffer[MAX_PATH];
  int result = real(path);
  const char *name = name_of(path, buffer);
  if (result == 0 && name) append_bare('U', 0, 0, name);
  return result;
}

int unlinkat(int folder, const char *path, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  int result = real(folder, path, flags);
  if (result != 0 || (flags & AT_REMOVEDIR)) return result;
  char buffer[MAX_PATH];
  const char *name = folder == AT_FDCWD || path[0] == '/' ? name_of(path, buffer) : NULL;
  if (name) append_bare('U', 0, 0, name);
  return result;
}

__attribute__((constructor)) static void start(void) {
  const char *folder = getenv("WUMA_RECORD_ROOT");
  const char *log = getenv("WUMA_RECORD_LOG");
  if (!folder || !log || strlen(folder) >= MAX_PATH) return;
  strcpy(root, folder);
  root_bytes = strlen(root);
  log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
}
