/*
 * Time. Delays are monotonic milliseconds; records carry UTC milliseconds.
 */
#ifndef MXPRINT_COMMON_CLOCK_H
#define MXPRINT_COMMON_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_now_ms(void); /* CLOCK_MONOTONIC */
int64_t clock_utc_ms(void); /* since 1970 */

#define CLOCK_TEXT_SIZE 32
/* "2026-11-24T16:14:29.123Z" */
const char *clock_format(int64_t utc_ms, char out[CLOCK_TEXT_SIZE]);
bool clock_parse(const char *text, int64_t *utc_ms);

#endif
