/*
 * Recognises a date or a time in running text, in whatever order its parts
 * stand (RFC 5322, ctime, ISO 8601, numeric).
 *
 * shape tells the order, one letter a part: w weekday, d day, m month, y year,
 * t time, n a numeric date of unclear order ("wdmyt" is RFC 5322, "wmdty" is
 * ctime, "ymdt" is ISO). Zone and AM/PM are swallowed without a letter: they
 * tell where a machine stands, not what runs on it.
 *
 * Returns: bytes used, 0 when no date starts here. Looks at 80 bytes at most.
 */
#ifndef MXPRINT_FEATURES_DATE_H
#define MXPRINT_FEATURES_DATE_H

#include <stddef.h>

#define DATE_SHAPE_MAX 16

size_t date_match(const char *text, size_t len, char shape[DATE_SHAPE_MAX]);

#endif
