#include <zlib.h>

/* A macro in C, so that Swift cannot call it. 15 + 16: the largest window, and gzip's own frame (RFC 1952) alone. */
static inline int czlib_begin_gunzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
