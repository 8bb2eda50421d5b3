#include "tools/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/log.h"

#define PLAIN_EVERY_MS 10000
#define LINE_MAX_BYTES 1024

void progress_init(struct progress *progress, const char *what, bool quiet)
{
	*progress = (struct progress){
		.what = what,
		.terminal = isatty(STDERR_FILENO) == 1,
		.quiet = quiet,
	};
}

static void add_time(struct buffer *out, int64_t ms)
{
	int64_t s = (ms + 999) / 1000;

	if (s >= 3600)
		buffer_printf(out, "%lldh%02lldm", (long long)(s / 3600),
		    (long long)(s / 60 % 60));
	else if (s >= 60)
		buffer_printf(out, "%lldm%02llds", (long long)(s / 60),
		    (long long)(s % 60));
	else
		buffer_printf(out, "%llds", (long long)s);
}

static void add_scan(
    struct buffer *out, const char *what, const struct scan_stats *stats)
{
	buffer_printf(out, "%zu of %zu %s (%.0f%%), %.1f/s, open %zu",
	    stats->done, stats->total, what,
	    stats->total ? 100.0 * (double)stats->done / (double)stats->total
			 : 100.0,
	    stats->rate, stats->open);
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (stats->by_outcome[i] > 0)
			buffer_printf(out, ", %s %zu",
			    outcome_name((enum outcome)i),
			    stats->by_outcome[i]);
	}
	if (stats->done < stats->total && stats->left_ms >= 0) {
		buffer_add_text(out, ", left ");
		add_time(out, stats->left_ms);
	}
}

/* Of the terminal: a longer line would not be drawn over. */
static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
		return 80;
	return size.ws_col;
}

void progress_line(
    struct progress *progress, int64_t elapsed_ms, const char *text)
{
	if (progress->quiet)
		return;
	if (progress->terminal) {
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, text);
		fflush(stderr);
		progress->drawn = true;
		return;
	}
	if (elapsed_ms - progress->shown_ms < PLAIN_EVERY_MS)
		return;
	progress->shown_ms = elapsed_ms;
	log_info("%s", text);
}

void progress_scan(struct progress *progress, const struct scan_stats *stats)
{
	struct buffer out;

	buffer_init(&out, LINE_MAX_BYTES);
	add_scan(&out, progress->what, stats);
	progress_line(progress, stats->elapsed_ms, buffer_text(&out));
	buffer_clear(&out);
}

void progress_end(struct progress *progress)
{
	if (progress->drawn)
		fputc('\n', stderr);
	progress->drawn = false;
}
