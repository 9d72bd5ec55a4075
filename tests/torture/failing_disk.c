/* Fails writes and flushes of chosen files with EIO, now and then: loaded before the C library's own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int fd) {
    static __thread unsigned state;
    const char *part = getenv("FAILING_FILES"), *one_in = getenv("FAILING_ONE_IN"), *told = getenv("FAILING_TOLD");
    char link[64], path[512];
    int saved = errno;
    if (!part || !one_in) return 0;
    if (!state) state = (unsigned)getpid() * 2654435761u + (unsigned)(size_t)&state;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (size < 0) return 0;
    path[size] = 0;
    if (!strstr(path, part)) return 0;
    state = state * 1103515245u + 12345u;
    if ((state >> 8) % (unsigned)atoi(one_in)) return 0;
    if (told) {
        int to = open(told, O_WRONLY | O_APPEND | O_CREAT, 0600);
        if (to >= 0) { (void)!write(to, "x", 1); close(to); }
    }
    errno = EIO;
    return 1;
}

#define FAILING(name, returns, asked, given)                                          \
    returns name asked {                                                              \
        static returns (*own) asked;                                                  \
        if (!own) own = (returns (*) asked)dlsym(RTLD_NEXT, #name);                   \
        return fails(fd) ? (returns)-1 : own given;                                   \
    }
FAILING(fsync, int, (int fd), (fd))
FAILING(fdatasync, int, (int fd), (fd))
FAILING(ftruncate, int, (int fd, off_t size), (fd, size))
FAILING(ftruncate64, int, (int fd, off64_t size), (fd, size))
FAILING(pwrite, ssize_t, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
FAILING(pwrite64, ssize_t, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
