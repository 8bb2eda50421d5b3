#include "common/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_utc_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

const char *clock_format(int64_t utc_ms, char out[CLOCK_TEXT_SIZE])
{
	int64_t ms = utc_ms % 1000;
	time_t seconds;
	struct tm tm;
	size_t n;

	if (ms < 0)
		ms += 1000;
	seconds = (time_t)((utc_ms - ms) / 1000);
	if (!gmtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof(tm));
	n = strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, CLOCK_TEXT_SIZE - n, ".%03dZ", (int)ms);
	return out;
}

bool clock_parse(const char *text, int64_t *utc_ms)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int ms = 0, scale = 100;

	if (!rest)
		return false;
	if (*rest == '.') {
		for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
			ms += (*rest - '0') * scale;
			scale /= 10;
		}
	}
	if (strcmp(rest, "Z") != 0)
		return false;
	*utc_ms = (int64_t)timegm(&tm) * 1000 + ms;
	return true;
}
