#pragma once
#include <libpq-fe.h>
#include <sys/eventfd.h> // Not in Swift's Glibc module; ends a wait for libpq's socket from another thread.

// What libpq 17 has, and what an older libpq has in its place: the macros are libpq-fe.h's own.

// Rows as they come, chosen after a statement is sent and before its first result: in chunks of at most so many
// (https://www.postgresql.org/docs/current/libpq-single-row-mode.html), before libpq 17 one at a time. 0 if it is too
// late for that.
static inline int clibpq_set_row_chunks(PGconn *connection, int rows) {
#ifdef LIBPQ_HAS_CHUNK_MODE
  return PQsetChunkedRowsMode(connection, rows);
#else
  (void)rows;
  return PQsetSingleRowMode(connection);
#endif
}

// Whether a result is such a chunk, or one row. After the last comes a PGRES_TUPLES_OK without rows.
static inline int clibpq_is_row_chunk(ExecStatusType status) {
#ifdef LIBPQ_HAS_CHUNK_MODE
  if (status == PGRES_TUPLES_CHUNK) return 1;
#endif
  return status == PGRES_SINGLE_TUPLE;
}

// A request to cancel what a connection waits for (https://www.postgresql.org/docs/current/libpq-cancel.html). Since
// libpq 17 it is encrypted as the connection is, and does not block; before, it is sent in the clear, and blocks.
#ifdef LIBPQ_HAS_ASYNC_CANCEL
typedef PGcancelConn clibpq_cancel;
#else
typedef PGcancel clibpq_cancel;
#endif

// NULL if there is no memory, or before libpq 17 no connection.
static inline clibpq_cancel *clibpq_cancel_create(PGconn *connection) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  return PQcancelCreate(connection);
#else
  return PQgetCancel(connection);
#endif
}

// What to wait for on clibpq_cancel_socket before clibpq_cancel_poll; where nothing is left to be done, how it ended.
static inline PostgresPollingStatusType clibpq_cancel_start(clibpq_cancel *cancel) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  return PQcancelStart(cancel) ? PGRES_POLLING_WRITING : PGRES_POLLING_FAILED;
#else
  char error[256];
  return PQcancel(cancel, error, sizeof error) ? PGRES_POLLING_OK : PGRES_POLLING_FAILED;
#endif
}

static inline PostgresPollingStatusType clibpq_cancel_poll(clibpq_cancel *cancel) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  return PQcancelPoll(cancel);
#else
  (void)cancel;
  return PGRES_POLLING_FAILED;
#endif
}

static inline int clibpq_cancel_socket(const clibpq_cancel *cancel) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  return PQcancelSocket(cancel);
#else
  (void)cancel;
  return -1;
#endif
}

static inline void clibpq_cancel_finish(clibpq_cancel *cancel) {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  PQcancelFinish(cancel);
#else
  PQfreeCancel(cancel);
#endif
}
