/*
 * Levelled diagnostics on stderr. The level is the one piece of global state
 * in the program.
 *
 * Bytes from the network never reach the terminal raw: format them with
 * log_quote() first.
 */
#ifndef MXPRINT_COMMON_LOG_H
#define MXPRINT_COMMON_LOG_H

#include <stddef.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level); /* default LOG_INFO */
enum log_level log_level(void);

/* Writes "mxprint: text\n" (warn and error with their word) in one write(). */
void log_write(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)                                     \
	do {                                               \
		if (log_level() >= LOG_DEBUG)              \
			log_write(LOG_DEBUG, __VA_ARGS__); \
	} while (0)

/*
 * Hostile bytes as printable ASCII with C escapes (\r \n \t \\ \xHH), cut with
 * "..." to fit size. Returns out. size >= 8.
 */
const char *log_quote(char *out, size_t size, const void *bytes, size_t len);

#endif
