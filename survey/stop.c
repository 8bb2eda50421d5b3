#include "survey/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked;
static struct sigaction before[2];
static const int signals[2] = { SIGINT, SIGTERM };

static void on_signal(int number)
{
	(void)number;
	asked = 1;
}

void stop_watch(void)
{
	struct sigaction action = { .sa_handler = on_signal,
		.sa_flags = SA_RESTART };

	asked = 0;
	for (size_t i = 0; i < 2; i++)
		sigaction(signals[i], &action, &before[i]);
}

void stop_unwatch(void)
{
	for (size_t i = 0; i < 2; i++)
		sigaction(signals[i], &before[i], NULL);
}

bool stop_asked(void)
{
	return asked != 0;
}
