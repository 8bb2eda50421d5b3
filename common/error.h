/*
 * Our own failures: a status code, and the sentence a person gets with it.
 * What a mail server does wrong is never an error here; it is an outcome.
 *
 * Convention: a function that can fail returns enum status, takes its results
 * last and a struct error * after them; err may be NULL. On failure the
 * sentence says what is wrong and what to do next, without a final newline.
 * The values of enum status are the exit codes of the program (sysexits.h).
 * Threads: no state, safe anywhere.
 */
#ifndef MXPRINT_COMMON_ERROR_H
#define MXPRINT_COMMON_ERROR_H

enum status {
	STATUS_OK = 0,
	STATUS_USAGE = 64,   /* wrong arguments, or they do not fit the run */
	STATUS_DATA = 65,    /* damaged or unusable input */
	STATUS_NOINPUT = 66, /* input missing or not readable */
	STATUS_UNAVAILABLE = 69, /* no resolver, port 25 blocked */
	STATUS_SOFTWARE = 70,	 /* a bug of ours, or the attempt limit */
	STATUS_CANTCREATE = 73,	 /* an output cannot be created */
	STATUS_IO = 74,		 /* disk full, read or write failed */
	STATUS_TEMPFAIL = 75,	 /* stopped with everything saved; run again */
	STATUS_CONFIG = 78,	 /* configuration or opt-out list unusable */
};

#define ERROR_TEXT_MAX 768

struct error {
	enum status status;
	char text[ERROR_TEXT_MAX]; /* always NUL-terminated, one line */
};

/* Fills err (if not NULL) and returns status, so: return error_set(...); */
enum status error_set(struct error *err, enum status status, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* The same with ": " and strerror(errno_value) appended. */
enum status error_set_errno(struct error *err, enum status status,
    int errno_value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
