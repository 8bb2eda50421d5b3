#include "evaluation/print.h"

#include <math.h>

void print_figure(struct buffer *out, const char *what, const struct figure *f)
{
	if (isnan(f->value))
		buffer_printf(out, "%-42s     -\n", what);
	else
		buffer_printf(out, "%-42s %5.3f  (%.3f - %.3f)\n", what,
		    f->value, f->low, f->high);
}

void print_share(struct buffer *out, double value)
{
	if (isnan(value))
		buffer_printf(out, " %9s", "-");
	else
		buffer_printf(out, " %9.3f", value);
}

void json_figure(struct json_writer *w, const char *key, const struct figure *f)
{
	if (isnan(f->value)) {
		json_write_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_write_double(w, "value", f->value);
	json_write_double(w, "low", f->low);
	json_write_double(w, "high", f->high);
	json_close_object(w);
}
